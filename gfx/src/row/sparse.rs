//! Coverage with long gaps: text, put together by rows.

use fearless_simd::prelude::*;
use fearless_simd::{u8x16, u32x8};

use super::lanes::{self, Pixels};
use crate::simd;

/// How many eights of pixels are looked at together. Testing fewer costs more than it saves: in text, whether the next few
/// pixels are covered is as good as random, and a branch that is predicted wrong takes as long as blending a dozen pixels.
const GROUP: usize = 4;

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
fn by_groups<S: Simd>(simd: S, below: &mut [u32], color: u32, coverage: &[u8])
where
    u32x8<S>: Pixels<S>,
{
    let color = u32x8::splat(simd, color);
    let (eights, rest) = coverage.as_chunks();
    let (below, below_rest) = below.as_chunks_mut();
    let mut at = 0;
    // One loop, and not one of groups with another inside: half the code, and as fast.
    while at < eights.len() {
        if at % GROUP == 0 && is_gap(&eights[at..]) {
            at += GROUP;
            continue;
        }
        cover_eight(simd, &mut below[at], color, eights[at]);
        at += 1;
    }
    if !rest.is_empty() {
        let mut pixels = core::array::from_fn(|index| below_rest.get(index).copied().unwrap_or(0));
        let eight = core::array::from_fn(|index| rest.get(index).copied().unwrap_or(0));
        cover_eight(simd, &mut pixels, color, eight);
        below_rest.iter_mut().zip(pixels).for_each(|(pixel, covered)| *pixel = covered);
    }
}

/// Whether there is a whole group of which nothing is covered.
#[inline(always)]
fn is_gap(eights: &[[u8; 8]]) -> bool {
    let group = eights.first_chunk::<GROUP>();
    group.is_some_and(|group| group.iter().fold(0, |any, eight| any | u64::from_ne_bytes(*eight)) == 0)
}

#[inline(always)]
fn cover_eight<S: Simd>(simd: S, pixels: &mut [u32; 8], color: u32x8<S>, coverage: [u8; 8])
where
    u32x8<S>: Pixels<S>,
{
    let mut sixteen = [0; 16];
    sixteen[..8].copy_from_slice(&coverage);
    let (low, high) = u8x16::from_slice(simd, &sixteen).widen().0.widen();
    let weights = lanes::halves(low.combine(high));
    lanes::blend(u32x8::from_slice(simd, pixels), color, weights).store_slice(pixels);
}
