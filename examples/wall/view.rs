//! What the wall shows: waves that roll from the first screen to the last, and a line of large letters on the middle one.

use core::array;
use core::f32::consts::TAU;
use core::time::Duration;

use vitrine::WallTime;
use vitrine::gfx::shape::{Paint, Path, Rule, Stop};
use vitrine::gfx::text::{Align, Font, Line, TextStyle, fonts};
use vitrine::gfx::{PixelMemory, SUBPIXEL, Surface, View};
use vitrine::prelude::*;

use crate::headlines::HEADLINES;

const SKY: Rgb888 = Rgb888::new(0x08, 0x10, 0x26);
const HORIZON: Rgb888 = Rgb888::new(0x1b, 0x4a, 0x66);
const FOAM: Rgb888 = Rgb888::new(0xf2, 0xf7, 0xfb);
const SOFT: Rgb888 = Rgb888::new(0xa9, 0xc8, 0xd8);

/// One wave. Lengths are parts of the wall's height.
struct Wave {
    color: Rgb888,
    /// How far below the top its middle is, and how far it swings up and down.
    level: f32,
    swing: f32,
    /// From crest to crest.
    length: f32,
    /// Crests that pass by in a second.
    speed: f32,
}

/// From the furthest to the nearest.
const WAVES: [Wave; 4] = [
    Wave { color: Rgb888::new(0x2f, 0x7f, 0x8f), level: 0.56, swing: 0.050, length: 1.9, speed: 0.05 },
    Wave { color: Rgb888::new(0x3a, 0x9b, 0x9a), level: 0.64, swing: 0.058, length: 1.5, speed: 0.07 },
    Wave { color: Rgb888::new(0x62, 0xbd, 0xa4), level: 0.74, swing: 0.062, length: 1.2, speed: 0.10 },
    Wave { color: Rgb888::new(0x0d, 0x3b, 0x55), level: 0.86, swing: 0.055, length: 1.0, speed: 0.14 },
];

/// Pixels from one corner of a wave's outline to the next.
const STEP: usize = 12;

/// One picture for all screens together.
pub struct Wall {
    size: Size,
    screens: usize,
    waves: [Path; WAVES.len()],
    clock: Line,
}

impl Wall {
    /// A picture of this size, in pixels, which lies over so many screens.
    pub fn new(size: Size, screens: usize) -> Self {
        Self { size, screens, waves: array::from_fn(|_| Path::new()), clock: Line::EMPTY }
    }

    /// The size of all of it.
    pub const fn size(&self) -> Size {
        self.size
    }

    /// Sets the moment.
    pub fn set_time(&mut self, uptime: Duration, now: &WallTime) {
        self.clock = Line::format(format_args!("{:02}:{:02}:{:02}", now.hour, now.minute, now.second));
        for (path, wave) in self.waves.iter_mut().zip(&WAVES) {
            wave.trace(path, self.size, uptime.as_secs_f32());
        }
    }

    fn draw_words<M: PixelMemory>(&self, surface: &mut Surface<M>) {
        let words = match self.screens {
            1 => Line::format(format_args!("One picture on one screen")),
            count => Line::format(format_args!("One picture across {count} screens")),
        };
        // A screen's frame would part the letters: they stand on one screen, the middle one.
        let screens = self.screens.max(1) as u32;
        let screen = self.size.width / screens;
        let middle = (screen * ((screens - 1) / 2) + screen / 2) as i32;
        let place = |per_mille: u32| Point::new(middle, (self.size.height * per_mille / 1000) as i32);
        let fits = |font: &Font| {
            font.cap_height() * 9 <= self.size.height as i32 && font.measure(words.as_str()) <= (screen * 9 / 10) as i32
        };
        let headline = HEADLINES.iter().rev().find(|font| fits(font));
        let style = TextStyle::new(headline.unwrap_or(&HEADLINES[0]), FOAM).aligned(Align::Center);
        style.draw(surface, words.as_str(), place(300));
        let small = fonts::REGULAR.iter().rev().find(|font| font.line_height() * 16 <= self.size.height as i32);
        let style = TextStyle::new(small.unwrap_or(&fonts::REGULAR[0]), SOFT).aligned(Align::Center);
        style.draw(surface, self.clock.as_str(), place(400));
    }
}

impl View for Wall {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>) {
        let bounds = surface.bounding_box();
        surface.fill_gradient(&bounds, SKY, HORIZON);
        self.draw_words(surface);
        let foot = Point::new(0, self.size.height as i32);
        for (path, wave) in self.waves.iter().zip(&WAVES) {
            let crest = Point::new(0, ((wave.level - wave.swing) * self.size.height as f32) as i32);
            let stops = [Stop::new(0, wave.color).alpha(200), Stop::new(u8::MAX, SKY).alpha(235)];
            surface.fill_path(path, Rule::NonZero, Paint::Linear { from: crest, to: foot, stops: &stops });
        }
    }
}

impl Wave {
    /// The outline of all that is below the wave.
    fn trace(&self, path: &mut Path, size: Size, seconds: f32) {
        let (width, height) = (size.width as f32, size.height as f32);
        let subpixels = |x: f32, y: f32| Point::new((x * SUBPIXEL as f32) as i32, (y * SUBPIXEL as f32) as i32);
        path.clear();
        path.move_to(subpixels(0.0, height));
        for x in (0..=size.width as usize + STEP).step_by(STEP) {
            let place = x as f32 / (self.length * height) - seconds * self.speed;
            // A slower and longer wave beneath makes no two crests alike.
            let swing = libm::sinf(place * TAU) + 0.5 * libm::sinf(place * TAU * 0.37 + self.level * 40.0);
            path.line_to(subpixels(x as f32, (self.level + self.swing * swing) * height));
        }
        path.line_to(subpixels(width + STEP as f32, height)).close();
    }
}

/// What one of the screens shows of it.
pub struct Piece<'w> {
    pub wall: &'w Wall,
    /// Where the screen's top left corner is in the whole picture.
    pub corner: Point,
}

impl View for Piece<'_> {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>) {
        self.wall.draw(&mut surface.part(&Rectangle::new(-self.corner, self.wall.size)));
    }
}
