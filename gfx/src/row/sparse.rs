//! Coverage that is mostly nothing or everything: text, and edges of shapes.

use fearless_simd::prelude::*;
use fearless_simd::{Avx2, Sse2, u32x4, u32x8};

use super::lanes::{self, Pixels};
use crate::{pixel, simd};

/// As [`cover`](super::cover), but eight pixels of which none is covered cost next to nothing, and are not written.
// Once in an image: a row of text is long enough for a call.
#[inline(never)]
pub(crate) fn cover_sparse(below: &mut [u32], color: u32, coverage: &[u8]) {
    let coverage = &coverage[..below.len()];
    match simd::avx2() {
        Some(avx2) => avx2.vectorize(
            #[inline(always)]
            || by_eights::<Avx2, u32x8<Avx2>>(avx2, below, color, coverage),
        ),
        None => by_eights::<Sse2, u32x4<Sse2>>(simd::sse2(), below, color, coverage),
    }
}

#[inline(always)]
fn by_eights<S: Simd, V: Pixels<S>>(simd: S, below: &mut [u32], color: u32, coverage: &[u8]) {
    let colors = V::splat(simd, color);
    let (eights, rest) = coverage.as_chunks::<8>();
    let (below, below_rest) = below.as_chunks_mut::<8>();
    for (pixels, eight) in below.iter_mut().zip(eights) {
        if u64::from_ne_bytes(*eight) == 0 {
            continue;
        }
        for from in (0..8).step_by(V::LEN) {
            let weights = V::from_fn(simd, |index| eight[from + index].into());
            let part = &mut pixels[from..][..V::LEN];
            lanes::blend(V::from_slice(simd, part), colors, lanes::halves(weights)).store_slice(part);
        }
    }
    for (pixel, coverage) in below_rest.iter_mut().zip(rest).filter(|(_, coverage)| **coverage != 0) {
        *pixel = pixel::blend(*pixel, color, *coverage);
    }
}
