//! Mixing whole rows of pixels: what alpha, text and anti-aliased edges come down to.
//!
//! Four pixels at a time are taken apart into their even and odd bytes, each with 8 bits of room above it, so that one
//! multiplication of eight 16-bit numbers serves two channels of four pixels. The compiler makes vector instructions of
//! it. Every result is rounded to the nearest, and is the one of [`pixel::blend`](crate::pixel::blend).
//!
//! What is laid on has to be at least as long as what it is laid on, and only so much of it is used: they panic otherwise.

use bytemuck::must_cast;

use crate::pixel;

/// Pixels that are mixed at a time.
const LANES: usize = 4;
type Pixels = [u32; LANES];
type Halves = [u16; 2 * LANES];

/// The lower byte of each 16-bit half.
const LOWER: u32 = 0x00ff_00ff;

/// Lays `over` on `below` with the weight `alpha / 255`. Highest bytes are ignored, and 0 afterwards.
pub(crate) fn mix(below: &mut [u32], over: &[u32], alpha: u8) {
    let weights = [u32::from(alpha); LANES];
    apply(below, over, |below, over| blend(below, over, weights));
}

/// Lays one colour on `below` with the weight `alpha / 255`.
pub(crate) fn tint(below: &mut [u32], color: u32, alpha: u8) {
    let (colors, weights) = ([color; LANES], [u32::from(alpha); LANES]);
    let (whole, rest) = below.as_chunks_mut();
    whole.iter_mut().for_each(|below| *below = blend(*below, colors, weights));
    rest.iter_mut().for_each(|below| *below = pixel::blend(*below, color, alpha));
}

/// Lays one colour on `below`, each pixel with its own weight.
pub(crate) fn cover(below: &mut [u32], color: u32, coverage: &[u8]) {
    let colors = [color; LANES];
    let (weights, weights_rest) = coverage[..below.len()].as_chunks::<LANES>();
    let (whole, rest) = below.as_chunks_mut();
    whole.iter_mut().zip(weights).for_each(|(below, alpha)| *below = blend(*below, colors, alpha.map(u32::from)));
    rest.iter_mut().zip(weights_rest).for_each(|(below, alpha)| *below = pixel::blend(*below, color, *alpha));
}

/// Lays ARGB pixels on `below` by their own alpha, and all of them by `opacity / 255`.
pub(crate) fn over_straight(below: &mut [u32], over: &[u32], opacity: u8) {
    if opacity == u8::MAX {
        return apply(below, over, |below, over| blend(below, over, over.map(|pixel| pixel >> 24)));
    }
    let opacity = u32::from(opacity);
    apply(below, over, |below, over| blend(below, over, over.map(|pixel| divided((pixel >> 24) * opacity))));
}

/// Lays ARGB pixels, whose channels are multiplied by their alpha, on `below`, and all of them by `opacity / 255`. No channel
/// may be larger than its alpha.
pub(crate) fn over_premultiplied(below: &mut [u32], over: &[u32], opacity: u8) {
    if opacity == u8::MAX {
        return apply(below, over, add_premultiplied);
    }
    let weights = [u32::from(opacity); LANES];
    apply(below, over, |below, over| add_premultiplied(below, scale(over, weights)));
}

/// Multiplies the channels of ARGB pixels by their alpha.
pub(crate) fn premultiply(pixels: &mut [u32]) {
    for pixel in pixels {
        let alpha = *pixel >> 24;
        let channel = |shift: u32| divided((*pixel >> shift & 0xff) * alpha) << shift;
        *pixel = alpha << 24 | channel(16) | channel(8) | channel(0);
    }
}

/// Does something with four pixels of each row at a time, and with what is left over as if there were four.
#[inline(always)]
fn apply(below: &mut [u32], over: &[u32], mix: impl Fn(Pixels, Pixels) -> Pixels) {
    let (over, over_rest) = over[..below.len()].as_chunks();
    let (below, below_rest) = below.as_chunks_mut();
    below.iter_mut().zip(over).for_each(|(below, over)| *below = mix(*below, *over));
    for (below, over) in below_rest.iter_mut().zip(over_rest) {
        [*below, ..] = mix([*below, 0, 0, 0], [*over, 0, 0, 0]);
    }
}

/// `over` with the weights `alpha / 255` on `below`; the highest bytes become 0.
#[inline(always)]
fn blend(below: Pixels, over: Pixels, alpha: Pixels) -> Pixels {
    let alpha = doubled(alpha);
    let rest = alpha.map(|alpha| 255 - alpha);
    let mixed = |below: Pixels, over: Pixels| {
        let (below, over): (Halves, Halves) = (must_cast(below), must_cast(over));
        let sum = core::array::from_fn(|i| below[i] * rest[i] + over[i] * alpha[i]);
        must_cast::<Halves, Pixels>(divide(sum))
    };
    let red_blue = mixed(below.map(|pixel| pixel & LOWER), over.map(|pixel| pixel & LOWER));
    let green = mixed(below.map(|pixel| pixel >> 8 & 0xff), over.map(|pixel| pixel >> 8 & 0xff));
    core::array::from_fn(|i| red_blue[i] | green[i] << 8)
}

/// `over`, which is multiplied by its alpha, on what that leaves of `below`; the highest bytes become 0.
#[inline(always)]
fn add_premultiplied(below: Pixels, over: Pixels) -> Pixels {
    let rest = over.map(|pixel| 255 - (pixel >> 24));
    let below = scale(below, rest);
    core::array::from_fn(|i| (below[i] & 0xff_ffff) + (over[i] & 0xff_ffff))
}

/// All four channels of each pixel by its weight `/ 255`.
#[inline(always)]
fn scale(pixels: Pixels, weights: Pixels) -> Pixels {
    let weights = doubled(weights);
    let scaled = |pixels: Pixels| {
        let pixels: Halves = must_cast(pixels);
        must_cast::<Halves, Pixels>(divide(core::array::from_fn(|i| pixels[i] * weights[i])))
    };
    let even = scaled(pixels.map(|pixel| pixel & LOWER));
    let odd = scaled(pixels.map(|pixel| pixel >> 8 & LOWER));
    core::array::from_fn(|i| even[i] | odd[i] << 8)
}

/// A weight for each half of each pixel.
#[inline(always)]
fn doubled(weights: Pixels) -> Halves {
    must_cast(weights.map(|weight| weight | weight << 16))
}

/// Divides numbers of at most 255 * 255 by 255, rounded to the nearest.
#[inline(always)]
fn divide(numbers: Halves) -> Halves {
    // See `pixel::divide_by_255`.
    numbers.map(|number| {
        let number = number + 128;
        (number + (number >> 8)) >> 8
    })
}

/// Divides a number of at most 255 * 255 by 255, rounded to the nearest.
const fn divided(number: u32) -> u32 {
    let number = number + 128;
    (number + (number >> 8)) >> 8
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// Pixels of all kinds, as many as asked for.
    fn pixels(count: usize, seed: u32) -> Vec<u32> {
        let step = |state: &mut u32| {
            *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Some(*state ^ *state >> 15)
        };
        let mut state = seed;
        let edges = [0, u32::MAX, 0xff00_0000, 0x00ff_ffff, 0x0100_0001, 0x8080_8080];
        edges.into_iter().cycle().take(count / 4).chain(core::iter::from_fn(|| step(&mut state))).take(count).collect()
    }

    fn rounded(number: u32) -> u32 {
        (2 * number + 255) / 510
    }

    fn channels(pixel: u32) -> [u32; 3] {
        [16, 8, 0].map(|shift| pixel >> shift & 0xff)
    }

    #[test]
    fn rows_of_every_length_are_mixed_as_single_pixels_are() {
        for count in 0..40 {
            let (below, over) = (pixels(count, 1), pixels(count + 3, 2));
            for opacity in [0, 1, 77, 128, 254, 255u8] {
                let single = |alpha: &dyn Fn(u32) -> u8| {
                    let mix = |(below, over): (&u32, &u32)| pixel::blend(*below, *over, alpha(*over));
                    below.iter().zip(&over).map(mix).collect::<Vec<_>>()
                };
                let mut mixed = below.clone();
                mix(&mut mixed, &over, opacity);
                assert_eq!(mixed, single(&|_| opacity));
                let mut laid = below.clone();
                over_straight(&mut laid, &over, opacity);
                assert_eq!(laid, single(&|over| rounded((over >> 24) * u32::from(opacity)) as u8));
                let mut tinted = below.clone();
                tint(&mut tinted, 0x12_3456, opacity);
                let expected: Vec<_> = below.iter().map(|below| pixel::blend(*below, 0x12_3456, opacity)).collect();
                assert_eq!(tinted, expected);
            }
            let coverage: Vec<u8> = pixels(count + 5, 3).iter().map(|value| *value as u8).collect();
            let mut covered = below.clone();
            cover(&mut covered, 0xab_cdef, &coverage);
            let expected = below.iter().zip(&coverage).map(|(below, alpha)| pixel::blend(*below, 0xab_cdef, *alpha));
            assert_eq!(covered, expected.collect::<Vec<_>>());
        }
    }

    #[test]
    fn premultiplied_pixels_are_added_to_what_they_leave() {
        for count in [1, 5, 64] {
            let (below, mut over) = (pixels(count, 4), pixels(count, 5));
            premultiply(&mut over);
            for opacity in [0, 3, 128, 255u8] {
                let mut laid = below.clone();
                over_premultiplied(&mut laid, &over, opacity);
                for ((laid, below), over) in laid.iter().zip(&below).zip(&over) {
                    let faded = |value: u32| rounded(value * u32::from(opacity));
                    let rest = 255 - faded(over >> 24);
                    let expected = [0, 1, 2].map(|i| faded(channels(*over)[i]) + rounded(channels(*below)[i] * rest));
                    assert_eq!(channels(*laid), expected, "{over:#x} on {below:#x} by {opacity}");
                    assert_eq!(laid >> 24, 0);
                }
            }
        }
    }
}
