//! BMP pictures, which `tinybmp` decodes.

use core::convert::Infallible;

use alloc::vec::Vec;
use embedded_graphics_core::geometry::{OriginDimensions, Size};
use embedded_graphics_core::image::ImageDrawable;
use embedded_graphics_core::pixelcolor::Rgb888;
use embedded_graphics_core::{Pixel, draw_target::DrawTarget, primitives::Rectangle};

use super::picture::{Picture, check, reserve};
use super::{Bmp, BmpError, ImageError};
use crate::pixel;

/// Alpha of an opaque pixel.
const OPAQUE: u32 = 0xff00_0000;

/// More pixels than a byte stands for: a compressed run of 255 takes two.
const MOST_OF_A_BYTE: usize = 128;

pub(super) fn decode(bytes: &[u8]) -> Result<Picture, ImageError> {
    let bmp = Bmp::<Rgb888>::from_slice(bytes)?;
    let size = bmp.size();
    if check(size)? / MOST_OF_A_BYTE > bytes.len() {
        return Err(ImageError::Truncated);
    }
    let mut pixels = reserve(size)?;
    // What a compressed picture leaves out is black.
    // What a compressed picture leaves out is black.
    pixels.resize(pixels.capacity(), OPAQUE);
    let mut canvas = Canvas { size, pixels };
    // Drawn, because the iterator over the pixels of tinybmp 0.7.0 turns most pictures upside down.
    let Ok(()) = bmp.draw(&mut canvas);
    Ok(Picture::made(canvas.pixels, size))
}

/// What a BMP is drawn on. A surface would do, but tinybmp draws in ten ways, each of which would be 2 KB of code.
struct Canvas {
    size: Size,
    pixels: Vec<u32>,
}

impl OriginDimensions for Canvas {
    fn size(&self) -> Size {
        self.size
    }
}

impl DrawTarget for Canvas {
    type Color = Rgb888;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb888>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        pixels
            .into_iter()
            .try_for_each(|Pixel(at, color)| self.fill_contiguous(&Rectangle::new(at, Size::new(1, 1)), [color]))
    }

    /// All of the picture, or a row of it: that is all that is asked for.
    fn fill_contiguous<I: IntoIterator<Item = Rgb888>>(
        &mut self,
        area: &Rectangle,
        colors: I,
    ) -> Result<(), Infallible> {
        let first = area.top_left.y.max(0) as usize * self.size.width as usize + area.top_left.x.max(0) as usize;
        let slots = self.pixels.get_mut(first..).unwrap_or_default();
        slots.iter_mut().zip(colors).for_each(|(slot, color)| *slot = pixel::pack(color) | OPAQUE);
        Ok(())
    }
}

impl From<BmpError> for ImageError {
    fn from(error: BmpError) -> Self {
        match error {
            BmpError::InvalidFileSignature(_) => Self::Format,
            BmpError::UnexpectedEndOfFile => Self::Truncated,
            BmpError::InvalidImageDimensions => Self::Corrupt { part: "the size in the BMP header" },
            BmpError::UnsupportedBpp(_) => Self::Unsupported { feature: "an unusual number of bits a pixel" },
            BmpError::UnsupportedCompressionMethod(_) => Self::Unsupported { feature: "an unusual BMP compression" },
            BmpError::UnsupportedHeaderLength(_) => Self::Unsupported { feature: "an unusual BMP header" },
            BmpError::UnsupportedChannelMasks => Self::Unsupported { feature: "unusual BMP channel masks" },
        }
    }
}
