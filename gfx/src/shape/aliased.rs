//! embedded-graphics' own filled circles, rounded rectangles and thin lines, pixel for pixel, by rows.
//!
//! embedded-graphics asks of each pixel of a row whether it is inside, or hands over pixel by pixel; here a row's ends follow
//! from those of the row before.

use core::hash::Hash;

use embedded_graphics_core::{
    geometry::{Point, Size},
    pixelcolor::Rgb888,
    primitives::Rectangle,
};

use crate::{PixelMemory, Surface, area::Area, digest::Digest, pixel};

/// Diameters count as at most so many pixels: squares of twice as much fit in `i64`.
const MAX_DIAMETER: u32 = 1 << 30;

impl<M: PixelMemory> Surface<M> {
    /// Draws the pixels of `Circle::new(top_left, diameter)`, filled. Not anti-aliased.
    pub fn fill_circle_aliased(&mut self, top_left: Point, diameter: u32, color: Rgb888) {
        let diameter = diameter.min(MAX_DIAMETER);
        self.fill_corners(&Rectangle::new(top_left, Size::new_equal(diameter)), diameter, color);
    }

    /// Draws the pixels of `RoundedRectangle::with_equal_corners`, filled: corners of this radius, or of half the shorter side if
    /// that is less. Not anti-aliased.
    pub fn fill_rounded_aliased(&mut self, rectangle: &Rectangle, radius: u32, color: Rgb888) {
        let Size { width, height } = rectangle.size;
        let radius = radius.min(width / 2).min(height / 2).min(MAX_DIAMETER / 2);
        self.fill_corners(rectangle, radius * 2, color);
    }

    /// A rectangle whose corners are those of a circle of this diameter, which is at most its sides.
    fn fill_corners(&mut self, rectangle: &Rectangle, diameter: u32, color: Rgb888) {
        let (area, color) = (Area::from_rectangle(rectangle), pixel::pack(color));
        let describe = |operation: &mut Digest| ("aliased", *rectangle, diameter, color).hash(operation);
        let Some(visible) = self.begin(area, describe) else { return };
        let height = i64::from(rectangle.size.height);
        let (left, right) = (i64::from(rectangle.top_left.x), i64::from(area.right));
        let row = |y: i32| {
            let from_top = i64::from(y) - i64::from(rectangle.top_left.y);
            from_top.min(height - 1 - from_top)
        };
        let mut corner = Corner::new(diameter, row(visible.top));
        for y in visible.top..visible.bottom {
            let inset = corner.inset(row(y));
            let from = (left + inset).max(visible.left.into());
            let to = (right - inset).min(visible.right.into());
            if from < to {
                self.put_run(from as i32, y, (to - from) as usize, color);
            }
        }
    }

    /// Draws the pixels of `Line::new(from, to)`, 1 pixel wide. Not anti-aliased.
    pub fn draw_line_aliased(&mut self, from: Point, to: Point, color: Rgb888) {
        let color = pixel::pack(color);
        let corner = from.component_min(to);
        let size = Size::new(from.x.abs_diff(to.x).saturating_add(1), from.y.abs_diff(to.y).saturating_add(1));
        let describe = |operation: &mut Digest| ("line", from, to, color).hash(operation);
        let Some(visible) = self.begin(Area::from_rectangle(&Rectangle::new(corner, size)), describe) else { return };
        let (right, down) = (from.x <= to.x, from.y <= to.y);
        let (across, along) = (i64::from(from.x.abs_diff(to.x)), i64::from(from.y.abs_diff(to.y)));
        if along >= across {
            let mut steps = Steps::new(along, across);
            let (low, high) = steps_within(from.y, down, visible.top, visible.bottom);
            steps.go_to(low);
            for step in low..high {
                let x = moved(from.x, right, steps.minor);
                if (visible.left.into()..visible.right.into()).contains(&x) {
                    self.put_run(x as i32, moved(from.y, down, step) as i32, 1, color);
                }
                steps.advance();
            }
            return;
        }
        let mut steps = Steps::new(across, along);
        let (low, high) = steps_within(from.x, right, visible.left, visible.right);
        steps.go_to(low);
        let mut start = low;
        for step in low..high {
            let y = moved(from.y, down, steps.minor);
            let before = steps.minor;
            steps.advance();
            if steps.minor == before && step + 1 < high {
                continue;
            }
            if (visible.top.into()..visible.bottom.into()).contains(&y) {
                let (one, other) = (moved(from.x, right, start), moved(from.x, right, step));
                self.put_run(one.min(other) as i32, y as i32, (step + 1 - start) as usize, color);
            }
            start = step + 1;
        }
    }
}

/// So many pixels from `from`, to higher coordinates or to lower ones.
fn moved(from: i32, up: bool, by: i64) -> i64 {
    if up { i64::from(from) + by } else { i64::from(from) - by }
}

/// Which steps of one pixel each, from `from` on, lead to places from `low` to before `high`.
fn steps_within(from: i32, up: bool, low: i32, high: i32) -> (i64, i64) {
    let (from, low, high) = (i64::from(from), i64::from(low), i64::from(high));
    if up { ((low - from).max(0), high - from) } else { ((from - high + 1).max(0), from - low + 1) }
}

/// Bresenham's: how far a line has gone in the direction in which it goes less far.
struct Steps {
    major_length: i64,
    minor_length: i64,
    minor: i64,
    /// Twice the distance that the line is ahead of `minor`, times the major length.
    error: i64,
}

impl Steps {
    const fn new(major_length: i64, minor_length: i64) -> Self {
        Self { major_length, minor_length, minor: 0, error: 0 }
    }

    /// To where so many steps lead.
    fn go_to(&mut self, step: i64) {
        // Lengths are below 2^32.
        let ahead = 2 * i128::from(self.minor_length) * i128::from(step);
        let whole = 2 * i128::from(self.major_length.max(1));
        let minor = (ahead - i128::from(self.major_length) + whole - 1).div_euclid(whole).max(0);
        (self.minor, self.error) = (minor as i64, (ahead - minor * whole) as i64);
    }

    const fn advance(&mut self) {
        self.error += 2 * self.minor_length;
        if self.error > self.major_length {
            self.error -= 2 * self.major_length;
            self.minor += 1;
        }
    }
}

/// The corner of a circle, row by row.
struct Corner {
    /// Twice the distance of a pixel's middle from the circle's, squared, is less than this inside.
    threshold: i64,
    diameter: i64,
    /// How many pixels of the row that was looked at last are outside.
    inset: i64,
}

impl Corner {
    /// To be looked at from this row on.
    const fn new(diameter: u32, row: i64) -> Self {
        let diameter = diameter as i64;
        let square = diameter * diameter;
        // As embedded-graphics has it, whose small circles look rounder that way.
        let threshold = if diameter <= 4 { square - diameter / 2 } else { square };
        let from_middle = if 2 * row < diameter { diameter - 1 - 2 * row } else { 0 };
        let half_width = (square - from_middle * from_middle).isqrt();
        Self { threshold, diameter, inset: (diameter - half_width) / 2 }
    }

    /// How many pixels are outside in the row that is so far from the nearer edge.
    fn inset(&mut self, row: i64) -> i64 {
        if 2 * row >= self.diameter {
            return 0;
        }
        let distance = |index: i64| 2 * index - (self.diameter - 1);
        let left = self.threshold - distance(row) * distance(row);
        let is_inside = |column: i64| distance(column) * distance(column) < left;
        // From row to row only few pixels go by.
        while self.inset > 0 && is_inside(self.inset - 1) {
            self.inset -= 1;
        }
        while 2 * self.inset < self.diameter && !is_inside(self.inset) {
            self.inset += 1;
        }
        self.inset
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{vec, vec::Vec};
    use embedded_graphics::{
        prelude::*,
        primitives::{Circle, Line, PrimitiveStyle, RoundedRectangle, StyledDrawable},
    };
    use proptest::prelude::*;

    const SIDE: u32 = 48;

    fn paper() -> Surface<Vec<u32>> {
        let mut paper = Surface::new(vec![0; (SIDE * SIDE) as usize], Size::new_equal(SIDE)).expect("the size fits");
        paper.set_clip(&Rectangle::new(Point::new(3, 5), Size::new(39, 40)));
        paper
    }

    /// Whether the shape of embedded-graphics has the same pixels.
    fn same(
        own: impl FnOnce(&mut Surface<Vec<u32>>),
        shape: impl StyledDrawable<PrimitiveStyle<Rgb888>, Color = Rgb888>,
        style: PrimitiveStyle<Rgb888>,
    ) {
        let (mut drawn, mut expected) = (paper(), paper());
        own(&mut drawn);
        let Ok(_) = shape.draw_styled(&style, &mut expected);
        assert!(drawn.memory() == expected.memory());
    }

    fn point() -> impl Strategy<Value = Point> {
        (-30..80, -30..80).prop_map(|(x, y)| Point::new(x, y))
    }

    proptest! {
        #[test]
        fn circles_are_those_of_embedded_graphics(at in point(), diameter in 0..90_u32) {
            let style = PrimitiveStyle::with_fill(Rgb888::WHITE);
            same(|paper| paper.fill_circle_aliased(at, diameter, Rgb888::WHITE), Circle::new(at, diameter), style);
        }

        #[test]
        fn rounded_rectangles_are_those_of_embedded_graphics(at in point(), width in 0..90_u32, height in 0..90_u32, radius in 0..50_u32) {
            let (style, area) = (PrimitiveStyle::with_fill(Rgb888::WHITE), Rectangle::new(at, Size::new(width, height)));
            let radius = radius.min(width / 2).min(height / 2);
            let shape = RoundedRectangle::with_equal_corners(area, Size::new_equal(radius));
            same(|paper| paper.fill_rounded_aliased(&area, radius, Rgb888::WHITE), shape, style);
        }

        #[test]
        fn lines_are_those_of_embedded_graphics(from in point(), to in point()) {
            let style = PrimitiveStyle::with_stroke(Rgb888::WHITE, 1);
            same(|paper| paper.draw_line_aliased(from, to, Rgb888::WHITE), Line::new(from, to), style);
        }
    }

    #[test]
    fn no_coordinate_is_too_far() {
        let ends = [i32::MIN, -1, 0, 20, i32::MAX];
        for (x, y) in ends.iter().flat_map(|x| ends.map(|y| (*x, y))) {
            let at = Point::new(x, y);
            let mut paper = paper();
            paper.draw_line_aliased(at, Point::new(y, x), Rgb888::WHITE);
            paper.draw_line_aliased(at, Point::new(20, 20), Rgb888::WHITE);
            paper.fill_circle_aliased(at, u32::MAX, Rgb888::WHITE);
            paper.fill_rounded_aliased(&Rectangle::new(at, Size::new(u32::MAX, 3)), u32::MAX, Rgb888::WHITE);
        }
    }
}
