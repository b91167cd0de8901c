//! Where the glyphs of a line stand.

use super::atlas::{Atlas, Found};
use crate::area::Area;
use embedded_graphics_core::geometry::Point;

/// A glyph, and the pen before and after it, in 1/64 pixel from the start of the text.
pub(super) struct Placed<'f> {
    pub found: Found<'f>,
    pub start: i32,
    pub end: i32,
}

impl Placed<'_> {
    /// The picture's area when the text starts at `origin` on the baseline. Glyphs stand on whole pixels.
    pub fn area(&self, origin: Point) -> Area {
        let glyph = self.found.glyph();
        let left = origin.x.saturating_add(to_pixels(self.start)).saturating_add(glyph.left.into());
        let top = origin.y.saturating_sub(glyph.top.into());
        Area {
            left,
            top,
            right: left.saturating_add(glyph.width.into()),
            bottom: top.saturating_add(glyph.height.into()),
        }
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
    pub(super) fn place(&self, text: &str) -> impl Iterator<Item = Placed<'_>> {
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
