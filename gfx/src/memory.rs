//! Memory that holds pixels, reached by copies only.

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
    use alloc::vec;

    #[test]
    #[should_panic]
    fn writing_past_the_end_panics() {
        PixelMemory::write(&mut vec![0; 4], 3, &[1, 2]);
    }
}
