//! Rounded rectangles and circles.

use super::{
    outline::{Curve, Outline, Pen},
    vector::{FAR, Vector},
};
use crate::{SUBPIXEL, area::Area};
use core::f64::consts::FRAC_PI_2;
use embedded_graphics_core::primitives::Rectangle;

/// The radii of a rectangle's corners, in pixels. A radius beyond half the shorter side counts as that half.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Corners {
    /// Top left.
    pub top_left: u32,
    /// Top right.
    pub top_right: u32,
    /// Bottom right.
    pub bottom_right: u32,
    /// Bottom left.
    pub bottom_left: u32,
}

impl Corners {
    /// The radius of all four, if it is the same.
    pub(crate) fn all_equal(self) -> Option<u32> {
        (self == Self::from(self.top_left)).then_some(self.top_left)
    }
}

/// All of them equal.
impl From<u32> for Corners {
    fn from(radius: u32) -> Self {
        Self { top_left: radius, top_right: radius, bottom_right: radius, bottom_left: radius }
    }
}

/// A rectangle with rounded corners, in SUBPIXELs.
#[derive(Clone, Copy)]
pub(crate) struct Rounded {
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
    /// From the top left one clockwise.
    radii: [f32; 4],
}

impl Rounded {
    pub fn new(rectangle: &Rectangle, corners: Corners) -> Self {
        let Area { left, top, right, bottom } = Area::from_rectangle(rectangle);
        let subpixels = |at: i32| at.saturating_mul(SUBPIXEL).clamp(-FAR, FAR) as f32;
        let (left, top, right, bottom) = (subpixels(left), subpixels(top), subpixels(right), subpixels(bottom));
        let most = ((right - left).min(bottom - top) / 2.0).max(0.0);
        let radius = |pixels: u32| (pixels as f32 * SUBPIXEL as f32).min(most);
        let Corners { top_left, top_right, bottom_right, bottom_left } = corners;
        Self { left, top, right, bottom, radii: [top_left, top_right, bottom_right, bottom_left].map(radius) }
    }

    /// The same without a border of this width. `None` when nothing is left.
    pub fn inside(&self, border: u32) -> Option<Self> {
        let border = border as f32 * SUBPIXEL as f32;
        let inner = Self {
            left: self.left + border,
            top: self.top + border,
            right: self.right - border,
            bottom: self.bottom - border,
            radii: self.radii.map(|radius| (radius - border).max(0.0)),
        };
        (inner.left < inner.right && inner.top < inner.bottom).then_some(inner)
    }
}

impl Outline for Rounded {
    fn trace(&self, pen: &mut dyn Pen) {
        let Self { left, top, right, bottom, radii } = *self;
        let corners =
            [(left, top, 1.0, 1.0), (right, top, -1.0, 1.0), (right, bottom, -1.0, -1.0), (left, bottom, 1.0, -1.0)];
        for (index, ((x, y, inwards_x, inwards_y), radius)) in corners.into_iter().zip(radii).enumerate() {
            let center = Vector::new(x + inwards_x * radius, y + inwards_y * radius);
            let radii = Vector::new(radius, radius);
            let start = FRAC_PI_2 * (index as f64 + 2.0);
            Curve { center, radii, start, sweep: FRAC_PI_2 }.trace(pen, index > 0);
        }
        pen.close();
    }
}
