//! What `xl` does with display devices: the nodes, owners and permissions of libxl's `libxl__device_generic_add`.

use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use super::store::{Permissions, home};
use super::world::World;
use crate::DomainId;
use crate::io::displif::nodes;

/// A `vdispl=[...]` entry of an xl.cfg. The values are written as they are, so that a test can write bad ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vdispl {
    /// The `be-alloc` node: who allocates the buffers.
    pub be_alloc: String,
    /// For each connector the `unique-id` and the `resolution` node, such as `("Virtual-1", "1024x768")`.
    pub connectors: Vec<(String, String)>,
}

impl Vdispl {
    /// One connector, buffers allocated by the front end.
    pub fn one(unique_id: &str, resolution: &str) -> Self {
        Self { be_alloc: "0".to_string(), connectors: [(unique_id.to_string(), resolution.to_string())].into() }
    }

    /// One connector more.
    pub fn and(mut self, unique_id: &str, resolution: &str) -> Self {
        self.connectors.push((unique_id.to_string(), resolution.to_string()));
        self
    }
}

/// The front end's folder of a display device.
pub fn frontend_path(frontend: DomainId, device: u32) -> String {
    format!("{}/device/{}/{device}", home(frontend), nodes::CLASS)
}

/// The back end's folder of a display device.
pub fn backend_path(frontend: DomainId, backend: DomainId, device: u32) -> String {
    format!("{}/backend/{}/{}/{device}", home(backend), nodes::CLASS, frontend.0)
}

impl World {
    /// Gives `frontend` display device number `device`, served by `backend`; both ends begin in Initialising.
    pub fn add_vdispl(&self, frontend: DomainId, backend: DomainId, device: u32, vdispl: &Vdispl) {
        // Both folders have to exist before there is something in them.
        self.domain(frontend);
        self.domain(backend);
        let (front, back) = (frontend_path(frontend, device), backend_path(frontend, backend, device));
        // Each end owns its folder and lets the other read; what the toolstack says in the front end's folder is the
        // back end's, so that the guest can't change it.
        let front_own = Permissions::readable_by(frontend, backend);
        let back_own = Permissions::readable_by(backend, frontend);
        let (backend_id, frontend_id) = (backend.0.to_string(), frontend.0.to_string());
        let mut written: Vec<(String, String, Option<Permissions>)> = [
            (back.clone(), String::new(), Some(back_own.clone())),
            (format!("{back}/frontend"), front.clone(), None),
            (format!("{back}/frontend-id"), frontend_id, None),
            (format!("{back}/online"), "1".to_string(), None),
            (format!("{back}/state"), "1".to_string(), None),
            (front.clone(), String::new(), Some(front_own)),
            (format!("{front}/backend"), back.clone(), None),
            (format!("{front}/backend-id"), backend_id, None),
            (format!("{front}/state"), "1".to_string(), None),
            (format!("{front}/be-alloc"), vdispl.be_alloc.clone(), Some(back_own.clone())),
        ]
        .into();
        for (index, (unique_id, resolution)) in vdispl.connectors.iter().enumerate() {
            let said = [("unique-id", unique_id), ("resolution", resolution)];
            written.extend(
                said.map(|(name, value)| (format!("{front}/{index}/{name}"), value.clone(), Some(back_own.clone()))),
            );
        }
        let written: Vec<_> = written
            .iter()
            .map(|(path, value, permissions)| (path.as_str(), value.as_bytes(), permissions.clone()))
            .collect();
        self.write_nodes(&written);
    }

    /// Says that a device shall go, as `xl vdispl-detach` does: `online` is 0 and the back end's state is Closing.
    pub fn detach_vdispl(&self, frontend: DomainId, backend: DomainId, device: u32) {
        let back = backend_path(frontend, backend, device);
        self.write_nodes(&[(&format!("{back}/online"), b"0", None), (&format!("{back}/state"), b"5", None)]);
    }

    /// Removes both folders of a device, as the toolstack does at the end of a detach or after a domain has gone.
    pub fn remove_vdispl(&self, frontend: DomainId, backend: DomainId, device: u32) {
        self.store_remove(&backend_path(frontend, backend, device));
        self.store_remove(&frontend_path(frontend, device));
    }
}
