//! Pairs of glyphs that stand closer together or further apart.

/// Which glyphs stand closer together or further apart than their advances say: a matrix of classes.
#[derive(Clone, Copy, Debug)]
pub struct Kerning<'f> {
    /// The row of each glyph that stands on the left.
    rows: &'f [u8],
    /// The column of each glyph that stands on the right.
    columns: &'f [u8],
    column_count: usize,
    /// Row by row, in 1/512 em, negative when closer.
    units: &'f [i8],
}

impl<'f> Kerning<'f> {
    /// A matrix, with the row and the column of each glyph.
    pub const fn new(rows: &'f [u8], columns: &'f [u8], units: &'f [i8]) -> Self {
        let (mut column_count, mut index) = (0, 0);
        while index < columns.len() {
            if columns[index] as usize >= column_count {
                column_count = columns[index] as usize + 1;
            }
            index += 1;
        }
        Self { rows, columns, column_count, units }
    }

    /// In 1/512 em; 0 for glyphs that the matrix doesn't know.
    pub(super) fn between(&self, left: u16, right: u16) -> i32 {
        let (row, column) = (self.rows.get(usize::from(left)), self.columns.get(usize::from(right)));
        let (Some(&row), Some(&column)) = (row, column) else { return 0 };
        self.units.get(usize::from(row) * self.column_count + usize::from(column)).copied().unwrap_or(0).into()
    }
}
