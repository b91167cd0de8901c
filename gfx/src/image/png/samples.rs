//! Samples become pixels with straight alpha.

use super::header::{ColorType, Header, Palette};
use crate::image::ImageError;

/// Alpha of an opaque pixel.
const OPAQUE: u32 = 0xff00_0000;

/// How pixels of a certain kind are read.
pub struct Samples<'a> {
    color_type: ColorType,
    depth: usize,
    /// The pixel of each value of up to 8 bits, of an indexed or a grey picture.
    table: [u32; 256],
    /// The samples of the transparent colour, as they are in a row; empty when there is none or the table knows it.
    transparent: &'a [u8],
}

impl<'a> Samples<'a> {
    pub fn new(header: &Header, palette: &Palette<'a>) -> Result<Self, ImageError> {
        let Header { color_type, depth, .. } = *header;
        let mut samples = Self { color_type, depth, table: [OPAQUE; 256], transparent: &[] };
        match (color_type, palette.transparent) {
            (ColorType::Indexed, alphas) => samples.set_palette(palette.colors, alphas)?,
            (ColorType::Greyscale, transparent) => samples.set_greys(transparent),
            (_, transparent) => samples.transparent = transparent,
        }
        Ok(samples)
    }

    /// A table of the palette's colours. An index beyond them is black, as other decoders have it.
    fn set_palette(&mut self, colors: &[u8], alphas: &[u8]) -> Result<(), ImageError> {
        if colors.is_empty() {
            return Err(ImageError::Corrupt { part: "the PNG palette, which is missing," });
        }
        let (colors, _) = colors.as_chunks();
        let alphas = alphas.iter().copied().chain(core::iter::repeat(u8::MAX));
        for ((slot, &[red, green, blue]), alpha) in self.table.iter_mut().zip(colors).zip(alphas) {
            *slot = u32::from_be_bytes([alpha, red, green, blue]);
        }
        Ok(())
    }

    /// A table of the greys, and which of them is transparent. With 16 bits that is left to each pixel.
    fn set_greys(&mut self, transparent: &'a [u8]) {
        let deepest = (1 << self.depth.min(8)) - 1;
        for (value, slot) in self.table.iter_mut().enumerate().take(deepest + 1) {
            *slot = grey((value * 255 / deepest) as u8);
        }
        match (transparent, self.depth) {
            (_, 16) => self.transparent = transparent,
            // Of a value of fewer bits the others have to be ignored.
            (&[_, value], _) => self.table[usize::from(value) & deepest] &= !OPAQUE,
            _ => {}
        }
    }

    /// Reads pixels of a row into every `across`th of `pixels`.
    pub fn expand(&self, row: &[u8], pixels: &mut [u32], across: usize) {
        let pixels = pixels.iter_mut().step_by(across);
        match (self.color_type, self.depth) {
            (ColorType::Greyscale | ColorType::Indexed, 1..=8) => self.look_up(row, pixels),
            (ColorType::Greyscale, _) => self.read(row, pixels, |&[grey_high, _]| grey(grey_high)),
            (ColorType::GreyscaleAlpha, 8) => self.read(row, pixels, |&[value, alpha]| shade(value, alpha)),
            (ColorType::GreyscaleAlpha, _) => self.read(row, pixels, |&[value, _, alpha, _]| shade(value, alpha)),
            (ColorType::Truecolour, 8) => self.read(row, pixels, |&[r, g, b]| argb(u8::MAX, r, g, b)),
            (ColorType::Truecolour, _) => self.read(row, pixels, |&[r, _, g, _, b, _]| argb(u8::MAX, r, g, b)),
            (ColorType::TruecolourAlpha, 8) => self.read(row, pixels, |&[r, g, b, a]| argb(a, r, g, b)),
            (_, _) => self.read(row, pixels, |&[r, _, g, _, b, _, a, _]| argb(a, r, g, b)),
        }
    }

    /// Pixels of up to 8 bits, the first in the highest ones.
    fn look_up<'p>(&self, row: &[u8], pixels: impl Iterator<Item = &'p mut u32>) {
        let mask = (1 << self.depth) - 1;
        let shifts = (0..8 / self.depth).rev().map(|index| index * self.depth);
        let values = row.iter().flat_map(|byte| shifts.clone().map(move |shift| usize::from(*byte) >> shift & mask));
        pixels.zip(values).for_each(|(pixel, value)| *pixel = self.table[value]);
    }

    /// Pixels of `N` bytes.
    #[inline]
    fn read<'p, const N: usize>(
        &self,
        row: &[u8],
        pixels: impl Iterator<Item = &'p mut u32>,
        color: impl Fn(&[u8; N]) -> u32,
    ) {
        for (pixel, samples) in pixels.zip(row.as_chunks().0) {
            *pixel = color(samples);
            if !self.transparent.is_empty() && self.is_transparent(samples) {
                *pixel &= !OPAQUE;
            }
        }
    }

    /// Whether these are the samples of the transparent colour, which has 16 bits for each whatever the depth.
    fn is_transparent(&self, samples: &[u8]) -> bool {
        match self.depth {
            16 => samples == self.transparent,
            _ => samples.iter().eq(self.transparent.iter().skip(1).step_by(2)),
        }
    }
}

const fn argb(alpha: u8, red: u8, green: u8, blue: u8) -> u32 {
    u32::from_be_bytes([alpha, red, green, blue])
}

const fn shade(value: u8, alpha: u8) -> u32 {
    argb(alpha, value, value, value)
}

const fn grey(value: u8) -> u32 {
    shade(value, u8::MAX)
}
