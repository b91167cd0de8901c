//! The arithmetic on vectors of pixels.
//!
//! A vector is taken apart into the even and the odd bytes of its pixels, each with 8 bits of room above it, so that one
//! multiplication of 16-bit numbers serves half of its channels.

use core::arch::x86_64::{
    __m128i, __m256i, _mm_mulhi_epu16, _mm_packus_epi16, _mm_setzero_si128, _mm_unpackhi_epi8, _mm_unpacklo_epi8,
    _mm256_mulhi_epu16, _mm256_packus_epi16, _mm256_setzero_si256, _mm256_unpackhi_epi8, _mm256_unpacklo_epi8,
};

use fearless_simd::prelude::*;
use fearless_simd::{Avx2, Sse2, u8x16, u8x32, u16x8, u16x16, u32x4, u32x8};

/// Some pixels.
pub(super) trait Pixels<S: Simd>: SimdInt<S, Element = u32, ByteVector: SimdInt<S, Element = u8>> {
    /// The same bits as 16-bit halves.
    type Halves: SimdInt<S, Element = u16, ByteVector = Self::ByteVector>;

    /// The upper 16 bits of products.
    fn high(a: Self::Halves, b: Self::Halves) -> Self::Halves;
}

/// Pixels of the length that the instructions `S` work on.
pub(super) trait Vector<S: Simd>: Pixels<S> {
    /// The alpha of each pixel in both of its halves.
    fn alphas(self) -> Self::Halves;

    /// The channels of one half of the pixels and those of the other, in 16 bits each.
    fn widened(self) -> [Self::Halves; 2];

    /// The pixels of such channels, which are at most 255.
    fn narrowed(channels: [Self::Halves; 2]) -> Self;
}

/// Where the alpha of each pixel is, for both of its halves, in each 16 bytes; 0x80 stands for a byte of 0.
const ALPHAS: [u8; 16] = [3, 0x80, 3, 0x80, 7, 0x80, 7, 0x80, 11, 0x80, 11, 0x80, 15, 0x80, 15, 0x80];

/// The instructions on a vector of one length, by their names.
macro_rules! vector {
    (
        $level:ident, $pixels:ident, $halves:ident, $raw:ident,
        high: $high:ident,
        alphas: $alphas:expr,
        widened: $zero:ident $low:ident $upper:ident,
        narrowed: $pack:ident
    ) => {
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

        impl Vector<$level> for $pixels<$level> {
            #[inline(always)]
            fn alphas(self) -> Self::Halves {
                $alphas(self)
            }

            #[inline(always)]
            fn widened(self) -> [Self::Halves; 2] {
                fearless_simd::kernel! {
                    #[inline(always)]
                    fn widened(_level: $level, pixels: $raw) -> [$raw; 2] {
                        [$low(pixels, $zero()), $upper(pixels, $zero())]
                    }
                }
                let [one, other] = widened(self.simd, self.into());
                [one.simd_into(self.simd), other.simd_into(self.simd)]
            }

            #[inline(always)]
            fn narrowed([one, other]: [Self::Halves; 2]) -> Self {
                fearless_simd::kernel! {
                    #[inline(always)]
                    fn narrowed(_level: $level, one: $raw, other: $raw) -> $raw {
                        $pack(one, other)
                    }
                }
                narrowed(one.simd, one.into(), other.into()).simd_into(one.simd)
            }
        }
    };
}

vector! {
    Sse2, u32x4, u16x8, __m128i,
    high: _mm_mulhi_epu16,
    alphas: |pixels: u32x4<Sse2>| halves(pixels >> 24),
    widened: _mm_setzero_si128 _mm_unpacklo_epi8 _mm_unpackhi_epi8,
    narrowed: _mm_packus_epi16
}

vector! {
    Avx2, u32x8, u16x16, __m256i,
    high: _mm256_mulhi_epu16,
    alphas: |pixels: u32x8<Avx2>| {
        let places = u8x32::block_splat(u8x16::from_slice(pixels.simd, &ALPHAS));
        pixels.to_bytes().swizzle_dyn_within_blocks(places).bitcast()
    },
    widened: _mm256_setzero_si256 _mm256_unpacklo_epi8 _mm256_unpackhi_epi8,
    narrowed: _mm256_packus_epi16
}

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

/// As [`blend`], with one colour and one weight for all pixels.
#[inline(always)]
pub(super) fn tint<S: Simd, V: Vector<S>>(below: V, color: V, weights: V::Halves) -> V {
    // The same for all pixels, and so before the loop. Of the highest bytes nothing is added and nothing left.
    let [left, _] = V::splat(below.token(), 0x00ff_ffff).widened();
    let [color, _] = (color & 0x00ff_ffff).widened();
    let (rest, added) = (left & (weights ^ 0xff), color * weights + 128);
    let [one, other] = below.widened();
    V::narrowed([divided_rounded::<S, V>(one * rest + added), divided_rounded::<S, V>(other * rest + added)])
}

/// `over`, whose channels are multiplied by its alpha, on what that leaves of `below`; the highest bytes become 0.
#[inline(always)]
pub(super) fn add_premultiplied<S: Simd, V: Vector<S>>(below: V, over: V) -> V {
    let left = scale(below, over.alphas() ^ 0xff);
    left.to_bytes().saturating_add(over.to_bytes()).bitcast::<V>() & 0x00ff_ffff
}

/// Whether all pixels have an alpha of 255.
#[inline(always)]
pub(super) fn is_opaque<S: Simd, V: Vector<S>>(pixels: V) -> bool {
    (pixels | 0x00ff_ffff).simd_eq(u32::MAX).all_true()
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
    divided_rounded::<S, V>(numbers + 128)
}

/// The same of numbers to which 128 was added.
#[inline(always)]
fn divided_rounded<S: Simd, V: Pixels<S>>(numbers: V::Halves) -> V::Halves {
    // For n <= 65025: round(n / 255) == (n + 128) * 257 / 65536, rounded down.
    V::high(numbers, V::Halves::splat(numbers.token(), 257))
}

#[inline(always)]
fn even<S: Simd, V: Pixels<S>>(pixels: V) -> V::Halves {
    pixels.bitcast::<V::Halves>() & 0x00ff
}

#[inline(always)]
fn odd<S: Simd, V: Pixels<S>>(pixels: V) -> V::Halves {
    pixels.bitcast::<V::Halves>() >> 8
}
