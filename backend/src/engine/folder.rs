//! A device's folders in xenstore: ours, the front end's, and the error node for people.

use vitrine_xen::platform::{BackStore, StoreError};
use vitrine_xen::xenbus::XenbusState;

use super::{DeviceId, nodes};

/// Where a device's nodes are.
pub struct Folder {
    path: String,
    frontend: String,
    /// Whether the error node may be there; an earlier back end may have left one.
    has_error: bool,
}

impl Folder {
    /// Takes note of our folder `path`, which names the front end's. `None` while the toolstack has not filled it.
    pub fn find<S: BackStore>(store: &S, id: DeviceId, path: String) -> Result<Option<Self>, StoreError> {
        let guest = nodes::text(store, &format!("{path}/frontend-id"))?;
        let (Some(frontend), Some(guest)) = (nodes::text(store, &format!("{path}/frontend"))?, guest) else {
            return Ok(None);
        };
        if guest != id.guest.0.to_string() || !frontend.starts_with('/') {
            log::warn!("{path}: frontend {frontend:?} with frontend-id {guest:?} is not the front end of {id}");
            return Ok(None);
        }
        Ok(Some(Self { path, frontend, has_error: true }))
    }

    /// The front end's folder.
    pub fn frontend(&self) -> &str {
        &self.frontend
    }

    /// The node with the front end's state.
    pub fn frontend_state(&self) -> String {
        format!("{}/state", self.frontend)
    }

    /// Both ends' states as they are now, ours first.
    pub fn states<S: BackStore>(&self, store: &S) -> Result<[XenbusState; 2], StoreError> {
        let state = |path: &str| Ok(XenbusState::parse(&nodes::value(store, path)?.unwrap_or_default()));
        Ok([state(&format!("{}/state", self.path))?, state(&self.frontend_state())?])
    }

    /// Whether the toolstack wants the device to exist.
    pub fn is_online<S: BackStore>(&self, store: &S) -> Result<bool, StoreError> {
        Ok(nodes::value(store, &format!("{}/online", self.path))?.as_deref() != Some(b"0"))
    }

    /// Writes a node of ours, unless the toolstack has removed the folder; `false` when it has.
    pub fn write<S: BackStore>(&self, store: &S, name: &str, value: &str) -> Result<bool, StoreError> {
        let exists = || Ok(nodes::value(store, &format!("{}/frontend", self.path))?.is_some());
        if !exists()? {
            return Ok(false);
        }
        nodes::write(store, &format!("{}/{name}", self.path), value)?;
        if exists()? {
            return Ok(true);
        }
        // Removed in between: the write has made the folder anew.
        nodes::remove(store, &self.path)?;
        Ok(false)
    }

    /// Says in the error node what is wrong.
    pub fn write_error<S: BackStore>(&mut self, store: &S, message: &str) -> Result<(), StoreError> {
        self.has_error = true;
        nodes::write(store, &format!("{}/error", self.error_path()), message)
    }

    /// Removes the error node, if it may be there.
    pub fn remove_error<S: BackStore>(&mut self, store: &S) -> Result<(), StoreError> {
        if core::mem::take(&mut self.has_error) { nodes::remove(store, &self.error_path()) } else { Ok(()) }
    }

    /// Where people look for errors of the device: the place that Linux's `xenbus_dev_error` uses.
    fn error_path(&self) -> String {
        self.path.replacen("/backend/", "/error/backend/", 1)
    }
}
