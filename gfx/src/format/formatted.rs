//! Memory in which every pixel has bytes of its own.

use core::marker::PhantomData;

use bytemuck::Zeroable;

use super::{ByteMemory, Format, ROW_ALIGNMENT, convert};
use crate::{PixelMemory, surface::STAGE};

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
        self.fill_rows(at, 0, 1, count, value);
    }

    fn fill_rows(&mut self, at: usize, stride: usize, rows: usize, count: usize, value: u32) {
        let pixel = F::encode(value);
        let starts = (0..rows).map(|row| at + row * stride);
        if let Some(word) = repeated(bytemuck::bytes_of(&pixel)) {
            return starts.for_each(|at| self.bytes.fill(at, count * Self::BYTES, word));
        }
        let staged = &[pixel; STAGE][..count.min(STAGE)];
        for at in starts {
            for done in (0..count).step_by(STAGE) {
                let part = &staged[..STAGE.min(count - done)];
                self.bytes.write(at + done * Self::BYTES, bytemuck::must_cast_slice(part));
            }
        }
    }

    fn write(&mut self, at: usize, pixels: &[u32]) {
        let mut stage = [F::Pixel::zeroed(); STAGE];
        for (index, pixels) in pixels.chunks(STAGE).enumerate() {
            let staged = &mut stage[..pixels.len()];
            convert(pixels, staged, F::encode);
            self.bytes.write(at + index * STAGE * Self::BYTES, bytemuck::must_cast_slice(staged));
        }
    }

    fn read(&self, at: usize, pixels: &mut [u32]) {
        let mut stage = [F::Pixel::zeroed(); STAGE];
        for (index, pixels) in pixels.chunks_mut(STAGE).enumerate() {
            let staged = &mut stage[..pixels.len()];
            self.bytes.read(at + index * STAGE * Self::BYTES, bytemuck::must_cast_slice_mut(staged));
            convert(staged, pixels, F::decode);
        }
    }

    fn copy_within(&mut self, from: usize, to: usize, count: usize) {
        self.bytes.copy_within(from, to, count * Self::BYTES);
    }
}

/// The word whose bytes, the lowest first, in turn are those of a pixel again and again; `None` if there is no such word.
fn repeated(pixel: &[u8]) -> Option<u32> {
    match *pixel {
        [low, high] => Some(u32::from_le_bytes([low, high, low, high])),
        [blue, green, red] if blue == green && green == red => Some(u32::from_le_bytes([blue; 4])),
        [blue, green, red, other] => Some(u32::from_le_bytes([blue, green, red, other])),
        _ => None,
    }
}
