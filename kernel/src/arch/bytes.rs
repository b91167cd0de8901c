//! Copying, filling and comparing bytes, for [`symbols`](super::symbols).
//!
//! Written in assembly where it matters, so that no compiler can turn their loops into calls of themselves. Short runs go
//! through a few overlapping loads and stores, those of a row of text or of a small picture through 16 bytes at a time,
//! and long ones through `rep movsq` and `rep stosq`, which CPUs do in whole cache lines and emulators eight bytes at a
//! time; starting one takes as long as copying 500 bytes without.

use core::arch::asm;

/// Up to this many bytes, overlapping moves of fixed sizes are faster than any loop.
const SHORT: usize = 32;

/// From this many bytes on, a string instruction is at least as fast as a loop (measured on a Zen 5).
const LONG: usize = 1024;

/// Copies `length` bytes that do not overlap (C's `memcpy`).
///
/// # Safety
/// As C says: both runs are valid for `length` bytes.
#[inline(always)]
pub(super) unsafe fn copy(to: *mut u8, from: *const u8, length: usize) {
    // SAFETY: the caller's word.
    unsafe {
        if length <= SHORT {
            copy_short(to, from, length);
        } else if length < LONG {
            copy_vectors(to, from, length);
        } else {
            copy_forward(to, from, length);
        }
    }
}

/// Copies `length` bytes that may overlap (C's `memmove`).
///
/// # Safety
/// As C says: both runs are valid for `length` bytes.
#[inline(always)]
pub(super) unsafe fn copy_overlapping(to: *mut u8, from: *const u8, length: usize) {
    // SAFETY: the caller's word. `copy_short` loads everything before it stores; going forward is right unless the
    // target begins inside the source, where `wrapping_sub` gives a distance below `length`.
    unsafe {
        if length <= SHORT {
            copy_short(to, from, length);
        } else if (to as usize).wrapping_sub(from as usize) < length {
            copy_backward(to, from, length);
        } else if length < LONG {
            copy_vectors(to, from, length);
        } else {
            // The tail must not be overwritten before it is read, so no overlapping end here.
            copy_forward_exact(to, from, length);
        }
    }
}

/// Sets `length` bytes to `value` (C's `memset`).
///
/// # Safety
/// As C says: the run is valid for `length` bytes.
#[inline(always)]
pub(super) unsafe fn fill(to: *mut u8, value: u8, length: usize) {
    let pattern = u64::from(value) * 0x0101_0101_0101_0101;
    // SAFETY: the caller's word; each store stays in the run, by the lengths compared before it.
    unsafe {
        match length {
            0 => {}
            1..8 => {
                for offset in 0..length {
                    to.add(offset).write_volatile(value);
                }
            }
            8..=16 => {
                to.cast::<u64>().write_unaligned(pattern);
                to.add(length - 8).cast::<u64>().write_unaligned(pattern);
            }
            17..LONG => fill_vectors(to, pattern, length),
            _ => {
                to.add(length - 8).cast::<u64>().write_unaligned(pattern);
                asm!("rep stosq", inout("rcx") length / 8 => _, inout("rdi") to => _, in("rax") pattern,
                     options(nostack, preserves_flags));
            }
        }
    }
}

/// Compares bytes as unsigned numbers (C's `memcmp`).
///
/// # Safety
/// As C says: both runs are valid for `length` bytes.
#[inline(always)]
pub(super) unsafe fn compare(left: *const u8, right: *const u8, length: usize) -> i32 {
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

/// The number of bytes before the first 0 (C's `strlen`).
///
/// # Safety
/// As C says: the bytes up to and including the first 0 are valid.
#[inline(always)]
pub(super) unsafe fn length_to_zero(string: *const u8) -> usize {
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

/// Copies at least 16 bytes from the front, 16 at a time. The end is loaded first and stored last, so that the runs may
/// overlap where the target begins first.
///
/// # Safety
/// Both runs are valid for `length` bytes; where they overlap, the target begins first.
#[inline(always)]
unsafe fn copy_vectors(to: *mut u8, from: *const u8, length: usize) {
    // SAFETY: each access begins at a multiple of 16 below the last 16 bytes, or is to these: all inside the runs.
    unsafe {
        asm!("movups {end}, [{from} + {last}]",
             "2:", "movups {vector}, [{from} + {at}]", "movups [{to} + {at}], {vector}",
             "add {at}, 16", "cmp {at}, {last}", "jb 2b",
             "movups [{to} + {last}], {end}",
             from = in(reg) from, to = in(reg) to, last = in(reg) length - 16, at = inout(reg) 0usize => _,
             vector = out(xmm_reg) _, end = out(xmm_reg) _, options(nostack));
    }
}

/// Copies at least 16 bytes from the end, 16 at a time. The start is loaded first and stored last.
///
/// # Safety
/// Both runs are valid for `length` bytes; where they overlap, the source begins first.
#[inline(always)]
unsafe fn copy_backward(to: *mut u8, from: *const u8, length: usize) {
    // SAFETY: each access ends a multiple of 16 before the end and begins above the first byte, or is to the first 16: all
    // inside the runs.
    unsafe {
        asm!("movups {start}, [{from}]",
             "2:", "movups {vector}, [{from} + {at}]", "movups [{to} + {at}], {vector}",
             "sub {at}, 16", "ja 2b",
             "movups [{to}], {start}",
             from = in(reg) from, to = in(reg) to, at = inout(reg) length - 16 => _,
             vector = out(xmm_reg) _, start = out(xmm_reg) _, options(nostack));
    }
}

/// Sets at least 16 bytes to the repeated `pattern` of eight, 16 at a time.
///
/// # Safety
/// The run is valid for `length` bytes.
#[inline(always)]
unsafe fn fill_vectors(to: *mut u8, pattern: u64, length: usize) {
    // SAFETY: each store begins at a multiple of 16 below the last 16 bytes, or is to these: all inside the run.
    unsafe {
        asm!("movq {vector}, {pattern}", "punpcklqdq {vector}, {vector}",
             "2:", "movups [{to} + {at}], {vector}", "add {at}, 16", "cmp {at}, {last}", "jb 2b",
             "movups [{to} + {last}], {vector}",
             pattern = in(reg) pattern, to = in(reg) to, last = in(reg) length - 16, at = inout(reg) 0usize => _,
             vector = out(xmm_reg) _, options(nostack));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Bytes that differ from their neighbours.
    fn pattern(length: usize) -> Vec<u8> {
        (0..length).map(|index| (index * 7 + index / 256) as u8).collect()
    }

    #[test]
    fn every_short_length_is_copied_and_filled() {
        for length in (0..100).chain(LONG - 20..LONG + 20) {
            let source = pattern(length + 2);
            let mut target = vec![0xaa; length + 2];
            // SAFETY: both are two bytes longer than what is copied from and to their second byte.
            unsafe { copy(target.as_mut_ptr().add(1), source.as_ptr().add(1), length) };
            assert_eq!(target[1..=length], source[1..=length]);
            assert_eq!((target[0], target[length + 1]), (0xaa, 0xaa));
            // SAFETY: as above.
            unsafe { fill(target.as_mut_ptr().add(1), 0x55, length) };
            assert!(target[1..=length].iter().all(|byte| *byte == 0x55));
            assert_eq!((target[0], target[length + 1]), (0xaa, 0xaa));
        }
    }

    #[test]
    fn a_string_ends_at_its_zero() {
        // SAFETY: both strings have one.
        unsafe {
            assert_eq!(length_to_zero(c"".as_ptr().cast()), 0);
            assert_eq!(length_to_zero(c"vitrine".as_ptr().cast()), 7);
        }
    }

    proptest! {
        #[test]
        fn overlapping_copies_are_those_of_the_language(
            from in 0usize..200,
            to in 0usize..200,
            length in prop_oneof![0usize..300, LONG - 40..LONG + 300],
        ) {
            let mut expected = pattern(LONG + 500);
            let mut bytes = expected.clone();
            expected.copy_within(from..from + length, to);
            // SAFETY: both runs end before byte LONG + 500.
            unsafe { copy_overlapping(bytes.as_mut_ptr().add(to), bytes.as_ptr().add(from), length) };
            prop_assert_eq!(bytes, expected);
        }

        #[test]
        fn comparing_is_that_of_the_language(
            left in prop::collection::vec(0u8..3, 0..40),
            right in prop::collection::vec(0u8..3, 0..40),
        ) {
            let length = left.len().min(right.len());
            // SAFETY: both are at least that long.
            let sign = unsafe { compare(left.as_ptr(), right.as_ptr(), length) };
            prop_assert_eq!(sign.cmp(&0), left[..length].cmp(&right[..length]));
        }
    }
}
