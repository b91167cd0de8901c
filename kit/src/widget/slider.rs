//! Sliders.

use core::ops::RangeInclusive;

use super::*;
use crate::input::Key;
use crate::layout::centered;
use crate::motion::{Easing, Tween, sooner};
use crate::number::{part_of, stepped};
use crate::paint::{self, Place};
use crate::press::Press;
use embedded_graphics_core::geometry::Point;

/// How long the knob takes to a place that was tapped.
const WAY: Duration = Duration::from_millis(120);

/// A number that is set with a knob on a line. The knob follows the finger; a tap on the line brings it there; with the focus,
/// arrows move it by a step.
#[derive(Clone, Debug)]
pub struct Slider {
    range: RangeInclusive<f32>,
    step: f32,
    value: f32,
    /// Whether it can be moved.
    pub enabled: bool,
    /// Whether keys go to it.
    pub focused: bool,
    /// Where the knob is, from 0 to 1.
    knob: Tween,
    press: Press,
}

impl Slider {
    /// A slider for values of `range` that are multiples of `step` away from its start, or any when `step` is 0. The value
    /// is brought into the range; what is no number counts as the range's start.
    pub fn new(range: RangeInclusive<f32>, step: f32, value: f32) -> Self {
        let value = stepped(value, &range, step);
        let knob = Tween::still(part_of(value, &range));
        Self { range, step, value, enabled: true, focused: false, knob, press: Press::new() }
    }

    /// The number that it is set to.
    pub const fn value(&self) -> f32 {
        self.value
    }

    /// Sets it.
    pub fn set(&mut self, value: f32, now: Duration) {
        self.value = stepped(value, &self.range, self.step);
        self.knob.send(part_of(self.value, &self.range), now, WAY, Easing::Out);
    }

    /// Sets it as a person does, and returns the value if it is a new one.
    fn choose(&mut self, value: f32, now: Duration) -> Option<f32> {
        let before = self.value;
        self.set(value, now);
        (self.value.to_bits() != before.to_bits()).then_some(self.value)
    }

    /// The line that the middle of the knob moves along: its left end and its length.
    fn line(theme: &Theme, area: &Rectangle) -> (Place, f32) {
        let middle = Place::middle(area);
        let length = area.size.width.saturating_sub(2 * theme.px(12)) as f32;
        (Place::new(middle.x - length / 2.0, middle.y), length)
    }

    fn value_at(&self, theme: &Theme, area: &Rectangle, point: Point) -> f32 {
        let (from, length) = Self::line(theme, area);
        let part = ((point.x as f32 - from.x) / length.max(1.0)).clamp(0.0, 1.0);
        self.range.start() + (self.range.end() - self.range.start()) * part
    }

    fn on_key(&mut self, key: Key, now: Duration) -> Option<f32> {
        let (start, end) = (*self.range.start(), *self.range.end());
        let step = if self.step > 0.0 { self.step } else { (end - start) / 20.0 };
        let value = match key {
            Key::Left | Key::Down => self.value - step,
            Key::Right | Key::Up => self.value + step,
            Key::Home => start,
            Key::End => end,
            _ => return None,
        };
        self.choose(value, now)
    }
}

impl Widget for Slider {
    fn preferred(&self, theme: &Theme) -> Size {
        Size::new(theme.px(200), theme.touch())
    }

    fn paint<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: Duration) {
        let palette = &theme.palette;
        let height = area.size.height as f32;
        let (from, length) = Self::line(theme, &area);
        let at = Place::new(from.x + length * self.knob.at(now), from.y);
        let accent = if self.enabled { palette.accent } else { palette.muted };
        let width = (theme.thick(6) as f32).min(height);
        paint::stroke(surface, from, Place::new(from.x + length, from.y), width, palette.track);
        paint::stroke(surface, from, at, width, accent);
        let radius = (theme.px(10) as f32 + self.press.depth(now) * theme.px(2) as f32).min(height / 2.0);
        if self.focused && self.enabled {
            paint::dot(surface, at, (radius + theme.px(3) as f32).min(height / 2.0), palette.text);
        }
        paint::dot(surface, at, radius, accent);
        paint::dot(surface, at, radius * 0.55, palette.knob);
    }

    fn next_change(&self, now: Duration) -> Option<Duration> {
        sooner(self.knob.next_change(now), self.press.next_change(now))
    }
}

impl React for Slider {
    /// What it is set to now.
    type Answer = f32;

    fn on_event(&mut self, event: Event, theme: &Theme, area: Rectangle, now: Duration) -> Option<f32> {
        let area = bounded(area);
        if !self.enabled {
            self.press.release(now);
            return None;
        }
        let held = self.press.is_held();
        let reach = centered(area, Size::new(area.size.width, area.size.height.min(theme.touch())));
        self.press.on_event(event, &reach, now);
        match event {
            Event::PointerDown(point) if self.press.is_held() => self.choose(self.value_at(theme, &area, point), now),
            Event::PointerMoved(point) | Event::PointerUp(point) if held => {
                let changed = self.choose(self.value_at(theme, &area, point), now);
                // It is under the finger already.
                self.knob = Tween::still(self.knob.target());
                changed
            }
            Event::KeyDown(key) if self.focused => self.on_key(key, now),
            _ => None,
        }
    }
}
