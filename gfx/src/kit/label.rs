//! Text at a fixed place, drawn again when it changes.

use super::Shown;
use crate::{
    PixelMemory, Surface,
    text::{Align, Font, Line, TextStyle},
};
use embedded_graphics_core::{draw_target::DrawTarget, geometry::Point, pixelcolor::Rgb888, primitives::Rectangle};

/// One line of text in an area of its own, on a background of one colour, its capitals in the middle of the height.
#[derive(Debug)]
pub struct Label {
    area: Rectangle,
    style: TextStyle,
    align: Align,
    ground: Rgb888,
    unit: Option<(TextStyle, &'static str)>,
    shown: Shown<Line>,
}

impl Label {
    /// A label that fills `area`, which nothing else may draw on.
    pub const fn new(area: Rectangle, font: &'static Font, color: Rgb888, ground: Rgb888) -> Self {
        let style = TextStyle::new(font, color).on(ground);
        Self { area, style, align: Align::Left, ground, unit: None, shown: Shown::new() }
    }

    /// The same, aligned differently within its area.
    pub const fn aligned(mut self, align: Align) -> Self {
        self.align = align;
        self
    }

    /// The same, with a unit after the text (which is aligned to the left then).
    pub const fn with_unit(mut self, font: &'static Font, color: Rgb888, unit: &'static str) -> Self {
        self.unit = Some((TextStyle::new(font, color).on(self.ground), unit));
        self.align = Align::Left;
        self
    }

    /// Shows `text`, on a buffer of the given age, if it isn't there already.
    pub fn show<M: PixelMemory>(&mut self, surface: &mut Surface<M>, age: u64, text: Line) {
        if self.shown.update(text, age) {
            self.draw(surface, text.as_str());
        }
    }

    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>, text: &str) {
        let clip = surface.clip();
        surface.set_clip(&clip.intersection(&self.area));
        let Ok(()) = surface.fill_solid(&self.area, self.ground);
        let Rectangle { top_left, size } = self.area;
        let (width, height) = (size.width as i32, size.height as i32);
        let x = match self.align {
            Align::Left | Align::Justified => 0,
            Align::Center => width / 2,
            Align::Right => width,
        };
        let baseline = (height + self.style.font().cap_height()) / 2;
        let at = top_left + Point::new(x, baseline);
        let end = self.style.aligned(self.align).draw(surface, text, at);
        if let Some((style, unit)) = self.unit {
            style.draw(surface, unit, Point::new(end + style.font().cap_height() / 2, at.y));
        }
        surface.set_clip(&clip);
    }
}
