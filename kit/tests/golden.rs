//! Golden pictures of every widget in every theme, at its own size and at twice that.

mod common;

use std::time::Duration;

use common::{Visitor, each_widget};
use embedded_graphics_core::draw_target::DrawTarget;
use embedded_graphics_core::geometry::{Point, Size};
use embedded_graphics_core::primitives::Rectangle;
use vitrine_gfx::Surface;
use vitrine_kit::widget::Widget;
use vitrine_kit::{Scale, Theme};

/// Puts widgets at their preferred sizes below each other, in columns.
struct Sheet {
    theme: Theme,
    surface: Surface<Vec<u32>>,
    at: Point,
    /// How wide the column is so far.
    width: u32,
}

impl Sheet {
    const SIZE: Size = Size::new(1760, 720);

    fn new(theme: Theme, factor: u32) -> Self {
        let size = Self::SIZE * factor;
        let mut surface = Surface::new(vec![0; (size.width * size.height) as usize], size).unwrap();
        let Ok(()) = surface.clear(theme.palette.surface);
        let gap = theme.px(16) as i32;
        Self { theme, surface, at: Point::new_equal(gap), width: 0 }
    }
}

impl Visitor for Sheet {
    fn visit(&mut self, _name: &'static str, widget: &impl Widget) {
        let gap = self.theme.px(16);
        let most = Size::new(self.theme.px(380), self.theme.px(280));
        let size = widget.preferred(&self.theme).component_min(most);
        let height = Self::SIZE.height as i32 * gap as i32 / 16;
        if self.at.y + (size.height + gap) as i32 > height {
            self.at = Point::new(self.at.x + (self.width + gap) as i32, gap as i32);
            self.width = 0;
        }
        widget.draw(&mut self.surface, &self.theme, Rectangle::new(self.at, size), Duration::from_millis(500));
        self.at.y += (size.height + gap) as i32;
        self.width = self.width.max(size.width);
    }
}

fn check(name: &str, theme: fn(Scale) -> Theme, factor: u32) {
    let mut sheet = Sheet::new(theme(Scale::percent(100 * factor)), factor);
    each_widget(&mut sheet);
    let width = Sheet::SIZE.width * factor;
    vitrine_golden::check!(name, width as usize, &sheet.surface.into_memory());
}

#[test]
fn dark() {
    check("widgets_dark", Theme::dark, 1);
}

#[test]
fn light() {
    check("widgets_light", Theme::light, 1);
}

#[test]
fn contrast() {
    check("widgets_contrast", Theme::contrast, 1);
}

#[test]
fn at_twice_the_size() {
    check("widgets_dark_2x", Theme::dark, 2);
}
