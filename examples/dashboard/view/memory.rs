//! Where memory goes.

use core::time::Duration;

use embedded_graphics::{pixelcolor::Rgb888, prelude::*, primitives::Rectangle};

use super::GAP;
use crate::MemoryFigures;
use crate::gfx::text::{Align, Line};
use crate::gfx::{PixelMemory, Surface};
use crate::kit::Theme;
use crate::kit::layout::{Length, centered, column, row};
use crate::kit::theme::Tone;
use crate::kit::widget::{Card, Gauge, GaugeKind, Label, Widget};

/// Height of a row at 1280x720.
const ROW: u32 = 36;

/// What memory is used for, in bytes, and what is left of it.
fn parts(memory: &MemoryFigures) -> [(&'static str, usize); 4] {
    let pages = memory.used.saturating_sub(memory.image + memory.heap);
    let free = memory.total.saturating_sub(memory.used);
    [("Image", memory.image), ("Heap", memory.heap), ("Frame buffers", pages), ("Free", free)]
}

/// Draws the card.
pub fn draw<M: PixelMemory>(surface: &mut Surface<M>, theme: &Theme, area: Rectangle, memory: &MemoryFigures) {
    let total = mebibytes(memory.total);
    let card = Card::new("Memory").note(total.as_str());
    card.draw(surface, theme, area, Duration::ZERO);
    let content = card.content(theme, area);
    let lengths = [Length::Share(1), Length::Pixels(theme.px(16)), Length::Pixels(5 * theme.px(ROW))];
    let [gauge, bar, rows] = column(content, theme.px(GAP), lengths);
    draw_gauge(surface, theme, gauge, memory);
    let color = |index: usize| if index == 3 { theme.palette.track } else { theme.palette.of_series(index) };
    draw_bar(surface, bar, parts(memory).map(|(_, bytes)| bytes), color);
    let places = column(rows, 0, [Length::Share(1); 5]);
    for (index, ((name, bytes), place)) in parts(memory).into_iter().zip(places).enumerate() {
        draw_row(surface, theme, place, (name, Some(color(index))), mebibytes(bytes));
    }
    draw_row(surface, theme, places[4], ("Most so far", None), mebibytes(memory.used_at_most));
}

/// What is in use, on a round scale.
fn draw_gauge<M: PixelMemory>(surface: &mut Surface<M>, theme: &Theme, area: Rectangle, memory: &MemoryFigures) {
    let mebibytes = |bytes: usize| bytes as f32 / (1 << 20) as f32;
    // Below this it would be a dot.
    if area.size.height >= theme.px(120) {
        let gauge = Gauge::new(GaugeKind::Ring, 0.0..=mebibytes(memory.total), mebibytes(memory.used), "MiB in use");
        gauge.decimals(1).draw(surface, theme, area, Duration::ZERO);
    }
}

/// A bar in which each part is as long as it is large, and none so short that it can't be seen.
fn draw_bar<M: PixelMemory>(
    surface: &mut Surface<M>,
    area: Rectangle,
    parts: [usize; 4],
    color: impl Fn(usize) -> Rgb888,
) {
    let total = parts.iter().sum::<usize>().max(1);
    let Size { width, height } = area.size;
    let gap = (height / 8).max(1);
    let mut start = 0;
    for (index, part) in parts.into_iter().enumerate() {
        let left = width.saturating_sub(start);
        let length = (part as u128 * u128::from(width) / total as u128) as u32;
        // What is left is the last one's.
        let (length, gap) = if index == 3 { (left, 0) } else { (length.max(3 * gap).min(left), gap) };
        let corner = area.top_left + Size::new(start, 0);
        // The bar's own ends are round, those between its parts are not.
        let mut piece = surface.part(&Rectangle::new(corner, Size::new(length.saturating_sub(gap), height)));
        piece.fill_rounded(&Rectangle::new(area.top_left - corner, area.size), height / 2, color(index));
        start += length;
    }
}

/// A name, with the colour that it has in the bar, and a number.
fn draw_row<M: PixelMemory>(
    surface: &mut Surface<M>,
    theme: &Theme,
    area: Rectangle,
    (name, color): (&str, Option<Rgb888>),
    number: Line,
) {
    let [sign, text] = row(area, theme.px(8), [Length::Pixels(theme.px(12)), Length::Share(1)]);
    if let Some(color) = color {
        let dot = centered(sign, Size::new_equal(theme.px(12)));
        surface.fill_circle(dot.top_left, dot.size.width, color);
    }
    let tone = if color.is_some() { Tone::Text } else { Tone::Muted };
    Label::new(name).tone(tone).draw(surface, theme, text, Duration::ZERO);
    Label::new(number.as_str()).tone(tone).aligned(Align::Right).draw(surface, theme, text, Duration::ZERO);
}

/// In MiB with one decimal, rounded to the nearest.
fn mebibytes(bytes: usize) -> Line {
    let tenths = (bytes as u64 * 10 + (1 << 19)) >> 20;
    Line::format(format_args!("{}.{} MiB", tenths / 10, tenths % 10))
}
