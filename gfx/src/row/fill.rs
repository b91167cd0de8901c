//! Setting a row to one colour.

use fearless_simd::prelude::*;
use fearless_simd::{Avx2, Sse2, u32x4, u32x8};

use super::lanes::Pixels;
use crate::simd;

/// Sets `rows` rows of `width` pixels to one, beginning with the first pixel and `stride` pixels apart.
pub(crate) fn fill(pixels: &mut [u32], stride: usize, rows: usize, width: usize, pixel: u32) {
    if rows == 0 || width == 0 {
        return;
    }
    let area = Rows { pixels, stride, rows, width };
    match simd::avx2() {
        Some(avx2) if width >= <u32x8<Avx2>>::LEN => avx2.vectorize(
            #[inline(always)]
            || area.fill::<Avx2, u32x8<Avx2>>(avx2, pixel),
        ),
        _ if width >= <u32x4<Sse2>>::LEN => area.fill::<Sse2, u32x4<Sse2>>(simd::sse2(), pixel),
        _ => area.each(|row| row.iter_mut().for_each(|place| *place = pixel)),
    }
}

/// At least one row of at least one pixel.
struct Rows<'a> {
    pixels: &'a mut [u32],
    stride: usize,
    rows: usize,
    width: usize,
}

impl Rows<'_> {
    #[inline(always)]
    fn each(self, mut change: impl FnMut(&mut [u32])) {
        // The last row needs no pixels up to a next one.
        let pixels = &mut self.pixels[..(self.rows - 1) * self.stride + self.width];
        pixels.chunks_mut(self.stride).for_each(|row| change(&mut row[..self.width]));
    }

    /// Sets rows of at least one vector.
    #[inline(always)]
    fn fill<S: Simd, V: Pixels<S>>(self, simd: S, pixel: u32) {
        let vector = V::splat(simd, pixel);
        self.each(
            #[inline(always)]
            |row| {
                let last = row.len() - V::LEN;
                // Stores that straddle cache lines take twice as long. The first one reaches to where the second begins,
                // at a whole vector, and the last one overlaps the one before it.
                vector.store_slice(&mut row[..V::LEN]);
                let aligned = row.as_ptr().align_offset(size_of::<V>()).min(last);
                row[aligned..].chunks_exact_mut(V::LEN).for_each(|pixels| vector.store_slice(pixels));
                vector.store_slice(&mut row[last..]);
            },
        );
    }
}
