//! What the clock shows: a ring of sixty marks, and the time of day within it.

use crate::WallTime;
use crate::gfx::{
    Ink, PixelMemory, SUBPIXEL, Surface,
    kit::{Label, Scale, Shown},
    mix,
    shape::Stroke,
    text::{Align, Font, Line, fonts},
};
use embedded_graphics::{pixelcolor::Rgb888, prelude::*, primitives::Rectangle};

const GROUND: Rgb888 = Rgb888::new(8, 11, 20);
const WRITING: Rgb888 = Rgb888::new(238, 242, 250);
const MUTED: Rgb888 = Rgb888::new(126, 138, 166);
/// A mark that is still to come, and the first and the last of those that have passed.
const DIM: Rgb888 = Rgb888::new(30, 38, 58);
const DAWN: Rgb888 = Rgb888::new(56, 189, 248);
const NIGHT: Rgb888 = Rgb888::new(167, 110, 250);

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Sine of 0, 6, 12, ... 90 degrees, in 1/65536.
const SINES: [i32; 16] =
    [0, 6850, 13626, 20252, 26656, 32768, 38521, 43852, 48703, 53020, 56756, 59870, 62328, 64104, 65177, 65536];

/// The clock on a screen of one size.
pub struct Clock {
    ground: Shown<()>,
    marks: [Shown<bool>; 60],
    ring: Ring,
    weekday: Label,
    time: Label,
    seconds: Label,
    date: Label,
}

impl Clock {
    /// The clock for a screen of this size.
    pub fn new(size: Size) -> Self {
        let scale = Scale::of(size);
        let middle = Point::new(size.width as i32 / 2, size.height as i32 / 2);
        let row = |y: i32, width: i32, height: i32| {
            Rectangle::with_center(
                middle + Point::new(0, scale.px(y)),
                Size::new(scale.length(width), scale.length(height)),
            )
        };
        let centered = |area: Rectangle, font: &'static Font, color: Rgb888| {
            Label::new(area, font, color, GROUND).aligned(Align::Center)
        };
        let time = row(-8, 480, 160);
        let small = Font::fitting(&fonts::REGULAR, scale.px(30));
        Self {
            ground: Shown::new(),
            marks: [const { Shown::new() }; 60],
            ring: Ring { middle, outer: scale.px(322) * SUBPIXEL, thickness: scale.px(5).max(3) * SUBPIXEL },
            weekday: centered(row(-128, 360, 44), small, MUTED),
            time: centered(time, widest_font("00:00", time.size.width), WRITING),
            seconds: centered(row(112, 160, 60), Font::fitting(&fonts::FIGURES, scale.px(60)), DAWN),
            date: centered(row(172, 400, 40), small, MUTED),
        }
    }

    /// Brings a buffer of the given age up to `now`.
    pub fn draw<M: PixelMemory>(&mut self, surface: &mut Surface<M>, age: u64, now: &WallTime) {
        if self.ground.update((), age) {
            let Ok(()) = surface.clear(GROUND);
        }
        for (index, mark) in (0..60).zip(&mut self.marks) {
            let passed = index <= u32::from(now.second);
            if mark.update(passed, age) {
                self.ring.draw_mark(surface, index, passed);
            }
        }
        let text = |text: &str| Line::format(format_args!("{text}"));
        let weekday = WEEKDAYS[usize::from(now.weekday) % 7];
        let month = MONTHS[usize::from(now.month.saturating_sub(1)) % 12];
        self.weekday.show(surface, age, text(weekday));
        self.time.show(surface, age, Line::format(format_args!("{:02}:{:02}", now.hour, now.minute)));
        self.seconds.show(surface, age, Line::format(format_args!("{:02}", now.second)));
        self.date.show(surface, age, Line::format(format_args!("{} {month} {} · UTC", now.day, now.year)));
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
        // The same pixels are covered whatever the colour, so a mark hides what it was before.
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
