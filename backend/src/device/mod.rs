//! dom0's device nodes: the real [`BackPlatform`] and [`BackStore`](vitrine_xen::platform::BackStore).
//!
//! All unsafe code of the back end is in this folder, and there is little of it: `ioctl` makes requests to Xen's
//! character devices, `mapping` maps and unmaps memory that a device lends. The rest says what the requests are
//! (`evtchn`, `gntdev`, `gntalloc`, and `scanout` for a screen's memory) or speaks bytes (`xenbus`).

mod evtchn;
mod gntalloc;
mod gntdev;
mod ioctl;
mod mapping;
mod scanout;
mod xenbus;

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::rc::Rc;
use std::time::{Duration, Instant};

use rustix::fs::OFlags;
use vitrine_xen::platform::{AllocationError, BackPlatform, MapError, NoPortLeft};
use vitrine_xen::{DomainId, GrantRef, Port};

pub use evtchn::Taken;
pub use gntalloc::AllocatedPages;
pub use gntdev::MappedPages;
pub use scanout::ScanoutMemory;
pub use xenbus::{WatchEvent, Xenbus};

/// The domain that the back end runs in, usually dom0.
#[derive(Clone)]
pub struct HostDomain(Rc<Nodes>);

struct Nodes {
    events: evtchn::EventDevice,
    grants: gntdev::GrantDevice,
    allocations: gntalloc::AllocationDevice,
    start: Instant,
}

impl HostDomain {
    /// Opens the device nodes. The error names the one that can't be opened.
    pub fn open() -> io::Result<Self> {
        let (events, grants) = (evtchn::EventDevice::open()?, gntdev::GrantDevice::open()?);
        let allocations = gntalloc::AllocationDevice::default();
        Ok(Self(Rc::new(Nodes { events, grants, allocations, start: Instant::now() })))
    }

    /// Adds the ports that have fired to `ports`. Each of them stays silent until it is given to [`Self::unmask`].
    pub fn take_events(&self, ports: &mut Vec<Port>) -> io::Result<Taken> {
        self.0.events.take(ports)
    }

    /// Lets ports of [`Self::take_events`] fire again; what was sent meanwhile is delivered then.
    pub fn unmask(&self, ports: &[Port]) -> io::Result<()> {
        self.0.events.unmask(ports)
    }

    /// Readable when a port has fired.
    pub fn events_fd(&self) -> BorrowedFd<'_> {
        self.0.events.as_fd()
    }
}

impl BackPlatform for HostDomain {
    type Mapping = MappedPages;
    type Allocation = AllocatedPages;

    fn map(&self, peer: DomainId, references: &[GrantRef]) -> Result<MappedPages, MapError> {
        self.0.grants.map(peer, references)
    }

    fn allocate_granted(&self, peer: DomainId, count: usize) -> Result<AllocatedPages, AllocationError> {
        self.0.allocations.allocate(peer, count)
    }

    fn bind_port(&self, peer: DomainId, remote: Port) -> Result<Port, NoPortLeft> {
        self.0.events.bind(peer, remote).map_err(|_| NoPortLeft)
    }

    fn notify(&self, port: Port) {
        self.0.events.notify(port);
    }

    fn close_port(&self, port: Port) {
        self.0.events.unbind(port);
    }

    fn now(&self) -> Duration {
        self.0.start.elapsed()
    }
}

/// Opens a device node for reading and writing without ever blocking.
fn open_node(path: &str) -> io::Result<File> {
    let flags = OFlags::NONBLOCK.bits() as i32;
    let opened = OpenOptions::new().read(true).write(true).custom_flags(flags).open(path);
    opened.map_err(|error| io::Error::new(error.kind(), format!("{path}: {error}")))
}
