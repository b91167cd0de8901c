//! The card with the domain's memory.

use super::{CARD, MUTED, SKY, TEAL, VIOLET, WRITING, format};
use crate::MemoryFigures;
use crate::gfx::{
    Ink, PixelMemory, Surface,
    kit::{Label, Scale, Shown},
    text::{Align, Font, TextStyle, fonts},
};
use embedded_graphics::{pixelcolor::Rgb888, prelude::*, primitives::Rectangle};

/// The domain's memory: its parts as a bar and as figures, and what else is known about it.
pub struct Memory {
    bar: Rectangle,
    shown: Shown<[usize; PARTS.len()]>,
    rows: [Label; ROWS],
    names: [Point; ROWS],
    dot: u32,
}

/// What the parts are called, and their colours; the last is what is left.
const PARTS: [(&str, Rgb888); 4] =
    [("Image", SKY), ("Heap", TEAL), ("Pages", VIOLET), ("Free", Rgb888::new(52, 64, 96))];

/// What is said below the parts.
const MORE: [&str; 2] = ["Heap in use", "Peak"];
const ROWS: usize = PARTS.len() + MORE.len();

impl Memory {
    pub fn new(card: Rectangle, scale: Scale) -> Self {
        let inset = scale.px(20);
        let width = card.size.width - 2 * inset as u32;
        let bar_top = scale.px(66);
        let bar = Rectangle::new(card.top_left + Point::new(inset, bar_top), Size::new(width, scale.length(22)));
        let font = Font::fitting(&fonts::REGULAR, scale.px(20));
        let first = bar_top + scale.px(46);
        let least = font.line_height();
        let pitch =
            ((card.size.height as i32 - first - scale.px(14)) / ROWS as i32).clamp(least, 2 * least + scale.px(12));
        let place = |index: usize| card.top_left + Point::new(inset, first + index as i32 * pitch);
        let rows = core::array::from_fn(|index| {
            let size = Size::new(width - width / 2, least as u32);
            let area = Rectangle::new(place(index) + Size::new(width / 2, 0), size);
            Label::new(area, font, WRITING, CARD).aligned(Align::Right)
        });
        let names = core::array::from_fn(|index| place(index) + Point::new(0, (least + font.cap_height()) / 2));
        Self { bar, shown: Shown::new(), rows, names, dot: font.cap_height() as u32 }
    }

    pub fn draw_names<M: PixelMemory>(&self, surface: &mut Surface<M>, scale: Scale) {
        let style = TextStyle::new(Font::fitting(&fonts::REGULAR, scale.px(20)), MUTED).on(CARD);
        for (&at, (_, color)) in self.names.iter().zip(PARTS) {
            surface.fill_circle(at - Point::new(0, self.dot as i32), self.dot, Ink::over(color).on(CARD));
        }
        let names = PARTS.iter().map(|&(name, _)| name).chain(MORE);
        for (&at, name) in self.names.iter().zip(names) {
            style.draw(surface, name, at + Point::new(self.dot as i32 + scale.px(10), 0));
        }
    }

    pub fn show<M: PixelMemory>(&mut self, surface: &mut Surface<M>, age: u64, memory: &MemoryFigures) {
        let MemoryFigures { total, used, used_at_most, image, heap, heap_used } = *memory;
        let parts = [image, heap, used.saturating_sub(image + heap), total.saturating_sub(used)];
        for (row, bytes) in self.rows.iter_mut().zip(parts.into_iter().chain([heap_used, used_at_most])) {
            row.show(surface, age, format::bytes(bytes));
        }
        if self.shown.update(parts, age) {
            self.draw_bar(surface, parts, total.max(1));
        }
    }

    /// A bar with round ends: drawn whole in each colour, of which the clip lets one part through.
    fn draw_bar<M: PixelMemory>(&self, surface: &mut Surface<M>, parts: [usize; PARTS.len()], total: usize) {
        let clip = surface.clip();
        let width = self.bar.size.width as usize;
        let mut from = 0;
        let mut before = 0;
        for (part, (_, color)) in parts.into_iter().zip(PARTS) {
            before += part;
            // Up to the nearest pixel.
            let to = ((before * width + total / 2) / total).min(width);
            let shown = Rectangle::new(
                self.bar.top_left + Size::new(from as u32, 0),
                Size::new((to - from) as u32, self.bar.size.height),
            );
            surface.set_clip(&clip.intersection(&shown));
            surface.fill_rounded(&self.bar, self.bar.size.height / 2, Ink::over(color).on(CARD));
            from = to;
        }
        surface.set_clip(&clip);
    }
}
