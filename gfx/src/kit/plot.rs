//! A line over time, with the area below it tinted.

mod column;

use super::History;
use crate::{PixelMemory, SUBPIXEL, Surface, area::Area, digest::Digest, pixel};
use alloc::vec::Vec;
use column::Column;
use core::{hash::Hash, ops::Range};
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
    /// Lines of the grid above its foot.
    grid_lines: u32,
    /// For each column of pixels, where the line is in it; kept so that drawing allocates nothing.
    columns: Vec<Column>,
    /// For each [`BAND`] columns, between which SUBPIXELs their line lies. In most rows all of them are above it or below.
    bands: Vec<Range<i32>>,
}

/// How many columns are looked at together.
const BAND: usize = 16;

impl Plot {
    /// A plot that fills `area`, with a line of `thickness` pixels and so many lines of a grid above its foot.
    ///
    /// # Panics
    ///
    /// When `grid_lines` is 0.
    pub fn new(area: Rectangle, thickness: u32, grid_lines: u32) -> Self {
        assert!(grid_lines > 0, "a grid without lines");
        let area = Area::from_rectangle(&area);
        Self {
            area,
            background: Rgb888::new(0, 0, 0),
            grid: Rgb888::new(64, 64, 64),
            line: Rgb888::new(255, 255, 255),
            thickness: i64::from(thickness) * i64::from(SUBPIXEL),
            grid_lines,
            columns: alloc::vec![Column::NONE; area.width()],
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

    /// The least round number (one digit and zeros) at which the grid reaches as high as the largest value: what is
    /// between two lines of the grid.
    pub fn fitting_step(&self, history: &History) -> u32 {
        let largest = history.values().max().unwrap_or(0).max(1);
        let powers = (0..=9).map(|exponent| 10_u32.pow(exponent));
        let mut steps = powers.flat_map(|power| [1, 2, 3, 4, 5, 6, 8].map(|digit| power.saturating_mul(digit)));
        steps.find(|step| step.saturating_mul(self.grid_lines) >= largest).unwrap_or(u32::MAX)
    }

    /// The y of a line of the grid: 0 is the foot of the plot.
    pub fn grid_y(&self, index: u32) -> i32 {
        self.area.bottom - 1 - (index * (self.area.height() as u32 - 1) / self.grid_lines) as i32
    }

    /// Draws the plot, with `step` (at least 1) between two lines of the grid.
    pub fn draw<M: PixelMemory>(&mut self, surface: &mut Surface<M>, history: &History, step: u32) {
        self.place(history, i64::from(step.max(1)) * i64::from(self.grid_lines));
        let describe = |operation: &mut Digest| {
            ("plot", self.background, self.grid, self.line, self.thickness, self.grid_lines, step).hash(operation);
            history.values().for_each(|value| value.hash(operation));
        };
        let Some(visible) = surface.begin(self.area, describe) else { return };
        for y in visible.top..visible.bottom {
            let on_grid = (0..=self.grid_lines).any(|index| self.grid_y(index) == y);
            self.draw_row(surface, visible, y, &Row::new(self, y, on_grid));
        }
    }

    fn draw_row<M: PixelMemory>(&self, surface: &mut Surface<M>, visible: Area, y: i32, row: &Row) {
        let mut x = self.area.left;
        let mut columns = self.columns.as_slice();
        for bands in self.bands.chunk_by(|one, next| row.flat_color(one) == row.flat_color(next)) {
            let (run, rest) = columns.split_at(columns.len().min(bands.len() * BAND));
            let end = x + run.len() as i32;
            let shown = x.max(visible.left)..end.min(visible.right);
            if !shown.is_empty() {
                let run = &run[(shown.start - x) as usize..(shown.end - x) as usize];
                match row.flat_color(&bands[0]) {
                    Some(color) => surface.put_run(shown.start, y, run.len(), color),
                    None => row.draw_line(surface, shown.start, y, run),
                }
            }
            (x, columns) = (end, rest);
        }
    }

    /// Finds out where the line is in each column; `full` is the value at the top of the plot.
    fn place(&mut self, history: &History, full: i64) {
        let subpixel = i64::from(SUBPIXEL);
        // The middle of the line stays so far inside that its thickness is inside as well.
        let margin = self.thickness / 2 + subpixel / 2;
        let height = self.area.height() as i64 * subpixel - 2 * margin;
        let y_of = |value: u32| margin + height - height * i64::from(value).min(full) / full;
        // Samples stand `width / intervals` apart, the newest on the right edge.
        let width = (self.columns.len() as i64 - 1) * subpixel;
        let intervals = (history.capacity() as i64 - 1).max(1);
        let missing = intervals + 1 - history.values().len() as i64;
        let x_of = |index: i64| width * (index + missing) / intervals;

        self.columns.fill(Column::NONE);
        let mut places = (0..).zip(history.values()).map(|(index, value)| (x_of(index), y_of(value)));
        if let Some(mut from) = places.next() {
            for to in places {
                self.join(from, to);
                from = to;
            }
        }
        for (band, columns) in self.bands.iter_mut().zip(self.columns.chunks(BAND)) {
            let extents = columns.iter().map(Column::extent);
            *band = extents.reduce(|all, one| all.start.min(one.start)..all.end.max(one.end)).unwrap_or_default();
        }
    }

    /// Notes the piece of the line between two places, in SUBPIXELs, in the columns that it crosses.
    fn join(&mut self, from: (i64, i64), to: (i64, i64)) {
        let subpixel = i64::from(SUBPIXEL);
        let (run, rise) = ((to.0 - from.0).max(1), to.1 - from.1);
        let slope = rise * subpixel / run;
        for index in (from.0 + subpixel - 1) / subpixel..=to.0 / subpixel {
            let middle = from.1 + rise * (index * subpixel - from.0) / run;
            let piece = Column::new(middle, slope, self.thickness, from.1.min(to.1)..from.1.max(to.1));
            let known = &mut self.columns[index as usize];
            // Where two pieces meet, the column belongs to the steeper one.
            if known.ramp < piece.ramp {
                *known = piece;
            }
        }
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

    /// The colour of all pixels in columns whose line lies within `band`; `None` when they differ.
    fn flat_color(&self, band: &Range<i32>) -> Option<u32> {
        if self.middle < band.start {
            Some(self.above)
        } else if self.middle >= band.end {
            Some(self.below)
        } else {
            None
        }
    }

    fn draw_line<M: PixelMemory>(&self, surface: &mut Surface<M>, mut x: i32, y: i32, columns: &[Column]) {
        let mut stage = [0; 2 * BAND];
        for columns in columns.chunks(stage.len()) {
            let pixels = &mut stage[..columns.len()];
            for (pixel, column) in pixels.iter_mut().zip(columns) {
                let ground = if column.middle < self.middle { self.below } else { self.above };
                *pixel = pixel::blend(ground, self.line, column.coverage(self.middle));
            }
            surface.put_row(x, y, pixels);
            x += columns.len() as i32;
        }
    }
}
