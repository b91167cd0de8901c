//! Widgets: plain values that are drawn into an area.
//!
//! A widget holds what it shows and, if it can be touched or moves, a little state; its fields are there to be set. It is told
//! where it is each time, and keeps no pixels: a screen is drawn whole, and a canvas finds what changed. An author keeps
//! the widgets of a screen in a struct, divides the screen with [`crate::layout`], and does three things:
//!
//! - draws each widget into its area ([`Widget::draw`]),
//! - hands each event to each [`React`]ing widget with the same area, and acts on what it answers,
//! - waits for the next event, or until the soonest [`Widget::next_change`].

mod banner;
mod button;
mod card;
mod clock;
mod gauge;
mod image;
mod keyboard;
mod label;
mod list;
mod progress;
mod qr;
mod slider;
mod switch;
mod tabs;
mod text;

pub use banner::Banner;
pub use button::{Button, ButtonKind, Tapped};
pub use card::Card;
pub use clock::{Clock, ClockFace};
pub use gauge::{Gauge, GaugeKind};
pub use image::Image;
pub use keyboard::{AZERTY, Keyboard, KeyboardLayout, QWERTY, QWERTZ, Rows};
pub use label::Label;
pub use list::{Item, Items, List};
pub use progress::{Progress, ProgressShape};
pub use qr::{QrCode, TooLong};
pub use slider::Slider;
pub use switch::Switch;
pub use tabs::Tabs;
pub use text::Text;

use core::time::Duration;

use embedded_graphics_core::geometry::Size;
use embedded_graphics_core::primitives::Rectangle;
use vitrine_gfx::{PixelMemory, Surface};

use crate::Theme;
use crate::input::Event;
use crate::layout::bounded;

/// Something that can be drawn into an area.
pub trait Widget {
    /// The least size in pixels at which it looks as it should. It can be drawn larger and smaller.
    fn preferred(&self, theme: &Theme) -> Size;

    /// What [`draw`](Self::draw) does once it has set the clip: draws it as it is at the time `now`. The area is
    /// [`bounded`], so that sums of its coordinates don't overflow, and not empty. To be implemented, and not to be called.
    fn paint<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: Duration);

    /// Draws it as it is at the time `now`, inside of `area` and nowhere else, but for what it [casts](Self::cast).
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: Duration) {
        let area = bounded(area);
        self.cast(surface, theme, area);
        let clip = surface.clip();
        let visible = clip.intersection(&area);
        if !visible.is_zero_sized() {
            surface.set_clip(&visible);
            self.paint(surface, theme, area, now);
            surface.set_clip(&clip);
        }
    }

    /// Draws the shadow that it casts around its area, which is [`bounded`]: none, if not implemented. Called by
    /// [`draw`](Self::draw), before [`paint`](Self::paint) and without its clip.
    fn cast<M: PixelMemory>(&self, _surface: &mut Surface<M>, _theme: &Theme, _area: Rectangle) {}

    /// When it will look different from how it looks at `now` if nothing happens to it: `now` itself while it moves, which
    /// means the next frame; `None` if it stays as it is.
    fn next_change(&self, _now: Duration) -> Option<Duration> {
        None
    }
}

/// A widget that people can do something to.
pub trait React: Widget {
    /// What it has to say about an event.
    type Answer;

    /// Takes an event that happened at the time `now`, with the widget drawn into `area`. Events that have nothing to do with
    /// it are handed to it too, since it follows a pointer that leaves it.
    fn on_event(&mut self, event: Event, theme: &Theme, area: Rectangle, now: Duration) -> Option<Self::Answer>;
}
