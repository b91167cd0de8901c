//! The glyphs of one size.

use super::capital_height;
use crate::coverage::Encoding;
use ttf_parser::Face;

/// The widest and highest glyph, in pixels: what `vitrine_gfx` draws in one piece.
const LARGEST_GLYPH: usize = 500;

/// One size of a face. All lengths are in pixels or, where the name says so, in 1/64 pixel.
pub struct Atlas {
    pub face: String,
    pub size: f32,
    pub ascent: i32,
    pub descent: i32,
    pub cap_height: i32,
    pub encoding: Encoding,
    /// In the order of the characters, and after them the box for a character that isn't there.
    pub glyphs: Vec<Glyph>,
    pub coverage: Vec<u8>,
}

/// A picture, where it stands, and how far the pen moves.
pub struct Glyph {
    pub left: i16,
    pub top: i16,
    pub width: u16,
    pub height: u16,
    pub advance_64ths: u16,
    /// Where its first row starts in the coverage.
    pub start: u32,
}

impl Atlas {
    /// `None` when a glyph gets too large.
    pub fn rasterise(font: &fontdue::Font, face: &Face<'_>, characters: &[char], size: f32) -> Option<Self> {
        let per_unit = size / f32::from(face.units_per_em());
        let in_pixels = |units: i16| (f32::from(units) * per_unit).ceil() as i32;
        let mut atlas = Self {
            face: full_name(face),
            size,
            ascent: in_pixels(face.ascender()),
            descent: in_pixels(-face.descender()),
            cap_height: (f32::from(capital_height(face)) * per_unit).round() as i32,
            encoding: Encoding::for_size(size),
            glyphs: Vec::new(),
            coverage: Vec::new(),
        };
        for &character in characters {
            let (metrics, coverage) = font.rasterize(character, size);
            let top = metrics.ymin + metrics.height as i32;
            atlas.add(metrics.xmin, top, metrics.width, metrics.height, metrics.advance_width, &coverage)?;
        }
        atlas.add_box()?;
        Some(atlas)
    }

    /// What is shown for a character that the font lacks: a hollow box, as high as a capital letter.
    fn add_box(&mut self) -> Option<()> {
        let height = self.cap_height.max(3) as usize;
        let width = (height * 2 / 3).max(3);
        let stroke = (height / 14).max(1);
        let inside = |at: usize, length: usize| (stroke..length - stroke).contains(&at);
        let pixel = |index: usize| {
            if inside(index % width, width) && inside(index / width, height) { 0 } else { u8::MAX }
        };
        let coverage: Vec<u8> = (0..width * height).map(pixel).collect();
        let margin = (height / 8).max(1);
        self.add(margin as i32, height as i32, width, height, (width + 2 * margin) as f32, &coverage)
    }

    fn add(&mut self, left: i32, top: i32, width: usize, height: usize, advance: f32, coverage: &[u8]) -> Option<()> {
        if width > LARGEST_GLYPH || height > LARGEST_GLYPH {
            return None;
        }
        self.glyphs.push(Glyph {
            left: left.try_into().ok()?,
            top: top.try_into().ok()?,
            width: width as u16,
            height: height as u16,
            advance_64ths: u16::try_from(in_64ths(advance)).ok()?,
            start: self.coverage.len().try_into().ok()?,
        });
        for row in coverage.chunks(width.max(1)) {
            self.encoding.row(row, &mut self.coverage);
        }
        Some(())
    }
}

/// The nearest 1/64 pixel.
pub fn in_64ths(pixels: f32) -> i32 {
    (pixels * 64.0).round() as i32
}

/// Such as "Roboto Medium".
fn full_name(face: &Face<'_>) -> String {
    let names = face.names().into_iter();
    let full = names.filter(|name| name.name_id == ttf_parser::name_id::FULL_NAME).find_map(|name| name.to_string());
    full.unwrap_or_else(|| "A font without a name".to_owned())
}
