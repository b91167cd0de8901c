//! `/dev/xen/evtchn`: event channels (Linux `include/uapi/xen/evtchn.h`).

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};

use rustix::io::Errno;
use vitrine_xen::{DomainId, Port};

use super::ioctl::{Name, call};
use super::open_node;

/// `IOCTL_EVTCHN_BIND_INTERDOMAIN`: u32 domid, u32 remote port; returns the local port.
const BIND_INTERDOMAIN: Name = Name { letter: b'E', number: 1, size: 8 };
/// `IOCTL_EVTCHN_UNBIND`: u32 port.
const UNBIND: Name = Name { letter: b'E', number: 3, size: 4 };
/// `IOCTL_EVTCHN_NOTIFY`: u32 port.
const NOTIFY: Name = Name { letter: b'E', number: 4, size: 4 };
/// `IOCTL_EVTCHN_RESET`: empties the queue of events after it has overflowed.
const RESET: Name = Name { letter: b'E', number: 5, size: 0 };

/// How many ports one read takes.
const BATCH: usize = 128;

/// What [`HostDomain::take_events`](super::HostDomain::take_events) found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The ports that were asked for are all that have fired.
    All,
    /// The kernel's queue had overflowed: any port may have fired.
    Overflow,
}

/// The event channel device.
pub(super) struct EventDevice(File);

impl EventDevice {
    pub(super) fn open() -> io::Result<Self> {
        open_node("/dev/xen/evtchn").map(Self)
    }

    pub(super) fn bind(&self, peer: DomainId, remote: Port) -> rustix::io::Result<Port> {
        let mut words = [u32::from(peer.0), remote.0];
        // SAFETY: the kernel reads 8 bytes; no memory is concerned.
        unsafe { call(&self.0, BIND_INTERDOMAIN, &mut words) }.map(Port)
    }

    pub(super) fn unbind(&self, port: Port) {
        // SAFETY: the kernel reads 4 bytes; no memory is concerned.
        let unbound = unsafe { call(&self.0, UNBIND, &mut [port.0]) };
        if let Err(error) = unbound {
            log::error!("event channel {} can't be closed: {error}", port.0);
        }
    }

    pub(super) fn notify(&self, port: Port) {
        // SAFETY: the kernel reads 4 bytes; no memory is concerned.
        let notified = unsafe { call(&self.0, NOTIFY, &mut [port.0]) };
        if let Err(error) = notified {
            log::debug!("event channel {} can't be notified: {error}", port.0);
        }
    }

    /// Adds the ports that have fired to `ports`; each stays masked until [`Self::unmask`].
    pub(super) fn take(&self, ports: &mut Vec<Port>) -> io::Result<Taken> {
        let mut bytes = [0; 4 * BATCH];
        loop {
            match rustix::io::read(&self.0, &mut bytes) {
                Ok(0) | Err(Errno::AGAIN) => return Ok(Taken::All),
                Ok(length) => {
                    let words = bytes[..length].chunks_exact(4).flat_map(<[u8; 4]>::try_from);
                    ports.extend(words.map(|word| Port(u32::from_ne_bytes(word))));
                    if length < bytes.len() {
                        return Ok(Taken::All);
                    }
                }
                Err(Errno::INTR) => {}
                Err(Errno::FBIG) => {
                    // SAFETY: this request has no structure.
                    unsafe { call(&self.0, RESET, &mut [])? };
                    return Ok(Taken::Overflow);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Lets a port fire again. One that was closed meanwhile is skipped by the kernel.
    pub(super) fn unmask(&self, ports: &[Port]) -> io::Result<()> {
        for batch in ports.chunks(BATCH) {
            let bytes: Vec<u8> = batch.iter().flat_map(|port| port.0.to_ne_bytes()).collect();
            rustix::io::write(&self.0, &bytes)?;
        }
        Ok(())
    }
}

impl AsFd for EventDevice {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
