//! Memory that a device node lends: mapped when made, unmapped when dropped.

use core::ptr::{NonNull, null_mut};
use std::os::fd::AsFd;

use rustix::io;
use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};
use vitrine_xen::memory::SharedMemory;

/// Pages of a device, readable and writable.
pub(super) struct Mapping {
    base: NonNull<u8>,
    length: usize,
}

impl Mapping {
    /// Maps `length` bytes, more than 0, of what the device has at `offset`.
    pub(super) fn new(file: impl AsFd, offset: u64, length: usize) -> io::Result<Self> {
        Self::with(MapFlags::SHARED, file, offset, length)
    }

    /// The same, with every page there from the beginning: no page faults later.
    pub(super) fn populated(file: impl AsFd, offset: u64, length: usize) -> io::Result<Self> {
        Self::with(MapFlags::SHARED | MapFlags::POPULATE, file, offset, length)
    }

    fn with(flags: MapFlags, file: impl AsFd, offset: u64, length: usize) -> io::Result<Self> {
        let protection = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: the kernel chooses an address range that nothing in this process uses.
        let base = unsafe { mmap(null_mut(), length, protection, flags, file, offset)? };
        let base = NonNull::new(base.cast()).ok_or(io::Errno::NOMEM)?;
        Ok(Self { base, length })
    }

    /// The bytes, as memory that others may write.
    pub(super) fn shared(&self) -> SharedMemory<'_> {
        // SAFETY: the range is mapped readable and writable, at a page's beginning, until `self` is dropped, which the
        // lifetime prevents; the only way to a reference is `exclusive`, which needs `self` alone.
        unsafe { SharedMemory::new(self.base, self.length) }
    }

    /// The bytes, as memory that is only ours.
    ///
    /// # Safety
    /// Nobody else, no device and no domain, may write the memory.
    pub(super) unsafe fn exclusive(&mut self) -> &mut [u8] {
        // SAFETY: mapped and initialised by the kernel, borrowed exclusively; the caller vouches for other writers.
        unsafe { core::slice::from_raw_parts_mut(self.base.as_ptr(), self.length) }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: `new` mapped exactly this range, and whoever borrowed it has let go.
        let unmapped = unsafe { munmap(self.base.as_ptr().cast(), self.length) };
        if let Err(error) = unmapped {
            log::error!("a mapping of {} bytes can't be undone: {error}", self.length);
        }
    }
}
