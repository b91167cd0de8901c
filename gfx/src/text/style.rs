//! Drawing text.

use super::font::{Font, Glyph, to_pixels};
use crate::{Ink, PixelMemory, Surface, area::Area, digest::Digest, ink::Spans};
use core::hash::Hash;
use embedded_graphics_core::{geometry::Point, pixelcolor::Rgb888};

/// Which end of the text stands at the given place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// It starts there.
    Left,
    /// Its middle is there.
    Center,
    /// It ends there.
    Right,
}

/// How text looks: font, ink and alignment.
#[derive(Clone, Copy, Debug)]
pub struct TextStyle {
    font: &'static Font,
    ink: Ink,
    align: Align,
}

impl TextStyle {
    /// Text that starts at the given place and is blended with whatever is there.
    pub const fn new(font: &'static Font, color: Rgb888) -> Self {
        Self { font, ink: Ink::over(color), align: Align::Left }
    }

    /// The same text where the background is known to have this colour everywhere: nothing needs to be read.
    pub const fn on(mut self, background: Rgb888) -> Self {
        self.ink = self.ink.on(background);
        self
    }

    /// The same text, aligned differently.
    pub const fn aligned(mut self, align: Align) -> Self {
        self.align = align;
        self
    }

    /// The font.
    pub const fn font(&self) -> &'static Font {
        self.font
    }

    /// Draws one line with its baseline at `at.y`, and returns the x at which text that continues it starts.
    pub fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>, text: &str, at: Point) -> i32 {
        let width = self.font.measure(text);
        let left = match self.align {
            Align::Left => at.x,
            Align::Center => at.x.saturating_sub(width / 2),
            Align::Right => at.x.saturating_sub(width),
        };
        let end = left.saturating_add(width);
        let pens = || {
            self.font
                .place(text)
                .map(|placed| (placed.glyph, Point::new(left.saturating_add(to_pixels(placed.start)), at.y)))
        };
        let areas = pens().map(|(glyph, pen)| area_of(glyph, pen)).filter(|area| !area.is_empty());
        let Some(area) = areas.reduce(Area::envelope) else { return end };
        let describe = |operation: &mut Digest| {
            ("text", core::ptr::from_ref(self.font).addr(), self.ink, left, at.y, text).hash(operation);
        };
        let Some(visible) = surface.begin(area, describe) else { return end };
        let mut spans = Spans::new(surface, visible, self.ink);
        for (glyph, pen) in pens() {
            draw_glyph(&mut spans, self.font, glyph, pen);
        }
        end
    }
}

/// Where a glyph is with the pen at `pen`.
fn area_of(glyph: &Glyph, pen: Point) -> Area {
    let left = pen.x.saturating_add(glyph.left.into());
    let top = pen.y.saturating_sub(glyph.top.into());
    let (right, bottom) = (left.saturating_add(glyph.width.into()), top.saturating_add(glyph.height.into()));
    Area { left, top, right, bottom }
}

/// Draws a glyph with the pen at `pen`.
fn draw_glyph<M: PixelMemory>(spans: &mut Spans<'_, M>, font: &Font, glyph: &Glyph, pen: Point) {
    let area = area_of(glyph, pen);
    let Some(visible) = spans.visible(area) else { return };
    let mut rows = font.rows[glyph.rows as usize..].iter();
    for y in area.top..visible.bottom {
        spans.start_row(area.left, y);
        let mut to_come = usize::from(glyph.width);
        while to_come > 0 {
            let Some(&code) = rows.next() else { return };
            let run = usize::from(code & 15) + 1;
            // 15 levels to 255: the nibble twice.
            spans.push(code >> 4 | code & 0xf0, run);
            to_come = to_come.saturating_sub(run);
        }
    }
}
