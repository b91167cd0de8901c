//! Real memory behind the fake's frames, and the fake's only unsafe code.
//!
//! A domain's memory is an anonymous file, frame `n` at byte `n * PAGE_SIZE`. The owner's pages and a peer's mapping are
//! two `mmap`s of the same file, so both see the same bytes at two addresses, as two domains do. Frames that lie apart in
//! the file become one run of addresses by mapping them side by side.

use core::ffi::c_void;
use core::ptr::{NonNull, null_mut};
use std::cell::Cell;
use std::io;
use std::os::fd::OwnedFd;

use rustix::fs::{MemfdFlags, ftruncate, memfd_create};
use rustix::mm::{MapFlags, ProtFlags, mmap, mmap_anonymous, munmap};

use crate::PAGE_SIZE;
use crate::memory::SharedMemory;

/// The memory of one domain. It only ever grows, so that no mapping of it can lose its bytes.
pub(super) struct Backing {
    file: OwnedFd,
    frames: Cell<u64>,
}

impl Backing {
    /// A memory without frames.
    pub(super) fn new() -> io::Result<Self> {
        let file = memfd_create("fake-domain", MemfdFlags::CLOEXEC)?;
        Ok(Self { file, frames: Cell::new(0) })
    }

    /// Makes frames 0 to `frames - 1` exist. Frames that are new are zeroed.
    pub(super) fn grow(&self, frames: u64) -> io::Result<()> {
        if frames > self.frames.get() {
            ftruncate(&self.file, frames * PAGE_SIZE as u64)?;
            self.frames.set(frames);
        }
        Ok(())
    }
}

/// A run of addresses with frames behind it; unmapped on drop.
pub(super) struct Run {
    base: NonNull<u8>,
    length: usize,
}

impl Run {
    /// Maps frames side by side, in this order. Each is the memory it belongs to and its number.
    ///
    /// Panics when there are none, or one does not exist.
    pub(super) fn map(frames: &[(&Backing, u64)]) -> io::Result<Self> {
        let run = Self::reserve(frames.len() * PAGE_SIZE)?;
        let mut index = 0;
        while index < frames.len() {
            let stretch = neighbours(&frames[index..]);
            run.fill(index, stretch, frames[index].0, frames[index].1)?;
            index += stretch;
        }
        Ok(run)
    }

    /// The run's bytes.
    pub(super) fn memory(&self) -> SharedMemory<'_> {
        // SAFETY: `map` has put existing frames, readable and writable, behind every byte of the run, and `Drop` alone
        // takes them away, so they stay for as long as `self` is borrowed. The base is page-aligned. No reference to
        // these bytes is made anywhere: `base` is private and leaves this module only here.
        unsafe { SharedMemory::new(self.base, self.length) }
    }

    /// Takes a range of addresses that nothing else will be put into.
    fn reserve(length: usize) -> io::Result<Self> {
        assert!(length > 0, "a run has at least one page");
        // SAFETY: the kernel chooses a free range, so no memory in use is touched.
        let base = unsafe { mmap_anonymous(null_mut(), length, ProtFlags::empty(), MapFlags::PRIVATE) }?;
        let base = NonNull::new(base.cast()).expect("the kernel maps nothing at address 0 unasked");
        Ok(Self { base, length })
    }

    /// Puts `count` neighbouring frames of `backing` behind the run's pages from `page` on.
    fn fill(&self, page: usize, count: usize, backing: &Backing, frame: u64) -> io::Result<()> {
        let exists = frame.checked_add(count as u64).is_some_and(|end| end <= backing.frames.get());
        assert!(exists, "{count} frames at {frame} leave a memory of {} frames", backing.frames.get());
        assert!((page + count) * PAGE_SIZE <= self.length, "a frame outside its run");
        // SAFETY: the offset is within the run, as was just checked.
        let place: *mut c_void = unsafe { self.base.add(page * PAGE_SIZE) }.as_ptr().cast();
        let (length, offset) = (count * PAGE_SIZE, frame * PAGE_SIZE as u64);
        let (access, flags) = (ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED | MapFlags::FIXED);
        // SAFETY: `MAP_FIXED` replaces only addresses that `reserve` took for this run, and nobody has a view of them
        // yet: `fill` is called by `map` alone, before the run is handed out. The frames exist, so no access will fault.
        unsafe { mmap(place, length, access, flags, &backing.file, offset) }?;
        Ok(())
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // SAFETY: the range is this run's own since `reserve`, and every view of it borrowed the run.
        let unmapped = unsafe { munmap(self.base.as_ptr().cast(), self.length) };
        debug_assert!(unmapped.is_ok(), "a run of our own can be unmapped");
    }
}

/// How many frames at the start lie side by side in the same memory, so that one `mmap` maps them.
fn neighbours(frames: &[(&Backing, u64)]) -> usize {
    let follows =
        |pair: &[(&Backing, u64)]| core::ptr::eq(pair[0].0, pair[1].0) && pair[0].1.checked_add(1) == Some(pair[1].1);
    1 + frames.windows(2).take_while(|pair| follows(pair)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backing(frames: u64) -> Backing {
        let backing = Backing::new().unwrap();
        backing.grow(frames).unwrap();
        backing
    }

    #[test]
    fn one_frame_is_seen_through_two_runs() {
        let backing = backing(4);
        let (owner, peer) = (Run::map(&[(&backing, 2)]).unwrap(), Run::map(&[(&backing, 2)]).unwrap());
        owner.memory().write_u32(4092, 0xfeed);
        assert_eq!(peer.memory().read_u32(4092), 0xfeed);
    }

    #[test]
    fn scattered_frames_become_one_run_in_the_order_asked_for() {
        let (first, second) = (backing(8), backing(8));
        let order = [(&first, 5), (&first, 6), (&second, 7), (&first, 0), (&first, 5)];
        let run = Run::map(&order).unwrap();
        for (page, (backing, frame)) in order.into_iter().enumerate() {
            let alone = Run::map(&[(backing, frame)]).unwrap();
            alone.memory().write_u32(0, 100 + page as u32);
            assert_eq!(run.memory().read_u32(page * PAGE_SIZE), 100 + page as u32);
        }
    }

    #[test]
    fn memory_outlives_the_handle_of_its_domain() {
        let backing = backing(1);
        let run = Run::map(&[(&backing, 0)]).unwrap();
        drop(backing);
        run.memory().write_u8(0, 7);
        assert_eq!(run.memory().read_u8(0), 7);
    }

    #[test]
    #[should_panic(expected = "leave a memory of 4 frames")]
    fn a_frame_that_does_not_exist_is_not_mapped() {
        let backing = backing(4);
        let _ = Run::map(&[(&backing, 3), (&backing, 4)]);
    }
}
