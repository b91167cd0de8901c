//! Cells of one size.

use embedded_graphics_core::geometry::{Point, Size};
use embedded_graphics_core::primitives::Rectangle;

use super::bounded;

/// An area divided into columns and rows of the same size (to the pixel), with gaps between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    area: Rectangle,
    columns: u32,
    rows: u32,
    gap: u32,
}

impl Grid {
    /// A grid that fills `area`. No columns or no rows count as one. Gaps that are too large for the area count as the
    /// largest that leave the cells nothing.
    pub fn new(area: Rectangle, columns: u32, rows: u32, gap: u32) -> Self {
        Self { area: bounded(area), columns: columns.max(1), rows: rows.max(1), gap }
    }

    /// The cell in this column and row, from 0. Beyond the last there is nothing: an empty area at the grid's end.
    pub fn cell(&self, column: u32, row: u32) -> Rectangle {
        self.span(column, row, 1, 1)
    }

    /// The cell with this number, row by row.
    pub fn nth(&self, index: u32) -> Rectangle {
        self.cell(index % self.columns, index / self.columns)
    }

    /// Several cells and the gaps between them.
    pub fn span(&self, column: u32, row: u32, columns: u32, rows: u32) -> Rectangle {
        let Size { width, height } = self.area.size;
        let (left, right) = stretch(width, self.columns, self.gap, column, columns);
        let (top, bottom) = stretch(height, self.rows, self.gap, row, rows);
        let size = Size::new(right - left, bottom - top);
        Rectangle::new(self.area.top_left + Point::new(left as i32, top as i32), size)
    }
}

/// Where the first of `count` cells begins and the last ends, of `cells` that divide a length.
fn stretch(length: u32, cells: u32, gap: u32, first: u32, count: u32) -> (u32, u32) {
    let last = first.saturating_add(count).min(cells);
    if first >= last {
        return (length, length);
    }
    let (length, cells, gap) = (u64::from(length), u64::from(cells), u64::from(gap));
    let gap = if cells > 1 { gap.min(length / (cells - 1)) } else { 0 };
    let rest = length - gap * (cells - 1);
    let start = |index: u64| rest * index / cells + gap * index;
    let end = rest * u64::from(last) / cells + gap * (u64::from(last) - 1);
    (start(first.into()) as u32, end as u32)
}
