//! The arithmetic on vectors of pixels.
//!
//! A vector is taken apart into the even and the odd bytes of its pixels, each with 8 bits of room above it, so that one
//! multiplication of 16-bit numbers serves half of its channels.

use fearless_simd::prelude::*;
use fearless_simd::{u16x8, u16x16, u32x4, u32x8};

/// A vector of pixels, of whatever width.
pub(super) trait Pixels<S: Simd>: SimdInt<S, Element = u32, ByteVector: SimdInt<S, Element = u8>> {
    /// The same bits as 16-bit halves.
    type Halves: SimdInt<S, Element = u16, ByteVector = Self::ByteVector>;
}

impl<S: Simd> Pixels<S> for u32x4<S> {
    type Halves = u16x8<S>;
}

impl<S: Simd> Pixels<S> for u32x8<S> {
    type Halves = u16x16<S>;
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
    let even = rounded::<S, V>(even::<S, V>(below) * rest + even::<S, V>(over) * weights) >> 8;
    let odd = rounded::<S, V>(odd::<S, V>(below) * rest + odd::<S, V>(over) * weights);
    even.bitcast::<V>() | odd.bitcast::<V>() & 0x0000_ff00
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
    let even = multiply::<S, V>(even::<S, V>(pixels), weights);
    let odd = rounded::<S, V>(odd::<S, V>(pixels) * weights) & 0xff00;
    (even | odd).bitcast()
}

/// The product of numbers of at most 255, divided by 255 and rounded to the nearest.
#[inline(always)]
pub(super) fn multiply<S: Simd, V: Pixels<S>>(a: V::Halves, b: V::Halves) -> V::Halves {
    rounded::<S, V>(a * b) >> 8
}

/// Numbers of at most 255 * 255, divided by 255 and rounded to the nearest: 256 times that, and something below 256.
#[inline(always)]
fn rounded<S: Simd, V: Pixels<S>>(numbers: V::Halves) -> V::Halves {
    // See `pixel::divide_by_255`.
    let numbers = numbers + 128;
    numbers + (numbers >> 8)
}

#[inline(always)]
fn even<S: Simd, V: Pixels<S>>(pixels: V) -> V::Halves {
    pixels.bitcast::<V::Halves>() & 0x00ff
}

#[inline(always)]
fn odd<S: Simd, V: Pixels<S>>(pixels: V) -> V::Halves {
    pixels.bitcast::<V::Halves>() >> 8
}
