//! The functions that compiled code calls by name where an operating system's C library would have them.

use super::bytes;

/// C's `memcpy`.
///
/// # Safety
/// As C says: both runs are valid for `length` bytes and do not overlap.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, length: usize) -> *mut u8 {
    // SAFETY: the caller's word.
    unsafe { bytes::copy(to, from, length) };
    to
}

/// C's `memmove`.
///
/// # Safety
/// As C says: both runs are valid for `length` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, length: usize) -> *mut u8 {
    // SAFETY: the caller's word.
    unsafe { bytes::copy_overlapping(to, from, length) };
    to
}

/// C's `memset`: the low byte of `value` counts.
///
/// # Safety
/// As C says: the run is valid for `length` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn memset(to: *mut u8, value: i32, length: usize) -> *mut u8 {
    // SAFETY: the caller's word.
    unsafe { bytes::fill(to, value as u8, length) };
    to
}

/// C's `memcmp`.
///
/// # Safety
/// As C says: both runs are valid for `length` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcmp(left: *const u8, right: *const u8, length: usize) -> i32 {
    // SAFETY: the caller's word.
    unsafe { bytes::compare(left, right, length) }
}

/// BSD's `bcmp`: 0 when two runs are the same.
///
/// # Safety
/// As for [`memcmp`].
#[unsafe(no_mangle)]
unsafe extern "C" fn bcmp(left: *const u8, right: *const u8, length: usize) -> i32 {
    // SAFETY: the caller's word.
    unsafe { bytes::compare(left, right, length) }
}

/// C's `strlen`.
///
/// # Safety
/// As C says: the bytes up to and including the first 0 are valid.
#[unsafe(no_mangle)]
unsafe extern "C" fn strlen(string: *const u8) -> usize {
    // SAFETY: the caller's word.
    unsafe { bytes::length_to_zero(string) }
}

/// Named by precompiled `core`, called by nobody: images abort on a panic.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

/// Named by precompiled `core`, called by nobody: images abort on a panic.
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() -> ! {
    panic!("_Unwind_Resume was called in an image that never unwinds")
}
