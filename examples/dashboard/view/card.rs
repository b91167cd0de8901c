//! Cards.

use super::{CARD, EDGE, GROUND, MUTED, WRITING};
use crate::gfx::{
    Ink, PixelMemory, Surface,
    kit::{Label, Scale, icons::Icon},
    text::{Font, Line, TextStyle, fonts},
};
use embedded_graphics::{prelude::*, primitives::Rectangle};

/// A card with an icon and a title at its top.
pub fn draw_panel<M: PixelMemory>(surface: &mut Surface<M>, area: Rectangle, scale: Scale, icon: &Icon, title: &str) {
    let radius = scale.length(14);
    surface.fill_rounded(&area, radius, Ink::over(EDGE).on(GROUND));
    surface.fill_rounded(&area.offset(-1), radius.saturating_sub(1), Ink::over(CARD).on(EDGE));
    let side = scale.length(24).max(18);
    let at = area.top_left + Point::new(scale.px(18), scale.px(16));
    icon.draw(surface, at, side);
    let font = Font::fitting(&fonts::MEDIUM, scale.px(20));
    let baseline = (side as i32 + font.cap_height()) / 2;
    TextStyle::new(font, MUTED).on(CARD).draw(surface, title, at + Point::new(side as i32 + scale.px(10), baseline));
}

/// A card with one big figure and a line below it.
pub struct Card {
    figure: Label,
    note: Label,
}

impl Card {
    pub fn new(area: Rectangle, scale: Scale, unit: &'static str) -> Self {
        let inset = scale.px(20);
        let height = area.size.height as i32;
        let part = |from: i32, to: i32| {
            let size = Size::new(area.size.width - 2 * inset as u32, (to - from) as u32);
            Rectangle::new(area.top_left + Point::new(inset, from), size)
        };
        let text = Font::fitting(&fonts::REGULAR, scale.px(20));
        let figure = part(height * 30 / 100, height * 72 / 100);
        let font = Font::fitting(&fonts::FIGURES, scale.px(68));
        Self {
            figure: Label::new(figure, font, WRITING, CARD).with_unit(
                Font::fitting(&fonts::REGULAR, scale.px(27)),
                MUTED,
                unit,
            ),
            note: Label::new(part(height * 74 / 100, height * 92 / 100), text, MUTED, CARD),
        }
    }

    pub fn show<M: PixelMemory>(&mut self, surface: &mut Surface<M>, age: u64, figure: Line, note: Line) {
        self.figure.show(surface, age, figure);
        self.note.show(surface, age, note);
    }
}
