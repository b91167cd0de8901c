//! Straight lines between their ends, row by row.
//!
//! There a stroke lies between two parallel edges: each row is the one above, moved aside. How much an edge leaves of a
//! pixel is known in closed form, so that no edge has to be followed from pixel to pixel.

use super::{
    cells::{Sink, pixels_inside},
    painter::Painter,
    vector::Vector,
};
use crate::{PixelMemory, SUBPIXEL, area::Area, row::Weights, simd};
use core::ops::Range;
use fearless_simd::{f32x4, f32x8, i32x4, i32x8, prelude::*, u32x4, u32x8};

/// Pixels whose coverage is found at a time.
const GROUP: usize = 8;

/// Pixels that are laid down at a time.
const STAGE: usize = 64;

/// Shorter ones are not worth it.
const MIN_ROWS: usize = 4;

/// The furthest, in pixels, that an edge may move in a row, and a row may be wide: an f32 is precise enough then.
const MAX_REACH: f32 = 2048.0;

/// Parts of a pixel in which rows begin.
const FIXED: f64 = (1_u64 << 32) as f64;

/// The part of a straight stroke that both its edges cross from side to side.
pub(crate) struct Strip {
    rows: Range<i32>,
    /// Where the first pixel of row 0 would begin, and how far that moves from row to row, in pixels by [`FIXED`].
    start: i64,
    step: i64,
    profile: Profile,
}

/// What the rows have in common, in pixels.
#[derive(Clone, Copy)]
struct Profile {
    /// How far an edge moves in a row, and a little more than nothing.
    slant: f32,
    /// 1 / 2 by that.
    slope: f32,
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
        let slant = (slope.abs() as f32).max(1.0e-6);
        let profile = Profile { slant, slope: 0.5 / slant, width };
        if profile.slant + profile.width > MAX_REACH {
            return None;
        }
        let middle = row(f64::from(upper.x) - slope * f64::from(upper.y));
        let start = middle - f64::from(width) / 2.0 + slope.min(0.0);
        // At most 2^11 pixels a row, and 2^17 rows from the origin.
        Some(Self { rows, start: (start * FIXED) as i64, step: (slope * FIXED) as i64, profile })
    }

    /// What of an area is above, and what is below.
    pub fn beyond(&self, visible: Area) -> [Area; 2] {
        let Area { top, bottom, .. } = visible;
        let above = Area { bottom: self.rows.start.clamp(top, bottom), ..visible };
        [above, Area { top: self.rows.end.clamp(top, bottom), ..visible }]
    }

    /// Tells the coverage of all of it inside `visible`.
    pub fn draw(&self, visible: Area, painter: &mut Painter<'_, impl PixelMemory>) {
        for y in self.rows.start.max(visible.top)..self.rows.end.min(visible.bottom) {
            let start = self.start + self.step * i64::from(y);
            let begins = (start as u32 >> 8) as f32 * (1.0 / (1 << 24) as f32);
            self.profile.draw(((start >> 32) as i32, y), begins, visible, painter);
        }
    }
}

impl Profile {
    /// Tells the coverage of a row that begins so far right of the left side of the pixel at `x`.
    fn draw(&self, (x, y): (i32, i32), begins: f32, visible: Area, painter: &mut Painter<'_, impl PixelMemory>) {
        let Self { slant, width, .. } = *self;
        let pixel = |at: f32| at as i32 as usize;
        let count = pixel(begins + width + slant) + 1;
        // Whole groups that are wholly covered.
        let (solid, behind) = (pixel(begins + slant) / GROUP + 1, pixel(begins + width) / GROUP);
        if solid >= behind {
            let weights = Row { profile: *self, behind: -begins };
            if !painter.lay_found(x, y, count, weights) {
                self.stages((x, y), 0..count, begins, visible, painter);
            }
            return;
        }
        let (solid, behind) = (solid * GROUP, behind * GROUP);
        self.stages((x, y), 0..solid, begins, visible, painter);
        let (left, right) = ((x + solid as i32).max(visible.left), (x + behind as i32).min(visible.right));
        if left < right {
            painter.run(left, y, (right - left) as usize, u8::MAX);
        }
        self.stages((x, y), behind..count, begins, visible, painter);
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
        let mut row = Row { profile: self, behind };
        for group in coverage.as_chunks_mut::<GROUP>().0 {
            let covered = row.eight(simd);
            *group = core::array::from_fn(|index| covered[index] as u8);
        }
    }

    /// What of pixels, whose left sides are here, is to the right of an edge that crosses the row from 0 to `slant`.
    #[inline(always)]
    fn right_of_edge<S: Simd, V: SimdFloat<S, Element = f32>>(self, left: V) -> V {
        let (slant, right) = (self.slant, left + 1.0);
        let (from, to) = (left.max(0.0).min(slant), right.max(0.0).min(slant));
        (to - from) * (to + from) * self.slope + (right.max(slant) - left.max(slant))
    }
}

/// A row, from left to right.
struct Row {
    profile: Profile,
    /// How far the left side of the next pixel is behind where the row begins.
    behind: f32,
}

impl Row {
    /// The weights of the next pixels, to be cut to whole numbers.
    #[inline(always)]
    fn next<S: Simd, V: SimdFloat<S, Element = f32>>(&mut self, simd: S) -> V {
        let left = V::from_fn(simd, |index| index as f32) + self.behind;
        self.behind += V::LEN as f32;
        let covered = self.profile.right_of_edge(left) - self.profile.right_of_edge(left - self.profile.width);
        covered * 255.0 + 0.5
    }
}

impl Weights for Row {
    #[inline(always)]
    fn four<S: Simd>(&mut self, simd: S) -> u32x4<S> {
        self.next::<S, f32x4<S>>(simd).to_int::<i32x4<S>>().bitcast()
    }

    #[inline(always)]
    fn eight<S: Simd>(&mut self, simd: S) -> u32x8<S> {
        self.next::<S, f32x8<S>>(simd).to_int::<i32x8<S>>().bitcast()
    }
}

/// The whole number below, of numbers less than a million.
fn floor(number: f64) -> i32 {
    const MOVED: i32 = 1 << 20;
    (number + f64::from(MOVED)) as i32 - MOVED
}
