//! The arithmetic on vectors of pixels.
//!
//! A vector is taken apart into the even and the odd bytes of its pixels, each with 8 bits of room above it, so that one
//! multiplication of 16-bit numbers serves half of its channels.

use core::arch::x86_64::{__m128i, __m256i, _mm_mulhi_epu16, _mm256_mulhi_epu16};

use fearless_simd::prelude::*;
use fearless_simd::{Avx2, Sse2, u16x8, u16x16, u32x4, u32x8};

/// A vector of pixels of the length that the instructions `S` work on.
pub(super) trait Pixels<S: Simd>: SimdInt<S, Element = u32, ByteVector: SimdInt<S, Element = u8>> {
    /// The same bits as 16-bit halves.
    type Halves: SimdInt<S, Element = u16, ByteVector = Self::ByteVector>;

    /// The upper 16 bits of products.
    fn high(a: Self::Halves, b: Self::Halves) -> Self::Halves;
}

/// The vectors that there are instructions for.
macro_rules! single {
    ($level:ident: $pixels:ident, $halves:ident, $raw:ident, $high:ident) => {
        impl Pixels<$level> for $pixels<$level> {
            type Halves = $halves<$level>;

            #[inline(always)]
            fn high(a: Self::Halves, b: Self::Halves) -> Self::Halves {
                fearless_simd::kernel! {
                    #[inline(always)]
                    fn high(_level: $level, a: $raw, b: $raw) -> $raw {
                        $high(a, b)
                    }
                }
                high(a.simd, a.into(), b.into()).simd_into(a.simd)
            }
        }
    };
}

single!(Sse2: u32x4, u16x8, __m128i, _mm_mulhi_epu16);
single!(Avx2: u32x8, u16x16, __m256i, _mm256_mulhi_epu16);

/// Two of SSE2's.
impl Pixels<Sse2> for u32x8<Sse2> {
    type Halves = u16x16<Sse2>;

    #[inline(always)]
    fn high(a: Self::Halves, b: Self::Halves) -> Self::Halves {
        let ((low_a, high_a), (low_b, high_b)) = (a.split(), b.split());
        u32x4::high(low_a, low_b).combine(u32x4::high(high_a, high_b))
    }
}

/// A weight of at most 255 for each pixel, in both of its halves.
#[inline(always)]
pub(super) fn halves<S: Simd, V: Pixels<S>>(weights: V) -> V::Halves {
    (weights | weights << 16).bitcast()
}

/// `over` with the weights `/ 255` on `below`; the highest bytes become 0.
#[inline(always)]
pub(super) fn blend<S: Simd, V: Pixels<S>>(below: V, over: V, weights: V::Halves) -> V {
    let rest = weights ^ 0xff;
    let mixed = |below: V::Halves, over: V::Halves| below * rest + over * weights;
    let even = divided::<S, V>(mixed(even::<S, V>(below), even::<S, V>(over)));
    let odd = divided::<S, V>(mixed(odd::<S, V>(below), odd::<S, V>(over)));
    even.bitcast::<V>() | (odd << 8).bitcast::<V>() & 0x0000_ff00
}

/// `over`, whose channels are multiplied by its alpha, on what that leaves of `below`; the highest bytes become 0.
#[inline(always)]
pub(super) fn add_premultiplied<S: Simd, V: Pixels<S>>(below: V, over: V) -> V {
    let left = scale(below, halves(!over >> 24));
    left.to_bytes().saturating_add(over.to_bytes()).bitcast::<V>() & 0x00ff_ffff
}

/// All four channels of each pixel by its weight `/ 255`.
#[inline(always)]
pub(super) fn scale<S: Simd, V: Pixels<S>>(pixels: V, weights: V::Halves) -> V {
    let even = divided::<S, V>(even::<S, V>(pixels) * weights);
    let odd = divided::<S, V>(odd::<S, V>(pixels) * weights);
    (even | odd << 8).bitcast()
}

/// Products of numbers of at most 255, divided by 255 and rounded to the nearest.
#[inline(always)]
pub(super) fn multiply<S: Simd, V: Pixels<S>>(a: V, b: V) -> V {
    divided::<S, V>(a.bitcast::<V::Halves>() * b.bitcast::<V::Halves>()).bitcast()
}

/// Numbers of at most 255 * 255, divided by 255 and rounded to the nearest.
#[inline(always)]
fn divided<S: Simd, V: Pixels<S>>(numbers: V::Halves) -> V::Halves {
    // For n <= 65025: round(n / 255) == (n + 128) * 257 / 65536, rounded down.
    V::high(numbers + 128, V::Halves::splat(numbers.token(), 257))
}

#[inline(always)]
fn even<S: Simd, V: Pixels<S>>(pixels: V) -> V::Halves {
    pixels.bitcast::<V::Halves>() & 0x00ff
}

#[inline(always)]
fn odd<S: Simd, V: Pixels<S>>(pixels: V) -> V::Halves {
    pixels.bitcast::<V::Halves>() >> 8
}
