//! Where values are, and the axes around them.

use core::ops::RangeInclusive;

use embedded_graphics_core::geometry::{Point, Size};
use embedded_graphics_core::primitives::Rectangle;
use vitrine_gfx::text::Align;
use vitrine_gfx::{PixelMemory, SUBPIXEL, Surface};

use super::axis::Ticks;
use crate::number::part_of;
use crate::theme::{Role, Tone};
use crate::{Theme, decimal, paint};

/// Turns values into places.
#[derive(Clone, Debug)]
pub(super) struct Scales {
    /// Where the values are drawn.
    pub area: Rectangle,
    /// What the foot and the top of the area stand for.
    pub range: RangeInclusive<f32>,
}

impl Scales {
    /// The place of one of so many values, in [`SUBPIXEL`]s: the first at the left edge, the last at the right.
    pub fn place(&self, index: usize, count: usize, value: f32) -> Point {
        let part = if count > 1 { index as f64 / (count - 1) as f64 } else { 0.5 };
        let width = f64::from(self.area.size.width) * f64::from(SUBPIXEL);
        Point::new(self.area.top_left.x * SUBPIXEL + (part * width) as i32, self.y(value))
    }

    /// The y of a value, in [`SUBPIXEL`]s.
    pub fn y(&self, value: f32) -> i32 {
        let height = self.area.size.height as f32 * SUBPIXEL as f32;
        self.area.top_left.y * SUBPIXEL + (height * (1.0 - part_of(value, &self.range))) as i32
    }
}

/// Draws the lines of the grid and, left of them, their numbers. `left` is how much room there is for those.
pub(super) fn draw_grid<M: PixelMemory>(
    surface: &mut Surface<M>,
    theme: &Theme,
    scales: &Scales,
    ticks: &Ticks,
    left: u32,
) {
    let Rectangle { top_left, size } = scales.area;
    let style = theme.text(Role::Caption, Tone::Muted);
    let height = style.font().line_height().max(0) as u32;
    let foot = paint::between(theme.palette.track, theme.palette.muted, 0.4);
    for (index, number) in ticks.numbers().enumerate() {
        let y = scales.y(number).div_euclid(SUBPIXEL);
        let color = if index == 0 { foot } else { theme.palette.track };
        let line = Rectangle::new(Point::new(top_left.x, y), Size::new(size.width, theme.outline()));
        surface.fill_rectangle(&line, color);
        let gap = theme.px(8).min(left);
        let corner = Point::new(top_left.x - left as i32, y - height as i32 / 2);
        let text = decimal(number, ticks.decimals());
        paint::text(surface, style, text.as_str(), Rectangle::new(corner, Size::new(left - gap, height)), Align::Right);
    }
}

/// The width of the numbers beside the grid, and of the gap between.
pub(super) fn numbers_width(theme: &Theme, ticks: &Ticks) -> u32 {
    let style = theme.text(Role::Caption, Tone::Muted);
    let width = |number| paint::text_size(style, decimal(number, ticks.decimals()).as_str()).width;
    ticks.numbers().map(width).max().unwrap_or(0) + theme.px(8)
}

/// Draws texts below the area: the first at its left edge and the last at its right, or each below its part when they are
/// names of bars.
pub(super) fn draw_names<M: PixelMemory>(
    surface: &mut Surface<M>,
    theme: &Theme,
    area: Rectangle,
    names: &[&str],
    below_bars: bool,
) {
    let style = theme.text(Role::Caption, Tone::Muted);
    let height = style.font().line_height().max(0) as u32;
    let Rectangle { top_left, size } = area;
    let y = top_left.y + size.height as i32 + theme.px(8) as i32;
    let parts = if below_bars { names.len() } else { names.len().saturating_sub(1) }.max(1) as u32;
    for (index, name) in (0..).zip(names) {
        let edge = |index: u32| (u64::from(size.width) * u64::from(index) / u64::from(parts)) as u32;
        let width = edge(1);
        let (left, align) = match (below_bars, index) {
            (true, _) => (edge(index) as i32, Align::Center),
            (false, 0) => (0, Align::Left),
            (false, index) if index == parts => (size.width as i32 - width as i32, Align::Right),
            (false, _) => (edge(index) as i32 - width as i32 / 2, Align::Center),
        };
        let place = Rectangle::new(Point::new(top_left.x + left, y), Size::new(width, height));
        paint::text(surface, style, name, place, align);
    }
}
