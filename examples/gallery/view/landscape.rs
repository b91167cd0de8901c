//! A picture, drawn once.

use alloc::vec;

use embedded_graphics::pixelcolor::Rgb888;

use super::*;
use crate::gfx::image::Picture;
use crate::gfx::shape::Rule;
use crate::gfx::{Ink, SUBPIXEL};

const SIZE: Size = Size::new(480, 320);

/// Hills one behind the other, the farthest first: their colour, and heights from left to right.
const HILLS: [(Rgb888, [i32; 9]); 4] = [
    (Rgb888::new(196, 120, 132), [190, 150, 172, 130, 160, 142, 176, 150, 168]),
    (Rgb888::new(140, 84, 120), [205, 214, 180, 206, 170, 196, 184, 210, 190]),
    (Rgb888::new(82, 58, 104), [252, 226, 240, 216, 246, 228, 236, 214, 230]),
    (Rgb888::new(38, 34, 68), [276, 284, 262, 282, 268, 288, 270, 262, 280]),
];

/// Hills at sunset.
pub fn paint() -> Option<Picture> {
    let mut surface = Surface::new(vec![0; (SIZE.width * SIZE.height) as usize], SIZE).ok()?;
    let sky = Rectangle::new(Point::zero(), SIZE);
    surface.fill_gradient(&sky, Rgb888::new(58, 70, 132), Rgb888::new(255, 176, 120));
    surface.fill_circle(Point::new(290, 78), 88, Ink::over(Rgb888::new(255, 226, 170)));
    for (color, heights) in HILLS {
        let mut outline = [Point::zero(); 11];
        for (index, (point, y)) in (0..).zip(outline.iter_mut().zip(heights)) {
            *point = Point::new(index * SIZE.width as i32 / 8, y) * SUBPIXEL;
        }
        outline[9] = Point::new(SIZE.width as i32, SIZE.height as i32) * SUBPIXEL;
        outline[10] = Point::new(0, SIZE.height as i32) * SUBPIXEL;
        surface.fill_polygon(&outline, Rule::NonZero, Ink::over(color));
    }
    let mut pixels = surface.into_memory();
    pixels.iter_mut().for_each(|pixel| *pixel |= 0xff00_0000);
    Picture::from_straight(pixels, SIZE).ok()
}
