//! Ways to set all pixels that only an operating system's C library or assembly has.

use std::arch::{asm, x86_64};

/// By the C library's `memset`, with the color's lowest byte in all four bytes.
pub fn memset(pixels: &mut [u32], color: u32) {
    // SAFETY: the bytes are the slice's, and any value of them is a u32.
    unsafe { libc::memset(pixels.as_mut_ptr().cast(), color as u8 as i32, size_of_val(pixels)) };
}

/// By `rep stosd`.
pub fn rep_stos(pixels: &mut [u32], color: u32) {
    // SAFETY: writes exactly the slice's words; the direction flag is clear, as the ABI demands.
    unsafe {
        asm!("rep stosd", inout("rcx") pixels.len() => _, inout("rdi") pixels.as_mut_ptr() => _, in("eax") color,
             options(nostack, preserves_flags));
    }
}

/// Past the caches.
pub fn non_temporal(pixels: &mut [u32], color: u32) {
    // SAFETY: SSE2 is part of x86-64.
    let four = unsafe { x86_64::_mm_set1_epi32(color as i32) };
    // SAFETY: any four u32 are an __m128i.
    let (before, vectors, after) = unsafe { pixels.align_to_mut::<x86_64::__m128i>() };
    before.fill(color);
    for vector in vectors {
        // SAFETY: an aligned vector inside the slice.
        unsafe { x86_64::_mm_stream_si128(vector, four) };
    }
    after.fill(color);
    // SAFETY: part of x86-64; makes the stores above visible before any that follows.
    unsafe { x86_64::_mm_sfence() };
}
