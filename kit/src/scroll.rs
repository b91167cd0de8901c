//! Scrolling: content that is longer than its area, moved by a finger, and rolling on when the finger has gone.

use core::time::Duration;

use embedded_graphics_core::primitives::Rectangle;

use crate::input::Event;
use crate::motion::{Easing, Tween};

/// A pointer has to move so many pixels (at a scale of 100 %) before it scrolls instead of pressing.
pub const SLACK: u32 = 8;

/// How long content rolls on, at most.
const ROLL: Duration = Duration::from_millis(900);
/// How long it takes to where it is sent.
const JUMP: Duration = Duration::from_millis(250);
/// A pointer that has rested for so long before it came up throws nothing.
const REST: Duration = Duration::from_millis(80);

/// How far content is scrolled, in pixels from its top.
///
/// The pointer's speed counts from the last moves before it comes up. Content that is thrown slows down evenly and ends at its
/// own end at the latest; all of that is one [`Tween`], so that it depends on the time alone.
#[derive(Clone, Copy, Debug)]
pub struct Scroll {
    offset: Tween,
    drag: Option<Drag>,
}

/// A pointer that is down.
#[derive(Clone, Copy, Debug)]
struct Drag {
    /// Where it went down, and how far the content was scrolled then.
    start: i32,
    offset: f32,
    /// Whether it has moved beyond the slack.
    moving: bool,
    /// Where it was last, and when.
    last: (i32, Duration),
    /// Pixels per second that it pushes the content up.
    speed: f32,
}

impl Scroll {
    /// At the top.
    pub const fn new() -> Self {
        Self { offset: Tween::still(0.0), drag: None }
    }

    /// How far the content is scrolled at a time, in pixels.
    pub fn offset(&self, now: Duration) -> f32 {
        self.offset.at(now)
    }

    /// Whether a pointer is scrolling: it no longer presses what is below it.
    pub fn is_dragged(&self) -> bool {
        self.drag.is_some_and(|drag| drag.moving)
    }

    /// Takes an event. `range` is by how many pixels the content is longer than `area`; `slack` is in pixels.
    pub fn on_event(&mut self, event: Event, area: &Rectangle, range: f32, slack: u32, now: Duration) {
        match event {
            Event::PointerDown(point) if area.contains(point) => {
                let offset = self.offset.at(now);
                self.offset = Tween::still(offset);
                self.drag = Some(Drag { start: point.y, offset, moving: false, last: (point.y, now), speed: 0.0 });
            }
            Event::PointerMoved(point) => {
                let Some(drag) = &mut self.drag else { return };
                drag.follow(point.y, slack, now);
                if drag.moving {
                    let moved = drag.start.saturating_sub(point.y) as f32;
                    self.offset = Tween::still((drag.offset + moved).clamp(0.0, range.max(0.0)));
                }
            }
            Event::PointerUp(_) => {
                let Some(drag) = self.drag.take() else { return };
                if drag.moving && now.saturating_sub(drag.last.1) < REST {
                    self.throw(drag.speed, range, now);
                }
            }
            _ => {}
        }
    }

    /// Sends it to where the piece of content from `top` to `bottom` can be seen in an area of this height.
    pub fn show(&mut self, top: f32, bottom: f32, height: f32, range: f32, now: Duration) {
        let offset = self.offset.target();
        let shown = if top < offset { top } else { offset.max(bottom - height) };
        self.offset.send(shown.clamp(0.0, range.max(0.0)), now, JUMP, Easing::Out);
    }

    /// Lets it roll. Slowing down as a cube does, it begins at three times its mean speed.
    fn throw(&mut self, speed: f32, range: f32, now: Duration) {
        let from = self.offset.at(now);
        let to = (from + speed * ROLL.as_secs_f32() / 3.0).clamp(0.0, range.max(0.0));
        let seconds = 3.0 * (to - from) / speed;
        if seconds.is_finite() && seconds > 0.0 {
            let duration = Duration::from_secs_f32(seconds.min(ROLL.as_secs_f32()));
            self.offset = Tween::new(from, to, now, duration, Easing::Out);
        }
    }

    /// See [`Tween::next_change`].
    pub fn next_change(&self, now: Duration) -> Option<Duration> {
        self.offset.next_change(now)
    }
}

impl Default for Scroll {
    fn default() -> Self {
        Self::new()
    }
}

impl Drag {
    /// The pointer is at `y` now.
    fn follow(&mut self, y: i32, slack: u32, now: Duration) {
        let (last, when) = self.last;
        if !self.moving && y.abs_diff(self.start) > slack {
            self.moving = true;
        }
        let seconds = now.saturating_sub(when).as_secs_f32();
        if seconds > 0.0 {
            let speed = last.saturating_sub(y) as f32 / seconds;
            // Half of what it was: one jittery event doesn't decide.
            self.speed = if when == now { speed } else { (self.speed + speed) / 2.0 };
            self.last = (y, now);
        }
    }
}
