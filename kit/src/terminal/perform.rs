//! Which escape sequence does what (ECMA-48, and xterm's "Control Sequences").

use embedded_graphics_core::pixelcolor::Rgb888;
use vte::{Params, Perform};

use super::grid::{Grid, Look};
use super::palette;

/// Does to a grid what the parser finds.
pub(super) struct Performer<'g>(pub &'g mut Grid);

impl Perform for Performer<'_> {
    fn print(&mut self, character: char) {
        self.0.print(character);
    }

    fn execute(&mut self, byte: u8) {
        match byte {
            b'\n' | 0x0b | 0x0c => self.0.new_line(),
            b'\r' => self.0.go_to(0, self.0.pen.row),
            0x08 => self.0.go_to(self.0.pen.column.saturating_sub(1), self.0.pen.row),
            b'\t' => self.0.tab(),
            // Bells and what printers wanted.
            _ => {}
        }
    }

    fn esc_dispatch(&mut self, intermediates: &[u8], _ignore: bool, byte: u8) {
        match (intermediates, byte) {
            ([], b'7') => self.0.save_pen(),
            ([], b'8') => self.0.restore_pen(),
            ([], b'D') => self.0.line_feed(),
            ([], b'E') => {
                self.0.line_feed();
                self.0.go_to(0, self.0.pen.row);
            }
            ([], b'M') => self.0.reverse_line_feed(),
            ([], b'c') => self.0.reset(),
            // Character sets and keypads.
            _ => {}
        }
    }

    fn csi_dispatch(&mut self, params: &Params, intermediates: &[u8], ignore: bool, action: char) {
        let values = Values(params);
        match (intermediates, action) {
            _ if ignore => {}
            ([b'?'], 'h') => self.set_modes(params, true),
            ([b'?'], 'l') => self.set_modes(params, false),
            ([], 'h') => self.set_new_line_mode(params, true),
            ([], 'l') => self.set_new_line_mode(params, false),
            ([], 'm') => self.set_look(params),
            ([], 's') => self.0.save_pen(),
            ([], 'u') => self.0.restore_pen(),
            ([], 'r') => {
                let end = values.or(1, self.0.rows());
                self.0.set_region(values.or(0, 1) - 1..end);
            }
            ([], 'A'..='H' | '`' | 'a' | 'd' | 'e' | 'f') => self.move_pen(action, &values),
            ([], _) => self.edit(action, &values),
            _ => {}
        }
    }
}

impl Performer<'_> {
    fn move_pen(&mut self, action: char, values: &Values<'_>) {
        let (column, row) = (self.0.pen.column, self.0.pen.row);
        let count = values.or(0, 1);
        match action {
            'A' => self.0.go_up(count),
            'B' => self.0.go_down(count),
            'C' | 'a' => self.0.go_to(column + count, row),
            'D' => self.0.go_to(column.saturating_sub(count), row),
            'E' => {
                self.0.go_down(count);
                self.0.go_to(0, self.0.pen.row);
            }
            'F' => {
                self.0.go_up(count);
                self.0.go_to(0, self.0.pen.row);
            }
            'e' => self.0.go_to(column, row + count),
            'G' | '`' => self.0.go_to(count - 1, row),
            'd' => self.0.go_to(column, count - 1),
            _ => self.0.go_to(values.or(1, 1) - 1, count - 1),
        }
    }

    fn edit(&mut self, action: char, values: &Values<'_>) {
        let count = values.or(0, 1);
        match action {
            'J' => self.erase_screen(values.at(0)),
            'K' => self.erase_row(values.at(0)),
            'L' => self.0.insert_rows(count),
            'M' => self.0.delete_rows(count),
            'P' => self.0.delete_cells(count),
            '@' => self.0.insert_cells(count),
            'X' => self.0.erase_cells(self.0.pen.column..self.0.pen.column + count),
            'S' => self.0.scroll_up(count),
            'T' => self.0.scroll_down(count),
            _ => {}
        }
    }

    fn erase_screen(&mut self, what: usize) {
        let (row, rows) = (self.0.pen.row, self.0.rows());
        match what {
            0 => {
                self.erase_row(0);
                self.0.erase_rows(row + 1..rows);
            }
            1 => {
                self.erase_row(1);
                self.0.erase_rows(0..row);
            }
            2 => self.0.erase_rows(0..rows),
            // 3 erases what has scrolled off the screen, which is not kept.
            _ => {}
        }
    }

    fn erase_row(&mut self, what: usize) {
        let (column, columns) = (self.0.pen.column, self.0.columns());
        match what {
            0 => self.0.erase_cells(column..columns),
            1 => self.0.erase_cells(0..column + 1),
            2 => self.0.erase_cells(0..columns),
            _ => {}
        }
    }

    fn set_modes(&mut self, params: &Params, on: bool) {
        for mode in params {
            match mode {
                [7] => self.0.wraps = on,
                [25] => self.0.cursor_shown = on,
                [47 | 1047 | 1049] => self.0.set_alternate(on),
                _ => {}
            }
        }
    }

    fn set_new_line_mode(&mut self, params: &Params, on: bool) {
        if params.iter().any(|mode| *mode == [20]) {
            self.0.starts_lines = on;
        }
    }

    /// Select Graphic Rendition.
    fn set_look(&mut self, params: &Params) {
        let look = &mut self.0.pen.look;
        let mut params = params.iter();
        while let Some(param) = params.next() {
            match *param {
                [0] => *look = Look::PLAIN,
                [1] => look.bold = true,
                [2] => look.faint = true,
                [4] => look.underlined = true,
                [4, style] => look.underlined = style != 0,
                [7] => look.reversed = true,
                [8] => look.hidden = true,
                [9] => look.struck = true,
                [22] => (look.bold, look.faint) = (false, false),
                [24] => look.underlined = false,
                [27] => look.reversed = false,
                [28] => look.hidden = false,
                [29] => look.struck = false,
                [number @ 30..=37] => {
                    set_ink(look, Some(palette::color((number - 30) as u8)), Some((number - 30) as u8))
                }
                [number @ 90..=97] => set_ink(look, Some(palette::color((number - 82) as u8)), None),
                [39] => set_ink(look, None, None),
                [number @ 40..=47] => look.ground = Some(palette::color((number - 40) as u8)),
                [number @ 100..=107] => look.ground = Some(palette::color((number - 92) as u8)),
                [49] => look.ground = None,
                // With semicolons, the colour is in the parameters that follow.
                [38] => set_ink(look, extended(&mut || Some(params.next()?[0])), None),
                [48] => look.ground = extended(&mut || Some(params.next()?[0])),
                // With colons, it is in this one; before red there may be the number of a colour space.
                [38, ref rest @ ..] => set_ink(look, extended_with_colons(rest), None),
                [48, ref rest @ ..] => look.ground = extended_with_colons(rest),
                _ => {}
            }
        }
    }
}

fn set_ink(look: &mut Look, ink: Option<Rgb888>, named: Option<u8>) {
    (look.ink, look.named) = (ink, named);
}

/// A colour by number (5) or by its channels (2); `None`, and so the usual one, when it is neither or not whole.
fn extended(next: &mut dyn FnMut() -> Option<u16>) -> Option<Rgb888> {
    let byte = |next: &mut dyn FnMut() -> Option<u16>| Some(next()?.min(255) as u8);
    match next()? {
        5 => byte(next).map(palette::color),
        2 => Some(Rgb888::new(byte(next)?, byte(next)?, byte(next)?)),
        _ => None,
    }
}

fn extended_with_colons(params: &[u16]) -> Option<Rgb888> {
    let has_space = matches!(*params, [2, _, _, _, _, ..]);
    let mut values =
        params.iter().enumerate().filter(|(index, _)| !(has_space && *index == 1)).map(|(_, value)| *value);
    extended(&mut || values.next())
}

/// Parameters by their place.
struct Values<'p>(&'p Params);

impl Values<'_> {
    /// The parameter; 0 where there is none.
    fn at(&self, index: usize) -> usize {
        self.0.iter().nth(index).map_or(0, |values| values[0].into())
    }

    /// The parameter; `default` where there is none or it is 0.
    fn or(&self, index: usize, default: usize) -> usize {
        match self.at(index) {
            0 => default,
            value => value,
        }
    }
}
