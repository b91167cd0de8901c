//! What the sign shows: pictures, each with words on it. They are put together once, when the screen's size is known.
//!
//! The PNG files are made from the SVG files beside them, which were drawn for this project.

use alloc::vec;
use alloc::vec::Vec;

use vitrine::gfx::Surface;
use vitrine::gfx::image::{Fit, Picture};
use vitrine::gfx::shape::{Paint, Stop};
use vitrine::gfx::text::{Align, Font, TextStyle, fonts};
use vitrine::kit::Scale;
use vitrine::prelude::*;

use crate::headlines::HEADLINES;

/// A picture with everything on it, as large as the screen.
pub type Slide = Surface<Vec<u32>>;

const PAPER: Rgb888 = Rgb888::new(0xff, 0xf7, 0xe8);
const HAZE: Rgb888 = Rgb888::new(0xdf, 0xd6, 0xe2);
const GOLD: Rgb888 = Rgb888::new(0xff, 0xd0, 0x8a);
const COCOA: Rgb888 = Rgb888::new(0x43, 0x27, 0x18);
const RUST: Rgb888 = Rgb888::new(0xb0, 0x50, 0x30);
const NIGHT: Rgb888 = Rgb888::new(0x06, 0x0e, 0x1e);

/// Makes all slides for a screen of this size.
///
/// # Errors
///
/// A picture can't be decoded, which says why.
pub fn all(size: Size) -> Result<[Slide; 3], Error> {
    let picture = |file: &[u8]| Picture::from_png(file).map_err(|error| Error::Appliance(alloc::format!("{error}")));
    Ok([
        slide(size, &picture(include_bytes!("dawn.png"))?, exhibition),
        slide(size, &picture(include_bytes!("coffee.png"))?, cafe),
        slide(size, &picture(include_bytes!("harbour.png"))?, ferry),
    ])
}

/// A picture that fills the screen, and what `write` writes on it.
fn slide(size: Size, picture: &Picture, write: fn(&mut Page)) -> Slide {
    let memory = vec![0; size.width as usize * size.height as usize];
    let mut surface = Surface::new(memory, size).expect("a screen has a size that a surface can have");
    let bounds = surface.bounding_box();
    surface.draw_fitted(picture, &bounds, Fit::Cover, u8::MAX);
    write(&mut Page { surface: &mut surface, scale: Scale::of(size) });
    surface
}

fn exhibition(page: &mut Page) {
    page.shade(NIGHT, 170, 0, 700);
    page.write(&fonts::MEDIUM, 30, GOLD, 96, 176, "Exhibition");
    page.write(&HEADLINES, 120, PAPER, 92, 276, "Silent Lakes");
    page.write(&fonts::REGULAR, 34, HAZE, 96, 338, "Photographs by Ida Norrland");
    page.rule(GOLD, 96, 376);
    page.write(&fonts::MEDIUM, 30, PAPER, 96, 428, "Hall 2 · until 14 March");
    page.write(&fonts::REGULAR, 28, HAZE, 96, 468, "Tuesday to Sunday, 10–18");
}

fn cafe(page: &mut Page) {
    page.write(&fonts::MEDIUM, 30, RUST, 96, 150, "Coffee bar");
    page.write(&HEADLINES, 72, COCOA, 93, 222, "Good morning");
    page.rule(RUST, 96, 256);
    let menu =
        [("Flat white", "3.80"), ("Filter coffee", "3.20"), ("Cinnamon bun", "3.50"), ("Soup of the day", "6.90")];
    for ((dish, price), y) in menu.into_iter().zip((310..).step_by(48)) {
        page.write(&fonts::REGULAR, 32, COCOA, 96, y, dish);
        page.price(&fonts::MEDIUM, 32, RUST, 470, y, price);
    }
}

fn ferry(page: &mut Page) {
    page.write(&fonts::MEDIUM, 30, GOLD, 660, 96, "After the museum");
    page.write(&HEADLINES, 72, PAPER, 657, 168, "Ferries to the island");
    page.rule(GOLD, 660, 198);
    let boats = [("20:10", "Quay 4 · Norrland"), ("21:10", "Quay 2 · Silver Gull"), ("22:40", "Quay 4 · last boat")];
    for ((time, boat), y) in boats.into_iter().zip((244..).step_by(44)) {
        page.write(&fonts::MEDIUM, 34, PAPER, 660, y, time);
        page.write(&fonts::REGULAR, 32, HAZE, 770, y, boat);
    }
}

/// A slide that is being written on. Places and heights of lines are those at 1280x720.
struct Page<'s> {
    surface: &'s mut Slide,
    scale: Scale,
}

impl Page<'_> {
    /// Writes a line with its baseline at `y`, in the largest of the fonts whose lines are at most `height` high.
    fn write(&mut self, family: &[&'static Font], height: i32, color: Rgb888, x: i32, y: i32, text: &str) {
        self.style(family, height, color).draw(self.surface, text, self.at(x, y));
    }

    /// The same, ending at `x`.
    fn price(&mut self, family: &[&'static Font], height: i32, color: Rgb888, x: i32, y: i32, text: &str) {
        self.style(family, height, color).aligned(Align::Right).draw(self.surface, text, self.at(x, y));
    }

    fn style(&self, family: &[&'static Font], height: i32, color: Rgb888) -> TextStyle {
        TextStyle::new(Font::fitting(family, self.scale.px(height)), color)
    }

    /// A short bar that parts what it is from when and where.
    fn rule(&mut self, color: Rgb888, x: i32, y: i32) {
        let bar = Rectangle::new(self.at(x, y), Size::new(self.scale.length(64), self.scale.length(4).max(1)));
        self.surface.fill_rounded(&bar, bar.size.height, color);
    }

    /// Darkens the picture, so that it can be written on: most at one `x`, not at all at the other.
    fn shade(&mut self, color: Rgb888, alpha: u8, most: i32, none: i32) {
        let bounds = self.surface.bounding_box();
        let stops = [Stop::new(0, color).alpha(alpha), Stop::new(u8::MAX, color).alpha(0)];
        self.surface
            .fill_rectangle(&bounds, Paint::Linear { from: self.at(most, 0), to: self.at(none, 0), stops: &stops });
    }

    fn at(&self, x: i32, y: i32) -> Point {
        Point::new(self.scale.px(x), self.scale.px(y))
    }
}
