//! What the clock shows: a ring of sixty marks, and the time of day within it.

use crate::gfx::{
    Ink, PixelMemory, SUBPIXEL, Surface, View, mix,
    shape::Stroke,
    text::{Align, Font, Line, TextStyle, fonts},
};
use crate::kit::{Scale, WallTime};
use embedded_graphics::{pixelcolor::Rgb888, prelude::*};

const GROUND: Rgb888 = Rgb888::new(8, 11, 20);
const WRITING: Rgb888 = Rgb888::new(238, 242, 250);
const MUTED: Rgb888 = Rgb888::new(126, 138, 166);
/// A mark that is still to come, and the first and the last of those that have passed.
const DIM: Rgb888 = Rgb888::new(30, 38, 58);
const DAWN: Rgb888 = Rgb888::new(56, 189, 248);
const NIGHT: Rgb888 = Rgb888::new(167, 110, 250);

/// Sine of 0, 6, 12, ... 90 degrees, in 1/65536.
const SINES: [i32; 16] =
    [0, 6850, 13626, 20252, 26656, 32768, 38521, 43852, 48703, 53020, 56756, 59870, 62328, 64104, 65177, 65536];

/// The clock at some time.
pub struct Clock {
    /// The time that it shows.
    pub now: WallTime,
}

impl View for Clock {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>) {
        let Self { now } = self;
        let size = surface.size();
        let scale = Scale::of(size);
        let middle = Point::new(size.width as i32 / 2, size.height as i32 / 2);
        let Ok(()) = surface.clear(GROUND);
        let ring = Ring { middle, outer: scale.px(322) * SUBPIXEL, thickness: scale.px(5).max(3) * SUBPIXEL };
        (0..60).for_each(|index| ring.draw_mark(surface, index, index <= u32::from(now.second)));

        let mut row = |y: i32, font: &'static Font, color: Rgb888, text: &str| {
            let style = TextStyle::new(font, color).on(GROUND).aligned(Align::Center);
            let baseline = middle.y + scale.px(y) + (font.cap_height() + 1) / 2;
            style.draw(surface, text, Point::new(middle.x, baseline));
        };
        let small = Font::fitting(&fonts::REGULAR, scale.px(30));
        row(-128, small, MUTED, now.weekday_name());
        let time = Line::format(format_args!("{:02}:{:02}", now.hour, now.minute));
        row(-8, widest_font("00:00", scale.length(480)), WRITING, time.as_str());
        let seconds = Line::format(format_args!("{:02}", now.second));
        row(112, Font::fitting(&fonts::FIGURES, scale.px(60)), DAWN, seconds.as_str());
        let date = Line::format(format_args!("{} {} {} · UTC", now.day, now.month_name(), now.year));
        row(172, small, MUTED, date.as_str());
    }
}

/// The largest font of digits in which `text` is at most so many pixels wide.
fn widest_font(text: &str, width: u32) -> &'static Font {
    let fits = |font: &&&'static Font| font.measure(text) <= width as i32;
    fonts::DIGITS.iter().rev().find(fits).unwrap_or(&fonts::DIGITS[0])
}

/// Where the marks are, in subpixels.
struct Ring {
    middle: Point,
    outer: i32,
    thickness: i32,
}

impl Ring {
    fn draw_mark<M: PixelMemory>(&self, surface: &mut Surface<M>, index: u32, passed: bool) {
        let length = if index.is_multiple_of(5) { self.outer / 8 } else { self.outer / 14 };
        let color = if passed { mix(DAWN, NIGHT, (index * 255 / 59) as u8) } else { DIM };
        let ink = Ink::over(color).on(GROUND);
        let (from, to) = (self.place(index, self.outer), self.place(index, self.outer - length));
        surface.stroke_line(from, to, &Stroke::new(self.thickness as u32).round(), ink);
    }

    /// A place on a circle, `second` sixtieths of a turn after the top.
    fn place(&self, second: u32, radius: i32) -> Point {
        let sine = |second: u32| match second % 60 {
            second @ 0..=15 => SINES[second as usize],
            second @ 16..=30 => SINES[30 - second as usize],
            second @ 31..=45 => -SINES[second as usize - 30],
            second => -SINES[60 - second as usize],
        };
        let along = |sine: i32| ((i64::from(radius) * i64::from(sine)) >> 16) as i32;
        self.middle * SUBPIXEL + Point::new(along(sine(second)), -along(sine(second + 15)))
    }
}
