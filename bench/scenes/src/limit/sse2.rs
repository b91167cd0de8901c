//! With SSE2, which every processor has that runs an appliance: four pixels at a time.

use core::arch::x86_64::{
    __m128i, _mm_add_epi16, _mm_and_si128, _mm_andnot_si128, _mm_cvtsi32_si128, _mm_mulhi_epu16, _mm_mullo_epi16,
    _mm_or_si128, _mm_packus_epi16, _mm_set1_epi16, _mm_set1_epi32, _mm_setzero_si128, _mm_slli_epi16, _mm_slli_epi32,
    _mm_srli_epi16, _mm_srli_epi32, _mm_unpackhi_epi8, _mm_unpacklo_epi8, _mm_unpacklo_epi16, _mm_xor_si128,
};

use super::loops::{instructions, loops};

type Vector = __m128i;

loops!(Sse2, 4);

instructions! {
    Sse2,
    splat(color: u32) = _mm_set1_epi32(color as i32);
    splat_half(value: i16) = _mm_set1_epi16(value);
    add(one: Vector, other: Vector) = _mm_add_epi16(one, other);
    multiply(one: Vector, other: Vector) = _mm_mullo_epi16(one, other);
    high(one: Vector, other: Vector) = _mm_mulhi_epu16(one, other);
    and(one: Vector, other: Vector) = _mm_and_si128(one, other);
    or(one: Vector, other: Vector) = _mm_or_si128(one, other);
    invert(weights: Vector) = _mm_xor_si128(weights, _mm_set1_epi16(0xff));
    shift_up(halves: Vector) = _mm_slli_epi16(halves, 8);
    shift_down(halves: Vector) = _mm_srli_epi16(halves, 8);
    widen_low(pixels: Vector) = _mm_unpacklo_epi8(pixels, _mm_setzero_si128());
    widen_high(pixels: Vector) = _mm_unpackhi_epi8(pixels, _mm_setzero_si128());
    narrow(one: Vector, other: Vector) = _mm_packus_epi16(one, other);
    choose(below: Vector, over: Vector, mask: Vector) =
        _mm_or_si128(_mm_and_si128(mask, over), _mm_andnot_si128(mask, below));
    spread(weights: [u8; 4]) = {
        let weights = _mm_unpacklo_epi8(_mm_cvtsi32_si128(i32::from_le_bytes(weights)), _mm_setzero_si128());
        _mm_unpacklo_epi16(weights, weights)
    };
    alphas(pixels: Vector) = {
        let alphas = _mm_srli_epi32(pixels, 24);
        _mm_or_si128(alphas, _mm_slli_epi32(alphas, 16))
    };
}
