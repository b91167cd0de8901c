//! The functions that compiled code calls by name where an operating system's C library would have them.
//!
//! They are written in assembly where it matters, so that no compiler can turn their loops into calls of themselves.
//! Long runs go through `rep movsq` and `rep stosq`, which CPUs do in whole cache lines and emulators eight bytes at a
//! time; short ones through a few overlapping loads and stores.

use core::arch::asm;

/// Up to this many bytes, overlapping moves of fixed sizes are faster than starting a string instruction.
const SHORT: usize = 32;

/// Copies `length` bytes that do not overlap (C's `memcpy`).
///
/// # Safety
/// As C says: both runs are valid for `length` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, length: usize) -> *mut u8 {
    // SAFETY: the caller's word.
    unsafe {
        if length <= SHORT {
            copy_short(to, from, length);
        } else {
            copy_forward(to, from, length);
        }
    }
    to
}

/// Copies `length` bytes that may overlap (C's `memmove`).
///
/// # Safety
/// As C says: both runs are valid for `length` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, length: usize) -> *mut u8 {
    // SAFETY: the caller's word. `copy_short` loads everything before it stores; going forward is right unless the
    // target begins inside the source, where `wrapping_sub` gives a distance below `length`.
    unsafe {
        if length <= SHORT {
            copy_short(to, from, length);
        } else if (to as usize).wrapping_sub(from as usize) >= length {
            // The tail must not be overwritten before it is read, so no overlapping end here.
            copy_forward_exact(to, from, length);
        } else {
            copy_backward(to, from, length);
        }
    }
    to
}

/// Sets `length` bytes to the low byte of `value` (C's `memset`).
///
/// # Safety
/// As C says: the run is valid for `length` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn memset(to: *mut u8, value: i32, length: usize) -> *mut u8 {
    let pattern = u64::from(value as u8) * 0x0101_0101_0101_0101;
    // SAFETY: the caller's word; each store stays in the run, by the lengths compared before it.
    unsafe {
        match length {
            0 => {}
            1..8 => {
                for offset in 0..length {
                    to.add(offset).write_volatile(pattern as u8);
                }
            }
            _ => {
                to.add(length - 8).cast::<u64>().write_unaligned(pattern);
                asm!("rep stosq", inout("rcx") length / 8 => _, inout("rdi") to => _, in("rax") pattern,
                     options(nostack, preserves_flags));
            }
        }
    }
    to
}

/// Compares bytes as unsigned numbers (C's `memcmp`).
///
/// # Safety
/// As C says: both runs are valid for `length` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcmp(left: *const u8, right: *const u8, length: usize) -> i32 {
    let mut offset = 0;
    // SAFETY: the caller's word; every load ends at or before `length`.
    unsafe {
        while offset + 8 <= length {
            let a = left.add(offset).cast::<u64>().read_unaligned();
            let b = right.add(offset).cast::<u64>().read_unaligned();
            if a != b {
                return if a.swap_bytes() < b.swap_bytes() { -1 } else { 1 };
            }
            offset += 8;
        }
        while offset < length {
            let (a, b) = (left.add(offset).read_volatile(), right.add(offset).read_volatile());
            if a != b {
                return i32::from(a) - i32::from(b);
            }
            offset += 1;
        }
    }
    0
}

/// Whether two runs differ (BSD's `bcmp`): 0 when they do not.
///
/// # Safety
/// As for [`memcmp`].
#[unsafe(no_mangle)]
unsafe extern "C" fn bcmp(left: *const u8, right: *const u8, length: usize) -> i32 {
    // SAFETY: the caller's word.
    unsafe { memcmp(left, right, length) }
}

/// The number of bytes before the first 0 (C's `strlen`).
///
/// # Safety
/// As C says: the bytes up to and including the first 0 are valid.
#[unsafe(no_mangle)]
unsafe extern "C" fn strlen(string: *const u8) -> usize {
    let mut length = 0;
    // SAFETY: the caller's word; volatile, so that the loop stays a loop.
    while unsafe { string.add(length).read_volatile() } != 0 {
        length += 1;
    }
    length
}

/// Copies up to [`SHORT`] bytes; loads them all before it stores any, so that the runs may overlap.
///
/// # Safety
/// Both runs are valid for `length` bytes.
#[inline(always)]
unsafe fn copy_short(to: *mut u8, from: *const u8, length: usize) {
    // SAFETY: each pair of accesses covers the run from both of its ends and stays inside it.
    unsafe {
        match length {
            0 => {}
            1..4 => {
                let (first, middle, last) = (from.read(), from.add(length / 2).read(), from.add(length - 1).read());
                to.write(first);
                to.add(length / 2).write(middle);
                to.add(length - 1).write(last);
            }
            4..8 => copy_ends::<u32>(to, from, length),
            8..16 => copy_ends::<u64>(to, from, length),
            _ => copy_ends::<u128>(to, from, length),
        }
    }
}

/// Copies the first and the last `Word` of a run, which overlap when it is shorter than two.
///
/// # Safety
/// Both runs are valid for `length` bytes, and that is at least one `Word` and at most two.
#[inline(always)]
unsafe fn copy_ends<Word: Copy>(to: *mut u8, from: *const u8, length: usize) {
    let end = length - size_of::<Word>();
    // SAFETY: the caller's word.
    unsafe {
        let (first, last) = (from.cast::<Word>().read_unaligned(), from.add(end).cast::<Word>().read_unaligned());
        to.cast::<Word>().write_unaligned(first);
        to.add(end).cast::<Word>().write_unaligned(last);
    }
}

/// Copies at least 8 bytes from the front, the end first.
///
/// # Safety
/// Both runs are valid for `length` bytes and do not overlap.
#[inline(always)]
unsafe fn copy_forward(to: *mut u8, from: *const u8, length: usize) {
    // SAFETY: the last 8 bytes, and then as many whole words as fit: all inside the runs.
    unsafe {
        let end = length - 8;
        to.add(end).cast::<u64>().write_unaligned(from.add(end).cast::<u64>().read_unaligned());
        asm!("rep movsq", inout("rcx") length / 8 => _, inout("rdi") to => _, inout("rsi") from => _,
             options(nostack, preserves_flags));
    }
}

/// Copies from the front, strictly in the order of addresses.
///
/// # Safety
/// Both runs are valid for `length` bytes; where they overlap, the target begins first.
#[inline(always)]
unsafe fn copy_forward_exact(to: *mut u8, from: *const u8, length: usize) {
    // SAFETY: whole words, then the remaining bytes: all inside the runs.
    unsafe {
        asm!("rep movsq", "mov rcx, {tail}", "rep movsb", tail = in(reg) length % 8,
             inout("rcx") length / 8 => _, inout("rdi") to => _, inout("rsi") from => _,
             options(nostack, preserves_flags));
    }
}

/// Copies from the end.
///
/// # Safety
/// Both runs are valid for `length` bytes, at least 8; where they overlap, the source begins first.
#[inline(always)]
unsafe fn copy_backward(to: *mut u8, from: *const u8, length: usize) {
    // SAFETY: the bytes that make no word at the end, then whole words downwards: all inside the runs. The direction
    // flag is clear again at the end.
    unsafe {
        asm!("std", "rep movsb", "sub rdi, 7", "sub rsi, 7", "mov rcx, {words}", "rep movsq", "cld",
             words = in(reg) length / 8, inout("rcx") length % 8 => _, inout("rdi") to.add(length - 1) => _,
             inout("rsi") from.add(length - 1) => _, options(nostack));
    }
}

/// Named by precompiled `core`, called by nobody: images abort on a panic.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

/// Named by precompiled `core`, called by nobody: images abort on a panic.
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() -> ! {
    panic!("_Unwind_Resume was called in an image that never unwinds")
}
