//! Coverage with long gaps: text, put together by rows.

use fearless_simd::prelude::*;
use fearless_simd::{u8x16, u32x8};

use super::lanes;
use crate::simd;

/// Pixels that are looked at together. Testing fewer costs more than it saves: in text, whether the next few pixels are
/// covered is as good as random, and a branch that is predicted wrong takes as long as blending a dozen pixels.
const GROUP: usize = 32;

/// As [`cover`](super::cover), but gaps cost next to nothing, and are not written.
// Once in an image: a row of text is long enough for a call.
#[inline(never)]
pub(crate) fn cover_sparse(below: &mut [u32], color: u32, coverage: &[u8]) {
    let coverage = &coverage[..below.len()];
    match simd::avx2() {
        Some(avx2) => avx2.vectorize(
            #[inline(always)]
            || by_groups(avx2, below, color, coverage),
        ),
        None => by_groups(simd::sse2(), below, color, coverage),
    }
}

#[inline(always)]
fn by_groups<S: Simd>(simd: S, below: &mut [u32], color: u32, coverage: &[u8]) {
    let color = u32x8::splat(simd, color);
    let (groups, rest) = coverage.as_chunks::<GROUP>();
    let (below, below_rest) = below.as_chunks_mut::<GROUP>();
    for (pixels, group) in below.iter_mut().zip(groups) {
        cover_group(simd, pixels, color, group);
    }
    if !rest.is_empty() {
        let (mut pixels, mut group) = ([0; GROUP], [0; GROUP]);
        pixels[..rest.len()].copy_from_slice(below_rest);
        group[..rest.len()].copy_from_slice(rest);
        cover_group(simd, &mut pixels, color, &group);
        below_rest.copy_from_slice(&pixels[..rest.len()]);
    }
}

#[inline(always)]
fn cover_group<S: Simd>(simd: S, pixels: &mut [u32; GROUP], color: u32x8<S>, coverage: &[u8; GROUP]) {
    let (sixteens, _) = coverage.as_chunks::<16>();
    if sixteens.iter().fold(0, |any, sixteen| any | u128::from_ne_bytes(*sixteen)) == 0 {
        return;
    }
    let (pixels, _) = pixels.as_chunks_mut::<16>();
    for (pixels, sixteen) in pixels.iter_mut().zip(sixteens) {
        let (first, last) = u8x16::from_slice(simd, sixteen).widen();
        let (pixels, _) = pixels.as_chunks_mut::<8>();
        for (pixels, weights) in pixels.iter_mut().zip([first, last]) {
            let (low, high) = weights.widen();
            let weights = low.combine(high);
            lanes::blend(u32x8::from_slice(simd, pixels), color, lanes::halves(weights)).store_slice(pixels);
        }
    }
}
