//! `/dev/xen/gntalloc`: pages of this domain that a guest may map (Linux `include/uapi/xen/gntalloc.h`).
//!
//! The kernel gives no more than its parameter `limit` says, 1,024 pages unless it was raised. Pages that a guest still maps
//! when we let go of them stay allocated and count until the guest has unmapped them.

use std::cell::OnceCell;
use std::fs::File;
use std::rc::Rc;

use rustix::io::Errno;
use vitrine_xen::memory::SharedMemory;
use vitrine_xen::platform::{AllocationError, GrantedPages, SharedPages};
use vitrine_xen::{DomainId, GrantRef, PAGE_SIZE};

use super::ioctl::{Name, call};
use super::mapping::Mapping;
use super::open_node;

/// `IOCTL_GNTALLOC_ALLOC_GREF`: u16 domid, u16 flags, u32 count, u64 index (out), then a u32 reference for each page (out);
/// the size in its number is that of one page's, padded to 8 bytes.
const ALLOC_GREF: Name = Name { letter: b'G', number: 5, size: 24 };
/// `IOCTL_GNTALLOC_DEALLOC_GREF`: u64 index, u32 count, u32 padding.
const DEALLOC_GREF: Name = Name { letter: b'G', number: 6, size: 16 };
/// `GNTALLOC_FLAG_WRITABLE`: the guest may write the pages.
const WRITABLE: u32 = 1;
/// 32-bit words of `IOCTL_GNTALLOC_ALLOC_GREF` before the references.
const HEADER: usize = 4;

/// The device; it is opened when it is first needed, because few guests ask for pages.
#[derive(Default)]
pub(super) struct AllocationDevice(OnceCell<Rc<File>>);

impl AllocationDevice {
    /// Makes `count` zeroed pages that `peer` may map.
    pub(super) fn allocate(&self, peer: DomainId, count: usize) -> Result<AllocatedPages, AllocationError> {
        let pages = u32::try_from(count).ok().filter(|pages| *pages > 0).ok_or(AllocationError::NoMemory(count))?;
        let grants = Grants::new(self.file()?, peer, pages).map_err(|error| match error {
            Errno::NOSPC => AllocationError::NoGrants(count),
            _ => AllocationError::NoMemory(count),
        })?;
        let mapped = Mapping::new(&*grants.device, grants.index, count * PAGE_SIZE);
        let pages = mapped.map_err(|_| AllocationError::NoMemory(count))?;
        Ok(AllocatedPages { pages, grants })
    }

    fn file(&self) -> Result<&Rc<File>, AllocationError> {
        if let Some(file) = self.0.get() {
            return Ok(file);
        }
        let file = open_node("/dev/xen/gntalloc").map_err(|error| {
            log::error!("{error}");
            AllocationError::NoDevice
        })?;
        Ok(self.0.get_or_init(|| Rc::new(file)))
    }
}

/// Pages that a guest may map, allocated until this is dropped. The order of the fields is the order in which they are
/// undone.
pub struct AllocatedPages {
    pages: Mapping,
    grants: Grants,
}

impl SharedPages for AllocatedPages {
    fn memory(&self) -> SharedMemory<'_> {
        self.pages.shared()
    }
}

impl GrantedPages for AllocatedPages {
    fn references(&self) -> &[GrantRef] {
        &self.grants.references
    }
}

/// Grants of the device, and the offset where it lends their pages.
struct Grants {
    device: Rc<File>,
    index: u64,
    references: Vec<GrantRef>,
}

impl Grants {
    fn new(device: &Rc<File>, peer: DomainId, count: u32) -> rustix::io::Result<Self> {
        let mut words = vec![0; (HEADER + count as usize).max(ALLOC_GREF.size / 4)];
        words[0] = u32::from(peer.0) | WRITABLE << 16;
        words[1] = count;
        // SAFETY: the kernel reads the header, writes it back with the first reference, 24 bytes, and then `count`
        // references behind the header; `words` has room for both.
        unsafe { call(&**device, ALLOC_GREF, &mut words)? };
        let index = u64::from(words[2]) | u64::from(words[3]) << 32;
        let references = words[HEADER..HEADER + count as usize].iter().copied().map(GrantRef).collect();
        Ok(Self { device: Rc::clone(device), index, references })
    }
}

impl Drop for Grants {
    fn drop(&mut self) {
        let count = self.references.len();
        let mut words = [self.index as u32, (self.index >> 32) as u32, count as u32, 0];
        // SAFETY: the kernel reads 16 bytes; the pages are no longer mapped here, for `AllocatedPages` drops them first.
        let released = unsafe { call(&*self.device, DEALLOC_GREF, &mut words) };
        if let Err(error) = released {
            log::error!("{count} pages that a guest could map can't be given back: {error}");
        }
    }
}
