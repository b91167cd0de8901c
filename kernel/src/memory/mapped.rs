//! Granted pages of another domain, mapped into this one.

use core::ops::Range;
use core::ptr::NonNull;

use vitrine_xen::abi::grant_table::{MapGrantRef, UnmapGrantRef};
use vitrine_xen::hypercall::{self, XenError};
use vitrine_xen::memory::SharedMemory;
use vitrine_xen::platform::{MapError, SharedPages};
use vitrine_xen::{DomainId, GrantRef, PAGE_SIZE};

use super::space;
use crate::mapping::{self, Mapper, Mapping};

/// Pages of another domain, readable, writable and write-back cached, at one run of addresses; unmapped on drop. Their
/// owner can write them at any time.
pub struct MappedPages {
    first: usize,
    count: usize,
    /// Taken out when it is unmapped.
    mapping: Option<Mapping>,
}

impl MappedPages {
    /// Maps all of these grants of `peer`, in this order, or none.
    pub(crate) fn map(peer: DomainId, references: &[GrantRef]) -> Result<Self, MapError> {
        let mapping = mapping::map(&mut Machine, &mut space::window(), peer, references)?;
        Ok(Self { first: mapping.first, count: mapping.count(), mapping: Some(mapping) })
    }
}

impl SharedPages for MappedPages {
    fn memory(&self) -> SharedMemory<'_> {
        let base = NonNull::new((self.first * PAGE_SIZE) as *mut u8).expect("the window is not at address 0");
        // SAFETY: Xen has put a granted frame behind each page, and the page tables reach it, until this value is dropped;
        // a granted frame stays for as long as it is mapped, whatever its owner does. Only such views reach it.
        unsafe { SharedMemory::new(base, self.count * PAGE_SIZE) }
    }
}

impl Drop for MappedPages {
    fn drop(&mut self) {
        if let Some(mapping) = self.mapping.take() {
            mapping::unmap(&mut Machine, &mut space::window(), mapping);
        }
    }
}

/// Xen, and the page tables that are in use.
struct Machine;

impl Mapper for Machine {
    fn map(&mut self, operations: &mut [MapGrantRef]) {
        // SAFETY: the addresses are pages of the window, where no RAM is and which nobody else has.
        report("mapped", unsafe { hypercall::grant_map(operations) });
    }

    fn unmap(&mut self, operations: &mut [UnmapGrantRef]) {
        // SAFETY: the pages are hidden, or were never reachable, and no view of them is left.
        report("unmapped", unsafe { hypercall::grant_unmap(operations) });
    }

    fn reach(&mut self, pages: Range<usize>) -> bool {
        space::reach(pages)
    }

    fn hide(&mut self, pages: Range<usize>) {
        space::hide(pages);
    }
}

/// Whether each operation was done is in its status; this says why Xen did not do them all.
fn report(what: &str, result: Result<(), XenError>) {
    if let Err(error) = result {
        log::error!("not all grants of a batch could be {what}: {error}");
    }
}
