//! Mapping grants of other domains: which batches Xen is asked for, and what is undone when it refuses.
//!
//! Each granted frame appears at a page of the [`Window`], where no RAM is, and is then reached by a page table entry. A
//! frame that Xen will not let go is reported, and its page of the window is never used again.

use alloc::vec::Vec;
use core::ops::Range;

use vitrine_xen::abi::grant_table::{MAP_HOST, MapGrantRef, STATUS_OKAY, UnmapGrantRef, status_name};
use vitrine_xen::platform::MapError;
use vitrine_xen::{DomainId, GrantRef, PAGE_SIZE};

use crate::memory::Window;

/// How many grants one hypercall maps or unmaps: enough that entering Xen costs little, few enough for the stack.
const BATCH: usize = 64;
/// `GNTST_general_error`: what an operation says that Xen has not reached.
const NOT_REACHED: i16 = -1;
/// No mapping (Xen's own `INVALID_MAPTRACK_HANDLE`).
const NO_HANDLE: u32 = u32::MAX;

/// Who does it: Xen and the page tables, or a test.
pub(crate) trait Mapper {
    /// `GNTTABOP_map_grant_ref`; each operation's status says whether it was done.
    fn map(&mut self, operations: &mut [MapGrantRef]);
    /// `GNTTABOP_unmap_grant_ref`; each operation's status says whether it was done.
    fn unmap(&mut self, operations: &mut [UnmapGrantRef]);
    /// Makes pages reachable at their own addresses. `false`: there is no memory for page tables, and none is reachable.
    fn reach(&mut self, pages: Range<usize>) -> bool;
    /// Makes pages unreachable again.
    fn hide(&mut self, pages: Range<usize>);
}

/// Grants that are mapped at one run of pages. It has to be given to [`unmap`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mapping {
    /// The first page.
    pub(crate) first: usize,
    /// What Xen calls the mapping of each page.
    handles: Vec<u32>,
}

impl Mapping {
    /// How many pages are mapped.
    pub(crate) fn count(&self) -> usize {
        self.handles.len()
    }
}

/// Maps all of `references`, at least one, at a run of pages of `window`, or nothing.
pub(crate) fn map(
    mapper: &mut impl Mapper,
    window: &mut Window,
    peer: DomainId,
    references: &[GrantRef],
) -> Result<Mapping, MapError> {
    let count = references.len();
    let no_room = MapError::NoRoom(count);
    let mut handles = Vec::new();
    handles.try_reserve_exact(count).map_err(|_| no_room)?;
    let first = window.take(count).ok_or(no_room)?;
    let mapped = references.chunks(BATCH).try_for_each(|batch| map_batch(mapper, peer, batch, first, &mut handles));
    let reached = mapped.and_then(|()| if mapper.reach(first..first + count) { Ok(()) } else { Err(no_room) });
    match reached {
        Ok(()) => Ok(Mapping { first, handles }),
        Err(error) => {
            let attempted = first + handles.len();
            unmap_frames(mapper, window, first, &handles);
            if attempted < first + count {
                window.release(attempted..first + count);
            }
            Err(error)
        }
    }
}

/// Undoes a mapping. Nobody may use its memory any more.
pub(crate) fn unmap(mapper: &mut impl Mapper, window: &mut Window, mapping: Mapping) {
    mapper.hide(mapping.first..mapping.first + mapping.count());
    unmap_frames(mapper, window, mapping.first, &mapping.handles);
}

/// Maps one batch behind what `handles` stands for, and adds a handle for each page, [`NO_HANDLE`] for one that failed.
/// The error names the first that did.
fn map_batch(
    mapper: &mut impl Mapper,
    peer: DomainId,
    references: &[GrantRef],
    first: usize,
    handles: &mut Vec<u32>,
) -> Result<(), MapError> {
    let mut operations = [MapGrantRef::default(); BATCH];
    let operations = &mut operations[..references.len()];
    for (index, (operation, reference)) in operations.iter_mut().zip(references).enumerate() {
        operation.host_addr = address(first + handles.len() + index);
        operation.flags = MAP_HOST;
        operation.reference = reference.0;
        operation.dom = peer.0;
        operation.status = NOT_REACHED;
    }
    mapper.map(operations);
    handles.extend(operations.iter().map(|done| if done.status == STATUS_OKAY { done.handle } else { NO_HANDLE }));
    match operations.iter().find(|operation| operation.status != STATUS_OKAY) {
        None => Ok(()),
        Some(failed) => {
            let (reference, status) = (failed.reference, failed.status);
            log::warn!("grant {reference} of {peer} can't be mapped: {} ({status})", status_name(status));
            Err(MapError::BadReference(GrantRef(reference)))
        }
    }
}

/// Unmaps what is mapped from page `first` on, and gives the pages back to the window, except those that stay mapped.
fn unmap_frames(mapper: &mut impl Mapper, window: &mut Window, first: usize, handles: &[u32]) {
    // Where the pages begin that have not been given back yet.
    let mut free_from = first;
    for (batch, handles) in handles.chunks(BATCH).enumerate() {
        let mut operations = [UnmapGrantRef::default(); BATCH];
        let mut count = 0;
        for (index, handle) in handles.iter().enumerate().filter(|(_, handle)| **handle != NO_HANDLE) {
            let host_addr = address(first + batch * BATCH + index);
            operations[count] = UnmapGrantRef { host_addr, handle: *handle, status: NOT_REACHED, dev_bus_addr: 0 };
            count += 1;
        }
        mapper.unmap(&mut operations[..count]);
        for stuck in operations[..count].iter().filter(|operation| operation.status != STATUS_OKAY) {
            let (page, status) = (stuck.host_addr as usize / PAGE_SIZE, stuck.status);
            log::error!("the granted frame at page {page:#x} stays mapped: {} ({status})", status_name(status));
            release(window, free_from..page);
            free_from = page + 1;
        }
    }
    release(window, free_from..first + handles.len());
}

fn release(window: &mut Window, pages: Range<usize>) {
    if !pages.is_empty() {
        window.release(pages);
    }
}

fn address(page: usize) -> u64 {
    (page * PAGE_SIZE) as u64
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use proptest::prelude::*;

    const PEER: DomainId = DomainId(0);
    const PAGES: Range<usize> = 1000..1400;

    /// A Xen that checks what it is asked for.
    #[derive(Default)]
    struct FakeXen {
        /// Mapped grants by page: the handle and the reference.
        mapped: BTreeMap<usize, (u32, u32)>,
        /// Pages with a page table entry.
        reachable: BTreeSet<usize>,
        /// References that can't be mapped.
        bad: BTreeSet<u32>,
        /// References that can't be unmapped.
        stuck: BTreeSet<u32>,
        no_tables: bool,
        hypercalls: usize,
        handles: u32,
    }

    impl Mapper for FakeXen {
        fn map(&mut self, operations: &mut [MapGrantRef]) {
            self.hypercalls += 1;
            for operation in operations {
                assert_eq!((operation.flags, operation.dom, operation.status), (MAP_HOST, PEER.0, NOT_REACHED));
                if self.bad.contains(&operation.reference) {
                    operation.status = -3;
                    continue;
                }
                self.handles += 1;
                (operation.status, operation.handle) = (STATUS_OKAY, self.handles);
                let page = operation.host_addr as usize / PAGE_SIZE;
                assert!(PAGES.contains(&page), "page {page} is outside of the window");
                let before = self.mapped.insert(page, (self.handles, operation.reference));
                assert_eq!(before, None, "page {page} is in use");
            }
        }

        fn unmap(&mut self, operations: &mut [UnmapGrantRef]) {
            for operation in operations {
                let page = operation.host_addr as usize / PAGE_SIZE;
                assert!(!self.reachable.contains(&page), "page {page} is unmapped while it can be reached");
                let (handle, reference) = self.mapped[&page];
                assert_eq!((operation.handle, operation.dev_bus_addr), (handle, 0));
                if !self.stuck.contains(&reference) {
                    operation.status = STATUS_OKAY;
                    self.mapped.remove(&page);
                }
            }
        }

        fn reach(&mut self, pages: Range<usize>) -> bool {
            if !self.no_tables {
                self.reachable.extend(pages);
            }
            !self.no_tables
        }

        fn hide(&mut self, pages: Range<usize>) {
            pages.for_each(|page| assert!(self.reachable.remove(&page)));
        }
    }

    fn references(range: Range<u32>) -> Vec<GrantRef> {
        range.map(GrantRef).collect()
    }

    #[test]
    fn grants_are_mapped_in_order_and_in_batches() {
        let (mut xen, mut window) = (FakeXen::default(), Window::new(PAGES));
        let mapping = map(&mut xen, &mut window, PEER, &references(8..8 + 200)).unwrap();
        assert_eq!((mapping.first, mapping.count(), xen.hypercalls), (1000, 200, 4));
        for (index, (page, (_, reference))) in xen.mapped.iter().enumerate() {
            assert_eq!((*page, *reference), (1000 + index, 8 + index as u32));
        }
        unmap(&mut xen, &mut window, mapping);
        assert!(xen.mapped.is_empty() && xen.reachable.is_empty() && window.used() == 0);
    }

    #[test]
    fn a_reference_that_fails_undoes_all() {
        // The first and the last page, and both sides of a batch's end; then several at once.
        for bad in [vec![8], vec![8 + 63], vec![8 + 64], vec![8 + 199], vec![8 + 70, 8 + 65, 8 + 150]] {
            let (mut xen, mut window) = (FakeXen::default(), Window::new(PAGES));
            xen.bad.extend(&bad);
            let first_bad = *bad.iter().min().unwrap();
            let failed = map(&mut xen, &mut window, PEER, &references(8..8 + 200));
            assert_eq!(failed, Err(MapError::BadReference(GrantRef(first_bad))));
            assert!(xen.mapped.is_empty() && xen.reachable.is_empty() && window.used() == 0);
        }
    }

    #[test]
    fn without_room_nothing_is_mapped() {
        let (mut xen, mut window) = (FakeXen::default(), Window::new(PAGES));
        assert_eq!(map(&mut xen, &mut window, PEER, &references(8..409)), Err(MapError::NoRoom(401)));
        assert_eq!(map(&mut xen, &mut window, PEER, &[]), Err(MapError::NoRoom(0)));
        xen.no_tables = true;
        assert_eq!(map(&mut xen, &mut window, PEER, &references(8..408)), Err(MapError::NoRoom(400)));
        assert!(xen.mapped.is_empty() && window.used() == 0);
    }

    #[test]
    fn a_page_that_stays_mapped_is_never_used_again() {
        let (mut xen, mut window) = (FakeXen::default(), Window::new(PAGES));
        xen.stuck.extend([10, 8 + 130]);
        let mapping = map(&mut xen, &mut window, PEER, &references(8..8 + 200)).unwrap();
        unmap(&mut xen, &mut window, mapping);
        assert_eq!((window.used(), xen.mapped.len()), (2, 2));
        assert_eq!(xen.mapped.keys().copied().collect::<Vec<_>>(), [1002, 1130]);
        let all = [2, 127, 269].map(|count| map(&mut xen, &mut window, PEER, &references(500..500 + count)).unwrap());
        assert_eq!(all.map(|mapping| mapping.first), [1000, 1003, 1131]);
    }

    proptest! {
        /// Mappings come and go, some fail half way, some pages get stuck: whatever is mapped belongs to a live mapping or is
        /// stuck, and the window agrees.
        #[test]
        fn nothing_is_mapped_twice_or_forgotten(
            steps in prop::collection::vec((1u32..150, any::<bool>(), 0u32..400, 0u32..400), 1..120),
        ) {
            let (mut xen, mut window) = (FakeXen::default(), Window::new(PAGES));
            let mut live: Vec<Mapping> = Vec::new();
            let mut stuck = 0;
            for (count, release, bad, late) in steps {
                xen.bad = [bad].into();
                xen.stuck = if late < 40 { [late].into() } else { BTreeSet::new() };
                let before = xen.mapped.len();
                if release && !live.is_empty() {
                    let mapping = live.swap_remove(count as usize % live.len());
                    let pages = mapping.count();
                    unmap(&mut xen, &mut window, mapping);
                    stuck += xen.mapped.len() + pages - before;
                } else {
                    match map(&mut xen, &mut window, PEER, &references(8..8 + count)) {
                        Ok(mapping) => {
                            prop_assert!(!(8..8 + count).contains(&bad));
                            live.push(mapping);
                        }
                        Err(_) => stuck += xen.mapped.len() - before,
                    }
                }
                let held: usize = live.iter().map(Mapping::count).sum();
                prop_assert_eq!(xen.mapped.len(), held + stuck);
                prop_assert_eq!(window.used(), held + stuck);
                prop_assert_eq!(xen.reachable.len(), held);
            }
        }
    }
}
