//! Gauges.

use core::ops::RangeInclusive;

use super::*;
use crate::layout::square;
use crate::motion::{Easing, Tween};
use crate::number::{decimal, part_of, within};
use crate::paint::{self, Place};
use crate::plot::Ticks;
use crate::theme::{Palette, Role, Tone};
use embedded_graphics_core::geometry::Point;
use vitrine_gfx::text::Align;

/// The scale begins and ends so much of a turn before and after the top.
const REACH: f32 = 0.375;
/// How long it takes to a new value.
const WAY: Duration = Duration::from_millis(500);
/// About how many parts the numbers divide the scale into, and how many parts the ticks divide each of those into.
const MAJOR: u32 = 6;
const MINOR: u32 = 5;

/// What shows the value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GaugeKind {
    /// A ring that fills.
    #[default]
    Ring,
    /// A needle on a scale with ticks.
    Needle,
}

/// A measurement on a round scale.
#[derive(Clone, Debug)]
pub struct Gauge<'a> {
    /// Ring or needle.
    pub kind: GaugeKind,
    /// What is below the number.
    pub unit: &'a str,
    /// Decimals of the number.
    pub decimals: u32,
    /// From which values on somebody should look, and must act; none when they are outside the range.
    pub limits: [f32; 2],
    range: RangeInclusive<f32>,
    value: f32,
    shown: Tween,
}

impl<'a> Gauge<'a> {
    /// A gauge for values of `range`, at `value`.
    pub fn new(kind: GaugeKind, range: RangeInclusive<f32>, value: f32, unit: &'a str) -> Self {
        let shown = Tween::still(within(value, &range));
        Self { kind, unit, decimals: 0, limits: [f32::INFINITY; 2], range, value, shown }
    }

    /// The same with so many decimals.
    pub const fn decimals(mut self, decimals: u32) -> Self {
        self.decimals = decimals;
        self
    }

    /// The same with values from which on it warns, and from which on it alarms.
    pub const fn limits(mut self, warning: f32, bad: f32) -> Self {
        self.limits = [warning, bad];
        self
    }

    /// Sets the value. One outside the range is written as it is, and shown at the nearer end.
    pub fn set(&mut self, value: f32, now: Duration) {
        self.value = value;
        self.shown.send(within(value, &self.range), now, WAY, Easing::InOut);
    }

    fn tone(&self) -> Tone {
        let [warning, bad] = self.limits;
        match self.value {
            value if value >= bad => Tone::Bad,
            value if value >= warning => Tone::Warning,
            _ => Tone::Accent,
        }
    }

    /// How far around the scale a value is: a turn from the top.
    fn turn(&self, value: f32) -> f32 {
        (part_of(value, &self.range) * 2.0 - 1.0) * REACH
    }

    fn draw_ring<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, dial: Dial, now: Duration) {
        let Dial { middle, radius, .. } = dial;
        let width = radius * 0.16;
        let radius = radius - width / 2.0;
        paint::arc(surface, middle, radius, width, (-REACH, 2.0 * REACH), theme.palette.track);
        let sweep = self.turn(self.shown.at(now)) + REACH;
        if sweep > 0.0 {
            paint::arc(surface, middle, radius, width, (-REACH, sweep), theme.palette.tone(self.tone()));
        }
    }

    fn draw_needle<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, dial: Dial, now: Duration) {
        let (Dial { middle, radius, .. }, palette) = (dial, &theme.palette);
        let band = radius * 0.05;
        paint::arc(surface, middle, radius - band / 2.0, band, (-REACH, 2.0 * REACH), palette.track);
        for (limit, color) in self.limits.into_iter().zip([palette.warning, palette.bad]) {
            if self.range.contains(&limit) {
                let from = self.turn(limit);
                paint::arc(surface, middle, radius - band / 2.0, band, (from, REACH - from), color);
            }
        }
        self.draw_ticks(surface, theme, dial);
        let turn = self.turn(self.shown.at(now));
        let tip = middle.around(turn, radius * 0.72);
        paint::needle(surface, middle.around(turn + 0.5, radius * 0.16), tip, radius * 0.07, palette.tone(self.tone()));
        paint::dot(surface, middle, radius * 0.075, palette.text);
        paint::dot(surface, middle, radius * 0.035, palette.surface);
    }

    fn draw_ticks<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, dial: Dial) {
        let palette = &theme.palette;
        let ticks = Ticks::around(*self.range.start(), *self.range.end(), MAJOR);
        let minor = (ticks.step() / MINOR as f32).abs();
        let has_numbers = dial.radius > theme.px(64) as f32;
        for number in ticks.numbers() {
            for index in 0..MINOR {
                dial.draw_tick(surface, self.turn_within(number + minor * index as f32), index == 0, palette);
            }
            if let Some(turn) = self.turn_within(number).filter(|_| has_numbers) {
                let text = decimal(number, ticks.decimals());
                let place = text_box(dial.middle.around(turn, dial.radius * 0.67), dial.radius);
                paint::text(surface, theme.text(Role::Caption, Tone::Muted), text.as_str(), place, Align::Center);
            }
        }
    }

    /// How far around the scale a value is, if it is on it.
    fn turn_within(&self, value: f32) -> Option<f32> {
        // The last tick may miss the end by a rounding.
        let slack = (self.range.end() - self.range.start()) * 1e-4;
        (*self.range.start() - slack <= value && value <= *self.range.end() + slack).then(|| self.turn(value))
    }
}

/// Where the parts of a gauge are.
#[derive(Clone, Copy)]
struct Dial {
    middle: Place,
    radius: f32,
    /// Where the number and the unit are.
    number: Rectangle,
    unit: Rectangle,
}

impl Dial {
    fn draw_tick<M: PixelMemory>(self, surface: &mut Surface<M>, turn: Option<f32>, major: bool, palette: &Palette) {
        let Some(turn) = turn else { return };
        let (inner, width, color) = if major { (0.82, 0.018, palette.text) } else { (0.86, 0.01, palette.muted) };
        let [from, to] = [inner, 0.91].map(|part| self.middle.around(turn, self.radius * part));
        paint::stroke(surface, from, to, (self.radius * width).max(1.0), color);
    }

    fn new(kind: GaugeKind, area: Rectangle) -> Self {
        let area = square(area);
        let side = area.size.width as f32;
        let radius = side / 2.0;
        // The scale is open at the bottom: what is left there is shared with the top.
        let middle = Place::new(Place::middle(&area).x, area.top_left.y as f32 + radius * 1.06);
        let (number, unit) = match kind {
            GaugeKind::Ring => (0.0, 0.36),
            GaugeKind::Needle => (0.56, 0.8),
        };
        let at = |y: f32| text_box(Place::new(middle.x, middle.y + radius * y), radius);
        Self { middle, radius: radius * 0.98, number: at(number), unit: at(unit) }
    }
}

/// A box for text around a place.
fn text_box(middle: Place, radius: f32) -> Rectangle {
    let (width, height) = (radius * 1.3, radius * 0.6);
    let corner = Point::new((middle.x - width / 2.0) as i32, (middle.y - height / 2.0) as i32);
    Rectangle::new(corner, Size::new(width as u32, height as u32))
}

impl Widget for Gauge<'_> {
    fn preferred(&self, theme: &Theme) -> Size {
        Size::new_equal(theme.px(if self.kind == GaugeKind::Ring { 144 } else { 208 }))
    }

    fn paint<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: Duration) {
        let dial = Dial::new(self.kind, area);
        let role = match self.kind {
            GaugeKind::Ring => {
                self.draw_ring(surface, theme, dial, now);
                if dial.radius >= theme.px(64) as f32 { Role::Figure } else { Role::Title }
            }
            GaugeKind::Needle => {
                self.draw_needle(surface, theme, dial, now);
                Role::Title
            }
        };
        let number = decimal(self.value, self.decimals);
        paint::text(surface, theme.text(role, Tone::Text), number.as_str(), dial.number, Align::Center);
        paint::text(surface, theme.text(Role::Caption, Tone::Muted), self.unit, dial.unit, Align::Center);
    }

    fn next_change(&self, now: Duration) -> Option<Duration> {
        self.shown.next_change(now)
    }
}
