//! TrueType and OpenType fonts at run time: any size, any script that needs no shaping.
//!
//! For text that is known when the image is built, a build script (`vitrine-assets`) is better: it kerns, its fonts need no
//! memory, and the rasteriser stays out of the image. This is for text that comes from outside.

use super::{
    Atlas,
    atlas::{Coverage, Glyph, LARGEST_GLYPH, Metrics, Range},
};
use alloc::vec::Vec;
use core::fmt;

/// Sizes that a font can be had in, in pixels per em.
const SIZES: core::ops::RangeInclusive<f32> = 4.0..=400.0;

/// A font file at one size, with a bounded cache of the glyphs that were needed.
///
/// ```
/// use embedded_graphics_core::{pixelcolor::{Rgb888, RgbColor}, prelude::*};
/// use vitrine_gfx::{Surface, text::{Style, TrueType}};
///
/// let mut surface = Surface::new(vec![0; 320 * 100], Size::new(320, 100)).unwrap();
/// let file = include_bytes!("../../fonts/Roboto-Regular.ttf");
/// let mut roboto = TrueType::new(file, 21.5, 200)?;
/// let text = "From outside: Größe 5";
/// Style::new(&roboto.with(text), Rgb888::WHITE).draw(&mut surface, text, Point::new(10, 60));
/// # Ok::<(), vitrine_gfx::text::TrueTypeError>(())
/// ```
#[derive(Debug)]
pub struct TrueType {
    outlines: fontdue::Font,
    size: f32,
    limit: usize,
    metrics: Metrics,
    /// A character each, in order.
    ranges: Vec<Range>,
    /// The last is the box for a character that the font lacks.
    glyphs: Vec<Glyph>,
    coverage: Vec<u8>,
}

/// Why a font file can't be used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TrueTypeError {
    /// It is broken, or of a kind that isn't known.
    File {
        /// What is wrong, in the decoder's words.
        reason: &'static str,
    },
    /// The size isn't one of 4 to 400 pixels per em.
    Size {
        /// What was asked for.
        size: f32,
    },
}

impl fmt::Display for TrueTypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { reason } => write!(f, "a font file that can't be read: {reason}"),
            Self::Size { .. } => write!(f, "a font can be had in 4 to 400 pixels per em"),
        }
    }
}

impl core::error::Error for TrueTypeError {}

impl TrueType {
    /// A font file, which is copied, in pixels per em. At most `limit` glyphs (and those of the text that is asked for last)
    /// are kept.
    ///
    /// # Errors
    ///
    /// [`TrueTypeError`].
    pub fn new(file: &[u8], size: f32, limit: usize) -> Result<Self, TrueTypeError> {
        if !SIZES.contains(&size) {
            return Err(TrueTypeError::Size { size });
        }
        let settings = fontdue::FontSettings::default();
        let outlines = fontdue::Font::from_bytes(file, settings).map_err(|reason| TrueTypeError::File { reason })?;
        let metrics = metrics(&outlines, size);
        let mut font =
            Self { outlines, size, limit, metrics, ranges: Vec::new(), glyphs: Vec::new(), coverage: Vec::new() };
        font.forget();
        Ok(font)
    }

    /// The font, with all characters of the text that it has. Takes memory, and time, for those that are new.
    pub fn with(&mut self, text: &str) -> Atlas<'_> {
        let missing = |font: &Self| text.chars().filter(|&character| font.place_of(character).is_err()).count();
        if self.glyphs.len() + missing(self) > self.limit {
            self.forget();
        }
        for character in text.chars() {
            // Glyphs have numbers of 16 bits.
            if let Err(place) = self.place_of(character)
                && self.glyphs.len() < usize::from(u16::MAX) - 1
            {
                self.add(character, place);
            }
        }
        Atlas::new(self.metrics, &self.ranges, &self.glyphs, Coverage::Packed(&self.coverage), None)
    }

    /// How many glyphs are kept, with the one for a missing character.
    pub fn kept(&self) -> usize {
        self.glyphs.len()
    }

    /// Where a character is among the ranges, or where it would be.
    fn place_of(&self, character: char) -> Result<usize, usize> {
        self.ranges.binary_search_by_key(&character, Range::first)
    }

    fn add(&mut self, character: char, place: usize) {
        if self.outlines.lookup_glyph_index(character) == 0 {
            return;
        }
        let metrics = self.outlines.metrics(character, self.size);
        if metrics.width.max(metrics.height) > LARGEST_GLYPH.into() {
            return;
        }
        let (_, coverage) = self.outlines.rasterize(character, self.size);
        let (left, top) = (metrics.xmin as i16, metrics.ymin.saturating_add(metrics.height as i32) as i16);
        let advance = (metrics.advance_width * 64.0 + 0.5) as u16;
        let glyph =
            Glyph::new(left, top, metrics.width as u16, metrics.height as u16, advance, self.coverage.len() as u32);
        self.pack(&coverage, metrics.width);
        // The box stays the last one.
        let number = self.glyphs.len() - 1;
        self.glyphs.insert(number, glyph);
        self.ranges.insert(place, Range::new(character, character, number as u16));
    }

    /// Leaves nothing but the box.
    fn forget(&mut self) {
        self.ranges.clear();
        self.glyphs.clear();
        self.coverage.clear();
        let height = self.metrics.cap_height.clamp(3, LARGEST_GLYPH.into()) as usize;
        let (width, stroke) = ((height * 2 / 3).max(3), (height / 14).max(1));
        let inside = |at: usize, length: usize| (stroke..length - stroke).contains(&at);
        let hollow = |index: usize| inside(index % width, width) && inside(index / width, height);
        let coverage: Vec<u8> = (0..width * height).map(|index| if hollow(index) { 0 } else { u8::MAX }).collect();
        self.pack(&coverage, width);
        let advance = (width + 2) as u16 * 64;
        self.glyphs.push(Glyph::new(1, height as i16, width as u16, height as u16, advance, 0));
    }

    /// Appends a picture as [`Coverage::Packed`] says.
    fn pack(&mut self, coverage: &[u8], width: usize) {
        for row in coverage.chunks(width.max(1)) {
            for eight in row.chunks(8) {
                let level = |at: usize| eight.get(at).map_or(0, |&value| ((u16::from(value) * 15 + 127) / 255) as u8);
                self.coverage.extend((0..4).map(|at| level(at) | level(at + 4) << 4));
            }
        }
    }
}

fn metrics(outlines: &fontdue::Font, size: f32) -> Metrics {
    // No line is higher than this, whatever the file says.
    let pixels = |length: f32| (length + 0.99).clamp(0.0, 2000.0) as i32;
    let lines = outlines.horizontal_line_metrics(size);
    let (ascent, descent) = lines.map_or((size, size / 4.0), |lines| (lines.ascent, -lines.descent));
    let capital = outlines.metrics('H', size);
    let cap_height = capital.ymin.saturating_add(capital.height as i32).clamp(3, 500);
    Metrics { size: pixels(size * 64.0), ascent: pixels(ascent), descent: pixels(descent), cap_height }
}
