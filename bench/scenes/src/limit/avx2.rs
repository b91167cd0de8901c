//! With AVX2: eight pixels at a time.

use core::arch::x86_64::{
    __m256i, _mm_cvtsi64_si128, _mm256_add_epi16, _mm256_and_si256, _mm256_blendv_epi8, _mm256_cvtepu8_epi32,
    _mm256_mulhi_epu16, _mm256_mullo_epi16, _mm256_or_si256, _mm256_packus_epi16, _mm256_set1_epi16, _mm256_set1_epi32,
    _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_slli_epi16, _mm256_slli_epi32, _mm256_srli_epi16,
    _mm256_unpackhi_epi8, _mm256_unpacklo_epi8, _mm256_xor_si256,
};

use super::loops::{instructions, loops};

type Vector = __m256i;

/// Where the alpha of each pixel is, for each of its two halves; 0x80 stands for a byte of 0.
const ALPHAS: [u8; 32] = {
    let mut places = [0x80; 32];
    let mut half = 0;
    while half < 16 {
        places[half * 2] = (half / 2 * 4 + 3) as u8 & 15;
        half += 1;
    }
    places
};

loops!(Avx2, 8);

instructions! {
    Avx2,
    splat(color: u32) = _mm256_set1_epi32(color as i32);
    splat_half(value: i16) = _mm256_set1_epi16(value);
    add(one: Vector, other: Vector) = _mm256_add_epi16(one, other);
    multiply(one: Vector, other: Vector) = _mm256_mullo_epi16(one, other);
    high(one: Vector, other: Vector) = _mm256_mulhi_epu16(one, other);
    and(one: Vector, other: Vector) = _mm256_and_si256(one, other);
    or(one: Vector, other: Vector) = _mm256_or_si256(one, other);
    invert(weights: Vector) = _mm256_xor_si256(weights, _mm256_set1_epi16(0xff));
    shift_up(halves: Vector) = _mm256_slli_epi16(halves, 8);
    shift_down(halves: Vector) = _mm256_srli_epi16(halves, 8);
    widen_low(pixels: Vector) = _mm256_unpacklo_epi8(pixels, _mm256_setzero_si256());
    widen_high(pixels: Vector) = _mm256_unpackhi_epi8(pixels, _mm256_setzero_si256());
    narrow(one: Vector, other: Vector) = _mm256_packus_epi16(one, other);
    choose(below: Vector, over: Vector, mask: Vector) = _mm256_blendv_epi8(below, over, mask);
    spread(weights: [u8; 8]) = {
        let weights = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(i64::from_le_bytes(weights)));
        _mm256_or_si256(weights, _mm256_slli_epi32(weights, 16))
    };
    alphas(pixels: Vector) = _mm256_shuffle_epi8(pixels, must_cast(ALPHAS));
}
