//! Drawing text.

use super::font::{Font, Glyph, to_pixels};
use crate::{Ink, PixelMemory, Surface, area::Area, ink::Spans};
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
        let mut touched: Option<Area> = None;
        let clip = surface.visible(surface.bounds());
        let mut spans = Spans::new(surface, clip.unwrap_or(Area::EMPTY), self.ink);
        for placed in self.font.place(text) {
            let pen = left.saturating_add(to_pixels(placed.start));
            let drawn = draw_glyph(&mut spans, self.font, placed.glyph, Point::new(pen, at.y));
            touched = match (touched, drawn) {
                (Some(all), Some(one)) => Some(all.envelope(one)),
                (all, one) => all.or(one),
            };
        }
        drop(spans);
        if let Some(area) = touched {
            surface.touch(area);
        }
        left.saturating_add(width)
    }
}

/// Draws a glyph with the pen at `pen`; returns the part of it that is inside the clip.
fn draw_glyph<M: PixelMemory>(spans: &mut Spans<'_, M>, font: &Font, glyph: &Glyph, pen: Point) -> Option<Area> {
    let left = pen.x.saturating_add(glyph.left.into());
    let top = pen.y.saturating_sub(glyph.top.into());
    let area = Area {
        left,
        top,
        right: left.saturating_add(glyph.width.into()),
        bottom: top.saturating_add(glyph.height.into()),
    };
    let visible = spans.visible(area)?;
    let mut rows = font.rows[glyph.rows as usize..].iter();
    for y in top..visible.bottom {
        spans.start_row(left, y);
        let mut to_come = usize::from(glyph.width);
        while to_come > 0 {
            let &code = rows.next()?;
            let run = usize::from(code & 15) + 1;
            // 15 levels to 255: the nibble twice.
            spans.push(code >> 4 | code & 0xf0, run);
            to_come = to_come.saturating_sub(run);
        }
    }
    Some(visible)
}
