//! A screen, by Linux's kernel mode setting: any card that has dumb buffers.
//!
//! A guest's connector is the card's connector of the same name (`Virtual-1`, `HDMI-A-1`, as in `/sys/class/drm`). It gets
//! the mode of the guest's resolution, or else the smallest one that is large enough; then the picture is in the middle,
//! on black. Each connector has two buffers of its own: guests draw into theirs while ours are scanned out.
//!
//! Probing a connector and making its buffers takes 20 ms and more, so it is done when a guest is made and not when it waits.
//!
//! When a guest goes, the connector shows again what it showed before, usually the console.

mod crtcs;
mod head;
mod mode;

use std::collections::{BTreeMap, VecDeque};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::rc::Rc;

use drm::control::{Device as ControlDevice, Event, ResourceHandles, connector, crtc};
use vitrine_xen::edid::{self, Edid, PhysicalSize};
use vitrine_xen::io::displif::nodes::Resolution;

use self::head::{Head, Setup};
use super::{HeadId, Output, OutputError, Picture};

/// A DRM device.
pub(super) struct Card(File);

impl AsFd for Card {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl drm::Device for Card {}
impl ControlDevice for Card {}

impl Card {
    /// The EDID of the screen at a connector, as it came over the cable.
    fn edid(&self, connector: connector::Handle) -> Option<Vec<u8>> {
        let properties = self.get_properties(connector).ok()?;
        let is_edid = |property| self.get_property(property).is_ok_and(|info| info.name() == c"EDID");
        let (_, blob) = properties.into_iter().find(|(property, _)| is_edid(*property))?;
        if blob == 0 { None } else { self.get_property_blob(blob).ok() }
    }
}

/// All connectors of one card.
pub struct Kms {
    card: Rc<Card>,
    heads: BTreeMap<HeadId, Head>,
    /// For connectors that nobody has: at most one preparation each, the latest.
    prepared: BTreeMap<String, Prepared>,
    opened: u32,
    done: VecDeque<HeadId>,
}

/// What a head is made of, for a guest that will want it.
struct Prepared {
    resources: ResourceHandles,
    info: connector::Info,
    screen: Edid,
    setup: Setup,
}

impl Kms {
    /// Opens the card, for example `/dev/dri/card0`, and becomes its master.
    pub fn open(path: &Path) -> io::Result<Self> {
        let flags = rustix::fs::OFlags::NONBLOCK.bits() as i32;
        let card = Card(OpenOptions::new().read(true).write(true).custom_flags(flags).open(path)?);
        drm::Device::acquire_master_lock(&card).map_err(|error| {
            io::Error::new(error.kind(), format!("another program controls the screen (DRM master): {error}"))
        })?;
        card.resource_handles()
            .map_err(|error| io::Error::new(error.kind(), format!("no mode setting here: {error}")))?;
        Ok(Self {
            card: Rc::new(card),
            heads: BTreeMap::new(),
            prepared: BTreeMap::new(),
            opened: 0,
            done: VecDeque::new(),
        })
    }

    /// The names of the card's connectors.
    pub fn connectors(&self) -> io::Result<Vec<String>> {
        let resources = self.card.resource_handles()?;
        resources.connectors().iter().map(|handle| Ok(self.card.get_connector(*handle, false)?.to_string())).collect()
    }

    fn find(&self, name: &str) -> Result<(ResourceHandles, connector::Info), OutputError> {
        let unreadable = |error| OutputError::Device("the card's connectors can't be read", error);
        let resources = self.card.resource_handles().map_err(unreadable)?;
        let mut known = Vec::new();
        for handle in resources.connectors() {
            let info = self.card.get_connector(*handle, false).map_err(unreadable)?;
            if info.to_string() == name {
                // Asked for by name: now it is worth probing what is attached.
                let info = self.card.get_connector(*handle, true).map_err(unreadable)?;
                return Ok((resources, info));
            }
            known.push(info.to_string());
        }
        Err(OutputError::UnknownConnector(name.into(), known))
    }

    fn prepare(&self, connector: &str, resolution: Resolution) -> Result<Prepared, OutputError> {
        let (resources, info) = self.find(connector)?;
        let setup = Setup::new(&self.card, &info, resolution)?;
        let own = self.card.edid(info.handle()).and_then(|bytes| edid::parse(&bytes).ok()).unwrap_or_default();
        let screen = Edid { modes: mode::offered(&info), size: own.size.or(measured(&info)), ..own };
        Ok(Prepared { resources, info, screen, setup })
    }

    fn is_taken(&self, connector: connector::Handle) -> bool {
        self.heads.values().any(|head| head.connector() == connector)
    }

    /// A CRTC for the connector, such that those that are prepared for other guests can have one too.
    fn choose_crtc(&self, resources: &ResourceHandles, connector: &connector::Info) -> Option<crtc::Handle> {
        let others = self.prepared.values().filter(|prepared| !self.is_taken(prepared.info.handle()));
        let others: Vec<_> = others.map(|prepared| self.free_crtcs(&prepared.resources, &prepared.info)).collect();
        crtcs::choose(&self.free_crtcs(resources, connector), &others)
    }

    /// The CRTCs that can serve the connector and serve no other head; first the one that serves it already.
    fn free_crtcs(&self, resources: &ResourceHandles, connector: &connector::Info) -> Vec<crtc::Handle> {
        let encoders = connector.current_encoder().into_iter().chain(connector.encoders().iter().copied());
        let encoders = encoders.filter_map(|handle| self.card.get_encoder(handle).ok());
        let crtcs = encoders
            .flat_map(|encoder| encoder.crtc().into_iter().chain(resources.filter_crtcs(encoder.possible_crtcs())));
        crtcs.filter(|crtc| self.heads.values().all(|head| head.crtc() != *crtc)).collect()
    }

    fn head(&mut self, head: HeadId) -> Result<&mut Head, OutputError> {
        let missing = || OutputError::Device("no such head", io::ErrorKind::NotFound.into());
        self.heads.get_mut(&head).ok_or_else(missing)
    }
}

/// The size of a screen as the kernel has it.
fn measured(connector: &connector::Info) -> Option<PhysicalSize> {
    let (width_millimetres, height_millimetres) = connector.size()?;
    let known = width_millimetres > 0 && height_millimetres > 0;
    known.then_some(PhysicalSize { width_millimetres, height_millimetres })
}

impl Output for Kms {
    fn check(&mut self, connector: &str, resolution: Resolution) -> Result<(), OutputError> {
        let (_, info) = self.find(connector)?;
        mode::choose(&info, resolution)?;
        let known = self.prepared.get(connector).is_some_and(|prepared| prepared.setup.resolution == resolution);
        if !known && !self.is_taken(info.handle()) {
            let prepared = self.prepare(connector, resolution)?;
            self.prepared.insert(connector.into(), prepared);
        }
        Ok(())
    }

    fn open(&mut self, connector: &str, resolution: Resolution, label: &str) -> Result<HeadId, OutputError> {
        let prepared = self.prepared.remove(connector).filter(|prepared| prepared.setup.resolution == resolution);
        let prepared = prepared.map_or_else(|| self.prepare(connector, resolution), Ok)?;
        let Prepared { resources, info, screen, setup } = prepared;
        if self.is_taken(info.handle()) {
            return Err(OutputError::Taken(connector.into()));
        }
        let crtc = self.choose_crtc(&resources, &info).ok_or_else(|| OutputError::NoCrtc(connector.into()))?;
        let ((width, height), refresh) = (setup.mode.size(), setup.mode.vrefresh());
        let head = Head::new(Rc::clone(&self.card), (info, screen), crtc, setup)?;
        log::debug!("{label}: on connector {connector}, mode {width}x{height} at {refresh} Hz");
        self.opened += 1;
        self.heads.insert(HeadId(self.opened), head);
        Ok(HeadId(self.opened))
    }

    fn close(&mut self, head: HeadId) {
        self.heads.remove(&head);
        self.done.retain(|done| *done != head);
    }

    fn screen(&self, head: HeadId) -> Edid {
        self.heads.get(&head).map(Head::screen).cloned().unwrap_or_default()
    }

    fn show(&mut self, head: HeadId, resolution: Resolution, picture: &Picture<'_>) -> Result<(), OutputError> {
        self.head(head)?.show(resolution, picture)
    }

    fn flip(&mut self, head: HeadId, picture: &Picture<'_>) -> Result<(), OutputError> {
        self.head(head)?.flip(picture)
    }

    fn blank(&mut self, head: HeadId) -> Result<(), OutputError> {
        self.head(head)?.blank()
    }

    fn next_done(&mut self) -> Option<HeadId> {
        self.done.pop_front()
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        Some(self.card.as_fd())
    }

    fn collect(&mut self) -> io::Result<()> {
        let events = match self.card.receive_events() {
            Ok(events) => events,
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        for event in events {
            let Event::PageFlip(flip) = event else { continue };
            if let Some((id, head)) = self.heads.iter_mut().find(|(_, head)| head.crtc() == flip.crtc)
                && head.flip_done()
            {
                self.done.push_back(*id);
            }
        }
        Ok(())
    }
}
