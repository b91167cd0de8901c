//! Mixing whole rows of pixels: what alpha, text, gradients and anti-aliased edges come down to.
//!
//! Here are the operations, each a few lines of vector arithmetic; the [walk] along a row is written once, and so is the
//! [arithmetic](lanes). Every result is rounded to the nearest, the same with every instruction set, and for a mix of two
//! the one of [`pixel::blend`](crate::pixel::blend).
//!
//! What is laid on has to be at least as long as what it is laid on, and only so much of it is used: they panic otherwise.
//! Pixels that are written have 0 in their highest byte, whatever that of those below was.

mod fill;
mod found;
mod lanes;
mod levels;
mod stamp;
mod walk;

#[cfg(test)]
mod tests;

use fearless_simd::prelude::*;

pub(crate) use fill::{fill, fill_run};
pub(crate) use found::{Weights, cover_found, lanes as lanes_of_found};
use lanes::Vector;
pub(crate) use levels::expanded_nibbles;
pub(crate) use stamp::{Pictures, Rows, Stamp, stamp};
use walk::{Coverage, Mixer, Nothing, walk};

/// Lays `over` on `below` with the weight `alpha / 255`. Highest bytes are ignored.
pub(crate) fn mix(below: &mut [u32], over: &[u32], alpha: u8) {
    walk(below, over, Mix { weight: alpha.into() });
}

/// Lays one colour on `below` with the weight `alpha / 255`.
pub(crate) fn tint(below: &mut [u32], color: u32, alpha: u8) {
    walk(below, Nothing, Tint { color, weight: alpha.into() });
}

/// Lays one colour on `below`, each pixel with its own weight.
pub(crate) fn cover(below: &mut [u32], color: u32, coverage: &[u8]) {
    walk(below, Coverage(coverage), Cover { color });
}

/// Sets `pixels` to one colour laid on another, each pixel with its own weight: [`cover`] where all that is below is known.
pub(crate) fn cover_on(pixels: &mut [u32], background: u32, color: u32, coverage: &[u8]) {
    walk(pixels, Coverage(coverage), CoverOn { background, color });
}

/// Lays ARGB pixels on `below` by their own alpha, and all of them by `opacity / 255`.
pub(crate) fn over_straight(below: &mut [u32], over: &[u32], opacity: u8) {
    match opacity {
        u8::MAX => walk(below, over, OverStraight),
        _ => walk(below, over, FadeStraight { opacity: opacity.into() }),
    }
}

/// Lays ARGB pixels, whose channels are multiplied by their alpha, on `below`, and all of them by `opacity / 255`. Channels
/// that are larger than their alpha make what is seen brighter, up to white.
pub(crate) fn over_premultiplied(below: &mut [u32], over: &[u32], opacity: u8) {
    match opacity {
        u8::MAX => walk(below, over, OverPremultiplied),
        _ => walk(below, over, FadePremultiplied { opacity: opacity.into() }),
    }
}

/// Multiplies the channels of ARGB pixels by their alpha.
pub(crate) fn premultiply(pixels: &mut [u32]) {
    walk(pixels, Nothing, Premultiply);
}

#[derive(Clone, Copy)]
struct Mix {
    weight: u32,
}

impl<S: Simd> Mixer<S> for Mix {
    const IN_PAIRS: bool = true;

    #[inline(always)]
    fn mix<V: Vector<S>>(self, simd: S, below: V, over: V) -> V {
        lanes::blend(below, over, lanes::halves(V::splat(simd, self.weight)))
    }
}

#[derive(Clone, Copy)]
struct Tint {
    color: u32,
    weight: u32,
}

impl<S: Simd> Mixer<S> for Tint {
    const IN_PAIRS: bool = true;

    #[inline(always)]
    fn mix<V: Vector<S>>(self, simd: S, below: V, _: V) -> V {
        lanes::tint(below, V::splat(simd, self.color), lanes::halves(V::splat(simd, self.weight)))
    }
}

#[derive(Clone, Copy)]
struct Cover {
    color: u32,
}

impl<S: Simd> Mixer<S> for Cover {
    #[inline(always)]
    fn mix<V: Vector<S>>(self, simd: S, below: V, coverage: V) -> V {
        lanes::blend(below, V::splat(simd, self.color), lanes::halves(coverage))
    }
}

#[derive(Clone, Copy)]
struct CoverOn {
    background: u32,
    color: u32,
}

impl<S: Simd> Mixer<S> for CoverOn {
    #[inline(always)]
    fn mix<V: Vector<S>>(self, simd: S, _: V, coverage: V) -> V {
        let (background, color) = (V::splat(simd, self.background), V::splat(simd, self.color));
        lanes::blend(background, color, lanes::halves(coverage))
    }
}

#[derive(Clone, Copy)]
struct OverStraight;

impl<S: Simd> Mixer<S> for OverStraight {
    #[inline(always)]
    fn mix<V: Vector<S>>(self, _: S, below: V, over: V) -> V {
        lanes::blend(below, over, lanes::halves(over >> 24))
    }
}

#[derive(Clone, Copy)]
struct FadeStraight {
    opacity: u32,
}

impl<S: Simd> Mixer<S> for FadeStraight {
    #[inline(always)]
    fn mix<V: Vector<S>>(self, simd: S, below: V, over: V) -> V {
        // In the lower halves; the upper ones are 0, and stay so.
        let weight = lanes::multiply(over >> 24, V::splat(simd, self.opacity));
        lanes::blend(below, over, lanes::halves(weight))
    }
}

#[derive(Clone, Copy)]
struct OverPremultiplied;

impl<S: Simd> Mixer<S> for OverPremultiplied {
    const IN_PAIRS: bool = true;

    #[inline(always)]
    fn mix<V: Vector<S>>(self, _: S, below: V, over: V) -> V {
        lanes::add_premultiplied(below, over)
    }

    #[inline(always)]
    fn hides<V: Vector<S>>(self, all: V) -> bool {
        lanes::is_opaque(all)
    }
}

#[derive(Clone, Copy)]
struct FadePremultiplied {
    opacity: u32,
}

impl<S: Simd> Mixer<S> for FadePremultiplied {
    #[inline(always)]
    fn mix<V: Vector<S>>(self, simd: S, below: V, over: V) -> V {
        let faded = lanes::scale(over, lanes::halves(V::splat(simd, self.opacity)));
        lanes::add_premultiplied(below, faded)
    }
}

#[derive(Clone, Copy)]
struct Premultiply;

impl<S: Simd> Mixer<S> for Premultiply {
    #[inline(always)]
    fn mix<V: Vector<S>>(self, _: S, pixels: V, _: V) -> V {
        let channels = lanes::scale(pixels, lanes::halves(pixels >> 24));
        channels & 0x00ff_ffff | pixels & 0xff00_0000
    }
}
