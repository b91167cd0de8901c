//! The line through values.

use embedded_graphics_core::geometry::Point;
use embedded_graphics_core::pixelcolor::Rgb888;
use embedded_graphics_core::primitives::Rectangle;
use vitrine_gfx::shape::{Paint, Rule, Stop, Stroke};
use vitrine_gfx::{Ink, PixelMemory, SUBPIXEL, Surface};

use super::Values;
use super::frame::Scales;

/// How many places are drawn together: 2 KB of stack.
const CHUNK: usize = 256;

/// Opacity of the tint at the top of the area and at its foot, of 255.
const TINT: (u8, u8) = (96, 6);

/// How a line is drawn.
#[derive(Clone, Copy)]
pub(super) struct Trace {
    pub color: Rgb888,
    /// In pixels.
    pub width: f32,
    /// Whether what is below it is tinted.
    pub tinted: bool,
}

impl Trace {
    /// Draws the line through some values.
    pub fn draw<M: PixelMemory>(self, surface: &mut Surface<M>, scales: &Scales, values: &dyn Values) {
        if self.tinted {
            each_run(scales, values, |points| self.draw_tint(surface, scales.area, points));
        }
        let stroke = Stroke::new((self.width * SUBPIXEL as f32) as u32).round();
        each_run(scales, values, |points| {
            if points.len() > 1 {
                surface.stroke_polyline(points, &stroke, Ink::over(self.color));
            } else if let [point] = *points {
                surface.stroke_line(point, point, &stroke, Ink::over(self.color));
            }
        });
    }

    /// Tints what is below a few places.
    fn draw_tint<M: PixelMemory>(self, surface: &mut Surface<M>, area: Rectangle, points: &mut [Point]) {
        let [first, .., last] = points else { return };
        // Where one run ends and the next begins, both end at the same pixel's edge: nothing shows between them.
        for end in [&mut *first, &mut *last] {
            end.x = (end.x + SUBPIXEL / 2).div_euclid(SUBPIXEL) * SUBPIXEL;
        }
        let (left, right) = (first.x, last.x);
        let top = area.top_left.y;
        let foot = top + area.size.height as i32;
        let mut outline = [Point::zero(); CHUNK + 2];
        outline[..points.len()].copy_from_slice(points);
        outline[points.len()] = Point::new(right, foot * SUBPIXEL);
        outline[points.len() + 1] = Point::new(left, foot * SUBPIXEL);
        let stops = [Stop::new(0, self.color).alpha(TINT.0), Stop::new(255, self.color).alpha(TINT.1)];
        let paint = Paint::Linear { from: Point::new(0, top), to: Point::new(0, foot), stops: &stops };
        surface.fill_polygon(&outline[..points.len() + 2], Rule::NonZero, paint);
    }
}

/// Tells the places of the values in [`SUBPIXEL`]s, in runs of at most [`CHUNK`] that go on where the one before has ended; a
/// gap begins a new one.
fn each_run(scales: &Scales, values: &dyn Values, mut run: impl FnMut(&mut [Point])) {
    let mut points = [Point::zero(); CHUNK];
    let mut len = 0;
    each_place(scales, values, |place| {
        if len == CHUNK {
            let last = points[CHUNK - 1];
            run(&mut points);
            points[0] = last;
            len = 1;
        }
        match place {
            Some(point) => {
                points[len] = point;
                len += 1;
            }
            None if len > 0 => {
                run(&mut points[..len]);
                len = 0;
            }
            None => {}
        }
    });
    if len > 0 {
        run(&mut points[..len]);
    }
}

/// Tells the place of each value, or `None` for a gap. Where many fall into a column of pixels, the first, the least, the largest
/// and the last of them stand for all.
fn each_place(scales: &Scales, values: &dyn Values, mut place: impl FnMut(Option<Point>)) {
    let count = values.len();
    let at = |index: usize| {
        let value = values.value(index);
        value.is_finite().then(|| scales.place(index, count, value))
    };
    if count <= 4 * scales.area.size.width as usize {
        (0..count).for_each(|index| place(at(index)));
        return;
    }
    let columns = scales.area.size.width.max(1) as usize;
    for column in 0..columns {
        let edge = |column: usize| (column as u128 * count as u128 / columns as u128) as usize;
        let mut seen: Option<[Point; 4]> = None;
        for point in (edge(column)..edge(column + 1)).filter_map(at) {
            let [first, mut high, mut low, _] = seen.unwrap_or([point; 4]);
            if point.y < high.y {
                high = point;
            }
            if point.y > low.y {
                low = point;
            }
            seen = Some([first, high, low, point]);
        }
        match seen {
            Some([first, high, low, last]) => {
                // From left to right, so that the line never turns back.
                let (one, other) = if high.x <= low.x { (high, low) } else { (low, high) };
                for point in [first, one, other, last] {
                    place(Some(point));
                }
            }
            None => place(None),
        }
    }
}
