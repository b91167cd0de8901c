//! Walking along a row with a vector of pixels at a time.

use fearless_simd::prelude::*;
use fearless_simd::{Avx2, Sse2, u32x4, u32x8};

use super::lanes::Vector;
use crate::simd;

/// What is done with each pixel of a row and what is laid on it.
pub(super) trait Mixer<S: Simd>: Copy {
    /// Whether rows are long, as those of pictures: two vectors at a time then, which takes more code. How fast a shorter loop
    /// is depends on where in memory its code happens to lie.
    const IN_PAIRS: bool = false;

    /// The pixels that take the place of `below`.
    fn mix<V: Vector<S>>(self, simd: S, below: V, over: V) -> V;

    /// Whether pixels are what is laid on them, of which `all` has the bits that are set in each.
    #[inline(always)]
    fn hides<V: Vector<S>>(self, all: V) -> bool {
        let _ = all;
        false
    }
}

/// What is laid on a row: a number for each pixel.
pub(super) trait Over: Copy {
    /// What belongs to the first `count` pixels. Panics when there is less.
    fn first(self, count: usize) -> Self;

    /// What belongs to `V::LEN` pixels from `at` on.
    fn load<S: Simd, V: Vector<S>>(self, simd: S, at: usize) -> V;

    /// What belongs to pixel `at`.
    fn one(self, at: usize) -> u32;
}

impl Over for &[u32] {
    #[inline(always)]
    fn first(self, count: usize) -> Self {
        &self[..count]
    }

    #[inline(always)]
    fn load<S: Simd, V: Vector<S>>(self, simd: S, at: usize) -> V {
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
    fn load<S: Simd, V: Vector<S>>(self, simd: S, at: usize) -> V {
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
    fn load<S: Simd, V: Vector<S>>(self, simd: S, _: usize) -> V {
        V::splat(simd, 0)
    }

    #[inline(always)]
    fn one(self, _: usize) -> u32 {
        0
    }
}

/// Mixes a whole row, with the instructions that are to be used.
#[inline]
pub(super) fn walk<O: Over>(below: &mut [u32], over: O, mixer: impl Mixer<Avx2> + Mixer<Sse2>) {
    let over = over.first(below.len());
    match simd::avx2() {
        Some(avx2) if below.len() >= <u32x8<Avx2>>::LEN => avx2.vectorize(
            #[inline(always)]
            || by_vectors::<Avx2, u32x8<Avx2>, O, _>(avx2, below, over, mixer),
        ),
        _ if below.len() >= <u32x4<Sse2>>::LEN => {
            by_vectors::<Sse2, u32x4<Sse2>, O, _>(simd::sse2(), below, over, mixer)
        }
        _ => short(simd::sse2(), below, over, mixer),
    }
}

/// Mixes a row of at least one vector.
#[inline(always)]
fn by_vectors<S: Simd, V: Vector<S>, O: Over, M: Mixer<S>>(simd: S, below: &mut [u32], over: O, mixer: M) {
    // What makes no whole vector at the end is the end of one that overlaps the last whole one. That one is mixed before
    // anything is written, so that its pixels are mixed once.
    let last = below.len() - V::LEN;
    let end = if below.len().is_multiple_of(V::LEN) {
        None
    } else {
        Some(mixer.mix(simd, V::from_slice(simd, &below[last..]), over.load(simd, last)))
    };
    let paired = if M::IN_PAIRS { below.len() - below.len() % (2 * V::LEN) } else { 0 };
    for at in (0..paired).step_by(2 * V::LEN) {
        let (one, other) = below[at..][..2 * V::LEN].split_at_mut(V::LEN);
        let laid_on: [V; 2] = [over.load(simd, at), over.load(simd, at + V::LEN)];
        if mixer.hides(laid_on[0] & laid_on[1]) {
            (laid_on[0] & 0x00ff_ffff).store_slice(one);
            (laid_on[1] & 0x00ff_ffff).store_slice(other);
            continue;
        }
        mixer.mix(simd, V::from_slice(simd, one), laid_on[0]).store_slice(one);
        mixer.mix(simd, V::from_slice(simd, other), laid_on[1]).store_slice(other);
    }
    for (index, pixels) in below[paired..].chunks_exact_mut(V::LEN).enumerate() {
        let laid_on = over.load(simd, paired + index * V::LEN);
        mixer.mix(simd, V::from_slice(simd, pixels), laid_on).store_slice(pixels);
    }
    if let Some(end) = end {
        end.store_slice(&mut below[last..]);
    }
}

/// Mixes a row of less than four pixels.
#[inline(always)]
fn short<O: Over>(sse2: Sse2, below: &mut [u32], over: O, mixer: impl Mixer<Sse2>) {
    let pixels = u32x4::from_fn(sse2, |index| below.get(index).copied().unwrap_or(0));
    let laid_on = u32x4::from_fn(sse2, |index| if index < below.len() { over.one(index) } else { 0 });
    let mixed = mixer.mix(sse2, pixels, laid_on).to_array();
    below.iter_mut().zip(mixed).for_each(|(pixel, mixed)| *pixel = mixed);
}
