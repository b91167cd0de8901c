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

/// XRGB8888 in the CPU's own words.
impl PixelMemory for [u32] {
    const BYTES: usize = 4;
    const ALIGNMENT: usize = 4;

    fn byte_count(&self) -> usize {
        size_of_val(self)
    }

    fn fill(&mut self, at: usize, count: usize, value: u32) {
        row::fill_run(&mut self[at / 4..][..count], value);
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
