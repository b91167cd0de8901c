//! Golden pictures of text: see the crate `vitrine_golden`.

use embedded_graphics::{pixelcolor::Rgb888, prelude::*};
use vitrine_gfx::{
    Surface,
    text::{Align, TextStyle, fonts},
};

const GROUND: Rgb888 = Rgb888::new(16, 18, 32);
const WRITING: Rgb888 = Rgb888::new(240, 242, 250);

fn sheet(width: u32, height: u32) -> Surface<Vec<u32>> {
    let size = Size::new(width, height);
    let mut surface = Surface::new(vec![0; (width * height) as usize], size).unwrap();
    let Ok(()) = surface.clear(GROUND);
    surface
}

#[test]
fn faces_and_sizes() {
    let mut surface = sheet(560, 430);
    let mut y = 8;
    for font in fonts::REGULAR.iter().chain(&fonts::MEDIUM) {
        y += font.ascent();
        TextStyle::new(font, WRITING).draw(&mut surface, "Hamburgefonts, AVATAR To. 1984 °µ", Point::new(10, y));
        y += font.descent() + 2;
    }
    y += fonts::LIGHT_101.cap_height() + 16;
    TextStyle::new(&fonts::LIGHT_72, WRITING).draw(&mut surface, "Wave", Point::new(10, y));
    let clock = TextStyle::new(&fonts::LIGHT_101, WRITING).aligned(Align::Right);
    clock.draw(&mut surface, "16:08", Point::new(550, y));
    vitrine_golden::check!("faces_and_sizes", 560, &surface.into_memory());
}
