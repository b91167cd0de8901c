//! A text console: bytes with escape sequences in, characters on a grid out.
//!
//! It understands what programs write to `xterm-256color`: cursor movement, colours (16, 256 and any), erasing, scrolling
//! regions, insertion and deletion, tabs, the alternate screen. Escape sequences are taken apart by the `vte` crate; what is
//! not known is left out. Characters are Spleen's, 12x24 or 16x32 pixels: Latin, Greek and Cyrillic letters that look alike,
//! lines and blocks. Whatever bytes come, memory stays what it was when the terminal was made.
//!
//! Begin reading at [`Terminal`]; [`grid`] has what the sequences do, `perform` which sequence does what.

pub mod face;
pub mod grid;
pub mod palette;
mod perform;

pub use face::{Face, FaceName};
pub use grid::{Cell, Grid};

use embedded_graphics::mono_font::MonoTextStyleBuilder;
use embedded_graphics::text::{Baseline, Text};
use embedded_graphics::{
    Drawable,
    draw_target::DrawTarget,
    geometry::{OriginDimensions, Point, Size},
    pixelcolor::Rgb888,
    primitives::Rectangle,
};
use vitrine_gfx::{PixelMemory, Surface};

/// The most bytes of one row that are drawn as one text.
const RUN: usize = 256;

/// A screen of characters, as a terminal shows it.
pub struct Terminal {
    face: Face,
    size: Size,
    parser: vte::Parser,
    grid: Grid,
}

impl Terminal {
    /// A terminal for a picture of this many pixels, with as many columns and rows as fit, at least one each.
    pub fn new(size: Size, name: FaceName) -> Self {
        let face = Face::new(name);
        let cell = face.cell();
        let grid = Grid::new((size.width / cell.width) as usize, (size.height / cell.height) as usize);
        Self { face, size, parser: vte::Parser::new(), grid }
    }

    /// Fits it to a picture of another size.
    pub fn resize(&mut self, size: Size) {
        let cell = self.face.cell();
        self.size = size;
        self.grid.resize((size.width / cell.width) as usize, (size.height / cell.height) as usize);
    }

    /// Takes in what a program has written.
    pub fn write(&mut self, bytes: &[u8]) {
        self.parser.advance(&mut perform::Performer(&mut self.grid), bytes);
    }

    /// What is on the screen.
    pub const fn grid(&self) -> &Grid {
        &self.grid
    }

    /// Draws all of it, in the middle of the surface.
    pub fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>) {
        let cell = self.face.cell();
        let (columns, rows) = (self.grid.columns() as u32, self.grid.rows() as u32);
        let used = Size::new(columns * cell.width, rows * cell.height);
        let space = surface.size().saturating_sub(used);
        let corner = Point::new((space.width / 2) as i32, (space.height / 2) as i32);
        let Ok(()) = surface.clear(palette::GROUND);
        let mut part = surface.part(&Rectangle::new(corner, used));
        for row in 0..self.grid.rows() {
            self.draw_row(&mut part, row);
        }
    }

    fn draw_row<M: PixelMemory>(&self, surface: &mut Surface<M>, row: usize) {
        let mut column = 0;
        let cells = self.grid.row(row);
        // The cursor is a cell of its own, with its colours the other way round.
        let shown = |column: usize| {
            let cell = cells[column];
            if self.grid.cursor() == Some((column, row)) { cell.inverted() } else { cell }
        };
        while column < cells.len() {
            let first = shown(column);
            let mut text = RunText::new();
            let mut end = column;
            while end < cells.len() && shown(end).looks_like(&first) && text.push(shown(end).character) {
                end += 1;
            }
            self.draw_run(surface, &text, &first, column, row, end - column);
            column = end;
        }
    }

    /// Draws cells that look alike: their ground in one go, and what is written on it.
    fn draw_run<M: PixelMemory>(
        &self,
        surface: &mut Surface<M>,
        text: &RunText,
        look: &Cell,
        column: usize,
        row: usize,
        count: usize,
    ) {
        let cell = self.face.cell();
        let at = Point::new((column as u32 * cell.width) as i32, (row as u32 * cell.height) as i32);
        if text.is_blank() && !look.underlined && !look.struck {
            if look.ground != palette::GROUND {
                let Ok(()) = surface
                    .fill_solid(&Rectangle::new(at, Size::new(count as u32 * cell.width, cell.height)), look.ground);
            }
            return;
        }
        let font = self.face.font();
        let mut style =
            MonoTextStyleBuilder::<Rgb888>::new().font(&font).text_color(look.ink).background_color(look.ground);
        if look.underlined {
            style = style.underline();
        }
        if look.struck {
            style = style.strikethrough();
        }
        let Ok(_) = Text::with_baseline(text.as_str(), at, style.build(), Baseline::Top).draw(surface);
    }
}

impl OriginDimensions for Terminal {
    fn size(&self) -> Size {
        self.size
    }
}

/// The characters of a run, as text.
struct RunText {
    bytes: [u8; RUN],
    len: usize,
    blank: bool,
}

impl RunText {
    const fn new() -> Self {
        Self { bytes: [0; RUN], len: 0, blank: true }
    }

    /// Adds a character, if there is room.
    fn push(&mut self, character: char) -> bool {
        let room = &mut self.bytes[self.len..];
        if room.len() < character.len_utf8() {
            return false;
        }
        self.len += character.encode_utf8(room).len();
        self.blank &= character == ' ';
        true
    }

    const fn is_blank(&self) -> bool {
        self.blank
    }

    fn as_str(&self) -> &str {
        // Only whole characters were put in.
        str::from_utf8(&self.bytes[..self.len]).unwrap_or_default()
    }
}
