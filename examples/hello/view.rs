//! What the hello appliance shows.

use crate::gfx::{
    Ink, PixelMemory, Surface,
    kit::Scale,
    kit::icons,
    text::{Align, Font, TextStyle, fonts},
};
use embedded_graphics::{pixelcolor::Rgb888, prelude::*};

const SKY: Rgb888 = Rgb888::new(13, 16, 34);
const DUSK: Rgb888 = Rgb888::new(24, 22, 54);
const WRITING: Rgb888 = Rgb888::new(245, 246, 252);
const MUTED: Rgb888 = Rgb888::new(190, 196, 226);

/// The halo, from the outermost disc to the innermost: diameter at 1280x720, and colour.
const HALO: [(i32, Rgb888); 4] = [
    (1400, Rgb888::new(29, 27, 66)),
    (1080, Rgb888::new(36, 34, 84)),
    (780, Rgb888::new(45, 43, 108)),
    (500, Rgb888::new(56, 56, 138)),
];

/// Draws all of it.
pub fn draw<M: PixelMemory>(surface: &mut Surface<M>) {
    let scale = Scale::of(surface.size());
    let area = surface.bounding_box();
    let middle = area.center();
    surface.fill_gradient(&area, SKY, DUSK);
    for (diameter, color) in HALO {
        let diameter = scale.length(diameter);
        surface.fill_circle(middle - Point::new_equal(diameter as i32 / 2), diameter, Ink::over(color));
    }

    let side = scale.length(72);
    let sign = middle - Point::new(side as i32 / 2, scale.px(140));
    icons::VITRINE.draw(surface, sign, side);
    let title = TextStyle::new(Font::fitting(&fonts::TITLES, scale.px(90)), WRITING).aligned(Align::Center);
    title.draw(surface, "Hello, Xen", middle + Point::new(0, scale.px(24)));
    let caption = TextStyle::new(Font::fitting(&fonts::REGULAR, scale.px(27)), MUTED).aligned(Align::Center);
    caption.draw(surface, "A Rust appliance that boots straight on Xen", middle + Point::new(0, scale.px(84)));
}
