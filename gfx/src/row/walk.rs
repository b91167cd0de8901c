//! Walking along a row with a vector of pixels at a time.

use fearless_simd::prelude::*;
use fearless_simd::{u32x4, u32x8};

use super::lanes::Pixels;

/// What is done with each pixel of a row and what is laid on it.
pub(super) trait Mixer<S: Simd>: Copy {
    /// The pixels that take the place of `below`.
    fn mix<V: Pixels<S>>(self, simd: S, below: V, over: V) -> V;
}

/// What is laid on a row: a number for each pixel.
pub(super) trait Over: Copy {
    /// What belongs to the first `count` pixels. Panics when there is less.
    fn first(self, count: usize) -> Self;

    /// What belongs to `V::LEN` pixels from `at` on.
    fn load<S: Simd, V: Pixels<S>>(self, simd: S, at: usize) -> V;

    /// What belongs to pixel `at`.
    fn one(self, at: usize) -> u32;
}

impl Over for &[u32] {
    #[inline(always)]
    fn first(self, count: usize) -> Self {
        &self[..count]
    }

    #[inline(always)]
    fn load<S: Simd, V: Pixels<S>>(self, simd: S, at: usize) -> V {
        V::from_slice(simd, &self[at..][..V::LEN])
    }

    #[inline(always)]
    fn one(self, at: usize) -> u32 {
        self[at]
    }
}

/// Weights of `0..=255`.
#[derive(Clone, Copy)]
pub(super) struct Coverage<'a>(pub &'a [u8]);

impl Over for Coverage<'_> {
    #[inline(always)]
    fn first(self, count: usize) -> Self {
        Self(&self.0[..count])
    }

    #[inline(always)]
    fn load<S: Simd, V: Pixels<S>>(self, simd: S, at: usize) -> V {
        let bytes = &self.0[at..][..V::LEN];
        V::from_fn(simd, |index| bytes[index].into())
    }

    #[inline(always)]
    fn one(self, at: usize) -> u32 {
        self.0[at].into()
    }
}

/// Nothing is laid on: the pixels are changed in place.
#[derive(Clone, Copy)]
pub(super) struct Nothing;

impl Over for Nothing {
    #[inline(always)]
    fn first(self, _: usize) -> Self {
        self
    }

    #[inline(always)]
    fn load<S: Simd, V: Pixels<S>>(self, simd: S, _: usize) -> V {
        V::splat(simd, 0)
    }

    #[inline(always)]
    fn one(self, _: usize) -> u32 {
        0
    }
}

/// Mixes a whole row, eight pixels at a time, or four in a shorter one.
#[inline(always)]
pub(super) fn walk<S: Simd, O: Over>(simd: S, below: &mut [u32], over: O, mixer: impl Mixer<S>) {
    let over = over.first(below.len());
    match below.len() {
        0 => {}
        1..4 => one_by_one(simd, below, over, mixer),
        4..8 => by_vectors::<S, u32x4<S>, O>(simd, below, over, mixer),
        _ => by_vectors::<S, u32x8<S>, O>(simd, below, over, mixer),
    }
}

/// Mixes a row of at least one vector.
#[inline(always)]
fn by_vectors<S: Simd, V: Pixels<S>, O: Over>(simd: S, below: &mut [u32], over: O, mixer: impl Mixer<S>) {
    // What makes no whole vector at the end is mixed as the second half of one that overlaps the last whole one. It is read
    // before that is written, so that those pixels are mixed once.
    let last = below.len() - V::LEN;
    let end = mixer.mix(simd, V::from_slice(simd, &below[last..]), over.load(simd, last));
    for (index, pixels) in below.chunks_exact_mut(V::LEN).enumerate() {
        let mixed: V = mixer.mix(simd, V::from_slice(simd, pixels), over.load(simd, index * V::LEN));
        mixed.store_slice(pixels);
    }
    end.store_slice(&mut below[last..]);
}

/// Mixes up to three pixels.
#[inline(always)]
fn one_by_one<S: Simd, O: Over>(simd: S, below: &mut [u32], over: O, mixer: impl Mixer<S>) {
    for (index, pixel) in below.iter_mut().enumerate() {
        let (pixels, laid_on) = (u32x4::splat(simd, *pixel), u32x4::splat(simd, over.one(index)));
        *pixel = mixer.mix(simd, pixels, laid_on)[0];
    }
}
