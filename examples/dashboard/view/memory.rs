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

/// A bar in which each part is as long as it is large.
fn draw_bar<M: PixelMemory>(
    surface: &mut Surface<M>,
    area: Rectangle,
    parts: [usize; 4],
    color: impl Fn(usize) -> Rgb888,
) {
    let total = parts.iter().sum::<usize>().max(1);
    let width = area.size.width as usize;
    let radius = area.size.height / 2;
    // From the last to the first, each over the start of the one after it, so that their ends are round.
    let mut end = total;
    for (index, part) in parts.into_iter().enumerate().rev() {
        let length = (end as u128 * width as u128 / total as u128) as u32;
        let piece = Rectangle::new(area.top_left, Size::new(length.max(area.size.height), area.size.height));
        surface.fill_rounded(&piece, radius, color(index));
        end -= part;
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
