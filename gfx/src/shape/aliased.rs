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
        let (horizontal, vertical) = (Way::new(from.x, to.x), Way::new(from.y, to.y));
        let (columns, rows) = ((visible.left, visible.right), (visible.top, visible.bottom));
        if vertical.length >= horizontal.length {
            self.draw_steep(&Steps::new(vertical, rows, horizontal, columns), color);
        } else {
            self.draw_flat(&Steps::new(horizontal, columns, vertical, rows), color);
        }
    }

    /// A line with one pixel in each row.
    fn draw_steep(&mut self, steps: &Steps, color: u32) {
        if steps.low >= steps.high {
            return;
        }
        let minor = steps.minor_at(steps.low);
        let mut error = steps.error(steps.low, minor);
        let mut at = self.offset(steps.minor.place(minor), steps.major.place(steps.low));
        let down = steps.major.direction(self.stride());
        let aside = down + steps.minor.direction(M::BYTES);
        for _ in steps.low..steps.high {
            self.put_at(at, 1, color);
            error += 2 * steps.minor.length;
            let turns = error > steps.major.length;
            error -= if turns { 2 * steps.major.length } else { 0 };
            // After the last pixel this may lead out of the picture.
            at = at.wrapping_add_signed(if turns { aside } else { down });
        }
    }

    /// A line with at least one pixel in each row, and at most one in each column.
    fn draw_flat(&mut self, steps: &Steps, color: u32) {
        let (mut minor, mut start) = (steps.minor_at(steps.low), steps.low);
        let mut turn = Turn::after(steps, minor);
        while start < steps.high {
            let end = turn.step.min(steps.high);
            let left = if steps.major.up { start } else { end - 1 };
            let at = self.offset(steps.major.place(left), steps.minor.place(minor));
            self.put_at(at, (end - start) as usize, color);
            turn.advance();
            (minor, start) = (minor + 1, end);
        }
    }
}

/// From one coordinate to another.
#[derive(Clone, Copy)]
struct Way {
    from: i32,
    up: bool,
    /// Below 2^32.
    length: i64,
}

impl Way {
    fn new(from: i32, to: i32) -> Self {
        Self { from, up: from <= to, length: from.abs_diff(to).into() }
    }

    /// Where so many steps lead, which must be a place inside the surface.
    const fn place(self, steps: i64) -> i32 {
        let from = self.from as i64;
        (if self.up { from + steps } else { from - steps }) as i32
    }

    /// A distance in this direction.
    const fn direction(self, distance: usize) -> isize {
        if self.up { distance as isize } else { -(distance as isize) }
    }

    /// Which steps lead to places from the first of these to before the other.
    fn steps_within(self, (low, high): (i32, i32)) -> (i64, i64) {
        let (from, low, high) = (i64::from(self.from), i64::from(low), i64::from(high));
        if self.up { ((low - from).max(0), high - from) } else { ((from - high + 1).max(0), from - low + 1) }
    }
}

/// Bresenham's line: one pixel for each step in the direction in which it goes furthest.
struct Steps {
    major: Way,
    minor: Way,
    /// The first step to a pixel that is visible.
    low: i64,
    /// The first one after it to one that isn't.
    high: i64,
}

impl Steps {
    /// The steps that lead to places within `majors` and `minors`, which are parts of the ways.
    fn new(major: Way, majors: (i32, i32), minor: Way, minors: (i32, i32)) -> Self {
        let (low, high) = major.steps_within(majors);
        let mut steps = Self { major, minor, low, high };
        let (first, end) = minor.steps_within(minors);
        if first > 0 {
            steps.low = low.max(steps.turn(first).0);
        }
        if end <= minor.length {
            steps.high = high.min(steps.turn(end).0);
        }
        steps
    }

    /// How far the line has gone in the minor direction after so many steps.
    fn minor_at(&self, step: i64) -> i64 {
        let ahead = 2 * i128::from(self.minor.length) * i128::from(step);
        let whole = 2 * i128::from(self.major.length.max(1));
        (ahead - i128::from(self.major.length) + whole - 1).div_euclid(whole).max(0) as i64
    }

    /// Twice the distance that the line is ahead of a place in the minor direction, times the major length.
    fn error(&self, step: i64, minor: i64) -> i64 {
        let ahead = i128::from(self.minor.length) * i128::from(step);
        (2 * (ahead - i128::from(self.major.length) * i128::from(minor))) as i64
    }

    /// After how many steps the line has gone this far, at least 1, in the minor direction, which must be one that it goes
    /// in: those after which the error would exceed the major length. And what remains of the division, over twice the minor
    /// length.
    fn turn(&self, minor: i64) -> (i64, i64) {
        let (distance, divisor) =
            (i128::from(2 * minor - 1) * i128::from(self.major.length), 2 * i128::from(self.minor.length));
        ((distance / divisor) as i64 + 1, (distance % divisor) as i64)
    }
}

/// The step with which a flat line comes to its next row.
struct Turn {
    step: i64,
    remainder: i64,
    /// By how much they grow from row to row; and what makes one step more.
    steps: i64,
    more: i64,
    divisor: i64,
}

impl Turn {
    /// The one after the row `minor`.
    fn after(line: &Steps, minor: i64) -> Self {
        let (major, length) = (line.major.length, line.minor.length);
        if length == 0 {
            return Self { step: i64::MAX, remainder: 0, steps: 0, more: 0, divisor: 1 };
        }
        let (step, remainder) = line.turn(minor + 1);
        Self { step, remainder, steps: major / length, more: 2 * (major % length), divisor: 2 * length }
    }

    const fn advance(&mut self) {
        self.remainder += self.more;
        let more = self.remainder >= self.divisor;
        self.remainder -= if more { self.divisor } else { 0 };
        self.step += self.steps + more as i64;
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
