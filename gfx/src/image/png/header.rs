//! What the chunks before the pixels say: size and kind of the picture, palette and transparent colours.

use embedded_graphics_core::geometry::Size;

use super::chunks::Chunk;
use crate::image::ImageError;
use crate::image::picture::check;

/// What the samples of a pixel are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColorType {
    Greyscale,
    Truecolour,
    Indexed,
    GreyscaleAlpha,
    TruecolourAlpha,
}

impl ColorType {
    const fn samples(self) -> usize {
        match self {
            Self::Greyscale | Self::Indexed => 1,
            Self::GreyscaleAlpha => 2,
            Self::Truecolour => 3,
            Self::TruecolourAlpha => 4,
        }
    }
}

/// The chunk `IHDR`.
#[derive(Debug)]
pub struct Header {
    pub size: Size,
    pub color_type: ColorType,
    /// Bits of a sample: 1, 2, 4, 8 or 16.
    pub depth: usize,
    pub interlaced: bool,
}

impl Header {
    pub fn parse(chunk: &Chunk<'_>) -> Result<Self, ImageError> {
        const WRONG: ImageError = ImageError::Corrupt { part: "the PNG header" };
        let (b"IHDR", &[w0, w1, w2, w3, h0, h1, h2, h3, depth, color_type, compression, filter, interlace]) =
            (&chunk.name, chunk.data)
        else {
            return Err(WRONG);
        };
        let size = Size::new(u32::from_be_bytes([w0, w1, w2, w3]), u32::from_be_bytes([h0, h1, h2, h3]));
        check(size)?;
        let color_type = match (color_type, depth) {
            (0, 1 | 2 | 4 | 8 | 16) => ColorType::Greyscale,
            (2, 8 | 16) => ColorType::Truecolour,
            (3, 1 | 2 | 4 | 8) => ColorType::Indexed,
            (4, 8 | 16) => ColorType::GreyscaleAlpha,
            (6, 8 | 16) => ColorType::TruecolourAlpha,
            _ => return Err(WRONG),
        };
        if compression != 0 || filter != 0 || interlace > 1 {
            return Err(WRONG);
        }
        Ok(Self { size, color_type, depth: depth.into(), interlaced: interlace == 1 })
    }

    const fn pixel_bits(&self) -> usize {
        self.color_type.samples() * self.depth
    }

    /// Bytes from a pixel to the next, as filters count: at least one.
    pub const fn pixel_len(&self) -> usize {
        self.pixel_bits().div_ceil(8)
    }

    /// Bytes of a row of so many pixels, without its filter type.
    pub const fn row_len(&self, pixels: u32) -> usize {
        (pixels as usize * self.pixel_bits()).div_ceil(8)
    }

    /// Bytes of all rows of a picture that isn't interlaced; of one that is there are a few more.
    pub const fn data_len(&self) -> usize {
        (self.row_len(self.size.width) + 1) * self.size.height as usize
    }
}

/// The chunks `PLTE` and `tRNS`.
pub struct Palette<'a> {
    /// Three bytes a colour; empty when there was no palette.
    pub colors: &'a [u8],
    /// Of an indexed picture the alpha of its first colours; of another the colour that is transparent, 16 bits a sample.
    pub transparent: &'a [u8],
}

impl<'a> Palette<'a> {
    pub const fn new() -> Self {
        Self { colors: &[], transparent: &[] }
    }

    /// Takes in a chunk that comes before the pixels.
    pub fn take(&mut self, chunk: &Chunk<'a>, header: &Header) -> Result<(), ImageError> {
        match &chunk.name {
            b"PLTE" if chunk.data.len().is_multiple_of(3) && (3..=768).contains(&chunk.data.len()) => {
                self.colors = chunk.data;
            }
            b"PLTE" => return Err(ImageError::Corrupt { part: "the PNG palette" }),
            b"tRNS" => {
                let fits = match header.color_type {
                    ColorType::Greyscale => chunk.data.len() == 2,
                    ColorType::Truecolour => chunk.data.len() == 6,
                    ColorType::Indexed => chunk.data.len() <= self.colors.len() / 3,
                    // Against the rules, and meaningless.
                    ColorType::GreyscaleAlpha | ColorType::TruecolourAlpha => return Ok(()),
                };
                if !fits {
                    return Err(ImageError::Corrupt { part: "the PNG chunk of transparent colours" });
                }
                self.transparent = chunk.data;
            }
            _ if chunk.is_critical() => return Err(ImageError::Unsupported { feature: "an unknown PNG chunk" }),
            _ => {}
        }
        Ok(())
    }
}
