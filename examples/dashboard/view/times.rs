//! The card with the plot of frame times.

use super::{AMBER, CARD, EDGE, MUTED};
use crate::gfx::{
    PixelMemory, Surface,
    kit::{History, Label, Plot, Scale, Shown},
    text::{Align, Font, Line, TextStyle, fonts},
};
use embedded_graphics::{prelude::*, primitives::Rectangle};

/// Lines of the plot's grid above its foot.
const GRID_LINES: u32 = 4;
/// Microseconds between two lines of the grid, at least.
const LEAST_STEP: u32 = 10;

/// The plot of frame times, with its axes.
pub struct Times {
    plot: Plot,
    shown: Shown<u64>,
    labels: [Label; GRID_LINES as usize + 1],
    unit: Point,
}

impl Times {
    pub fn new(card: Rectangle, scale: Scale) -> Self {
        let (left, right) = (scale.px(78), scale.px(24));
        let (top, bottom) = (scale.px(64), scale.px(48));
        let inside = |near: i32, far: i32, length: u32| length.saturating_sub((near + far) as u32).max(1);
        let area = Rectangle::new(
            card.top_left + Point::new(left, top),
            Size::new(inside(left, right, card.size.width), inside(top, bottom, card.size.height)),
        );
        let plot = Plot::new(area, scale.length(2).max(2), GRID_LINES).colors(CARD, EDGE, AMBER);
        let font = Font::fitting(&fonts::REGULAR, scale.px(18));
        let height = font.line_height();
        let labels = core::array::from_fn(|index| {
            let y = plot.grid_y(index as u32) - height / 2;
            let size = Size::new((left - scale.px(24)) as u32, height as u32);
            let area = Rectangle::new(Point::new(card.top_left.x + scale.px(12), y), size);
            Label::new(area, font, MUTED, CARD).aligned(Align::Right)
        });
        Self {
            plot,
            shown: Shown::new(),
            labels,
            unit: card.top_left + Point::new(card.size.width as i32 - right, scale.px(34)),
        }
    }

    pub fn draw_names<M: PixelMemory>(&self, surface: &mut Surface<M>, scale: Scale) {
        let font = Font::fitting(&fonts::REGULAR, scale.px(18));
        let style = TextStyle::new(font, MUTED).on(CARD);
        let Rectangle { top_left, size } = self.plot.area();
        let y = top_left.y + size.height as i32 + font.line_height();
        style.draw(surface, "one minute ago", Point::new(top_left.x, y));
        style.aligned(Align::Right).draw(surface, "now", Point::new(top_left.x + size.width as i32, y));
        style.aligned(Align::Right).draw(surface, "µs, longest of each quarter second", self.unit);
    }

    pub fn show<M: PixelMemory>(&mut self, surface: &mut Surface<M>, age: u64, times: &History) {
        if !self.shown.update(times.recorded(), age) {
            return;
        }
        let step = self.plot.fitting_step(times).max(LEAST_STEP);
        self.plot.draw(surface, times, step);
        for (index, label) in (0..).zip(&mut self.labels) {
            label.show(surface, age, Line::format(format_args!("{}", step * index)));
        }
    }
}
