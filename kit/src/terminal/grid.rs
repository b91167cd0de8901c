//! The characters on the screen, and what can be done to them.
//!
//! Columns and rows count from 0. Every number may be anything: what lies beyond an edge is taken for the edge.

use alloc::{boxed::Box, vec, vec::Vec};
use core::ops::Range;

use embedded_graphics_core::pixelcolor::Rgb888;

use super::palette;

/// Columns and rows are at most this many.
const MAX: usize = 1024;

/// Columns from one tab stop to the next.
const TAB: usize = 8;

/// One character, and how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The character; a space where nothing is.
    pub character: char,
    /// Its colour.
    pub ink: Rgb888,
    /// The colour around it.
    pub ground: Rgb888,
    /// Whether it is underlined.
    pub underlined: bool,
    /// Whether it is struck through.
    pub struck: bool,
}

impl Cell {
    /// Nothing.
    pub const BLANK: Self =
        Self { character: ' ', ink: palette::INK, ground: palette::GROUND, underlined: false, struck: false };

    /// The same with its colours the other way round.
    pub const fn inverted(self) -> Self {
        Self { ink: self.ground, ground: self.ink, ..self }
    }

    /// Whether another character beside it differs in nothing but the character.
    pub fn looks_like(&self, other: &Self) -> bool {
        Self { character: other.character, ..*self } == *other
    }
}

/// Where and how the next character is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pen {
    pub column: usize,
    pub row: usize,
    pub look: Look,
    /// The last column was written: the next character goes to the next row.
    pub at_end: bool,
}

/// What escape sequences say about characters to come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    pub ink: Option<Rgb888>,
    /// One of the first eight colours was chosen by number: bold makes it the bright one.
    pub named: Option<u8>,
    pub ground: Option<Rgb888>,
    pub bold: bool,
    pub faint: bool,
    pub underlined: bool,
    pub struck: bool,
    pub reversed: bool,
    pub hidden: bool,
}

impl Look {
    pub const PLAIN: Self = Self {
        ink: None,
        named: None,
        ground: None,
        bold: false,
        faint: false,
        underlined: false,
        struck: false,
        reversed: false,
        hidden: false,
    };

    fn cell(&self, character: char) -> Cell {
        let ground = self.ground.unwrap_or(palette::GROUND);
        let ink = match (self.named, self.bold) {
            (Some(number), true) => palette::color(number + 8),
            _ => self.ink.unwrap_or(if self.bold { palette::color(15) } else { palette::INK }),
        };
        let ink = if self.faint { vitrine_gfx::mix(ground, ink, 150) } else { ink };
        let ink = if self.hidden { ground } else { ink };
        let cell = Cell { character, ink, ground, underlined: self.underlined, struck: self.struck };
        if self.reversed { cell.inverted() } else { cell }
    }

    /// What erasing leaves.
    fn blank(&self) -> Cell {
        Cell { ground: self.ground.unwrap_or(palette::GROUND), ..Cell::BLANK }
    }
}

/// The cells of a screen, the cursor, and what the program has switched on.
pub struct Grid {
    columns: usize,
    rows: Vec<Box<[Cell]>>,
    /// The main screen while the alternate one is shown, and the pen that was saved there.
    other: Option<(Vec<Box<[Cell]>>, Pen)>,
    pub(super) pen: Pen,
    saved: Pen,
    /// The rows that scroll.
    region: Range<usize>,
    pub(super) cursor_shown: bool,
    pub(super) wraps: bool,
    /// Every line feed goes to the start of the row, too.
    pub(super) starts_lines: bool,
}

impl Grid {
    /// An empty screen. Columns and rows are clamped to 1..=1024.
    pub fn new(columns: usize, rows: usize) -> Self {
        let (columns, rows) = (columns.clamp(1, MAX), rows.clamp(1, MAX));
        let pen = Pen { column: 0, row: 0, look: Look::PLAIN, at_end: false };
        Self {
            columns,
            rows: blank_rows(columns, rows),
            other: None,
            pen,
            saved: pen,
            region: 0..rows,
            cursor_shown: true,
            wraps: true,
            starts_lines: false,
        }
    }

    /// Changes the size; columns and rows are clamped as in [`Self::new`]. What is right of the last column is gone, and of rows
    /// that find no room the uppermost, down to the cursor's.
    pub fn resize(&mut self, columns: usize, rows: usize) {
        let (columns, count) = (columns.clamp(1, MAX), rows.clamp(1, MAX));
        let above = (self.pen.row + 1).saturating_sub(count);
        let alternate = self.other.as_mut().map(|(rows, _)| rows);
        for rows in [&mut self.rows].into_iter().chain(alternate) {
            rows.drain(..above);
            rows.iter_mut().for_each(|row| *row = resized(row, columns));
            rows.resize_with(count, || vec![Cell::BLANK; columns].into_boxed_slice());
        }
        self.columns = columns;
        self.region = 0..count;
        self.go_to(self.pen.column, self.pen.row - above);
        for pen in [&mut self.saved].into_iter().chain(self.other.as_mut().map(|(_, pen)| pen)) {
            (pen.column, pen.row, pen.at_end) = (pen.column.min(columns - 1), pen.row.min(count - 1), false);
        }
    }

    /// Characters in a row.
    pub const fn columns(&self) -> usize {
        self.columns
    }

    /// Rows on the screen.
    pub const fn rows(&self) -> usize {
        self.rows.len()
    }

    /// The cells of a row.
    ///
    /// # Panics
    ///
    /// When there is no such row.
    pub fn row(&self, row: usize) -> &[Cell] {
        &self.rows[row]
    }

    /// The cursor's column and row, when it is shown.
    pub const fn cursor(&self) -> Option<(usize, usize)> {
        if self.cursor_shown { Some((self.pen.column, self.pen.row)) } else { None }
    }

    pub(super) fn print(&mut self, character: char) {
        if self.pen.at_end && self.wraps {
            self.pen.column = 0;
            self.line_feed();
        }
        self.rows[self.pen.row][self.pen.column] = self.pen.look.cell(character);
        self.pen.at_end = self.pen.column + 1 == self.columns;
        self.pen.column = (self.pen.column + 1).min(self.columns - 1);
    }

    /// What the line feed character does.
    pub(super) fn new_line(&mut self) {
        self.line_feed();
        if self.starts_lines {
            self.pen.column = 0;
        }
    }

    /// One row down; at the foot of the region everything moves up instead.
    pub(super) fn line_feed(&mut self) {
        self.pen.at_end = false;
        if self.pen.row + 1 == self.region.end {
            self.scroll_up(1);
        } else {
            self.pen.row = (self.pen.row + 1).min(self.rows() - 1);
        }
    }

    /// One row up; at the top of the region everything moves down instead.
    pub(super) fn reverse_line_feed(&mut self) {
        self.pen.at_end = false;
        if self.pen.row == self.region.start {
            self.scroll_down(1);
        } else {
            self.pen.row = self.pen.row.saturating_sub(1);
        }
    }

    pub(super) fn tab(&mut self) {
        self.go_to((self.pen.column / TAB + 1) * TAB, self.pen.row);
    }

    /// Puts the pen somewhere on the screen.
    pub(super) fn go_to(&mut self, column: usize, row: usize) {
        self.pen.column = column.min(self.columns - 1);
        self.pen.row = row.min(self.rows() - 1);
        self.pen.at_end = false;
    }

    /// Moves the pen up, not beyond the rows that scroll when it is among them or below.
    pub(super) fn go_up(&mut self, count: usize) {
        let top = if self.pen.row >= self.region.start { self.region.start } else { 0 };
        self.go_to(self.pen.column, self.pen.row.saturating_sub(count).max(top));
    }

    /// Moves the pen down, not beyond the rows that scroll when it is among them or above.
    pub(super) fn go_down(&mut self, count: usize) {
        let end = if self.pen.row < self.region.end { self.region.end } else { self.rows() };
        self.go_to(self.pen.column, (self.pen.row + count).min(end - 1));
    }

    pub(super) fn scroll_up(&mut self, count: usize) {
        self.scroll_rows(self.region.clone(), count, true);
    }

    pub(super) fn scroll_down(&mut self, count: usize) {
        self.scroll_rows(self.region.clone(), count, false);
    }

    /// Moves rows up or down; what becomes free is blank.
    fn scroll_rows(&mut self, rows: Range<usize>, count: usize, up: bool) {
        let blank = self.pen.look.blank();
        let count = count.min(rows.len());
        let moved = &mut self.rows[rows];
        let free = if up {
            moved.rotate_left(count);
            moved.len() - count..moved.len()
        } else {
            moved.rotate_right(count);
            0..count
        };
        moved[free].iter_mut().for_each(|row| row.fill(blank));
    }

    /// Inserts rows at the pen; those that leave the region are gone.
    pub(super) fn insert_rows(&mut self, count: usize) {
        if self.region.contains(&self.pen.row) {
            self.scroll_rows(self.pen.row..self.region.end, count, false);
        }
    }

    /// Deletes rows at the pen; those below move up.
    pub(super) fn delete_rows(&mut self, count: usize) {
        if self.region.contains(&self.pen.row) {
            self.scroll_rows(self.pen.row..self.region.end, count, true);
        }
    }

    /// Inserts blanks at the pen; what leaves the row is gone.
    pub(super) fn insert_cells(&mut self, count: usize) {
        let (blank, rest) = (self.pen.look.blank(), &mut self.rows[self.pen.row][self.pen.column..]);
        let count = count.min(rest.len());
        rest.rotate_right(count);
        rest[..count].fill(blank);
    }

    /// Deletes cells at the pen; those to the right move closer.
    pub(super) fn delete_cells(&mut self, count: usize) {
        let (blank, rest) = (self.pen.look.blank(), &mut self.rows[self.pen.row][self.pen.column..]);
        let count = count.min(rest.len());
        rest.rotate_left(count);
        let end = rest.len() - count;
        rest[end..].fill(blank);
    }

    /// Erases cells of the pen's row.
    pub(super) fn erase_cells(&mut self, cells: Range<usize>) {
        let blank = self.pen.look.blank();
        let (start, end) = (cells.start.min(self.columns), cells.end.min(self.columns));
        self.rows[self.pen.row][start..end.max(start)].fill(blank);
    }

    /// Erases whole rows.
    pub(super) fn erase_rows(&mut self, rows: Range<usize>) {
        let blank = self.pen.look.blank();
        let (start, end) = (rows.start.min(self.rows()), rows.end.min(self.rows()));
        self.rows[start..end.max(start)].iter_mut().for_each(|row| row.fill(blank));
    }

    /// Sets the rows that scroll, and puts the pen in the corner. A region without rows, or one that ends beyond the screen,
    /// is the whole screen.
    pub(super) fn set_region(&mut self, rows: Range<usize>) {
        let valid = rows.start + 1 < rows.end && rows.end <= self.rows();
        self.region = if valid { rows } else { 0..self.rows() };
        self.go_to(0, 0);
    }

    pub(super) const fn save_pen(&mut self) {
        self.saved = self.pen;
    }

    pub(super) const fn restore_pen(&mut self) {
        self.pen = self.saved;
    }

    /// Shows the alternate screen, which begins empty, or the main one as it was.
    pub(super) fn set_alternate(&mut self, alternate: bool) {
        match (alternate, self.other.take()) {
            (true, None) => {
                let empty = blank_rows(self.columns, self.rows());
                self.other = Some((core::mem::replace(&mut self.rows, empty), self.pen));
                self.pen.look = Look::PLAIN;
            }
            (false, Some((rows, pen))) => (self.rows, self.pen) = (rows, pen),
            (_, other) => self.other = other,
        }
        self.region = 0..self.rows();
    }

    /// Everything as it was in the beginning.
    pub(super) fn reset(&mut self) {
        *self = Self::new(self.columns, self.rows());
    }
}

fn resized(row: &[Cell], columns: usize) -> Box<[Cell]> {
    row.iter().copied().chain(core::iter::repeat(Cell::BLANK)).take(columns).collect()
}

fn blank_rows(columns: usize, rows: usize) -> Vec<Box<[Cell]>> {
    vec![vec![Cell::BLANK; columns].into_boxed_slice(); rows]
}
