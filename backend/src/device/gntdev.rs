//! `/dev/xen/gntdev`: maps pages that guests have granted (Linux `include/uapi/xen/gntdev.h`).

use std::fs::File;
use std::io;
use std::rc::Rc;

use rustix::io::Errno;
use vitrine_xen::memory::SharedMemory;
use vitrine_xen::platform::{MapError, SharedPages};
use vitrine_xen::{DomainId, GrantRef, PAGE_SIZE};

use super::ioctl::{Name, call};
use super::mapping::Mapping;
use super::open_node;

/// `IOCTL_GNTDEV_MAP_GRANT_REF`: u32 count, u32 padding, u64 index (out), then u32 domid and u32 reference for each
/// grant; the size in its number is that of one grant.
const MAP_GRANT_REF: Name = Name { letter: b'G', number: 0, size: 24 };
/// `IOCTL_GNTDEV_UNMAP_GRANT_REF`: u64 index, u32 count, u32 padding.
const UNMAP_GRANT_REF: Name = Name { letter: b'G', number: 1, size: 16 };

/// The grant device.
pub(super) struct GrantDevice(Rc<File>);

impl GrantDevice {
    pub(super) fn open() -> io::Result<Self> {
        Ok(Self(Rc::new(open_node("/dev/xen/gntdev")?)))
    }

    /// Maps the grants as one run. The kernel doesn't say which of several references was wrong: the first one is named.
    pub(super) fn map(&self, peer: DomainId, references: &[GrantRef]) -> Result<MappedPages, MapError> {
        let first = *references.first().ok_or(MapError::NoRoom(0))?;
        let count = u32::try_from(references.len()).map_err(|_| MapError::NoRoom(references.len()))?;
        let no_room = |_| MapError::NoRoom(references.len());
        let reservation = Reservation::new(&self.0, peer, references, count).map_err(no_room)?;
        let length = references.len() * PAGE_SIZE;
        let pages = Mapping::new(&*self.0, reservation.index, length).map_err(|error| match error {
            Errno::NOMEM => MapError::NoRoom(references.len()),
            _ => MapError::BadReference(first),
        })?;
        Ok(MappedPages { pages, _reservation: reservation })
    }
}

/// Pages of a guest, mapped until this is dropped. The order of the fields is the order in which they are undone.
pub struct MappedPages {
    pages: Mapping,
    _reservation: Reservation,
}

impl SharedPages for MappedPages {
    fn memory(&self) -> SharedMemory<'_> {
        self.pages.shared()
    }
}

/// A range of the grant device's offsets that stands for some grants.
struct Reservation {
    device: Rc<File>,
    index: u64,
    count: u32,
}

impl Reservation {
    fn new(device: &Rc<File>, peer: DomainId, references: &[GrantRef], count: u32) -> rustix::io::Result<Self> {
        let mut words = Vec::with_capacity(4 + 2 * references.len());
        words.extend([count, 0, 0, 0]);
        words.extend(references.iter().flat_map(|reference| [u32::from(peer.0), reference.0]));
        // SAFETY: the kernel reads the header and `count` grants, which is what `words` holds, and writes the index.
        unsafe { call(&**device, MAP_GRANT_REF, &mut words)? };
        let index = u64::from(words[2]) | u64::from(words[3]) << 32;
        Ok(Self { device: Rc::clone(device), index, count })
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let mut words = [self.index as u32, (self.index >> 32) as u32, self.count, 0];
        // SAFETY: the kernel reads 16 bytes; the pages are no longer mapped, for `MappedPages` drops them first.
        let released = unsafe { call(&*self.device, UNMAP_GRANT_REF, &mut words) };
        if let Err(error) = released {
            log::error!("{} grants can't be given back: {error}", self.count);
        }
    }
}
