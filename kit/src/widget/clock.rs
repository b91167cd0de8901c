//! Clocks.

use super::*;
use crate::layout::square;
use crate::paint::{self, Place};
use crate::theme::{Role, Tone};
use vitrine_gfx::text::{Align, Line};

/// What a clock looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClockFace {
    /// Hours and minutes as a number.
    #[default]
    Digital,
    /// Hands on a dial.
    Analog,
}

const DAY: u64 = 24 * 3600;

/// The time of day. It goes on by itself: it is set when the appliance starts, and again when the wall clock is.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// Digital or analog.
    pub face: ClockFace,
    /// Whether it shows seconds; without them it changes once a minute.
    pub seconds: bool,
    /// The time of day when it was set, and when that was.
    time: Duration,
    set: Duration,
}

impl Clock {
    /// A clock that shows `time` (since midnight, or since any midnight) at `now`.
    pub const fn new(face: ClockFace, time: Duration, now: Duration) -> Self {
        Self { face, seconds: true, time, set: now }
    }

    /// The same without seconds.
    pub const fn without_seconds(mut self) -> Self {
        self.seconds = false;
        self
    }

    /// Sets it to `time` since midnight.
    pub fn set(&mut self, time: Duration, now: Duration) {
        (self.time, self.set) = (time, now);
    }

    fn time(&self, now: Duration) -> Duration {
        self.time.saturating_add(now.saturating_sub(self.set))
    }

    /// The time of day in seconds.
    fn seconds(&self, now: Duration) -> u64 {
        self.time(now).as_secs() % DAY
    }

    fn text(&self, now: Duration) -> Line {
        let time = self.seconds(now);
        let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
        if self.seconds {
            Line::format(format_args!("{hour:02}:{minute:02}:{second:02}"))
        } else {
            Line::format(format_args!("{hour:02}:{minute:02}"))
        }
    }

    fn draw_dial<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: Duration) {
        let area = square(area);
        let (middle, radius) = (Place::middle(&area), area.size.width as f32 / 2.0);
        let palette = &theme.palette;
        for mark in 0..60_u8 {
            let turn = f32::from(mark) / 60.0;
            let hour = mark % 5 == 0;
            let (length, width) = if hour { (0.1, 0.022) } else { (0.04, 0.012) };
            let color = if hour { palette.text } else { palette.muted };
            let [from, to] = [0.96, 0.96 - length].map(|part| middle.around(turn, radius * part));
            paint::stroke(surface, from, to, (radius * width).max(1.0), color);
        }
        let time = self.seconds(now) as f32;
        let hands = [(time / 43_200.0, 0.5, 0.06, palette.text), (time / 3600.0, 0.76, 0.045, palette.text)];
        for (turn, length, width, color) in hands {
            let turn = turn - libm::floorf(turn);
            paint::stroke(surface, middle, middle.around(turn, radius * length), radius * width, color);
        }
        if self.seconds {
            let turn = (self.seconds(now) % 60) as f32 / 60.0;
            let [from, to] = [(turn + 0.5, 0.16), (turn, 0.84)].map(|(turn, part)| middle.around(turn, radius * part));
            paint::stroke(surface, from, to, (radius * 0.018).max(1.0), palette.accent);
            paint::dot(surface, middle, radius * 0.045, palette.accent);
        }
    }
}

impl Widget for Clock {
    fn preferred(&self, theme: &Theme) -> Size {
        match self.face {
            ClockFace::Analog => Size::new_equal(theme.px(160)),
            ClockFace::Digital => {
                let widest = if self.seconds { "00:00:00" } else { "00:00" };
                paint::text_size(theme.text(Role::Figure, Tone::Text), widest)
            }
        }
    }

    fn paint<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: Duration) {
        match self.face {
            ClockFace::Analog => self.draw_dial(surface, theme, area, now),
            ClockFace::Digital => {
                let style = theme.text(Role::Figure, Tone::Text);
                paint::text(surface, style, self.text(now).as_str(), area, Align::Center);
            }
        }
    }

    fn next_change(&self, now: Duration) -> Option<Duration> {
        let period: u128 = if self.seconds { 1_000_000_000 } else { 60_000_000_000 };
        let left = period - self.time(now).as_nanos() % period;
        now.checked_add(Duration::from_nanos(left as u64))
    }
}
