//! Switches.

use super::*;
use crate::layout::centered;
use crate::motion::{Easing, Tween, sooner};
use crate::paint::{self, Place};
use crate::press::{Press, is_enter};

/// How long the knob is on its way.
const WAY: Duration = Duration::from_millis(180);

/// Something that is on or off. A tap turns it over.
#[derive(Clone, Copy, Debug)]
pub struct Switch {
    on: bool,
    /// Whether it can be turned.
    pub enabled: bool,
    /// Whether keys go to it.
    pub focused: bool,
    /// Where the knob is: 0 for off, 1 for on.
    knob: Tween,
    press: Press,
}

impl Switch {
    /// A switch that is on or off.
    pub const fn new(on: bool) -> Self {
        let knob = Tween::still(if on { 1.0 } else { 0.0 });
        Self { on, enabled: true, focused: false, knob, press: Press::new() }
    }

    /// The same, able to be turned or not.
    pub const fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// Whether it is on.
    pub const fn is_on(&self) -> bool {
        self.on
    }

    /// Turns it on or off.
    pub fn set(&mut self, on: bool, now: Duration) {
        self.on = on;
        self.knob.send(if on { 1.0 } else { 0.0 }, now, WAY, Easing::InOut);
    }
}

impl Widget for Switch {
    fn preferred(&self, theme: &Theme) -> Size {
        Size::new(theme.px(56), theme.px(32))
    }

    fn paint<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: Duration) {
        let palette = &theme.palette;
        let area = centered(area, self.preferred(theme));
        let Size { width, height } = area.size;
        let at = self.knob.at(now);
        let mut fill = paint::between(palette.track, palette.accent, at);
        let mut knob = paint::between(palette.knob, palette.on_accent, if theme.line > 1 { at } else { 0.0 });
        if !self.enabled {
            (fill, knob) = [fill, knob].map(|color| paint::between(color, palette.surface, 0.55)).into();
        }
        paint::rounded(surface, area, height / 2, fill);
        if self.focused && self.enabled {
            paint::focus_ring(surface, theme, area, height / 2);
        }
        let radius = (height as f32 / 2.0 - theme.px(4) as f32).max(0.0);
        let middle = Place::middle(&area);
        let way = width.saturating_sub(height) as f32;
        // Held, the knob leans to where it will go.
        let stretch = self.press.depth(now) * theme.px(4) as f32;
        let from = Place::new(middle.x - way / 2.0 + way * at - stretch * at, middle.y);
        let to = Place::new(from.x + stretch, middle.y);
        paint::stroke(surface, from, to, radius * 2.0, knob);
    }

    fn next_change(&self, now: Duration) -> Option<Duration> {
        sooner(self.knob.next_change(now), self.press.next_change(now))
    }
}

impl React for Switch {
    /// Whether it is on now.
    type Answer = bool;

    fn on_event(&mut self, event: Event, theme: &Theme, area: Rectangle, now: Duration) -> Option<bool> {
        if !self.enabled {
            self.press.release(now);
            return None;
        }
        let reach = self.preferred(theme).component_max(Size::new_equal(theme.touch()));
        let tapped = self.press.on_event(event, &centered(area, reach), now);
        (tapped || self.focused && is_enter(event)).then(|| {
            self.set(!self.on, now);
            self.on
        })
    }
}
