//! The terminal against another one, the `vt100` crate, and against anything that can arrive.

use embedded_graphics::geometry::{Point, Size};
use embedded_graphics::pixelcolor::Rgb888;
use proptest::prelude::*;
use vitrine_gfx::Surface;
use vitrine_kit::terminal::{Cell, FaceName, Grid, Terminal, palette};

const COLUMNS: u16 = 20;
const ROWS: u16 = 6;

fn after(bytes: &[u8]) -> Terminal {
    let size = Size::new(u32::from(COLUMNS) * 12, u32::from(ROWS) * 24);
    let mut terminal = Terminal::new(size, FaceName::Spleen12x24);
    terminal.write(bytes);
    terminal
}

fn text(grid: &Grid) -> Vec<String> {
    let line = |row: usize| grid.row(row).iter().map(|cell| cell.character).collect::<String>();
    (0..grid.rows()).map(|row| line(row).trim_end().to_owned()).collect()
}

/// An escape sequence with any numbers, of those that both terminals take alike.
fn sequence(actions: &'static str) -> impl Strategy<Value = String> {
    let number = prop_oneof![4 => 0u32..9, 1 => 0u32..70_000];
    let action = proptest::sample::select(actions.as_bytes());
    let alike = |(numbers, action): &(Vec<u32>, u8)| match *action {
        b'r' => matches!(numbers[..], [top, bottom] if top < bottom && bottom <= ROWS.into()),
        _ => true,
    };
    (proptest::collection::vec(number, 0..3), action).prop_filter("alike", alike).prop_map(|(numbers, action)| {
        let numbers = numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(";");
        // After the rows that scroll were set, vt100 goes to the first of them, and xterm to the first row.
        let home = if action == b'r' { "\x1b[H" } else { "" };
        format!("\x1b[{numbers}{}{home}", char::from(action))
    })
}

/// What programs write.
fn output() -> impl Strategy<Value = String> {
    // Outside of the rows that scroll, vt100 inserts, deletes and scrolls where xterm does nothing, and moves past them.
    prop_oneof![output_with("ABCDEFGHdJKLMPX@ST", "\x1bM"), output_with("CDGHdJKPX@STr", "\n")]
}

fn output_with(actions: &'static str, control: &'static str) -> impl Strategy<Value = String> {
    let control = proptest::sample::select(vec!["\r\n", "\n", "\r", "\x08", "\t", control, "\x1b7", "\x1b8"]);
    // A row that was just filled leaves the cursor between two rows, and vt100 keeps it there for longer than xterm does.
    let word = ("[a-z]{1,30}", 1..=COLUMNS).prop_map(|(word, column)| format!("{word}\x1b[{column}G"));
    let piece = prop_oneof![3 => word, 3 => sequence(actions), 2 => control.prop_map(String::from)];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn another_terminal_shows_the_same(output in output()) {
        let ours = after(output.as_bytes());
        let mut theirs = vt100::Parser::new(ROWS, COLUMNS, 0);
        theirs.process(output.as_bytes());
        let expected: Vec<_> = theirs.screen().rows(0, COLUMNS).map(|row| row.trim_end().to_owned()).collect();
        prop_assert_eq!(text(ours.grid()), expected, "{:?}", output);
    }

    #[test]
    fn any_size_after_any_output(output in output(), sizes in proptest::collection::vec((0u32..300, 0u32..200), 1..6)) {
        let mut terminal = after(output.as_bytes());
        for (width, height) in sizes {
            terminal.resize(Size::new(width, height));
            prop_assert_eq!(terminal.grid().columns(), (width / 12).max(1) as usize);
            prop_assert_eq!(terminal.grid().rows(), (height / 24).max(1) as usize);
            terminal.write(output.as_bytes());
            terminal.write(b"\x1b[?1049h\x1b8x\x1b[?1049l\x1b8x");
        }
    }

    #[test]
    fn no_bytes_do_harm(bytes in proptest::collection::vec(any::<u8>(), 0..400), width in 0u32..400, height in 0u32..200) {
        let mut terminal = Terminal::new(Size::new(width, height), FaceName::Spleen16x32);
        bytes.chunks(7).for_each(|part| terminal.write(part));
        let mut surface = Surface::new(vec![0; 400 * 200], Size::new(400, 200)).unwrap();
        terminal.draw(&mut surface);
    }
}

#[test]
fn colours_are_chosen_in_all_the_ways_there_are() {
    let ink = |sequence: &str| after(format!("\x1b[{sequence}mx").as_bytes()).grid().row(0)[0].ink;
    assert_eq!(ink("0"), palette::INK);
    assert_eq!(ink("31"), palette::color(1));
    assert_eq!(ink("1;31"), palette::color(9));
    assert_eq!(ink("91"), palette::color(9));
    assert_eq!(ink("38;5;200"), palette::color(200));
    assert_eq!(ink("38;2;1;2;3"), Rgb888::new(1, 2, 3));
    assert_eq!(ink("38:2:1:2:3"), Rgb888::new(1, 2, 3));
    assert_eq!(ink("38:2::1:2:3"), Rgb888::new(1, 2, 3));
    assert_eq!(ink("38;2;1"), palette::INK);
    assert_eq!(ink("7"), palette::GROUND);
    assert_eq!(ink("31;39"), palette::INK);
}

#[test]
fn moving_up_and_down_ends_where_scrolling_does() {
    let row = |bytes: &str| after(format!("\x1b[2;4r{bytes}").as_bytes()).grid().cursor().map(|(_, row)| row);
    assert_eq!(row("\x1b[9B"), Some(3));
    assert_eq!(row("\x1b[3H\x1b[9A"), Some(1));
    assert_eq!(row("\x1b[6H\x1b[9A"), Some(1));
    assert_eq!(row("\x1b[5H\x1b[9E"), Some(5));
    assert_eq!(row("\x1b[1H\x1b[F"), Some(0));
}

#[test]
fn another_size_keeps_what_is_near_the_cursor() {
    let mut terminal = after(b"1\r\n2\r\n3\r\n4\r\nlonger");
    terminal.resize(Size::new(3 * 12, 2 * 24));
    assert_eq!(text(terminal.grid()), ["4", "lon"]);
    terminal.resize(Size::new(9 * 12, 3 * 24));
    terminal.write(b"!");
    assert_eq!(text(terminal.grid()), ["4", "lo!", ""]);
}

#[test]
fn line_feeds_go_to_the_start_when_asked_to() {
    assert_eq!(text(after(b"one\ntwo").grid())[..2], ["one", "   two"]);
    assert_eq!(text(after(b"\x1b[20hone\ntwo").grid())[..2], ["one", "two"]);
}

#[test]
fn the_alternate_screen_comes_and_goes() {
    let terminal = after(b"before\x1b[?1049h\x1b[2;3Hinside");
    assert_eq!(text(terminal.grid())[..2], ["", "  inside"]);
    let terminal = after(b"before\x1b[?1049hinside\x1b[?1049l after");
    assert_eq!(text(terminal.grid())[0], "before after");
}

#[test]
fn the_cursor_is_the_other_way_round() {
    let picture = |bytes: &[u8]| {
        let mut surface = Surface::new(vec![0; 240 * 144], Size::new(240, 144)).unwrap();
        after(bytes).draw(&mut surface);
        surface
    };
    let beside = Point::new(12, 0);
    assert_eq!(picture(b"x").pixel(beside), Some(palette::INK));
    assert_eq!(picture(b"x\x1b[?25l").pixel(beside), Some(palette::GROUND));
    assert_eq!(after(b"").grid().row(0)[0], Cell::BLANK);
}
