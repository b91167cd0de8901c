//! Straight lines between their ends, row by row.
//!
//! There a stroke lies between two parallel edges: each row is the one above, moved aside. How much an edge leaves of a
//! pixel is known in closed form, so that no edge has to be followed from pixel to pixel.

use super::{
    cells::{Sink, pixels_inside},
    vector::Vector,
};
use crate::{SUBPIXEL, area::Area, simd};
use core::ops::Range;
use fearless_simd::{f32x8, i32x8, prelude::*};

/// Pixels whose coverage is found at a time.
const GROUP: usize = 8;

/// Pixels that are laid down at a time.
const STAGE: usize = 64;

/// Shorter ones are not worth it.
const MIN_ROWS: usize = 4;

/// The furthest, in pixels, that an edge may move in a row, and a row may be wide: an f32 is precise enough then.
const MAX_REACH: f32 = 2048.0;

/// The part of a straight stroke that both its edges cross from side to side.
pub(crate) struct Strip {
    rows: Range<i32>,
    /// Where the first pixel of row 0 would begin, and how far that moves from row to row, in pixels.
    start: f64,
    slope: f64,
    profile: Profile,
}

/// What the rows have in common, in pixels.
#[derive(Clone, Copy)]
struct Profile {
    /// How far an edge moves in a row.
    slant: f32,
    /// From one edge to the other along the row.
    width: f32,
}

impl Strip {
    /// Of the stroke of a line. `None` where there are no such rows, or few.
    pub fn new(from: Vector, to: Vector, half_width: f32) -> Option<Self> {
        let (upper, lower) = if from.y <= to.y { (from, to) } else { (to, from) };
        let way = lower - upper;
        let length = way.length();
        // How far the stroke's corners are above and below the ends of the line, and a SUBPIXEL more: they are rounded.
        let tilt = f64::from(half_width * way.x.abs() / length + 1.0);
        let row = |y: f64| y / f64::from(SUBPIXEL);
        let rows = floor(row(f64::from(upper.y) + tilt)) + 1..floor(row(f64::from(lower.y) - tilt));
        if rows.len() < MIN_ROWS {
            return None;
        }
        let width = 2.0 * half_width * length / (way.y * SUBPIXEL as f32);
        let slope = f64::from(way.x) / f64::from(way.y);
        let profile = Profile { slant: slope.abs() as f32, width };
        if profile.slant + profile.width > MAX_REACH {
            return None;
        }
        let middle = row(f64::from(upper.x) - slope * f64::from(upper.y));
        Some(Self { rows, start: middle - f64::from(width) / 2.0 + slope.min(0.0), slope, profile })
    }

    /// What of an area is above, and what is below.
    pub fn beyond(&self, visible: Area) -> [Area; 2] {
        let Area { top, bottom, .. } = visible;
        let above = Area { bottom: self.rows.start.clamp(top, bottom), ..visible };
        [above, Area { top: self.rows.end.clamp(top, bottom), ..visible }]
    }

    /// Tells the coverage of all of it inside `visible`.
    pub fn draw(&self, visible: Area, sink: &mut impl Sink) {
        for y in self.rows.start.max(visible.top)..self.rows.end.min(visible.bottom) {
            let start = self.start + self.slope * f64::from(y);
            let first = floor(start);
            self.profile.draw((first, y), (start - f64::from(first)) as f32, visible, sink);
        }
    }
}

impl Profile {
    /// Tells the coverage of a row that begins so far right of the left side of the pixel at `x`.
    fn draw(&self, (x, y): (i32, i32), begins: f32, visible: Area, sink: &mut impl Sink) {
        let Self { slant, width } = *self;
        let count = (begins + width + slant) as usize + 1;
        // Whole groups that are wholly covered.
        let (solid, behind) = ((begins + slant) as usize / GROUP + 1, (begins + width) as usize / GROUP);
        if solid >= behind {
            return self.stages((x, y), 0..count, begins, visible, sink);
        }
        let (solid, behind) = (solid * GROUP, behind * GROUP);
        self.stages((x, y), 0..solid, begins, visible, sink);
        let (left, right) = ((x + solid as i32).max(visible.left), (x + behind as i32).min(visible.right));
        if left < right {
            sink.run(left, y, (right - left) as usize, u8::MAX);
        }
        self.stages((x, y), behind..count, begins, visible, sink);
    }

    /// Tells the coverage of some pixels of the row. They begin with a group.
    fn stages(&self, (x, y): (i32, i32), range: Range<usize>, begins: f32, visible: Area, sink: &mut impl Sink) {
        let mut coverage = [0; STAGE];
        let end = range.end;
        for first in range.step_by(STAGE) {
            let at = x.saturating_add(first as i32);
            if at >= visible.right {
                return;
            }
            let coverage = &mut coverage[..STAGE.min(end - first).next_multiple_of(GROUP)];
            if at.saturating_add(STAGE as i32) > visible.left {
                self.find(first as f32 - begins, coverage);
                pixels_inside((at, &coverage[..STAGE.min(end - first)]), y, visible, sink);
            }
        }
    }

    /// Finds the coverage of some pixels, the left side of the first of which is so far behind where the row begins.
    #[inline]
    fn find(&self, behind: f32, coverage: &mut [u8]) {
        let profile = *self;
        match simd::avx2() {
            Some(avx2) => avx2.vectorize(
                #[inline(always)]
                || profile.find_by(avx2, behind, coverage),
            ),
            None => profile.find_by(simd::sse2(), behind, coverage),
        }
    }

    #[inline(always)]
    fn find_by<S: Simd>(self, simd: S, behind: f32, coverage: &mut [u8]) {
        let mut left = f32x8::from_fn(simd, |index| index as f32) + behind;
        for group in coverage.as_chunks_mut::<GROUP>().0 {
            let covered = right_of_edge(left, self.slant) - right_of_edge(left - self.width, self.slant);
            let covered: i32x8<S> = (covered * 255.0 + 0.5).to_int();
            *group = core::array::from_fn(|index| covered[index] as u8);
            left += GROUP as f32;
        }
    }
}

/// What of pixels, whose left sides are here, is to the right of an edge that crosses the row from 0 to `slant`.
#[inline(always)]
fn right_of_edge<S: Simd>(left: f32x8<S>, slant: f32) -> f32x8<S> {
    let slant = slant.max(1.0e-6);
    let right = left + 1.0;
    let (from, to) = (left.max(0.0).min(slant), right.max(0.0).min(slant));
    (to - from) * (to + from) * (0.5 / slant) + (right.max(slant) - left.max(slant))
}

/// The whole number below, of numbers less than a million.
fn floor(number: f64) -> i32 {
    const MOVED: i32 = 1 << 20;
    (number + f64::from(MOVED)) as i32 - MOVED
}
