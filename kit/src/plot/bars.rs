//! Bars.

use embedded_graphics_core::geometry::{Point, Size};
use embedded_graphics_core::pixelcolor::Rgb888;
use embedded_graphics_core::primitives::Rectangle;
use vitrine_gfx::shape::Corners;
use vitrine_gfx::{Ink, PixelMemory, SUBPIXEL, Surface};

use super::Values;
use super::frame::Scales;

/// One of several series of bars that stand beside each other.
#[derive(Clone, Copy)]
pub(super) struct Bars {
    pub color: Rgb888,
    /// Which one it is, of how many.
    pub index: u32,
    pub count: u32,
}

impl Bars {
    /// Draws a bar for each value, from 0 or, where that is not in the range, from the end that is nearer to it. Values
    /// that would have less than a pixel each share one: the last of them is drawn.
    pub fn draw<M: PixelMemory>(self, surface: &mut Surface<M>, scales: &Scales, values: &dyn Values) {
        let Rectangle { top_left, size } = scales.area;
        let groups = values.len() as u64;
        let zero = scales.y(0.0).div_euclid(SUBPIXEL);
        let shown = groups.min(u64::from(size.width));
        for group in 0..shown {
            let value = values.value(((group + 1) * groups / shown - 1) as usize);
            if !value.is_finite() {
                continue;
            }
            let edge = |part: u64, parts: u64| (u64::from(size.width) * part / (shown * parts)) as u32;
            let (from, to) = self.within(edge(group, 1), edge(group + 1, 1));
            let y = scales.y(value).div_euclid(SUBPIXEL);
            let (top, bottom) = (y.min(zero), y.max(zero));
            let bar =
                Rectangle::new(Point::new(top_left.x + from as i32, top), Size::new(to - from, (bottom - top) as u32));
            let radius = (to - from) / 5;
            let corners = if y <= zero {
                Corners { top_left: radius, top_right: radius, ..Corners::default() }
            } else {
                Corners { bottom_left: radius, bottom_right: radius, ..Corners::default() }
            };
            surface.fill_rounded(&bar, corners, Ink::over(self.color));
        }
    }

    /// Where this series' bar is in the room that a group has: a fifth of that is left free at each side.
    fn within(self, left: u32, right: u32) -> (u32, u32) {
        let width = right - left;
        let side = width / 5;
        let inner = width - 2 * side;
        let gap = if inner >= 8 * self.count { inner / (8 * self.count) } else { 0 };
        let edge = |index: u32| left + side + (u64::from(inner) * u64::from(index) / u64::from(self.count)) as u32;
        let from = edge(self.index);
        let to = edge(self.index + 1);
        (from, if self.index + 1 < self.count { to.saturating_sub(gap).max(from) } else { to })
    }
}
