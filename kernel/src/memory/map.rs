//! The memory map that Xen hands over, as far as an appliance needs it.

use core::ops::Range;

use vitrine_xen::PAGE_SIZE;

/// Bytes in a page, as addresses count.
const PAGE: u64 = PAGE_SIZE as u64;
/// The most regions that are kept; xl makes fewer than ten.
const MAX_REGIONS: usize = 64;
/// Physical addresses from here on are not used: 512 GiB, what one top-level entry of the page tables reaches.
pub(crate) const ADDRESS_LIMIT: u64 = 1 << 39;

/// A run of physical addresses with one use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Region {
    /// The first address.
    pub(crate) start: u64,
    /// Past the last address.
    pub(crate) end: u64,
    /// Whether it is RAM for anybody to use.
    pub(crate) ram: bool,
}

/// The regions of the physical address space, as the loader listed them.
pub(crate) struct MemoryMap {
    regions: [Region; MAX_REGIONS],
    count: usize,
}

impl MemoryMap {
    /// A map of the given regions, each as (start, size, whether it is RAM). RAM is cut to whole pages, everything else
    /// is widened to them. Regions past the first 64, or past [`ADDRESS_LIMIT`], are left out.
    pub(crate) fn new(regions: impl Iterator<Item = (u64, u64, bool)>) -> Self {
        let mut map = Self { regions: [Region { start: 0, end: 0, ram: false }; MAX_REGIONS], count: 0 };
        for (start, size, ram) in regions.take(MAX_REGIONS) {
            let end = start.saturating_add(size).min(ADDRESS_LIMIT);
            let (start, end) = match ram {
                true => (start.next_multiple_of(PAGE), end / PAGE * PAGE),
                false => (start / PAGE * PAGE, end.next_multiple_of(PAGE)),
            };
            if start < end {
                map.regions[map.count] = Region { start, end, ram };
                map.count += 1;
            }
        }
        map
    }

    /// All regions.
    pub(crate) fn regions(&self) -> &[Region] {
        &self.regions[..self.count]
    }

    /// The regions of RAM, as address ranges.
    pub(crate) fn ram(&self) -> impl Iterator<Item = Range<u64>> + Clone {
        self.regions().iter().filter(|region| region.ram).map(|region| region.start..region.end)
    }

    /// Past the highest address of RAM.
    pub(crate) fn ram_end(&self) -> u64 {
        self.ram().map(|range| range.end).max().unwrap_or(0)
    }

    /// The lowest place in `within`, a multiple of 2 MiB, where `size` bytes meet no region: physical addresses that
    /// hold no RAM and no device, where Xen can be asked to place a frame.
    pub(crate) fn hole(&self, size: u64, within: Range<u64>) -> Option<u64> {
        const STEP: u64 = 2 << 20;
        let mut start = within.start.next_multiple_of(STEP);
        while start.checked_add(size)? <= within.end {
            let end = start + size;
            match self.regions().iter().find(|region| region.start < end && start < region.end) {
                None => return Some(start),
                Some(region) => start = region.end.next_multiple_of(STEP),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Xen 4.17 gives a PVH guest with `memory=32`.
    fn small_guest() -> MemoryMap {
        MemoryMap::new([(0, 0x200_0000, true), (0xfc00_0000, 0xb000, false), (0xfeff_8000, 0x8000, false)].into_iter())
    }

    #[test]
    fn ram_is_what_is_left_of_whole_pages() {
        let map = MemoryMap::new([(0x1800, 0x2000, true), (0x10_0001, 0xfff, true)].into_iter());
        assert!(map.ram().eq(core::iter::once(0x2000..0x3000)));
    }

    #[test]
    fn reserved_regions_grow_to_whole_pages() {
        let map = MemoryMap::new([(0x1800, 1, false)].into_iter());
        assert_eq!(map.regions(), [Region { start: 0x1000, end: 0x2000, ram: false }]);
    }

    #[test]
    fn a_hole_meets_no_region() {
        let map = small_guest();
        assert_eq!(map.hole(2 << 20, 1 << 20..1 << 32), Some(0x200_0000));
        assert_eq!(map.hole(2 << 20, 0xfc00_0000..1 << 32), Some(0xfc20_0000));
        assert_eq!(map.hole(2 << 20, 0xfef0_0000..1 << 32), Some(0xff00_0000));
        assert_eq!(map.hole(2 << 20, 0..1 << 20), None);
    }

    #[test]
    fn sizes_that_overflow_are_cut() {
        let map = MemoryMap::new([(u64::MAX - 4096, 8192, true), (1 << 30, u64::MAX, true)].into_iter());
        assert!(map.ram().eq(core::iter::once(1 << 30..ADDRESS_LIMIT)));
    }

    #[test]
    fn too_many_regions_are_left_out() {
        let map = MemoryMap::new((0..100).map(|index| (index * 0x2000, 0x1000, true)));
        assert_eq!(map.regions().len(), MAX_REGIONS);
    }
}
