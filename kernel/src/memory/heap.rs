//! The heap: one run of RAM that begins small and grows upwards.

use core::alloc::{GlobalAlloc, Layout};
use core::ptr::{NonNull, null_mut};
use core::sync::atomic::{AtomicU64, Ordering};

use linked_list_allocator::Heap;
use spin::Mutex;
use vitrine_xen::PAGE_SIZE;

use super::space;

/// Frames that the heap has at first, and that it grows by at least.
const STEP: usize = 64;

/// The global allocator. The lock is never contended (one vCPU, and no interrupt allocates); it is what makes the heap
/// shareable for the compiler.
struct GrowingHeap(Mutex<Heap>);

#[cfg_attr(image, global_allocator)]
static HEAP: GrowingHeap = GrowingHeap(Mutex::new(Heap::empty()));

/// Allocations since boot, growing ones included.
static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

/// How often something was allocated since boot.
pub(crate) fn allocations() -> u64 {
    ALLOCATIONS.load(Ordering::Relaxed)
}

/// Bytes that the heap has, and bytes of them that are allocated.
pub(crate) fn figures() -> (usize, usize) {
    let heap = HEAP.0.lock();
    (heap.size(), heap.used())
}

/// Makes the heap in the lowest free run from frame `from` on.
pub(crate) fn initialise(from: usize) {
    let first = space::lowest_run(from, STEP).expect("memory for a heap: raise memory= in the guest's configuration");
    assert!(space::take_frames(first, STEP), "a free run is free");
    // SAFETY: the frames are RAM, mapped to themselves, and the heap's from now on.
    unsafe { HEAP.0.lock().init((first * PAGE_SIZE) as *mut u8, STEP * PAGE_SIZE) };
}

/// Adds frames at the heap's end, enough for `layout`. Returns whether there were any.
fn grow(heap: &mut Heap, layout: Layout) -> bool {
    // One frame more than the size: the allocator's own header and the alignment of the place need room too.
    let wanted = (layout.size() + layout.align()).div_ceil(PAGE_SIZE) + 1;
    let end = heap.top() as usize / PAGE_SIZE;
    let count = [wanted.max(STEP), wanted].into_iter().find(|&count| space::take_frames(end, count));
    let Some(count) = count else { return false };
    // SAFETY: the frames follow the heap, are RAM mapped to themselves, and are the heap's from now on.
    unsafe { heap.extend(count * PAGE_SIZE) };
    true
}

// SAFETY: allocation and release are those of `linked_list_allocator` on memory that is only the heap's.
unsafe impl GlobalAlloc for GrowingHeap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.store(ALLOCATIONS.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        let mut heap = self.0.lock();
        loop {
            match heap.allocate_first_fit(layout) {
                Ok(place) => return place.as_ptr(),
                Err(()) if heap.bottom().is_null() || !grow(&mut heap, layout) => return null_mut(),
                Err(()) => {}
            }
        }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        let Some(place) = NonNull::new(place) else { return };
        // SAFETY: the caller's word: `place` came from `alloc` with this layout.
        unsafe { self.0.lock().deallocate(place, layout) };
    }
}
