//! Being held down: what a finger does to one thing.

use core::time::Duration;

use embedded_graphics_core::primitives::Rectangle;

use crate::input::{Event, Key};
use crate::motion::{Easing, Tween};

/// How long it takes to go down, and to come up again.
const DOWN: Duration = Duration::from_millis(80);
const UP: Duration = Duration::from_millis(220);

/// Whether something is held down, and how deep it looks.
///
/// A tap is a pointer that went down and came up inside the area. One that leaves before it comes up does nothing, and one that
/// comes back is held again.
#[derive(Clone, Copy, Debug)]
pub struct Press {
    /// The pointer went down inside and hasn't come up.
    held: bool,
    depth: Tween,
}

impl Press {
    /// Not held.
    pub const fn new() -> Self {
        Self { held: false, depth: Tween::still(0.0) }
    }

    /// Takes an event, and returns whether it completed a tap.
    pub fn on_event(&mut self, event: Event, area: &Rectangle, now: Duration) -> bool {
        let Some(point) = event.point() else { return false };
        let inside = area.contains(point);
        match event {
            Event::PointerDown(_) => self.held = inside,
            Event::PointerUp(_) => {
                let tapped = self.held && inside;
                self.release(now);
                return tapped;
            }
            _ => {}
        }
        if self.held && inside {
            self.depth.send(1.0, now, DOWN, Easing::Out);
        } else {
            self.depth.send(0.0, now, UP, Easing::Out);
        }
        false
    }

    /// Forgets that it is held: somebody else has taken the pointer, to scroll for example.
    pub fn release(&mut self, now: Duration) {
        self.held = false;
        self.depth.send(0.0, now, UP, Easing::Out);
    }

    /// Whether the pointer went down inside, and hasn't come up.
    pub const fn is_held(&self) -> bool {
        self.held
    }

    /// How deep it looks: 0 when it is up, 1 when it is down.
    pub fn depth(&self, now: Duration) -> f32 {
        self.depth.at(now)
    }

    /// See [`Tween::next_change`].
    pub fn next_change(&self, now: Duration) -> Option<Duration> {
        self.depth.next_change(now)
    }
}

impl Default for Press {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether an event is the key that does what a tap does.
pub(crate) fn is_enter(event: Event) -> bool {
    matches!(event, Event::KeyDown(Key::Enter | Key::Character(' ')))
}
