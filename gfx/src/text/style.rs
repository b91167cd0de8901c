//! Drawing one line of text.

use super::{atlas::Atlas, glyph_run::GlyphRun, layout::to_pixels};
use crate::{Ink, PixelMemory, Surface, digest::Digest};
use core::hash::Hash;
use embedded_graphics_core::{geometry::Point, pixelcolor::Rgb888, primitives::Rectangle};

/// From this height on, in pixels, a line's glyphs are told to a canvas one by one: of a clock that is larger than the canvas'
/// tiles, it then draws the figures that have changed. Smaller ones share their tiles, and are told as one.
const LARGE: i32 = 48;

/// Which end of the text stands at the given place, or on which side of its box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Align {
    /// It starts there.
    Left,
    /// Its middle is there.
    Center,
    /// It ends there.
    Right,
    /// In a [`Paragraph`](super::Paragraph), lines are as wide as the box, except the last; a single line starts there.
    Justified,
}

/// How text in a font that is compiled in looks.
pub type TextStyle = Style<'static>;

/// How text looks: font, ink and alignment.
#[derive(Clone, Copy, Debug)]
pub struct Style<'f> {
    font: &'f Atlas<'f>,
    ink: Ink,
    align: Align,
}

impl<'f> Style<'f> {
    /// Text that starts at the given place and is blended with whatever is there.
    pub const fn new(font: &'f Atlas<'f>, color: Rgb888) -> Self {
        Self { font, ink: Ink::over(color), align: Align::Left }
    }

    /// The same text where the background is known to have this colour everywhere: nothing is read. In XRGB8888 that
    /// saves nothing, in formats whose pixels are converted it does.
    pub const fn on(mut self, background: Rgb888) -> Self {
        self.ink = self.ink.on(background);
        self
    }

    /// The same text, aligned differently.
    pub const fn aligned(mut self, align: Align) -> Self {
        self.align = align;
        self
    }

    /// The same text in another font.
    pub const fn with_font(mut self, font: &'f Atlas<'f>) -> Self {
        self.font = font;
        self
    }

    /// The font.
    pub const fn font(&self) -> &'f Atlas<'f> {
        self.font
    }

    /// The alignment.
    pub const fn align(&self) -> Align {
        self.align
    }

    /// Draws one line with its baseline at `at.y`, and returns the x at which text that continues it starts. A line break
    /// is a space here: [`Paragraph`](super::Paragraph) breaks lines.
    pub fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>, text: &str, at: Point) -> i32 {
        let mut run = GlyphRun::new();
        let mut glyphs = self.font.place(text);
        let mut extent = run.begin(&mut glyphs, || self.font.place(text));
        let width = to_pixels(extent.end);
        let origin = self.origin(at, width);
        let end = origin.x.saturating_add(width);
        if !M::KEEPS && self.font.line_height() >= LARGE {
            self.note_glyphs(surface, text, origin);
            return end;
        }
        let describe = |operation: &mut Digest| {
            ("text", self.font.identity(), self.ink, origin, text).hash(operation);
        };
        let Some(visible) = surface.begin(extent.drawn.moved(origin), describe) else { return end };
        while !run.is_empty() {
            run.draw(surface, visible, self.ink, origin);
            run.take(&mut glyphs, &mut extent);
        }
        end
    }

    /// Begins an operation for each glyph of a line.
    fn note_glyphs<M: PixelMemory>(&self, surface: &mut Surface<M>, text: &str, origin: Point) {
        for (character, placed) in text.chars().zip(self.font.place(text)) {
            let area = placed.stamp().area().moved(origin);
            surface.begin(area, |operation| {
                ("glyph", self.font.identity(), self.ink, area.left, origin.y, character).hash(operation);
            });
        }
    }

    /// A rectangle, hardly larger than needed, that holds all pixels which [`draw`](Self::draw) changes, clipping aside; an
    /// empty one when there are none.
    pub fn bounding_box(&self, text: &str, at: Point) -> Rectangle {
        let extent = GlyphRun::new().begin(&mut self.font.place(text), || self.font.place(text));
        // Nothing, if no glyph was added.
        let drawn = extent.drawn.intersection(extent.drawn);
        drawn.moved(self.origin(at, to_pixels(extent.end))).to_rectangle()
    }

    /// Where the pen starts.
    fn origin(&self, at: Point, width: i32) -> Point {
        let x = match self.align {
            Align::Left | Align::Justified => at.x,
            Align::Center => at.x.saturating_sub(width / 2),
            Align::Right => at.x.saturating_sub(width),
        };
        Point::new(x, at.y)
    }
}
