//! Coverage as fonts have it, eight pixels at a time: in 16 levels, or all or nothing.

use core::arch::x86_64::{
    __m256i, _mm256_add_epi16, _mm256_and_si256, _mm256_maddubs_epi16, _mm256_mulhi_epu16, _mm256_packus_epi16,
    _mm256_set1_epi8, _mm256_set1_epi16, _mm256_set1_epi32, _mm256_shuffle_epi8, _mm256_srlv_epi32,
    _mm256_unpackhi_epi8, _mm256_unpacklo_epi8, _mm256_xor_si256,
};

use bytemuck::must_cast;
use fearless_simd::prelude::*;
use fearless_simd::{Avx2, Sse2, u8x16, u8x32, u32x8};

use super::lanes::{self, Pixels};

/// Eight pixels that a colour is laid on.
pub(super) trait Levels<S: Simd>: Pixels<S> {
    /// Lays the colour, which all of `color` are, on pixels by levels of `0..=15`: those of the first four in the low nibbles,
    /// those of the last four in the high ones. Highest bytes become 0.
    fn cover(self, color: Self, levels: [u8; 4]) -> Self;
}

impl Levels<Sse2> for u32x8<Sse2> {
    #[inline(always)]
    fn cover(self, color: Self, levels: [u8; 4]) -> Self {
        let coverage = expanded_nibbles(levels).to_le_bytes();
        lanes::blend(self, color, weights(self.simd, coverage))
    }
}

/// With a colour `c` on one `b`, `(b * (15 - level) + c * level) / 15`, rounded to the nearest: the same as with a weight of
/// `level * 17 / 255`, and numbers so small that one instruction multiplies and adds.
impl Levels<Avx2> for u32x8<Avx2> {
    #[inline(always)]
    fn cover(self, color: Self, levels: [u8; 4]) -> Self {
        fearless_simd::kernel! {
            #[inline(always)]
            fn cover(_level: Avx2, below: __m256i, color: __m256i, levels: [u8; 4]) -> __m256i {
                let nibbles = _mm256_srlv_epi32(_mm256_set1_epi32(i32::from_le_bytes(levels)), must_cast(HIGH_LAST));
                let levels = _mm256_and_si256(nibbles, _mm256_set1_epi8(15));
                let pairs = |places| _mm256_xor_si256(_mm256_shuffle_epi8(levels, places), must_cast(PAIR));
                let (one, other) = (pairs(must_cast(LEVELS_OF[0])), pairs(must_cast(LEVELS_OF[1])));
                // For n <= 3825: round(n / 15) == (n + 7) * 4370 / 65536, rounded down.
                let divided = |sums| {
                    _mm256_mulhi_epu16(_mm256_add_epi16(sums, _mm256_set1_epi16(7)), _mm256_set1_epi16(4370))
                };
                _mm256_packus_epi16(
                    divided(_mm256_maddubs_epi16(_mm256_unpacklo_epi8(below, color), one)),
                    divided(_mm256_maddubs_epi16(_mm256_unpackhi_epi8(below, color), other)),
                )
            }
        }
        cover(self.simd, self.into(), color.into(), levels).simd_into(self.simd)
    }
}

/// How far the levels of each pixel are from the lowest bits.
const HIGH_LAST: [u32; 8] = [0, 0, 0, 0, 4, 4, 4, 4];

/// What makes `(level, level)` of each channel `(15 - level, level)`, and of the highest ones, which have 0, nothing.
const PAIR: [[u8; 8]; 4] = [[15, 0, 15, 0, 15, 0, 0, 0]; 4];

/// The levels of the first and of the second two pixels in each half of a vector, twice for each channel but the highest.
const LEVELS_OF: [[[u8; 8]; 4]; 2] = {
    const fn of(pixel: u8) -> [u8; 8] {
        [pixel, pixel, pixel, pixel, pixel, pixel, 0x80, 0x80]
    }
    [[of(0), of(1), of(0), of(1)], [of(2), of(3), of(2), of(3)]]
};

/// The weights of eight pixels, which are bytes.
#[inline(always)]
pub(super) fn weights<S: Simd>(simd: S, coverage: [u8; 8]) -> <u32x8<S> as Pixels<S>>::Halves
where
    u32x8<S>: Pixels<S>,
{
    let mut sixteen = [0; 16];
    sixteen[..8].copy_from_slice(&coverage);
    let (low, high) = u8x16::from_slice(simd, &sixteen).widen().0.widen();
    lanes::halves(low.combine(high))
}

/// Of eight pixels, the `lit` ones where the byte has a bit, the first one its highest, and the `others` elsewhere.
#[inline(always)]
pub(super) fn choose<S: Simd>(bits: u8, lit: u32x8<S>, others: u32x8<S>) -> u32x8<S> {
    let own = u8x32::simd_from(lit.simd, must_cast::<_, [u8; 32]>(BITS));
    let chosen = (u8x32::splat(lit.simd, bits) & own).simd_eq(own);
    chosen.select(lit.bitcast::<u8x32<S>>(), others.bitcast()).bitcast()
}

/// For each of eight pixels its bit in a byte, in all its bytes.
const BITS: [u32; 8] = {
    let (mut bits, mut index) = ([0; 8], 0);
    while index < bits.len() {
        bits[index] = 0x8080_8080 >> index;
        index += 1;
    }
    bits
};

/// The coverage of eight pixels from four bytes with 16 levels.
#[inline(always)]
pub(crate) fn expanded_nibbles(four: [u8; 4]) -> u64 {
    let packed = u32::from_le_bytes(four);
    let (first, last) = (packed & 0x0f0f_0f0f, packed >> 4 & 0x0f0f_0f0f);
    // 15 levels to 255: the nibble twice.
    (u64::from(last) << 32 | u64::from(first)) * 0x11
}
