//! Clocks, pictures and a QR code.

use super::*;
use crate::gfx::image::{Fit, Picture};
use crate::gfx::text::Align;
use crate::kit::widget::{Card, Clock, ClockFace, Image, QrCode, Text};

pub struct Things {
    dial: Clock,
    digits: Clock,
    picture: Option<Picture>,
    code: Option<QrCode>,
}

const ADDRESS: &str = "https://xenproject.org";
const WORDS: &str = "An appliance is one image that boots in a tenth of a second and shows what you draw. \
    Nothing else runs beside it: no shell, no window system, no password.";

impl Things {
    pub fn new() -> Self {
        let clock = |face| Clock::new(face, Duration::ZERO, Duration::ZERO);
        Self {
            dial: clock(ClockFace::Analog),
            digits: clock(ClockFace::Digital),
            picture: landscape::paint(),
            code: QrCode::new(ADDRESS).ok(),
        }
    }

    pub fn set_time(&mut self, time_of_day: Duration, now: Duration) {
        self.dial.set(time_of_day, now);
        self.digits.set(time_of_day, now);
    }

    fn draw_picture<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: Duration) {
        let card = Card::new("Picture").note("to cover, and to contain");
        card.draw(surface, theme, area, now);
        let lengths = [Length::Share(1), Length::Pixels(theme.px(112))];
        let [pictures, words] = column(card.content(theme, area), theme.px(16), lengths);
        let [wide, narrow] = row(pictures, theme.px(16), [Length::Share(3), Length::Share(2)]);
        if let Some(picture) = &self.picture {
            Image::new(picture).fit(Fit::Cover).draw(surface, theme, wide, now);
            Image::new(picture).fit(Fit::Contain).draw(surface, theme, narrow, now);
        }
        Text::new(WORDS).draw(surface, theme, words, now);
    }
}

impl Page for Things {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: Duration) {
        let lengths = [Length::Share(4), Length::Share(5), Length::Share(4)];
        let [clock, picture, code] = row(area, theme.px(16), lengths);
        let card = Card::new("Clocks").note("UTC");
        card.draw(surface, theme, clock, now);
        let lengths = [Length::Share(1), Length::Pixels(theme.px(72))];
        let [dial, digits] = column(card.content(theme, clock), theme.px(16), lengths);
        self.dial.draw(surface, theme, dial, now);
        self.digits.draw(surface, theme, digits, now);
        self.draw_picture(surface, theme, picture, now);
        let card = Card::new("QR code");
        card.draw(surface, theme, code, now);
        let lengths = [Length::Share(1), Length::Pixels(theme.px(24))];
        let [place, words] = column(card.content(theme, code), theme.px(16), lengths);
        if let Some(code) = &self.code {
            code.draw(surface, theme, place, now);
        }
        Label::new(ADDRESS).tone(Tone::Muted).aligned(Align::Center).draw(surface, theme, words, now);
    }

    fn next_change(&self, now: Duration) -> Option<Duration> {
        sooner(self.dial.next_change(now), self.digits.next_change(now))
    }
}
