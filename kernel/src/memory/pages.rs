//! Pages of the appliance's own, for granting.

use core::ptr::NonNull;

use vitrine_xen::memory::SharedMemory;
use vitrine_xen::platform::{OutOfMemory, OwnPages, SharedPages};
use vitrine_xen::{Gfn, PAGE_SIZE};

use super::space;

/// Frames that belong to whoever holds this, zeroed when it was made, at one run of addresses. Dropping it gives the frames
/// back.
///
/// The frames are neighbours, mapped to themselves, where memory has such a run; else they are wherever memory is free, and
/// the window shows them side by side.
pub struct Pages {
    /// The first page of the run of addresses.
    first: usize,
    count: usize,
    scattered: bool,
}

impl Pages {
    /// `count` zeroed pages, at least 1.
    pub(crate) fn allocate(count: usize) -> Result<Self, OutOfMemory> {
        let (first, scattered) = match space::allocate_frames(count) {
            Some(first) => (first, false),
            None => (space::gather(count).ok_or(OutOfMemory { wanted: count, free: space::free_frames() })?, true),
        };
        let pages = Self { first, count, scattered };
        // What the frames held before must not reach another domain.
        pages.memory().clear();
        Ok(pages)
    }
}

impl SharedPages for Pages {
    fn memory(&self) -> SharedMemory<'_> {
        let base = NonNull::new((self.first * PAGE_SIZE) as *mut u8).expect("page 0 is never given");
        // SAFETY: RAM, mapped there for as long as this value lives, its alone, and reached only through such views.
        unsafe { SharedMemory::new(base, self.count * PAGE_SIZE) }
    }
}

impl OwnPages for Pages {
    fn count(&self) -> usize {
        self.count
    }

    fn gfn(&self, index: usize) -> Gfn {
        assert!(index < self.count, "page {index} of {}", self.count);
        let page = self.first + index;
        let frame = if self.scattered { space::frame_at(page).expect("a page of ours has a frame") } else { page };
        Gfn(frame as u64)
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        match self.scattered {
            true => space::scatter(self.first..self.first + self.count),
            false => space::release_frames(self.first, self.count),
        }
    }
}
