//! What the hello appliance shows.

use crate::fonts;
use crate::gfx::{
    Ink, PixelMemory, Surface,
    image::Qoi,
    text::{Align, TextStyle},
};
use embedded_graphics::{pixelcolor::Rgb888, prelude::*};

const SKY: Rgb888 = Rgb888::new(13, 16, 34);
const DUSK: Rgb888 = Rgb888::new(24, 22, 54);
const WRITING: Rgb888 = Rgb888::new(245, 246, 252);
const MUTED: Rgb888 = Rgb888::new(190, 196, 226);

/// The project's sign, 72 pixels wide and high: a gem in a glass case.
const SIGN: &[u8] = include_bytes!("vitrine.qoi");

/// The halo, from the outermost disc to the innermost: diameter in hundredths of the screen's height, and colour.
const HALO: [(u32, Rgb888); 4] = [
    (196, Rgb888::new(29, 27, 66)),
    (152, Rgb888::new(36, 34, 84)),
    (112, Rgb888::new(45, 43, 108)),
    (75, Rgb888::new(56, 56, 138)),
];

/// Draws all of it.
pub fn draw<M: PixelMemory>(surface: &mut Surface<M>) {
    let area = surface.bounding_box();
    let middle = area.center();
    surface.fill_gradient(&area, SKY, DUSK);
    for (diameter, color) in HALO {
        let diameter = area.size.height * diameter / 100;
        surface.fill_circle(middle - Point::new_equal(diameter as i32 / 2), diameter, Ink::over(color));
    }

    let drawn = Qoi::parse(SIGN).and_then(|sign| sign.draw(surface, middle - Point::new(36, 118)));
    debug_assert!(drawn.is_ok(), "a file of our own");
    let title = TextStyle::new(&fonts::TITLE_72, WRITING).aligned(Align::Center);
    title.draw(surface, "Hello, Xen", middle + Point::new(0, 48));
    let caption = TextStyle::new(&fonts::CAPTION_23, MUTED).aligned(Align::Center);
    caption.draw(surface, "A Rust appliance that boots straight on Xen", middle + Point::new(0, 104));
}
