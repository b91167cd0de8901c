//! Where the keys are.

use embedded_graphics_core::geometry::{Point, Size};
use embedded_graphics_core::primitives::Rectangle;

use super::layout::{KeyboardLayout, Page};

/// What is on a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cap {
    Character(char),
    Backspace,
    Enter,
    /// Shows another page.
    Turn(Page),
}

/// Widths are counted in halves of a letter's key; a row has so many.
const ROW: u32 = 20;
const ROWS: u32 = 4;

/// The keys that are shown, and where: each fills its share of `area` without a gap, so that no finger falls between them.
pub(super) fn keys(layout: &KeyboardLayout, page: Page, area: Rectangle) -> impl Iterator<Item = (Cap, Rectangle)> {
    let upper = layout.rows(page);
    (0..ROWS).flat_map(move |row| {
        let letters = upper.get(row as usize).copied().unwrap_or_default();
        let [before, after] = match row {
            2 => [Some((turn_beside(page), 3)), Some((Cap::Backspace, 3))],
            3 => [Some((turn_below(page), 3)), Some((Cap::Enter, 4))],
            _ => [None, None],
        };
        let middle = if row == 3 { [(',', 2), (' ', 9), ('.', 2)].as_slice() } else { &[] };
        let typed = letters.chars().map(|character| (Cap::Character(character), 2));
        let fixed = middle.iter().map(|&(character, width)| (Cap::Character(character), width));
        let edges = before.map_or(0, |(_, width)| width) + after.map_or(0, |(_, width)| width);
        let taken: u32 = edges + typed.clone().chain(fixed.clone()).map(|(_, width)| width).sum::<u32>();
        // A long row's keys are narrower, a short row stands in the middle.
        let units = taken.max(ROW);
        let mut at = (units - taken) / 2;
        before.into_iter().chain(typed).chain(fixed).chain(after).map(move |(cap, width)| {
            let from = at;
            at += width;
            (cap, place(area, (from, at, units), row))
        })
    })
}

/// The area from and to these units of so many, in a row.
fn place(area: Rectangle, (from, to, units): (u32, u32, u32), row: u32) -> Rectangle {
    let part = |length: u32, count: u32, of: u32| (u64::from(length) * u64::from(count) / u64::from(of)) as u32;
    let Size { width, height } = area.size;
    let [left, right] = [from, to].map(|units_before| part(width, units_before, units));
    let [top, bottom] = [row, row + 1].map(|rows| part(height, rows, ROWS));
    Rectangle::new(area.top_left + Point::new(left as i32, top as i32), Size::new(right - left, bottom - top))
}

/// The key at the left of the third row.
const fn turn_beside(page: Page) -> Cap {
    Cap::Turn(match page {
        Page::Letters => Page::Shifted,
        Page::Shifted => Page::Letters,
        Page::Digits => Page::Symbols,
        Page::Symbols => Page::Digits,
    })
}

/// The key at the left of the space bar.
const fn turn_below(page: Page) -> Cap {
    Cap::Turn(match page {
        Page::Letters | Page::Shifted => Page::Digits,
        Page::Digits | Page::Symbols => Page::Letters,
    })
}
