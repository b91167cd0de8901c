//! Drawing a scene with vitrine-gfx.

use embedded_graphics::{
    mono_font::{MonoTextStyle, ascii::FONT_10X20},
    prelude::*,
    primitives::Rectangle,
    text::Baseline,
};
use vitrine_gfx::{Ink, PixelMemory, SUBPIXEL, Surface, View, shape::Stroke, text::TextStyle};

use crate::{Edge, Item};

/// Items as something that a canvas can show.
pub struct Painting<'i>(pub &'i [Item]);

impl View for Painting<'_> {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>) {
        paint(surface, self.0);
    }
}

/// Draws each item.
pub fn paint<M: PixelMemory>(surface: &mut Surface<M>, items: &[Item]) {
    for item in items {
        let Ok(()) = draw(surface, item);
    }
}

fn draw<M: PixelMemory>(surface: &mut Surface<M>, item: &Item) -> Result<(), core::convert::Infallible> {
    match *item {
        Item::Clear(color) => surface.clear(color)?,
        Item::Fill(area, color) => surface.fill_solid(&area, color)?,
        Item::Circle(area, color, Edge::Smooth) => {
            surface.fill_circle(area.top_left, area.size.width, Ink::over(color))
        }
        Item::Circle(area, color, Edge::Aliased) => {
            surface.fill_circle_aliased(area.top_left, area.size.width, color);
        }
        Item::Rounded(area, radius, color, Edge::Smooth) => surface.fill_rounded(&area, radius, Ink::over(color)),
        Item::Rounded(area, radius, color, Edge::Aliased) => surface.fill_rounded_aliased(&area, radius, color),
        Item::Image(at, ref picture) | Item::Alpha(at, ref picture) => {
            surface.draw_picture(&picture.drawable, at, u8::MAX);
        }
        Item::Tint(area, color, alpha) => surface.tint(&area, color, alpha),
        Item::Characters(at, ref text, color, ref font) => {
            font.draw_mono(surface, text, &MonoTextStyle::new(&FONT_10X20, color), at, Baseline::Top);
        }
        Item::Text(at, ref text, face, color) => {
            TextStyle::new(face.font(), color).draw(surface, text, at);
        }
        Item::Line(from, to, color, Edge::Aliased) => surface.draw_line_aliased(from, to, color),
        Item::Line(from, to, color, Edge::Smooth) => {
            let middle = |at: Point| at * SUBPIXEL + Point::new_equal(SUBPIXEL / 2);
            surface.stroke_line(middle(from), middle(to), &Stroke::pixels(1).round(), Ink::over(color));
        }
        Item::Polyline(ref points, width, color) => {
            surface.stroke_polyline(points, &Stroke::new(width).round(), Ink::over(color));
        }
        Item::Scroll(rows) => {
            surface.scroll(&Rectangle::new(Point::zero(), surface.size()), Point::new(0, rows as i32))
        }
    }
    Ok(())
}
