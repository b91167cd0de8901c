//! Memory that holds pixels, reached by copies only.

/// How many pixels [`PixelMemory::copy_from`] stages at a time: 1 KiB of stack.
const STAGE: usize = 256;

/// Memory made of 32-bit pixels, which is read and written by value.
///
/// A frame buffer that is shared with another domain can change at any moment, so no Rust reference to its pixels may
/// exist. Everything in this crate therefore stages a row in memory of its own and hands it to this trait, whose methods
/// copy. Offsets and counts are in pixels of 32 bits from the start of the memory; the pixels are in the CPU's byte order.
///
/// # Panics
///
/// Every method panics, as a slice would, when `at..at + count` does not lie within `0..len`.
/// [`Surface`](crate::Surface) clips before it calls, and never asks for such a range.
pub trait PixelMemory {
    /// How many pixels there are.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Sets `count` pixels from `at` on to `value`.
    fn fill(&mut self, at: usize, count: usize, value: u32);

    /// Copies `pixels` to the pixels from `at` on.
    fn write(&mut self, at: usize, pixels: &[u32]);

    /// Copies the pixels from `at` on into `pixels`, as many as it holds.
    fn read(&self, at: usize, pixels: &mut [u32]);

    /// Copies `count` pixels of `source` from `source_at` on to the pixels from `at` on.
    fn copy_from<S: PixelMemory + ?Sized>(&mut self, at: usize, source: &S, source_at: usize, count: usize)
    where
        Self: Sized,
    {
        let mut stage = [0; STAGE];
        let mut done = 0;
        while done < count {
            let part = &mut stage[..STAGE.min(count - done)];
            source.read(source_at + done, part);
            self.write(at + done, part);
            done += part.len();
        }
    }
}

impl PixelMemory for [u32] {
    fn len(&self) -> usize {
        <[u32]>::len(self)
    }

    fn fill(&mut self, at: usize, count: usize, value: u32) {
        self[at..][..count].fill(value);
    }

    fn write(&mut self, at: usize, pixels: &[u32]) {
        self[at..][..pixels.len()].copy_from_slice(pixels);
    }

    fn read(&self, at: usize, pixels: &mut [u32]) {
        pixels.copy_from_slice(&self[at..][..pixels.len()]);
    }
}

/// Passes every call on, for a type that owns or borrows pixel memory.
macro_rules! forward_to_target {
    ($($head:tt)*) => {
        $($head)* {
            fn len(&self) -> usize {
                PixelMemory::len(&**self)
            }

            fn fill(&mut self, at: usize, count: usize, value: u32) {
                PixelMemory::fill(&mut **self, at, count, value);
            }

            fn write(&mut self, at: usize, pixels: &[u32]) {
                PixelMemory::write(&mut **self, at, pixels);
            }

            fn read(&self, at: usize, pixels: &mut [u32]) {
                PixelMemory::read(&**self, at, pixels);
            }
        }
    };
}

forward_to_target!(impl PixelMemory for alloc::vec::Vec<u32>);
forward_to_target!(impl<M: PixelMemory + ?Sized> PixelMemory for &mut M);

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{vec, vec::Vec};

    #[test]
    fn copy_from_crosses_stages() {
        let source: Vec<u32> = (0..1000).collect();
        let mut target = vec![0; 1000];
        target.copy_from(10, &source, 3, 900);
        assert_eq!(target[10..910], source[3..903]);
        assert!(target[..10].iter().chain(&target[910..]).all(|&pixel| pixel == 0));
    }

    #[test]
    #[should_panic]
    fn writing_past_the_end_panics() {
        PixelMemory::write(&mut vec![0; 4], 3, &[1, 2]);
    }
}
