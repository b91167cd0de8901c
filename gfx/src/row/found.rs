//! Coverage that is found while it is laid down.

use fearless_simd::prelude::*;
use fearless_simd::{u32x4, u32x8};

use super::lanes::{self, Pixels};
use crate::simd;

/// Finds the weights of pixels one after the other, of `0..=255`.
pub(crate) trait Weights {
    /// Those of the next four.
    fn four<S: Simd>(&mut self, simd: S) -> u32x4<S>;

    /// Those of the next eight.
    fn eight<S: Simd>(&mut self, simd: S) -> u32x8<S>;
}

/// How many pixels are laid down at once.
#[inline]
pub(crate) fn lanes() -> usize {
    if simd::avx2().is_some() { 8 } else { 4 }
}

/// As [`cover`](super::cover), of as many times [`lanes`] as there are.
#[inline]
pub(crate) fn cover_found(below: &mut [u32], color: u32, weights: &mut impl Weights) {
    match simd::avx2() {
        Some(avx2) => avx2.vectorize(
            #[inline(always)]
            || {
                let color = u32x8::splat(avx2, color);
                let (vectors, _) = below.as_chunks_mut::<8>();
                vectors.iter_mut().for_each(|pixels| cover_vector(avx2, pixels, color, weights.eight(avx2)));
            },
        ),
        None => {
            let sse2 = simd::sse2();
            let color = u32x4::splat(sse2, color);
            let (vectors, _) = below.as_chunks_mut::<4>();
            vectors.iter_mut().for_each(|pixels| cover_vector(sse2, pixels, color, weights.four(sse2)));
        }
    }
}

#[inline(always)]
fn cover_vector<S: Simd, V: Pixels<S>>(simd: S, pixels: &mut [u32], color: V, weights: V) {
    lanes::blend(V::from_slice(simd, pixels), color, lanes::halves(weights)).store_slice(pixels);
}
