//! A dashboard: cards with values and lines, a list, a clock.

use embedded_graphics::{pixelcolor::Rgb888, prelude::*, primitives::Rectangle};
use vitrine_gfx::shape::Stroke;
use vitrine_gfx::text::{Align, Line, TextStyle, fonts};
use vitrine_gfx::{Ink, PixelMemory, SUBPIXEL, Surface, View};

const GROUND: Rgb888 = Rgb888::new(10, 13, 22);
const CARD: Rgb888 = Rgb888::new(22, 28, 44);
const WRITING: Rgb888 = Rgb888::new(236, 240, 248);
const MUTED: Rgb888 = Rgb888::new(130, 142, 170);
const ACCENT: Rgb888 = Rgb888::new(56, 189, 248);

/// What the dashboard shows.
pub struct Dashboard {
    seconds: u32,
    values: [u32; 8],
}

impl Dashboard {
    /// A clock that has advanced by a second each turn, and two values of eight that have changed.
    pub fn at(turn: u32) -> Self {
        let mut values = [421, 87, 1016, 64, 12, 993, 5, 310];
        values[1] += turn % 10;
        values[6] += turn % 90;
        Self { seconds: 36_000 + turn, values }
    }

    fn card<M: PixelMemory>(&self, surface: &mut Surface<M>, index: usize) {
        let at = Point::new(40 + index as i32 % 4 * 465, 150 + index as i32 / 4 * 330);
        let mut card = surface.part(&Rectangle::new(at, Size::new(445, 310)));
        let whole = Rectangle::new(Point::zero(), card.size());
        card.fill_rounded(&whole, 16, Ink::over(CARD));
        card.stroke_rounded(&whole, 16, 1, Ink::over(Rgb888::new(44, 54, 80)));
        let text = |font, color| TextStyle::new(font, color).on(CARD);
        text(fonts::MEDIUM[3], MUTED).draw(&mut card, "Requests a second", Point::new(24, 44));
        let value = Line::format(format_args!("{}", self.values[index]));
        text(fonts::FIGURES[3], WRITING).draw(&mut card, value.as_str(), Point::new(24, 116));
        text(fonts::REGULAR[1], MUTED).aligned(Align::Right).draw(&mut card, "of 2048", Point::new(420, 44));
        let height = |x: i32| (230 + (x * (index as i32 + 3) / 7) % 37 - (x / 3) % 23) * SUBPIXEL;
        let line = core::array::from_fn::<_, 100, _>(|x| Point::new((24 + x as i32 * 4) * SUBPIXEL, height(x as i32)));
        card.stroke_polyline(&line, &Stroke::pixels(2).round(), Ink::over(ACCENT));
        for tick in 0..4 {
            let label = Line::format(format_args!("{tick}0 s"));
            text(fonts::REGULAR[0], MUTED).draw(&mut card, label.as_str(), Point::new(24 + tick * 110, 292));
        }
    }
}

impl View for Dashboard {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>) {
        let Ok(()) = surface.clear(GROUND);
        let bar = Rectangle::new(Point::zero(), Size::new(surface.size().width, 110));
        surface.fill_gradient(&bar, Rgb888::new(24, 32, 58), GROUND);
        TextStyle::new(fonts::TITLES[0], WRITING).draw(surface, "Overview", Point::new(40, 72));
        let (hours, minutes, seconds) = (self.seconds / 3600 % 24, self.seconds / 60 % 60, self.seconds % 60);
        let time = Line::format(format_args!("{hours:02}:{minutes:02}:{seconds:02}"));
        let clock = TextStyle::new(fonts::FIGURES[0], WRITING).aligned(Align::Right);
        clock.draw(surface, time.as_str(), Point::new(1880, 70));
        (0..8).for_each(|index| self.card(surface, index));
        for row in 0..8 {
            let y = 836 + row * 30;
            let name = TextStyle::new(fonts::REGULAR[2], WRITING);
            name.draw(surface, "node, rack and slot", Point::new(44, y));
            name.aligned(Align::Right).draw(surface, "running", Point::new(1876, y));
            let rule = Rectangle::new(Point::new(40, y + 8), Size::new(1840, 1));
            let Ok(()) = surface.fill_solid(&rule, CARD);
        }
    }
}
