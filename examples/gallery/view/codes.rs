//! Clocks and a QR code.

use super::*;
use crate::gfx::text::Align;
use crate::kit::widget::{Card, Clock, ClockFace, QrCode};

pub struct Codes {
    dial: Clock,
    digits: Clock,
    code: Option<QrCode>,
}

const ADDRESS: &str = "https://xenproject.org";

impl Codes {
    pub fn new(time_of_day: Duration, now: Duration) -> Self {
        Self {
            dial: Clock::new(ClockFace::Analog, time_of_day, now),
            digits: Clock::new(ClockFace::Digital, time_of_day, now),
            code: QrCode::new(ADDRESS).ok(),
        }
    }
}

impl Page for Codes {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: Duration) {
        let [clock, code] = row(area, theme.px(16), [Length::Share(1); 2]);
        let card = Card::new("Clocks").note("UTC");
        card.draw(surface, theme, clock, now);
        let lengths = [Length::Share(1), Length::Pixels(theme.px(72))];
        let [dial, digits] = column(card.content(theme, clock), theme.px(16), lengths);
        self.dial.draw(surface, theme, dial, now);
        self.digits.draw(surface, theme, digits, now);
        let card = Card::new("QR code");
        card.draw(surface, theme, code, now);
        let lengths = [Length::Share(1), Length::Pixels(theme.px(24))];
        let [picture, words] = column(card.content(theme, code), theme.px(16), lengths);
        if let Some(code) = &self.code {
            code.draw(surface, theme, picture, now);
        }
        Label::new(ADDRESS).tone(Tone::Muted).aligned(Align::Center).draw(surface, theme, words, now);
    }

    fn next_change(&self, now: Duration) -> Option<Duration> {
        self.dial.next_change(now)
    }
}
