//! Dividing areas: rows, columns, grids.
//!
//! A layout is a function from an area to areas; there is no tree, nothing is allocated and nothing is kept. Parts never
//! leave the area that they were made from and never overlap, however little room there is: what doesn't fit gets less,
//! down to nothing.

mod grid;

pub use grid::Grid;

use embedded_graphics_core::geometry::{Point, Size};
use embedded_graphics_core::primitives::Rectangle;

/// No screen reaches further from the origin, and sums of such lengths don't overflow.
const FAR: i32 = 1 << 20;

/// How long a part of a row or column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// So many pixels.
    Pixels(u32),
    /// Of what the others leave, a share by this weight.
    Share(u32),
}

/// Divides an area from left to right, with `gap` pixels between two parts. [`Length`]s that together are too long are
/// served in their order.
pub fn row<const N: usize>(area: Rectangle, gap: u32, lengths: [Length; N]) -> [Rectangle; N] {
    let Rectangle { top_left, size } = bounded(area);
    divide(size.width, gap, lengths)
        .map(|(from, width)| Rectangle::new(top_left + Point::new(from as i32, 0), Size::new(width, size.height)))
}

/// Divides an area from top to bottom, as [`row`] does from left to right.
pub fn column<const N: usize>(area: Rectangle, gap: u32, lengths: [Length; N]) -> [Rectangle; N] {
    let Rectangle { top_left, size } = bounded(area);
    divide(size.height, gap, lengths)
        .map(|(from, height)| Rectangle::new(top_left + Point::new(0, from as i32), Size::new(size.width, height)))
}

/// What is left of an area without so many pixels at each edge; something of size 0 in its middle when they are too many.
pub fn inset(area: Rectangle, by: u32) -> Rectangle {
    inset_by(area, Size::new_equal(by))
}

/// What is left of an area without so many pixels at the left and right, and at the top and bottom.
pub fn inset_by(area: Rectangle, by: Size) -> Rectangle {
    let Rectangle { top_left, size } = bounded(area);
    let (x, y) = (by.width.min(size.width / 2), by.height.min(size.height / 2));
    Rectangle::new(top_left + Size::new(x, y), size - Size::new(2 * x, 2 * y))
}

/// An area of this size, or of as much of it as fits, in the middle of another.
pub fn centered(area: Rectangle, size: Size) -> Rectangle {
    let area = bounded(area);
    let size = size.component_min(area.size);
    Rectangle::new(area.top_left + (area.size - size) / 2, size)
}

/// The largest square in the middle of an area.
pub fn square(area: Rectangle) -> Rectangle {
    let Size { width, height } = area.size;
    centered(area, Size::new_equal(width.min(height)))
}

/// The same area, brought to where sums of coordinates don't overflow; only what no screen can show is changed.
pub fn bounded(area: Rectangle) -> Rectangle {
    let Rectangle { top_left, size } = area;
    let near = Point::new(top_left.x.clamp(-FAR, FAR), top_left.y.clamp(-FAR, FAR));
    Rectangle::new(near, size.component_min(Size::new_equal(FAR as u32)))
}

/// Start and length of each part of a length.
fn divide<const N: usize>(length: u32, gap: u32, lengths: [Length; N]) -> [(u32, u32); N] {
    let gaps = gap.saturating_mul((N as u32).saturating_sub(1)).min(length);
    let mut rest = length - gaps;
    let fixed = lengths.map(|wanted| match wanted {
        Length::Pixels(pixels) => {
            let got = pixels.min(rest);
            rest -= got;
            got
        }
        Length::Share(_) => 0,
    });
    let weight = |wanted: Length| if let Length::Share(weight) = wanted { u64::from(weight) } else { 0 };
    let total = lengths.iter().map(|&wanted| weight(wanted)).sum::<u64>().max(1);
    // Cumulative, so that shares add up to the pixel.
    let share = |before: u64| (u128::from(rest) * u128::from(before) / u128::from(total)) as u32;
    let (mut at, mut before) = (0, 0);
    core::array::from_fn(|index| {
        let shared = share(before + weight(lengths[index])) - share(before);
        before += weight(lengths[index]);
        let from = at;
        let got = fixed[index] + shared;
        // A gap that no longer fits is cut where the area ends.
        at = (from + got).saturating_add(gap).min(length);
        (from, got.min(length - from))
    })
}
