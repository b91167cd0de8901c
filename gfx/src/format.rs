//! Pixel formats other than XRGB8888: memory that converts what goes in and out.
//!
//! Everything is drawn in XRGB8888 and converted where it meets the memory, so a format costs nothing to those who don't
//! name it, and drawing is written once. The names are DRM's (`drm_fourcc.h`): the channels from the highest bit of a
//! little-endian pixel to the lowest. A channel with fewer bits gets the nearest value, and read back it is widened so that
//! all ones stay all ones. Alpha is written as opaque and not looked at.
//!
//! ```
//! use vitrine_gfx::{Surface, format::{Formatted, Rgb565}};
//! use embedded_graphics::{pixelcolor::Rgb888, prelude::*};
//!
//! let memory = Formatted::<Rgb565, _>::new(vec![0; 2 * 4 * 3]);
//! let mut surface = Surface::new(memory, Size::new(4, 3)).unwrap();
//! surface.clear(Rgb888::new(255, 128, 0)).unwrap();
//! assert_eq!(surface.memory().bytes()[..2], 0xfc00_u16.to_le_bytes());
//! ```

mod packed;
mod yuyv;

use core::marker::PhantomData;

use crate::{PixelMemory, surface::STAGE};

pub use packed::{Argb1555, Argb4444, Argb8888, Rgb565, Rgb888, Xrgb1555, Xrgb4444};
pub use yuyv::Yuyv;

/// Memory made of bytes, reached by copies only: it may be shared with another domain.
///
/// # Panics
///
/// Every method panics, as a slice would, when a byte does not lie within `0..len`.
pub trait ByteMemory {
    /// How many bytes there are.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Copies `bytes` to the bytes from `at` on.
    fn write(&mut self, at: usize, bytes: &[u8]);

    /// Copies the bytes from `at` on into `bytes`, as many as it holds.
    fn read(&self, at: usize, bytes: &mut [u8]);
}

impl ByteMemory for alloc::vec::Vec<u8> {
    fn len(&self) -> usize {
        self.as_slice().len()
    }

    fn write(&mut self, at: usize, bytes: &[u8]) {
        self[at..][..bytes.len()].copy_from_slice(bytes);
    }

    fn read(&self, at: usize, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self[at..][..bytes.len()]);
    }
}

/// A format in which every pixel has bytes of its own.
pub trait Format {
    /// Bytes of one pixel, at most 4.
    const BYTES: usize;

    /// Writes the pixel, given as XRGB8888, to the first [`Self::BYTES`] of `bytes`.
    fn encode(pixel: u32, bytes: &mut [u8]);

    /// The pixel in the first [`Self::BYTES`] of `bytes`, as XRGB8888.
    fn decode(bytes: &[u8]) -> u32;
}

/// What every row's start is a multiple of: displif's back ends count rows in whole words.
const ROW_ALIGNMENT: usize = 4;

/// Pixels of the format `F` in the bytes `B`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formatted<F, B> {
    bytes: B,
    format: PhantomData<F>,
}

impl<F, B> Formatted<F, B> {
    /// Takes the bytes as pixels.
    pub const fn new(bytes: B) -> Self {
        Self { bytes, format: PhantomData }
    }

    /// The bytes.
    pub const fn bytes(&self) -> &B {
        &self.bytes
    }

    /// Gives the bytes back.
    pub fn into_bytes(self) -> B {
        self.bytes
    }
}

impl<F: Format, B: ByteMemory> PixelMemory for Formatted<F, B> {
    const BYTES: usize = F::BYTES;
    const ALIGNMENT: usize = ROW_ALIGNMENT;

    fn byte_count(&self) -> usize {
        self.bytes.len()
    }

    fn fill(&mut self, at: usize, count: usize, value: u32) {
        let mut stage = [0; 4 * STAGE];
        let staged = &mut stage[..F::BYTES * count.min(STAGE)];
        staged.chunks_exact_mut(F::BYTES).for_each(|bytes| F::encode(value, bytes));
        let (mut at, mut left) = (at, F::BYTES * count);
        while left > 0 {
            let part = &staged[..left.min(staged.len())];
            self.bytes.write(at, part);
            at += part.len();
            left -= part.len();
        }
    }

    fn write(&mut self, at: usize, pixels: &[u32]) {
        let mut stage = [0; 4 * STAGE];
        for (index, pixels) in pixels.chunks(STAGE).enumerate() {
            let staged = &mut stage[..F::BYTES * pixels.len()];
            for (&pixel, bytes) in pixels.iter().zip(staged.chunks_exact_mut(F::BYTES)) {
                F::encode(pixel, bytes);
            }
            self.bytes.write(at + index * STAGE * F::BYTES, staged);
        }
    }

    fn read(&self, at: usize, pixels: &mut [u32]) {
        let mut stage = [0; 4 * STAGE];
        for (index, pixels) in pixels.chunks_mut(STAGE).enumerate() {
            let staged = &mut stage[..F::BYTES * pixels.len()];
            self.bytes.read(at + index * STAGE * F::BYTES, staged);
            for (pixel, bytes) in pixels.iter_mut().zip(staged.chunks_exact(F::BYTES)) {
                *pixel = F::decode(bytes);
            }
        }
    }
}
