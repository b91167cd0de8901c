//! The general rasteriser: which part of every pixel a closed outline covers.
//!
//! Every edge adds, to the pixels of each row that it crosses, the area between itself and the right end of the row. What
//! edges up and edges down leave of that is what lies between them: the exact area, without any samples. Only pixels with
//! an edge in them are looked at; what lies between two of them is one run of equal coverage. Where edges *cross* inside
//! one pixel, areas that overlap there count as lying side by side, in that pixel.
//!
//! Nothing is allocated, whatever the outline: the region is worked on in bands so small that their edges fit
//! in a list on the stack, and the outline is traced again for each band. That is why there is no library here: zeno and
//! tiny-skia keep edges and cells on the heap for each shape, and fill a mask or a picture of their own that would have to be
//! copied.

use super::{
    cells::{Cells, MAX_COLUMNS, Rule, Sink},
    outline::Pen,
    vector::Vector,
};
use crate::{SUBPIXEL, area::Area};

/// Edges that fit in the list: 20 KiB of stack.
const MAX_EDGES: usize = 640;

/// Rows of a band, at most.
const MAX_ROWS: usize = 512;

/// Columns that a region is cut into for the sake of its edges, at least.
const MIN_STRIP: usize = 64;

/// The end of a list of edges.
const NONE: u16 = u16::MAX;

/// Bits after the binary point, in SUBPIXELs, of where an edge crosses a row.
const FRACTION: u32 = 24;

/// Tells how an outline covers the pixels of `region`, which is inside a surface. `trace` draws the outline with the pen
/// that it is given, which is likely to make so many edges.
pub(crate) fn rasterize(region: Area, rule: Rule, expected: usize, trace: &dyn Fn(&mut Edges), sink: &mut impl Sink) {
    rasterize_parts(&[region], rule, expected, trace, sink);
}

/// As [`rasterize`], in some parts of a surface.
///
/// Never inlined: its tables are 48 KiB of stack, which would then be in the frame of each caller, and of theirs.
#[inline(never)]
pub(crate) fn rasterize_parts(
    regions: &[Area],
    rule: Rule,
    expected: usize,
    trace: &dyn Fn(&mut Edges),
    sink: &mut impl Sink,
) {
    let mut edges = Edges::new();
    for &region in regions {
        let strips = (expected / MAX_EDGES + 1).min(region.width() / MIN_STRIP + 1);
        let width = region.width().div_ceil(strips).min(MAX_COLUMNS);
        for left in (region.left..region.right).step_by(width) {
            let right = region.right.min(left + width as i32);
            for top in (region.top..region.bottom).step_by(MAX_ROWS) {
                let bottom = region.bottom.min(top + MAX_ROWS as i32);
                edges.cover(Area { left, top, right, bottom }, rule, trace, sink);
            }
        }
    }
}

/// Part of a straight line, inside one band.
#[derive(Clone, Copy)]
struct Edge {
    /// Where it enters the row that is next to be drawn, from the band's left.
    x: i64,
    /// How far that moves from one SUBPIXEL to the next below.
    slope: i64,
    /// In SUBPIXELs from the band's top.
    top: i32,
    bottom: i32,
    /// 1 downwards, -1 upwards.
    winding: i16,
    next: u16,
}

/// The edges of an outline in one band.
pub(crate) struct Edges {
    list: [Edge; MAX_EDGES],
    /// How many there are; more than fit in the list when the band is too high.
    len: usize,
    /// For each row the last edge that begins in it.
    rows: [u16; MAX_ROWS],
    /// For each row, how much more edges to the left of the band fall in it than in the row above.
    left: [i32; MAX_ROWS + 2],
    band: Area,
    /// Its left, top, right and bottom in SUBPIXELs.
    sides: [f32; 4],
    cells: Cells,
    /// Of a [`Pen`]: where the outline began, and where it is.
    start: Vector,
    at: Vector,
}

impl Edges {
    /// All zeros, which is fastest: `start` sets what has to be something else.
    const fn new() -> Self {
        let edge = Edge { x: 0, slope: 0, top: 0, bottom: 0, winding: 0, next: 0 };
        Self {
            list: [edge; MAX_EDGES],
            len: 0,
            rows: [0; MAX_ROWS],
            left: [0; MAX_ROWS + 2],
            band: Area::EMPTY,
            sides: [0.0; 4],
            cells: Cells::new(),
            start: Vector::ZERO,
            at: Vector::ZERO,
        }
    }

    fn start(&mut self, band: Area) {
        (self.band, self.len) = (band, 0);
        self.sides = [band.left, band.top, band.right, band.bottom].map(|at| (at * SUBPIXEL) as f32);
        (self.start, self.at) = (Vector::ZERO, Vector::ZERO);
        self.rows[..band.height()].fill(NONE);
        self.left[..band.height() + 2].fill(0);
        self.cells.set_width(band.width() as i32);
    }

    /// Tells the coverage of one band, or of its parts if it has too many edges.
    fn cover(&mut self, band: Area, rule: Rule, trace: &dyn Fn(&mut Self), sink: &mut impl Sink) {
        self.start(band);
        trace(self);
        if self.len <= MAX_EDGES {
            return self.draw(rule, sink);
        }
        let (mut first, mut second) = (band, band);
        if band.width() >= (2 * MIN_STRIP).max(band.height()) {
            first.right = band.left + (band.width() / 2) as i32;
            second.left = first.right;
        } else {
            first.bottom = band.top + (band.height() / 2) as i32;
            second.top = first.bottom;
        }
        self.cover(first, rule, trace, sink);
        self.cover(second, rule, trace, sink);
    }

    /// Whether an edge between two places, or something no further than `reach` from it, can be in the band.
    pub fn are_near(&self, from: Vector, to: Vector, reach: f32) -> bool {
        let [left, top, right, bottom] = self.surroundings(reach);
        from.y.max(to.y) > top && from.y.min(to.y) < bottom && from.x.max(to.x) > left && from.x.min(to.x) < right
    }

    /// Between which parts of an edge something no further than `reach` from it can be in the band.
    pub fn near_part(&self, from: Vector, to: Vector, reach: f32) -> Option<(f32, f32)> {
        let [left, top, right, bottom] = self.surroundings(reach);
        let (mut first, mut last) = (0.0f32, 1.0f32);
        for (from, to, low, high) in [(from.x, to.x, left, right), (from.y, to.y, top, bottom)] {
            if from == to {
                if from < low || from > high {
                    return None;
                }
                continue;
            }
            let (one, other) = ((low - from) / (to - from), (high - from) / (to - from));
            (first, last) = (first.max(one.min(other)), last.min(one.max(other)));
        }
        (first < last).then_some((first, last))
    }

    /// Between which parts of a line, which has a length, the lines across it meet the band or pass it within `reach`.
    pub fn facing_part(&self, from: Vector, to: Vector, reach: f32) -> (f32, f32) {
        let [from_x, from_y, to_x, to_y] = [from.x, from.y, to.x, to.y].map(f64::from);
        let [left, top, right, bottom] = self.sides.map(f64::from);
        let (way_x, way_y) = (to_x - from_x, to_y - from_y);
        let square = way_x * way_x + way_y * way_y;
        let middle = ((left + right) / 2.0 - from_x) * way_x + ((top + bottom) / 2.0 - from_y) * way_y;
        let around = ((right - left) * way_x.abs() + (bottom - top) * way_y.abs()) / 2.0;
        let around = around + f64::from(reach) * libm::sqrt(square);
        (((middle - around) / square) as f32, ((middle + around) / square) as f32)
    }

    /// The band and so much around it, in SUBPIXELs.
    fn surroundings(&self, reach: f32) -> [f32; 4] {
        let [left, top, right, bottom] = self.sides;
        [left - reach, top - reach, right + reach, bottom + reach]
    }

    /// Adds an edge. Together they have to make closed outlines.
    pub fn add(&mut self, from: Vector, to: Vector) {
        let [(from_x, from_y), (to_x, to_y)] = Vector::rounded([from, to]);
        if from_y < to_y {
            self.add_downwards(from_x, from_y, to_x, to_y, 1);
        } else {
            self.add_downwards(to_x, to_y, from_x, from_y, -1);
        }
    }

    fn add_downwards(&mut self, from_x: i32, from_y: i32, to_x: i32, to_y: i32, winding: i16) {
        let Area { left, top, right, bottom } = self.band;
        let (above, below) = (top * SUBPIXEL, bottom * SUBPIXEL);
        if to_y <= above || from_y >= below || from_y == to_y || from_x.min(to_x) >= right * SUBPIXEL {
            return;
        }
        let (first, last) = (from_y.max(above) - above, to_y.min(below) - above);
        if from_x.max(to_x) <= left * SUBPIXEL {
            return self.add_left(first, last, winding.into());
        }
        if self.len >= MAX_EDGES {
            if bottom - top > 1 {
                self.len += 1;
                return;
            }
            self.take_row();
        }
        // Both are at most 2^27: the quotient fits for any height, and its product with the height is what was divided.
        let slope = (f64::from(to_x - from_x) * f64::from(1 << FRACTION) / f64::from(to_y - from_y)) as i64;
        let start = (i64::from(from_x - left * SUBPIXEL) << FRACTION) + (1 << (FRACTION - 1));
        let x = start + slope * i64::from(first + above - from_y);
        let edge = Edge { x, slope, top: first, bottom: last, winding, next: NONE };
        let row = &mut self.rows[(edge.top / SUBPIXEL) as usize];
        self.list[self.len] = Edge { next: *row, ..edge };
        *row = self.len as u16;
        self.len += 1;
    }

    /// Adds an edge to the left of the band: all of each row that it crosses is to its right.
    fn add_left(&mut self, top: i32, bottom: i32, winding: i32) {
        let (first, last) = ((top / SUBPIXEL) as usize, (bottom / SUBPIXEL) as usize);
        // As steps from one row to the next, whose heights add up to the edge's.
        let (above, below) = (top % SUBPIXEL, bottom % SUBPIXEL);
        let mut step = |row: usize, by: i32| self.left[row] = self.left[row].wrapping_add(by * winding);
        step(first, SUBPIXEL - above);
        step(first + 1, above);
        step(last, below - SUBPIXEL);
        step(last + 1, -below);
    }

    /// Makes room in the list, when the band is one row.
    fn take_row(&mut self) {
        for edge in &mut self.list[..self.len] {
            edge.enter(0, &mut self.cells);
        }
        self.rows[0] = NONE;
        self.len = 0;
    }

    /// Tells the coverage of all rows.
    fn draw(&mut self, rule: Rule, sink: &mut impl Sink) {
        let mut active = [NONE; MAX_EDGES];
        let (mut len, mut left) = (0, 0i32);
        for row in 0..self.band.height() {
            left = left.wrapping_add(self.left[row]);
            if left != 0 {
                self.cells.add(left, 0, 0);
            }
            let top = row as i32 * SUBPIXEL;
            let mut kept = 0;
            for index in 0..len {
                let edge = active[index];
                if self.list[edge as usize].enter(top, &mut self.cells) {
                    active[kept] = edge;
                    kept += 1;
                }
            }
            let mut begins = self.rows[row];
            while begins != NONE {
                let edge = &mut self.list[begins as usize];
                // Most of them end where they begin.
                if edge.enter(top, &mut self.cells) {
                    active[kept] = begins;
                    kept += 1;
                }
                begins = edge.next;
            }
            len = kept;
            self.cells.sweep(rule, self.band.left, self.band.top + row as i32, sink);
        }
    }
}

impl Edge {
    /// Adds the part in the row that begins `top` SUBPIXELs below the band's top; returns whether there is more below.
    fn enter(&mut self, top: i32, cells: &mut Cells) -> bool {
        let end = self.bottom.min(top + SUBPIXEL);
        let height = end - self.top.max(top);
        let from = self.x;
        self.x += self.slope * i64::from(height);
        let place = |x: i64| (x >> FRACTION) as i32;
        cells.add(height * i32::from(self.winding), place(from), place(self.x));
        self.bottom > end
    }
}

/// Fills outlines. Each is closed, whether it says so or not.
impl Pen for Edges {
    fn move_to(&mut self, to: Vector) {
        self.close();
        (self.start, self.at) = (to, to);
    }

    fn line_to(&mut self, to: Vector) {
        self.add(self.at, to);
        self.at = to;
    }

    fn close(&mut self) {
        self.add(self.at, self.start);
        self.at = self.start;
    }
}
