//! Memory that holds pixels, reached by copies only.

use crate::{area::Area, digest::Below, row, surface::STAGE};

/// Memory made of pixels, which are read and written by value.
///
/// A frame buffer that is shared with another domain can change at any moment, so no Rust reference to its pixels may
/// exist. Everything in this crate therefore stages a row in memory of its own and hands it to this trait, whose methods
/// copy. Whatever the memory holds, the pixels that go in and out are XRGB8888, blue in the lowest byte; memory of another
/// format ([`crate::format`]) converts them on the way.
///
/// Places are in bytes from the start of the memory, multiples of [`Self::BYTES`] from the start of a row; counts are in
/// pixels.
///
/// # Panics
///
/// Every method panics, as a slice would, when a pixel does not lie within the memory. [`Surface`](crate::Surface) clips
/// before it calls, and never asks for such a pixel.
pub trait PixelMemory {
    /// Bytes of one pixel.
    const BYTES: usize;

    /// What the start of every row must be a multiple of, in bytes.
    const ALIGNMENT: usize;

    /// Whether there are pixels at all. Where there are none, an operation is [noted](Self::note) and nothing is drawn.
    const KEEPS: bool = true;

    /// Whether a pixel that is read and written again stays as it is, so that copying leaves what drawing would.
    const LOSSLESS: bool = true;

    /// How many bytes there are.
    fn byte_count(&self) -> usize;

    /// Something would be drawn. Called only where [`Self::KEEPS`] is false.
    fn note(&mut self, operation: Noted) {
        let _ = operation;
    }

    /// Sets `count` pixels from byte `at` on to `value`.
    fn fill(&mut self, at: usize, count: usize, value: u32);

    /// Sets `count` pixels in each of `rows` rows to `value`: from byte `at` on, and from every `stride` bytes further.
    fn fill_rows(&mut self, at: usize, stride: usize, rows: usize, count: usize, value: u32) {
        (0..rows).for_each(|row| self.fill(at + row * stride, count, value));
    }

    /// Copies `pixels` to the pixels from byte `at` on.
    fn write(&mut self, at: usize, pixels: &[u32]);

    /// Copies the pixels from byte `at` on into `pixels`, as many as it holds.
    fn read(&self, at: usize, pixels: &mut [u32]);

    /// Lets `count` pixels from byte `at` on be changed, part by part from the first to the last. A part is told how many
    /// pixels came before it.
    fn modify(&mut self, at: usize, count: usize, mut change: impl FnMut(usize, &mut [u32])) {
        let mut stage = [0; STAGE];
        for first in (0..count).step_by(STAGE) {
            let part = &mut stage[..STAGE.min(count - first)];
            self.read(at + first * Self::BYTES, part);
            change(first, part);
            self.write(at + first * Self::BYTES, part);
        }
    }

    /// Lets `count` pixels in each of `rows` rows be changed: from byte `at` on, and from every `stride` bytes further; a few
    /// rows at a time, from the first to the last. `count` is at most [`Band::WIDEST`].
    fn modify_rows(&mut self, at: usize, stride: usize, rows: usize, count: usize, mut change: impl FnMut(Band<'_>)) {
        let mut stage = [0; BAND];
        let width = count + Band::SLACK;
        let together = BAND / width;
        for first in (0..rows).step_by(together) {
            let rows = together.min(rows - first);
            let starts = (first..first + rows).map(|row| at + row * stride);
            for (row, at) in stage.chunks_exact_mut(width).zip(starts.clone()) {
                self.read(at, &mut row[..count]);
            }
            change(Band { pixels: &mut stage[..rows * width], stride: width, first, rows });
            for (row, at) in stage.chunks_exact(width).zip(starts) {
                self.write(at, &row[..count]);
            }
        }
    }

    /// Copies `count` pixels from byte `from` on to those from byte `to` on, as if all were read before any is written.
    fn copy_within(&mut self, from: usize, to: usize, count: usize) {
        let mut stage = [0; STAGE];
        let parts = count.div_ceil(STAGE);
        for index in 0..parts {
            // Begins at the end that is read before it is written.
            let first = if to <= from { index * STAGE } else { (parts - 1 - index) * STAGE };
            let part = &mut stage[..STAGE.min(count - first)];
            self.read(from + first * Self::BYTES, part);
            self.write(to + first * Self::BYTES, part);
        }
    }
}

/// Rows that are changed together: see [`PixelMemory::modify_rows`].
#[derive(Debug)]
pub struct Band<'p> {
    /// From the first pixel of the first row on. Behind the pixels of a row that are to be changed are others, at least
    /// [`Self::SLACK`] if the picture has as many there, which may be written if they keep their values.
    pub pixels: &'p mut [u32],
    /// Pixels from the start of a row to the start of the next.
    pub stride: usize,
    /// How many rows came before these.
    pub first: usize,
    /// How many there are.
    pub rows: usize,
}

impl Band<'_> {
    /// The most pixels of a row that can be changed together with those of others.
    pub const WIDEST: usize = 504;

    /// See [`Self::pixels`].
    pub const SLACK: usize = 8;
}

/// How many pixels of a band are staged: 8 KiB of stack.
const BAND: usize = 4 * (Band::WIDEST + Band::SLACK);

/// A drawing operation that is noted instead of drawn: of use to a [`Canvas`](crate::Canvas), which finds out by it what
/// has changed.
#[derive(Clone, Copy, Debug)]
pub struct Noted {
    /// The pixels that it may change, at least one, all inside the picture.
    pub(crate) area: Area,
    /// A hash of all that the pixels which it leaves depend on, other than those which it finds.
    pub(crate) digest: u64,
    pub(crate) below: Below,
}

/// Runs of at most so many pixels are set without a call.
const SHORT: usize = 32;

/// XRGB8888 in the CPU's own words.
impl PixelMemory for [u32] {
    const BYTES: usize = 4;
    const ALIGNMENT: usize = 4;

    fn byte_count(&self) -> usize {
        size_of_val(self)
    }

    fn fill(&mut self, at: usize, count: usize, value: u32) {
        let pixels = &mut self[at / 4..][..count];
        if count > SHORT {
            return row::fill(pixels, count, 1, count, value);
        }
        let Some(last) = count.checked_sub(4) else {
            return pixels.iter_mut().for_each(|pixel| *pixel = value);
        };
        pixels.as_chunks_mut().0.iter_mut().for_each(|four| *four = [value; 4]);
        pixels[last..].copy_from_slice(&[value; 4]);
    }

    fn fill_rows(&mut self, at: usize, stride: usize, rows: usize, count: usize, value: u32) {
        row::fill(&mut self[at / 4..], stride / 4, rows, count, value);
    }

    fn write(&mut self, at: usize, pixels: &[u32]) {
        self[at / 4..][..pixels.len()].copy_from_slice(pixels);
    }

    fn read(&self, at: usize, pixels: &mut [u32]) {
        pixels.copy_from_slice(&self[at / 4..][..pixels.len()]);
    }

    fn modify(&mut self, at: usize, count: usize, mut change: impl FnMut(usize, &mut [u32])) {
        change(0, &mut self[at / 4..][..count]);
    }

    fn modify_rows(&mut self, at: usize, stride: usize, rows: usize, _: usize, mut change: impl FnMut(Band<'_>)) {
        change(Band { pixels: &mut self[at / 4..], stride: stride / 4, first: 0, rows });
    }

    fn copy_within(&mut self, from: usize, to: usize, count: usize) {
        <[u32]>::copy_within(self, from / 4..from / 4 + count, to / 4);
    }
}

/// Passes every call on, for a type that owns or borrows pixel memory.
macro_rules! forward_to_target {
    ($target:ty, $($head:tt)*) => {
        $($head)* {
            const BYTES: usize = <$target>::BYTES;
            const ALIGNMENT: usize = <$target>::ALIGNMENT;
            const KEEPS: bool = <$target>::KEEPS;
            const LOSSLESS: bool = <$target>::LOSSLESS;

            fn byte_count(&self) -> usize {
                PixelMemory::byte_count(&**self)
            }

            fn note(&mut self, operation: Noted) {
                PixelMemory::note(&mut **self, operation);
            }

            fn modify(&mut self, at: usize, count: usize, change: impl FnMut(usize, &mut [u32])) {
                PixelMemory::modify(&mut **self, at, count, change);
            }

            fn modify_rows(&mut self, at: usize, stride: usize, rows: usize, count: usize, change: impl FnMut(Band<'_>)) {
                PixelMemory::modify_rows(&mut **self, at, stride, rows, count, change);
            }

            fn fill(&mut self, at: usize, count: usize, value: u32) {
                PixelMemory::fill(&mut **self, at, count, value);
            }

            fn fill_rows(&mut self, at: usize, stride: usize, rows: usize, count: usize, value: u32) {
                PixelMemory::fill_rows(&mut **self, at, stride, rows, count, value);
            }

            fn write(&mut self, at: usize, pixels: &[u32]) {
                PixelMemory::write(&mut **self, at, pixels);
            }

            fn read(&self, at: usize, pixels: &mut [u32]) {
                PixelMemory::read(&**self, at, pixels);
            }

            fn copy_within(&mut self, from: usize, to: usize, count: usize) {
                PixelMemory::copy_within(&mut **self, from, to, count);
            }
        }
    };
}

forward_to_target!([u32], impl PixelMemory for alloc::vec::Vec<u32>);
forward_to_target!(M, impl<M: PixelMemory + ?Sized> PixelMemory for &mut M);

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    #[should_panic]
    fn writing_past_the_end_panics() {
        PixelMemory::write(&mut vec![0; 4], 12, &[1, 2]);
    }
}
