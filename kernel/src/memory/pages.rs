//! Pages of the appliance's own, for granting.

use core::ptr::NonNull;

use vitrine_xen::memory::SharedMemory;
use vitrine_xen::platform::{OutOfMemory, OwnPages, SharedPages};
use vitrine_xen::{Gfn, PAGE_SIZE};

use super::space;

/// A run of frames that belongs to whoever holds this, zeroed when it was made. Dropping it gives the frames back.
pub struct Pages {
    first: usize,
    count: usize,
}

impl Pages {
    /// `count` zeroed pages, at least 1, in one run.
    pub(crate) fn allocate(count: usize) -> Result<Self, OutOfMemory> {
        let first = space::allocate_frames(count).ok_or(OutOfMemory { wanted: count, free: space::free_frames() })?;
        let pages = Self { first, count };
        // What the frames held before must not reach another domain.
        pages.memory().clear();
        Ok(pages)
    }
}

impl SharedPages for Pages {
    fn memory(&self) -> SharedMemory<'_> {
        let base = NonNull::new((self.first * PAGE_SIZE) as *mut u8).expect("frame 0 is never given");
        // SAFETY: the frames are RAM, mapped to themselves for good, this value's alone until it is dropped, and reached
        // only through such views.
        unsafe { SharedMemory::new(base, self.count * PAGE_SIZE) }
    }
}

impl OwnPages for Pages {
    fn count(&self) -> usize {
        self.count
    }

    fn gfn(&self, index: usize) -> Gfn {
        assert!(index < self.count, "page {index} of {}", self.count);
        Gfn((self.first + index) as u64)
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        space::release_frames(self.first, self.count);
    }
}
