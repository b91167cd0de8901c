//! BMP pictures, which `tinybmp` decodes.

use embedded_graphics_core::{geometry::OriginDimensions, image::ImageDrawable, pixelcolor::Rgb888};

use super::picture::{Picture, reserve};
use super::{Bmp, BmpError, ImageError};
use crate::Surface;

/// Alpha of an opaque pixel.
const OPAQUE: u32 = 0xff00_0000;

pub(super) fn decode(bytes: &[u8]) -> Result<Picture, ImageError> {
    let bmp = Bmp::<Rgb888>::from_slice(bytes)?;
    let size = bmp.size();
    let mut pixels = reserve(size)?;
    // What a compressed picture leaves out is black.
    pixels.resize(pixels.capacity(), 0);
    let mut surface = Surface::new(pixels, size).map_err(|_| ImageError::Size { size })?;
    // Drawn, because the iterator over the pixels of tinybmp 0.7.0 turns most pictures upside down.
    let Ok(()) = bmp.draw(&mut surface);
    let mut pixels = surface.into_memory();
    pixels.iter_mut().for_each(|pixel| *pixel |= OPAQUE);
    Ok(Picture::made(pixels, size))
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
