//! The memory that is drawn on: one for all, so that no renderer has the better pages.

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::slice;

use vitrine_scenes::PIXELS;

/// Bytes of a large page.
const LARGE: usize = 2 << 20;

/// Pixels at the start of a large page, and in large pages if the system has some left.
pub struct Target(*mut u32);

impl Target {
    const LAYOUT: Layout = match Layout::from_size_align((PIXELS * 4).next_multiple_of(LARGE), LARGE) {
        Ok(layout) => layout,
        Err(_) => panic!("a picture's size and a page's alignment are a layout"),
    };

    pub fn new() -> Self {
        // SAFETY: the layout's size is not 0.
        let start = unsafe { alloc_zeroed(Self::LAYOUT) };
        if start.is_null() {
            handle_alloc_error(Self::LAYOUT);
        }
        // SAFETY: the range was just allocated, and this kind of advice never changes what it holds.
        unsafe { libc::madvise(start.cast(), Self::LAYOUT.size(), libc::MADV_HUGEPAGE) };
        Self(start.cast())
    }

    pub fn pixels(&mut self) -> &mut [u32] {
        // SAFETY: PIXELS zeroed words that are aligned for u32, borrowed as long as self is.
        unsafe { slice::from_raw_parts_mut(self.0, PIXELS) }
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        // SAFETY: allocated by `new` with the same layout, and nothing borrows it any more.
        unsafe { dealloc(self.0.cast(), Self::LAYOUT) }
    }
}
