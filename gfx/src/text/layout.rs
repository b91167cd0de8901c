//! Where the glyphs of a line stand.

use super::atlas::{Atlas, Found, Glyph};
use crate::row::Stamp;

/// A glyph, and the pen before and after it, in 1/64 pixel from the start of the text.
pub(super) struct Placed<'f> {
    pub found: Found<'f>,
    pub start: i32,
    pub end: i32,
}

impl Placed<'_> {
    /// The picture, when the text starts at (0, 0) on the baseline. Glyphs stand on whole pixels.
    pub fn stamp(&self) -> Stamp {
        let &Glyph { left, top, width, height, start, .. } = self.found.glyph();
        // Not more than 2^26: pens are in 1/64 pixel.
        let left = to_pixels(self.start) + i32::from(left);
        Stamp { left, top: -i32::from(top), width, height, start }
    }
}

impl<'f> Atlas<'f> {
    /// Width of the text in pixels: how far the pen moves, rounded to the nearest. Glyphs may reach a little beyond it;
    /// [`Style::bounding_box`](super::Style::bounding_box) says how far.
    pub fn measure(&self, text: &str) -> i32 {
        self.place(text).last().map_or(0, |placed| to_pixels(placed.end))
    }

    /// The last of `fonts` (which get larger) whose line height is at most `pixels`, else the first.
    ///
    /// # Panics
    ///
    /// When there are no fonts.
    pub fn fitting(fonts: &[&'f Self], pixels: i32) -> &'f Self {
        fonts.iter().rev().find(|font| font.line_height() <= pixels).unwrap_or(&fonts[0])
    }

    /// The glyphs of a text and where they stand, the pen starting at 0.
    pub(super) fn place(&self, text: &str) -> impl Iterator<Item = Placed<'_>> + Clone {
        let mut pen = Pen::default();
        text.chars().map(move |character| pen.place(self.find(character)))
    }
}

/// How far a line has got.
#[derive(Clone, Copy, Default)]
pub(super) struct Pen<'f> {
    /// In 1/64 pixel.
    pub at: i32,
    before: Option<Found<'f>>,
}

impl<'f> Pen<'f> {
    /// Places the next glyph.
    pub fn place(&mut self, found: Found<'f>) -> Placed<'f> {
        let kerning = self.before.map_or(0, |before| before.kerning_before(found));
        self.before = Some(found);
        let start = self.at.saturating_add(kerning);
        self.at = start.saturating_add(found.glyph().advance.into());
        Placed { found, start, end: self.at }
    }
}

/// The nearest pixel edge to a place in 1/64 pixel.
pub(super) const fn to_pixels(in_64ths: i32) -> i32 {
    in_64ths.saturating_add(32) >> 6
}
