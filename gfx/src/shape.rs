//! Filled shapes with anti-aliased edges, and gradients.

use crate::{Ink, PixelMemory, Surface, area::Area, digest::Digest, ink::Spans, pixel, surface::MAX_SIDE};
use core::hash::Hash;
use embedded_graphics_core::{
    geometry::{Point, Size},
    pixelcolor::Rgb888,
    primitives::Rectangle,
};

/// Parts of a pixel in which [`Surface::fill_stroke`] takes places and widths.
pub const SUBPIXEL: i32 = 256;

/// Ends of strokes count as being at most this far from the origin, in 1/256 pixel: products of them fit in `i64`.
const FAR: i32 = 1 << 24;

impl<M: PixelMemory> Surface<M> {
    /// Fills a rectangle with rounded corners. A radius beyond half the shorter side counts as that half.
    pub fn fill_rounded(&mut self, rectangle: &Rectangle, radius: u32, ink: Ink) {
        let Size { width, height } = rectangle.size;
        self.fill_round(rectangle, radius.saturating_mul(2).min(width).min(height), ink);
    }

    /// Fills the circle of this diameter (in pixels) whose bounding box has its top left corner at `top_left`.
    pub fn fill_circle(&mut self, top_left: Point, diameter: u32, ink: Ink) {
        self.fill_round(&Rectangle::new(top_left, Size::new_equal(diameter)), diameter, ink);
    }

    /// Fills a rectangle whose corners together make a circle of this diameter.
    fn fill_round(&mut self, rectangle: &Rectangle, diameter: u32, ink: Ink) {
        let area = Area::from_rectangle(rectangle);
        let describe = |operation: &mut Digest| ("round", rectangle, diameter, ink).hash(operation);
        let Some(visible) = self.begin(area, describe) else { return };
        let Size { width, height } = rectangle.size;
        let corner = Corner { diameter: diameter.min(MAX_SIDE) };
        let mut spans = Spans::new(self, visible, ink);
        for y in visible.top..visible.bottom {
            let from_top = (i64::from(y) - i64::from(area.top)) as u32;
            // Counted from the nearer of the top and bottom edges.
            let row = from_top.min(height - 1 - from_top);
            spans.start_row(area.left, y);
            corner.push_row(&mut spans, width, row);
        }
    }

    /// Fills a rectangle with colours that go from `top` in its first row to `bottom` in its last.
    pub fn fill_gradient(&mut self, rectangle: &Rectangle, top: Rgb888, bottom: Rgb888) {
        let area = Area::from_rectangle(rectangle);
        let describe = |operation: &mut Digest| ("gradient", rectangle, top, bottom).hash(operation);
        let Some(visible) = self.begin(area, describe) else { return };
        let (top, bottom) = (pixel::pack(top), pixel::pack(bottom));
        let last = i64::from(rectangle.size.height.saturating_sub(1).max(1));
        for y in visible.top..visible.bottom {
            let row = i64::from(y) - i64::from(area.top);
            let weight = (row * 255 + last / 2) / last;
            self.put_run(visible.left, y, visible.width(), pixel::blend(top, bottom, weight as u8));
        }
    }

    /// Draws a straight stroke with round ends. Places and width are in [`SUBPIXEL`]s; whole pixels are the pixels' top
    /// left corners, so the middle of the first pixel is at (128, 128). Ends further than 65,536 pixels from the origin
    /// count as being there.
    pub fn fill_stroke(&mut self, from: Point, to: Point, width: u32, ink: Ink) {
        let stroke = Stroke::new(from, to, width);
        let area = stroke.envelope();
        let describe = |operation: &mut Digest| ("stroke", from, to, width, ink).hash(operation);
        let Some(visible) = self.begin(area, describe) else { return };
        let mut spans = Spans::new(self, visible, ink);
        for y in visible.top..visible.bottom {
            spans.start_row(visible.left, y);
            for x in visible.left..visible.right {
                spans.push(stroke.coverage(x, y), 1);
            }
        }
    }
}

/// The top left quarter of a circle. Rows and columns are counted from its bounding box's top left corner.
struct Corner {
    /// In pixels; when it is odd, the circle's middle column and middle row belong to no corner and are fully covered.
    diameter: u32,
}

impl Corner {
    /// Pushes one row, `row` rows away from the nearer edge, of a rectangle that has this corner at each side.
    fn push_row<M: PixelMemory>(&self, spans: &mut Spans<'_, M>, width: u32, row: u32) {
        let radius = self.diameter / 2;
        if row >= radius {
            spans.push(u8::MAX, width as usize);
            return;
        }
        let outside = self.uncovered(row);
        let mut inside = outside;
        spans.push(0, outside as usize);
        while inside < radius {
            let coverage = self.coverage(inside, row);
            if coverage == u8::MAX {
                break;
            }
            spans.push(coverage, 1);
            inside += 1;
        }
        spans.push(u8::MAX, (width - 2 * inside) as usize);
        for column in (outside..inside).rev() {
            spans.push(self.coverage(column, row), 1);
        }
    }

    /// From the circle's centre to the middle of a row or column, in half pixels.
    fn centre_to(&self, index: u32) -> u64 {
        (self.diameter - 2 * index - 1).into()
    }

    /// At least how many pixels at the start of a row are outside: a bound that spares looking at each.
    fn uncovered(&self, row: u32) -> u32 {
        // A pixel is touched when its middle is less than half a pixel beyond the radius.
        let reach = u64::from(self.diameter + 1);
        let dy = self.centre_to(row);
        let dx = (reach * reach - dy * dy).isqrt() as u32;
        (self.diameter - 1).saturating_sub(dx) / 2
    }

    /// How much of a pixel is covered, by its middle's distance from the edge, as if that were straight.
    fn coverage(&self, column: u32, row: u32) -> u8 {
        let (dx, dy) = (self.centre_to(column), self.centre_to(row));
        // From half pixels to SUBPIXELs: a factor of 128, squared.
        let distance = ((dx * dx + dy * dy) << 14).isqrt() as i64;
        coverage_within(i64::from(self.diameter) * i64::from(SUBPIXEL / 2) - distance)
    }
}

/// Coverage of a pixel whose middle lies so many SUBPIXELs inside an edge.
fn coverage_within(inside: i64) -> u8 {
    let covered = (inside + i64::from(SUBPIXEL) / 2).clamp(0, SUBPIXEL.into());
    ((covered * 255 + 128) >> 8) as u8
}

/// A line between two points with a width, in SUBPIXELs.
struct Stroke {
    from: (i64, i64),
    along: (i64, i64),
    /// Of `along`, squared and not.
    length_squared: i64,
    length: i64,
    half_width: i64,
}

impl Stroke {
    fn new(from: Point, to: Point, width: u32) -> Self {
        let near = |at: i32| i64::from(at.clamp(-FAR, FAR));
        let start = (near(from.x), near(from.y));
        let along = (near(to.x) - start.0, near(to.y) - start.1);
        let length_squared = along.0 * along.0 + along.1 * along.1;
        let half_width = i64::from(width.min(FAR as u32) / 2);
        Self { from: start, along, length_squared, length: length_squared.isqrt(), half_width }
    }

    /// The pixels that it can touch.
    fn envelope(&self) -> Area {
        let reach = self.half_width + i64::from(SUBPIXEL);
        let edges = |from: i64, along: i64| {
            let low = (from.min(from + along) - reach).div_euclid(SUBPIXEL.into());
            let high = (from.max(from + along) + reach).div_euclid(SUBPIXEL.into());
            (low as i32, high as i32 + 1)
        };
        let (left, right) = edges(self.from.0, self.along.0);
        let (top, bottom) = edges(self.from.1, self.along.1);
        Area { left, top, right, bottom }
    }

    fn coverage(&self, x: i32, y: i32) -> u8 {
        let middle = |at: i32| i64::from(at) * i64::from(SUBPIXEL) + i64::from(SUBPIXEL) / 2;
        let (dx, dy) = (middle(x) - self.from.0, middle(y) - self.from.1);
        let progress = dx * self.along.0 + dy * self.along.1;
        let distance = if progress <= 0 {
            (dx * dx + dy * dy).isqrt()
        } else if progress >= self.length_squared {
            let (dx, dy) = (dx - self.along.0, dy - self.along.1);
            (dx * dx + dy * dy).isqrt()
        } else {
            (dx * self.along.1 - dy * self.along.0).abs() / self.length
        };
        coverage_within(self.half_width - distance)
    }
}
