//! Filled circles, and rectangles whose corners are quarters of one circle, row by row.
//!
//! The edge is taken to be straight inside each pixel, which is exact to 1/255 for the radii that are drawn here. What one
//! corner covers is found once and serves all four.

use super::{cells::Sink, vector::FAR};
use crate::{SUBPIXEL, area::Area};

/// Diameters that are drawn here, in pixels. Smaller circles are too much curved inside a pixel.
const DIAMETERS: core::ops::RangeInclusive<u32> = 16..=16_384;

/// The most pixels of a row that one corner covers in parts: those of the first row of the largest.
const MAX_EDGE: usize = 136;

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
    /// The coverage of those that follow, up to those that are wholly covered or belong to the other corner.
    coverage: [u8; MAX_EDGE],
    mirrored: [u8; MAX_EDGE],
    len: usize,
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
        let mut edge = Edge { outside: 0, coverage: [0; MAX_EDGE], mirrored: [0; MAX_EDGE], len: 0 };
        let curved = self.diameter.div_ceil(2) as i32;
        for row in 0..curved {
            let (upper, lower) = (top + row, bottom - 1 - row);
            let seen = [upper, lower].map(|y| y >= visible.top && y < visible.bottom);
            if seen == [false, false] {
                continue;
            }
            self.find(row, &mut edge);
            if seen[0] {
                edge.draw(self.area, upper, visible, sink);
            }
            if seen[1] && lower != upper {
                edge.draw(self.area, lower, visible, sink);
            }
        }
        let straight = Area { left, top: top + curved, right, bottom: bottom - curved }.intersection(visible);
        for y in straight.top..straight.bottom {
            sink.run(straight.left, y, straight.width(), u8::MAX);
        }
    }

    /// Finds what a corner covers of a row, counted from its outer end.
    fn find(&self, row: i32, edge: &mut Edge) {
        let radius = self.diameter as f32 / 2.0;
        let middles = self.diameter.div_ceil(2) as i32;
        // From the centre to the middle of the row; how far the circle reaches at the row's inner and its outer end.
        let dy = radius - row as f32 - 0.5;
        let reach = |dy: f32| libm::sqrtf((radius * radius - dy * dy).max(0.0));
        let outside = (radius - reach((dy - 0.5).max(0.0))) as i32;
        let inside = ((radius - reach(dy + 0.5)) as i32 + 1).min(middles);
        let len = (inside - outside).clamp(0, MAX_EDGE as i32) as usize;
        (edge.outside, edge.len) = (outside, len);
        let per_radius = 1.0 / radius;
        let mirrored = edge.mirrored[..len].iter_mut().rev();
        for ((coverage, mirrored), column) in edge.coverage.iter_mut().zip(mirrored).zip(outside..) {
            *coverage = covered(radius, per_radius, radius - column as f32 - 0.5, dy);
            *mirrored = *coverage;
        }
    }
}

impl Edge {
    /// Tells the coverage of a row, which has this corner at either end.
    fn draw(&self, area: Area, y: i32, visible: Area, sink: &mut impl Sink) {
        let (start, end) = (area.left + self.outside, area.right - self.outside);
        let len = self.len as i32;
        // The middle column of an odd circle belongs to the left corner.
        let left = (start, &self.coverage[..self.len]);
        let between = (start + len, (end - len).max(start + len));
        let right = (between.1, &self.mirrored[self.len - (end - between.1) as usize..self.len]);
        pixels(left, y, visible, sink);
        let (from, to) = (between.0.max(visible.left), between.1.min(visible.right));
        if from < to {
            sink.run(from, y, (to - from) as usize, u8::MAX);
        }
        pixels(right, y, visible, sink);
    }
}

/// Tells the visible part of some pixels' coverage.
fn pixels((x, coverage): (i32, &[u8]), y: i32, visible: Area, sink: &mut impl Sink) {
    let (from, to) = (x.max(visible.left), (x + coverage.len() as i32).min(visible.right));
    if from < to {
        sink.pixels(from, y, &coverage[(from - x) as usize..(to - x) as usize]);
    }
}

/// How much a circle covers of a pixel that its edge may cross, and whose middle lies so far from its centre. In pixels.
fn covered(radius: f32, per_radius: f32, dx: f32, dy: f32) -> u8 {
    // From the edge to the pixel's middle, without a root: (radius - distance) * (1 + that / (2 * radius)), up to a third power.
    let half = (radius * radius - dx * dx - dy * dy) * per_radius * 0.5;
    let inside = half + half * half * per_radius * 0.5;
    let direction = per_radius * (1.0 + half * per_radius);
    let (long, short) = (dx.max(dy) * direction, dx.min(dy) * direction);
    // What a curve takes away from what a straight line leaves, on the average.
    let inside = inside - per_radius * (1.0 / 24.0);
    // Of a straight edge, the part of the pixel within grows evenly while the edge crosses two opposite sides.
    let depth = inside.abs();
    let corner = ((long + short) * 0.5 - depth).max(0.0);
    let more = if depth <= (long - short) * 0.5 {
        depth / long
    } else {
        0.5 - corner * corner / (2.0 * long * short.max(1.0e-6))
    };
    (if inside < 0.0 { 0.5 - more } else { 0.5 + more } * 255.0 + 0.5) as u8
}
