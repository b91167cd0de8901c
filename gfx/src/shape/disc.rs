//! Filled circles, and rectangles whose corners are quarters of one circle, row by row.
//!
//! The edge is taken to be straight inside each pixel, which is exact to 1/255 for the radii that are drawn here. What one
//! corner covers is found once and serves all four.

use super::{
    cells::{Sink, pixels_inside},
    vector::FAR,
};
use crate::{SUBPIXEL, area::Area, simd};
use core::ops::Range;
use fearless_simd::{f32x8, i32x8, prelude::*, u16x8};

/// Diameters that are drawn here, in pixels. Smaller circles are too much curved inside a pixel.
const DIAMETERS: core::ops::RangeInclusive<u32> = 16..=16_384;

/// The most pixels of a row that one corner covers in parts: those of the first row of the largest.
const MAX_EDGE: usize = 136;

/// Pixels whose coverage is found at a time.
const GROUP: usize = 8;

/// Rows of a corner that are found at a time.
const BLOCK: usize = 24;

/// A rectangle with equal corners.
pub(crate) struct Disc {
    area: Area,
    /// Of the circle that the corners make together, in pixels.
    diameter: u32,
}

/// What a corner covers of a row.
struct Edge {
    /// Pixels that are not covered.
    outside: i32,
    /// The coverage of those that follow, with all that are not wholly covered or belong to the other corner.
    coverage: [u8; MAX_EDGE],
    len: usize,
    /// The same from the end to the start: the last is the first's.
    mirrored: [u8; MAX_EDGE],
}

impl Disc {
    /// `None` where another way has to be taken.
    pub fn new(area: Area, radius: u32) -> Option<Self> {
        let far = FAR / SUBPIXEL;
        let near = area.left >= -far && area.top >= -far && area.right <= far && area.bottom <= far;
        if !near || area.is_empty() {
            return None;
        }
        let shorter = area.width().min(area.height()) as u32;
        let diameter = radius.saturating_mul(2).min(shorter);
        DIAMETERS.contains(&diameter).then_some(Self { area, diameter })
    }

    /// Tells the coverage of all of it inside `visible`.
    pub fn draw(&self, visible: Area, sink: &mut impl Sink) {
        let Area { left, top, right, bottom } = self.area;
        let mut edges = [Edge::NONE; BLOCK];
        let curved = self.diameter.div_ceil(2) as i32;
        for first in (0..curved).step_by(BLOCK) {
            let rows = first..curved.min(first + BLOCK as i32);
            self.find(rows.clone(), visible, &mut edges);
            // What is wholly covered comes first: until its edges are read, their pixels are in the cache.
            for (row, edge) in rows.clone().zip(&edges) {
                self.rows(row, visible).for_each(|y| edge.draw_inside(self.area, y, visible, sink));
            }
            for (row, edge) in rows.zip(&edges) {
                self.rows(row, visible).for_each(|y| edge.draw(self.area, y, visible, sink));
            }
        }
        let straight = Area { left, top: top + curved, right, bottom: bottom - curved }.intersection(visible);
        for y in straight.top..straight.bottom {
            sink.run(straight.left, y, straight.width(), u8::MAX);
        }
    }

    /// The visible rows that a row of the corner is for: from the top and from the bottom.
    fn rows(&self, row: i32, visible: Area) -> impl Iterator<Item = i32> + Clone + use<> {
        let (upper, lower) = (self.area.top + row, self.area.bottom - 1 - row);
        let both = [Some(upper), (lower != upper).then_some(lower)];
        both.into_iter().flatten().filter(move |&y| y >= visible.top && y < visible.bottom)
    }

    /// Finds what a corner covers of some rows, counted from its outer end, as far as they are visible.
    fn find(&self, rows: Range<i32>, visible: Area, edges: &mut [Edge; BLOCK]) {
        match simd::avx2() {
            Some(avx2) => avx2.vectorize(
                #[inline(always)]
                || self.find_by(avx2, rows, visible, edges),
            ),
            None => self.find_by(simd::sse2(), rows, visible, edges),
        }
    }

    #[inline(always)]
    fn find_by<S: Simd>(&self, simd: S, rows: Range<i32>, visible: Area, edges: &mut [Edge; BLOCK]) {
        let radius = self.diameter as f32 * 0.5;
        let middles = self.diameter.div_ceil(2) as i32;
        let number = |number: f32| f32x8::splat(simd, number);
        let indices = f32x8::from_fn(simd, |index| index as f32);
        // How many pixels are wholly outside where a row begins, and so where the one above it ends.
        let mut outside = [0; BLOCK + GROUP];
        for (group, first) in outside.as_chunks_mut::<GROUP>().0.iter_mut().zip((rows.start..).step_by(GROUP)) {
            let dy = (number(radius - first as f32) - indices).max(0.0);
            let reach = (number(radius * radius) - dy * dy).max(0.0).sqrt();
            let pixels: i32x8<S> = (number(radius) - reach).to_int();
            pixels.store_slice(group);
        }
        for ((row, edge), outside) in rows.zip(edges).zip(outside.array_windows()) {
            let [upper, outside] = *outside;
            if self.rows(row, visible).next().is_none() {
                continue;
            }
            let groups = ((upper + 1 - outside) as usize).div_ceil(GROUP).clamp(1, MAX_EDGE / GROUP);
            edge.outside = outside;
            edge.len = (groups * GROUP).min((middles - outside) as usize);
            // From the centre to the middle of the row.
            let dy = radius - row as f32 - 0.5;
            let mirrored = edge.mirrored.as_chunks_mut::<GROUP>().0.iter_mut().rev();
            let all = edge.coverage.as_chunks_mut::<GROUP>().0.iter_mut().zip(mirrored).take(groups);
            for ((coverage, mirrored), first) in all.zip((outside..).step_by(GROUP)) {
                let dx = (number(radius - first as f32 - 0.5) - indices).max(0.0);
                *coverage = covered(radius, dx, dy);
                *mirrored = u64::from_le_bytes(*coverage).swap_bytes().to_le_bytes();
            }
        }
    }
}

impl Edge {
    const NONE: Self = Self { outside: 0, coverage: [0; MAX_EDGE], mirrored: [0; MAX_EDGE], len: 0 };

    /// Where the coverage of the left end and that of the right end begin. The middle column of an odd circle belongs to the
    /// left.
    fn starts(&self, area: Area) -> (i32, i32) {
        let (start, end) = (area.left + self.outside, area.right - self.outside);
        (start, (end - self.len as i32).max(start + self.len as i32))
    }

    /// Tells what is wholly covered of a row which has this corner at either end.
    fn draw_inside(&self, area: Area, y: i32, visible: Area, sink: &mut impl Sink) {
        let (left, right) = self.starts(area);
        let (from, to) = ((left + self.len as i32).max(visible.left), right.min(visible.right));
        if from < to {
            sink.run(from, y, (to - from) as usize, u8::MAX);
        }
    }

    /// Tells the coverage at the ends of the row.
    fn draw(&self, area: Area, y: i32, visible: Area, sink: &mut impl Sink) {
        let (left, right) = self.starts(area);
        let count = (area.right - self.outside - right) as usize;
        pixels_inside((left, &self.coverage[..self.len]), y, visible, sink);
        pixels_inside((right, &self.mirrored[MAX_EDGE - count..]), y, visible, sink);
    }
}

/// How much a circle covers of some pixels in a row that its edge may cross, whose middles are so far from the circle's
/// centre, in pixels.
#[inline(always)]
fn covered<S: Simd>(radius: f32, dx: f32x8<S>, dy: f32) -> [u8; GROUP] {
    let simd = dx.simd;
    let per_radius = 1.0 / radius;
    // From the edge to the pixel's middle, without a root: (radius - distance) * (1 + that / (2 * radius)), up to a third power.
    let half = (f32x8::splat(simd, radius * radius - dy * dy) - dx * dx) * (per_radius * 0.5);
    let inside = half + half * half * (per_radius * 0.5);
    let direction = half * (per_radius * per_radius) + per_radius;
    let (long, short) = (dx.max(dy) * direction, dx.min(dy) * direction);
    // What a curve takes away from what a straight line leaves, on the average.
    let inside = inside - per_radius * (1.0 / 24.0);
    // Of a straight edge, the part of the pixel within grows evenly while the edge crosses two opposite sides.
    let depth = inside.abs();
    let corner = ((long + short) * 0.5 - depth).max(0.0);
    let near_corner = f32x8::splat(simd, 0.5) - corner * corner * 0.5 / (long * short).max(1.0e-9);
    let more = depth.simd_le((long - short) * 0.5).select(depth / long, near_corner);
    let part = (more.copysign(inside) + 0.5) * 255.0 + 0.5;
    let coverage: i32x8<S> = part.to_int();
    let (first, rest) = coverage.split();
    let halves: u16x8<S> = first.saturating_narrow(rest).bitcast();
    let bytes = u128::from_le_bytes(halves.narrow(halves).to_array());
    (bytes as u64).to_le_bytes()
}
