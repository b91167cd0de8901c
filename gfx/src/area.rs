//! A rectangle of pixels by its edges.

use embedded_graphics_core::{
    geometry::{Point, Size},
    primitives::Rectangle,
};

/// The pixels with `left <= x < right` and `top <= y < bottom`.
///
/// [`Rectangle`] says the same by corner and size, whose sum can leave `i32`; edges can be compared and intersected
/// without care. Every area that isn't empty in this crate is one inside a surface, hence within `0..=MAX_SIDE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Area {
    pub left: i32,
    pub top: i32,
    pub right: i32,
    pub bottom: i32,
}

impl Area {
    pub const EMPTY: Self = Self { left: 0, top: 0, right: 0, bottom: 0 };

    /// The same pixels, except that edges beyond `i32` stop there.
    pub fn from_rectangle(rectangle: &Rectangle) -> Self {
        let Rectangle { top_left, size } = rectangle;
        Self {
            left: top_left.x,
            top: top_left.y,
            right: top_left.x.saturating_add_unsigned(size.width),
            bottom: top_left.y.saturating_add_unsigned(size.height),
        }
    }

    pub fn to_rectangle(self) -> Rectangle {
        Rectangle::new(Point::new(self.left, self.top), Size::new(self.width() as u32, self.height() as u32))
    }

    /// The same area elsewhere; edges beyond `i32` stop there.
    pub const fn moved(self, by: Point) -> Self {
        Self {
            left: self.left.saturating_add(by.x),
            top: self.top.saturating_add(by.y),
            right: self.right.saturating_add(by.x),
            bottom: self.bottom.saturating_add(by.y),
        }
    }

    pub const fn is_empty(self) -> bool {
        self.left >= self.right || self.top >= self.bottom
    }

    /// Pixels from left to right. Only for an area inside a surface.
    pub const fn width(self) -> usize {
        self.right.saturating_sub(self.left) as usize
    }

    /// Pixels from top to bottom. Only for an area inside a surface.
    pub const fn height(self) -> usize {
        self.bottom.saturating_sub(self.top) as usize
    }

    pub const fn pixels(self) -> usize {
        self.width() * self.height()
    }

    pub const fn contains(self, other: Self) -> bool {
        self.left <= other.left && self.top <= other.top && self.right >= other.right && self.bottom >= other.bottom
    }

    /// The pixels in both; [`Area::EMPTY`] when there are none.
    pub fn intersection(self, other: Self) -> Self {
        let common = Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        };
        if common.is_empty() { Self::EMPTY } else { common }
    }

    /// The smallest area that holds both, neither of which is empty.
    pub fn envelope(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }
}
