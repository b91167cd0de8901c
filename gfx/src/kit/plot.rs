//! A line over time, with the area below it tinted.

use super::History;
use crate::{PixelMemory, SUBPIXEL, Surface, area::Area, pixel, surface::STAGE};
use alloc::vec::Vec;
use core::ops::Range;
use embedded_graphics_core::{pixelcolor::Rgb888, primitives::Rectangle};

/// Opacity of the tint right below the top of the plot and at its foot, of 255.
const TINT: (u32, u32) = (110, 6);

/// Draws a [`History`] as a line: the newest value at the right edge, a sample every so many pixels.
///
/// The background is of one colour, so nothing is read: each row is put together and written once.
#[derive(Debug)]
pub struct Plot {
    area: Area,
    background: Rgb888,
    grid: Rgb888,
    line: Rgb888,
    /// Thickness of the line, in SUBPIXELs.
    thickness: i64,
    /// For each column of pixels, where the line is in it; kept so that drawing allocates nothing.
    columns: Vec<Column>,
    /// `middle` of each column once more: whether a pixel is above the line is asked for all of them.
    middles: Vec<i32>,
    /// For each few columns, between which SUBPIXELs their line lies: in most rows they can be left out together.
    bands: Vec<Range<i32>>,
}

/// How many columns one element of `bands` is for.
const BAND: usize = 8;

/// The line in one column of pixels, in SUBPIXELs from the top of the plot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Column {
    /// The middle of the line.
    middle: i32,
    /// From the middle to where the line is half covered.
    reach: i32,
    /// How many SUBPIXELs the coverage takes from none to full.
    ramp: i32,
    /// The most that is covered of a pixel, of 256.
    most: i32,
    /// Where the line ends in this column: a steep one must not shoot out over the values that it joins.
    top: i32,
    bottom: i32,
}

impl Plot {
    /// A plot that fills `area`, with a line of `thickness` pixels.
    pub fn new(area: Rectangle, thickness: u32) -> Self {
        let area = Area::from_rectangle(&area);
        Self {
            area,
            background: Rgb888::new(0, 0, 0),
            grid: Rgb888::new(64, 64, 64),
            line: Rgb888::new(255, 255, 255),
            thickness: i64::from(thickness) * i64::from(SUBPIXEL),
            columns: alloc::vec![Column::default(); area.width()],
            middles: alloc::vec![0; area.width()],
            bands: alloc::vec![0..0; area.width().div_ceil(BAND)],
        }
    }

    /// Sets the colours.
    pub fn colors(mut self, background: Rgb888, grid: Rgb888, line: Rgb888) -> Self {
        (self.background, self.grid, self.line) = (background, grid, line);
        self
    }

    /// Where it is drawn.
    pub fn area(&self) -> Rectangle {
        self.area.to_rectangle()
    }

    /// The least round number (one digit and zeros) that, `lines` times, is at least the largest value: what is between
    /// two lines of the grid.
    pub fn step(history: &History, lines: u32) -> u32 {
        let largest = history.values().max().unwrap_or(0).max(1);
        let powers = (0..=9).map(|exponent| 10_u32.pow(exponent));
        let mut steps = powers.flat_map(|power| [1, 2, 3, 4, 5, 6, 8].map(|digit| power.saturating_mul(digit)));
        steps.find(|step| step.saturating_mul(lines) >= largest).unwrap_or(u32::MAX / lines)
    }

    /// The y of a line of the grid, `index` steps above the foot of the plot.
    pub fn grid_y(&self, index: u32, lines: u32) -> i32 {
        self.area.bottom - 1 - (index * (self.area.height() as u32 - 1) / lines) as i32
    }

    /// Draws the plot, `lines` steps of `step` high.
    pub fn draw<M: PixelMemory>(&mut self, surface: &mut Surface<M>, history: &History, step: u32, lines: u32) {
        self.place(history, i64::from(step) * i64::from(lines));
        let Some(visible) = surface.touch(self.area) else { return };
        let mut stage = [0; STAGE];
        for y in visible.top..visible.bottom {
            let on_grid = (0..=lines).any(|index| self.grid_y(index, lines) == y);
            let row = Row::new(self, y, on_grid);
            // From the left edge, so that the stage begins with a band.
            for (index, start) in (0..self.columns.len()).step_by(STAGE).enumerate() {
                let end = self.columns.len().min(start + STAGE);
                let part = &mut stage[..end - start];
                row.paint(part, &self.middles[start..end]);
                row.paint_line(part, &self.columns[start..end], &self.bands[index * STAGE / BAND..]);
                let x = self.area.left + start as i32;
                let shown =
                    (visible.left.clamp(x, x + part.len() as i32), visible.right.clamp(x, x + part.len() as i32));
                if shown.0 < shown.1 {
                    surface.put_row(shown.0, y, &part[(shown.0 - x) as usize..(shown.1 - x) as usize]);
                }
            }
        }
    }

    /// Finds out where the line is in each column.
    fn place(&mut self, history: &History, full: i64) {
        let width = self.columns.len() as i64;
        let subpixel = i64::from(SUBPIXEL);
        // The middle of the line stays so far inside that its thickness is inside as well.
        let margin = self.thickness / 2 + subpixel / 2;
        let height = self.area.height() as i64 * subpixel - 2 * margin;
        let height_of = |value: u32| margin + height - height * i64::from(value).min(full) / full;
        let intervals = (history.capacity() as i64 - 1).max(1);

        self.columns.fill(Column { middle: i32::MAX, ..Column::default() });
        // Samples stand `width / intervals` apart, the newest on the right edge.
        let samples = history.values().len() as i64;
        let left_of = |index: i64| (width - 1) * subpixel * (index + intervals + 1 - samples) / intervals;
        let mut before: Option<(i64, i64)> = None;
        for (index, value) in (0..).zip(history.values()) {
            let (x, y) = (left_of(index), height_of(value));
            if let Some((from_x, from_y)) = before {
                let first = (from_x + subpixel - 1) / subpixel;
                for column in first..=x / subpixel {
                    let along = column * subpixel - from_x;
                    let (rise, run) = (y - from_y, (x - from_x).max(1));
                    let mut place = Column::new(from_y + rise * along / run, rise * subpixel / run, self.thickness);
                    let known = self.columns[column as usize];
                    place.top = (y.min(from_y) - self.thickness / 2) as i32;
                    place.bottom = (y.max(from_y) + self.thickness / 2) as i32;
                    // Where two pieces meet, the column belongs to the steeper one.
                    if known.middle == i32::MAX || known.ramp < place.ramp {
                        self.columns[column as usize] = place;
                    }
                }
            }
            before = Some((x, y));
        }
        self.middles.iter_mut().zip(&self.columns).for_each(|(middle, column)| *middle = column.middle);
        for (band, columns) in self.bands.iter_mut().zip(self.columns.chunks(BAND)) {
            let edges = columns.iter().filter(|column| column.middle != i32::MAX).map(Column::extent);
            *band = edges.reduce(|all, one| all.start.min(one.start)..all.end.max(one.end)).unwrap_or_default();
        }
    }
}

impl Column {
    /// A line through the middle of the column that falls `slope` SUBPIXELs a column.
    fn new(middle: i64, slope: i64, thickness: i64) -> Self {
        let subpixel = i64::from(SUBPIXEL);
        let slope = slope.clamp(-(1 << 24), 1 << 24);
        // A slanted line is higher than it is thick; within the column its middle moves by the slope, over which the
        // coverage grows from none to full (over one pixel at least: that is how large pixels are).
        let reach = thickness * (subpixel * subpixel + slope * slope).isqrt() / subpixel / 2;
        let ramp = slope.abs().max(subpixel);
        let most = (2 * reach * 256 / ramp).min(256);
        let (middle, reach, ramp, most) = (middle as i32, reach as i32, ramp as i32, most as i32);
        Self { middle, reach, ramp, most, top: i32::MIN, bottom: i32::MAX }
    }

    /// Between which SUBPIXELs rows have their middle that the line touches.
    fn extent(&self) -> Range<i32> {
        self.top - SUBPIXEL..self.bottom + SUBPIXEL
    }

    /// How much of a pixel the line covers whose middle is at `y`.
    fn coverage(&self, y: i32) -> u8 {
        let inside = i64::from(self.reach + self.ramp / 2) - i64::from(y.abs_diff(self.middle));
        if self.middle == i32::MAX || inside <= 0 {
            return 0;
        }
        let across = (inside * 256 / i64::from(self.ramp)).min(self.most.into()) as i32;
        let within = |inside: i32| (inside + SUBPIXEL / 2).clamp(0, 256);
        let ends = within(y - self.top).min(within(self.bottom - y));
        (across.min(ends) * 255 / 256) as u8
    }
}

/// What the pixels of one row look like above, on and below the line.
struct Row {
    /// The middle of the row, in SUBPIXELs from the top of the plot.
    middle: i32,
    above: u32,
    below: u32,
    line: u32,
}

impl Row {
    fn new(plot: &Plot, y: i32, on_grid: bool) -> Self {
        let from_top = (y - plot.area.top) as u32;
        let height = plot.area.height() as u32;
        let tint = TINT.0 - (TINT.0 - TINT.1) * from_top / height.max(1);
        let above = pixel::pack(if on_grid { plot.grid } else { plot.background });
        let line = pixel::pack(plot.line);
        let middle = from_top as i32 * SUBPIXEL + SUBPIXEL / 2;
        Self { middle, above, below: pixel::blend(above, line, tint as u8), line }
    }

    /// The pixels without the line: those above it and those below.
    fn paint(&self, pixels: &mut [u32], middles: &[i32]) {
        for (pixel, &middle) in pixels.iter_mut().zip(middles) {
            *pixel = if middle < self.middle { self.below } else { self.above };
        }
    }

    /// The line, where it is in this row.
    fn paint_line(&self, pixels: &mut [u32], columns: &[Column], bands: &[Range<i32>]) {
        for ((pixels, columns), band) in pixels.chunks_mut(BAND).zip(columns.chunks(BAND)).zip(bands) {
            if band.contains(&self.middle) {
                for (pixel, column) in pixels.iter_mut().zip(columns) {
                    *pixel = pixel::blend(*pixel, self.line, column.coverage(self.middle));
                }
            }
        }
    }
}
