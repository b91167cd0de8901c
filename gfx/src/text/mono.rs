//! Text in embedded-graphics' monospaced style, with background and decoration, at the speed of the rest.

use super::{FontBuf, Style};
use crate::{PixelMemory, Surface};
use embedded_graphics::{
    draw_target::DrawTarget,
    geometry::{Point, Size},
    mono_font::{DecorationDimensions, MonoTextStyle},
    pixelcolor::Rgb888,
    primitives::Rectangle,
    text::{Baseline, DecorationColor, renderer::TextRenderer},
};

impl FontBuf {
    /// Draws one line as `style.draw_string` of embedded-graphics does, pixel for pixel, and returns where text that continues
    /// it starts. This must have been recorded from the style's font. Spaces and marks that the font lacks are shown as
    /// what they mean; embedded-graphics shows its sign for a missing character.
    pub fn draw_mono<M: PixelMemory>(
        &self,
        surface: &mut Surface<M>,
        text: &str,
        style: &MonoTextStyle<'_, Rgb888>,
        position: Point,
        baseline: Baseline,
    ) -> Point {
        let metrics = style.measure_string(text, position, baseline);
        let Rectangle { top_left, size } = metrics.bounding_box;
        let cell_height = style.font.character_size.height;
        match (style.text_color, style.background_color) {
            (Some(color), background) => {
                if let Some(background) = background {
                    let Ok(()) =
                        surface.fill_solid(&Rectangle::new(top_left, Size::new(size.width, cell_height)), background);
                }
                let from_top = i32::try_from(style.font.baseline).unwrap_or(i32::MAX);
                let at = Point::new(top_left.x, top_left.y.saturating_add(from_top));
                Style::new(&self.font(), color).draw(surface, text, at);
            }
            // Holes in a background: nothing here makes them faster.
            (None, _) => {
                let Ok(end) = style.draw_string(text, position, baseline, surface);
                return end;
            }
        }
        for (color, place) in
            [(style.strikethrough_color, style.font.strikethrough), (style.underline_color, style.font.underline)]
        {
            let Some(color) = decoration(color, style.text_color) else { continue };
            let Ok(()) = surface.fill_solid(&line(place, top_left, size.width), color);
        }
        metrics.next_position
    }
}

fn decoration(color: DecorationColor<Rgb888>, text: Option<Rgb888>) -> Option<Rgb888> {
    match color {
        DecorationColor::None => None,
        DecorationColor::TextColor => text,
        DecorationColor::Custom(color) => Some(color),
    }
}

fn line(place: DecorationDimensions, top_left: Point, width: u32) -> Rectangle {
    let y = top_left.y.saturating_add_unsigned(place.offset);
    Rectangle::new(Point::new(top_left.x, y), Size::new(width, place.height))
}
