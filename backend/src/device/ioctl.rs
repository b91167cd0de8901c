//! Requests to Xen's character devices.
//!
//! Their numbers are made like `_IOC(_IOC_NONE, type, number, size)`, yet all of them take a pointer to a structure of
//! `size` bytes (Linux `include/uapi/xen/evtchn.h`, `gntdev.h`).

use core::ffi::c_void;
use std::os::fd::AsFd;

use rustix::io;
use rustix::ioctl::{Direction, Ioctl, IoctlOutput, Opcode, opcode};

/// A request's name: the device's letter, the request's number, and the size of its structure in bytes.
#[derive(Clone, Copy)]
pub(super) struct Name {
    pub letter: u8,
    pub number: u8,
    pub size: usize,
}

struct Call<'a> {
    name: Name,
    words: &'a mut [u32],
}

// SAFETY: the opcode is the one that the caller of `call` vouches for, the pointer is valid for reading and writing for as
// long as the call takes, and the output is the kernel's return value.
unsafe impl Ioctl for Call<'_> {
    type Output = u32;

    const IS_MUTATING: bool = true;

    fn opcode(&self) -> Opcode {
        opcode::from_components(Direction::None, self.name.letter, self.name.number, self.name.size)
    }

    fn as_ptr(&mut self) -> *mut c_void {
        self.words.as_mut_ptr().cast()
    }

    unsafe fn output_from_ptr(output: IoctlOutput, _: *mut c_void) -> io::Result<u32> {
        Ok(output as u32)
    }
}

/// Makes a request; `words` is its structure. Returns what the kernel returned, which is not negative.
///
/// # Safety
/// The kernel must not read or write beyond `words` for this request on this file, whatever `words` says; and what the
/// request does must not touch memory that Rust knows of.
pub(super) unsafe fn call(file: impl AsFd, name: Name, words: &mut [u32]) -> io::Result<u32> {
    assert!(size_of_val(words) >= name.size, "a structure of {} bytes", name.size);
    // SAFETY: handed on to the caller.
    unsafe { rustix::ioctl::ioctl(file, Call { name, words }) }
}
