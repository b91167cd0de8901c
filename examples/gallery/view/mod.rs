//! What the gallery shows: every widget and text style, a page each.

mod cards;
mod controls;
mod gauges;
mod keys;
mod landscape;
mod plots;
mod things;
mod writing;

use core::time::Duration;

use embedded_graphics::prelude::*;
use embedded_graphics::primitives::Rectangle;

use crate::gfx::{PixelMemory, Surface, View};
use crate::kit::input::{Event, Key};
use crate::kit::layout::{Length, column, inset, row};
use crate::kit::motion::sooner;
use crate::kit::theme::{Role, Tone};
use crate::kit::widget::{Label, React, Tabs, Widget};
use crate::kit::{Scale, Theme};

/// The pages, in their order.
pub const PAGES: [&str; 7] = ["Type", "Controls", "Cards", "Plots", "Gauges", "Things", "Keys"];

/// How long a page stays while nobody touches anything.
const STAY: Duration = Duration::from_secs(8);

/// Which theme is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    Dark,
    Light,
    Contrast,
}

impl Look {
    fn theme(self, scale: Scale) -> Theme {
        match self {
            Self::Dark => Theme::dark(scale),
            Self::Light => Theme::light(scale),
            Self::Contrast => Theme::contrast(scale),
        }
    }

    fn next(self) -> Self {
        match self {
            Self::Dark => Self::Light,
            Self::Light => Self::Contrast,
            Self::Contrast => Self::Dark,
        }
    }
}

/// A page of the gallery.
trait Page {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: Duration);

    fn on_event(&mut self, _event: Event, _theme: &Theme, _area: Rectangle, _now: Duration) {}

    fn next_change(&self, _now: Duration) -> Option<Duration> {
        None
    }
}

/// The gallery on a screen of one size.
pub struct Gallery {
    size: Size,
    look: Look,
    theme: Theme,
    tabs: Tabs<'static>,
    /// When the next page comes by itself; never again after somebody has touched something.
    turns: Option<Duration>,
    writing: writing::Writing,
    controls: controls::Controls,
    cards: cards::Cards,
    plots: plots::Plots,
    gauges: gauges::Gauges,
    things: things::Things,
    keys: keys::Keys,
}

/// Does the same with the page that is shown, whatever its type.
macro_rules! with_page {
    ($gallery:ident, $page:ident => $do:expr) => {
        with_page!($gallery, (&) $page => $do)
    };
    ($gallery:ident, mut $page:ident => $do:expr) => {
        with_page!($gallery, (&mut) $page => $do)
    };
    ($gallery:ident, ($($borrow:tt)+) $page:ident => $do:expr) => {
        match $gallery.tabs.selected() {
            0 => { let $page = $($borrow)+ $gallery.writing; $do }
            1 => { let $page = $($borrow)+ $gallery.controls; $do }
            2 => { let $page = $($borrow)+ $gallery.cards; $do }
            3 => { let $page = $($borrow)+ $gallery.plots; $do }
            4 => { let $page = $($borrow)+ $gallery.gauges; $do }
            5 => { let $page = $($borrow)+ $gallery.things; $do }
            _ => { let $page = $($borrow)+ $gallery.keys; $do }
        }
    };
}

impl Gallery {
    /// The gallery for a screen of this size, at a page (counted from 0).
    pub fn new(size: Size, look: Look, page: usize, now: Duration) -> Self {
        let mut tabs = Tabs::new(&PAGES);
        tabs.select(page, Duration::ZERO);
        Self {
            size,
            look,
            theme: look.theme(Scale::of(size)),
            tabs,
            turns: Some(now + STAY),
            writing: writing::Writing,
            controls: controls::Controls::new(),
            cards: cards::Cards::new(),
            plots: plots::Plots,
            gauges: gauges::Gauges::new(),
            things: things::Things::new(),
            keys: keys::Keys::new(),
        }
    }

    /// Sets the clocks: at `now` it is so long after midnight.
    pub fn set_time(&mut self, time_of_day: Duration, now: Duration) {
        self.things.set_time(time_of_day, now);
    }

    /// Stays at a page until somebody turns it.
    pub fn stay(&mut self) {
        self.turns = None;
    }

    /// Takes what somebody did.
    pub fn on_event(&mut self, event: Event, now: Duration) {
        if !matches!(event, Event::PointerMoved(_)) {
            self.stay();
        }
        let last = PAGES.len() - 1;
        match event {
            Event::KeyDown(Key::PageDown | Key::Right) => self.tabs.select((self.tabs.selected() + 1).min(last), now),
            Event::KeyDown(Key::PageUp | Key::Left) => self.tabs.select(self.tabs.selected().saturating_sub(1), now),
            Event::KeyDown(Key::Tab) => {
                self.look = self.look.next();
                self.theme = self.look.theme(self.theme.scale);
            }
            _ => {}
        }
        let theme = self.theme;
        let [_, tabs, page] = self.areas();
        self.tabs.on_event(event, &theme, tabs, now);
        with_page!(self, mut shown => shown.on_event(event, &theme, page, now));
    }

    /// Turns to the next page when it is time for it.
    pub fn pass(&mut self, now: Duration) {
        if self.turns.is_some_and(|turns| turns <= now) {
            self.tabs.select((self.tabs.selected() + 1) % PAGES.len(), now);
            self.turns = Some(now + STAY);
        }
    }

    /// When it looks different by itself.
    pub fn next_change(&self, now: Duration) -> Option<Duration> {
        let page = with_page!(self, shown => shown.next_change(now));
        sooner(sooner(page, self.tabs.next_change(now)), self.turns)
    }

    /// What it looks like at a time.
    pub fn at(&self, now: Duration) -> Picture<'_> {
        Picture { gallery: self, now }
    }

    /// Moves to a screen of another size.
    pub fn resize(&mut self, size: Size) {
        self.size = size;
        self.theme = self.look.theme(Scale::of(size));
    }

    /// Where the title, the tabs and the page are.
    fn areas(&self) -> [Rectangle; 3] {
        let theme = &self.theme;
        let whole = inset(Rectangle::new(Point::zero(), self.size), theme.px(32));
        let [head, page] = column(whole, theme.px(24), [Length::Pixels(theme.touch()), Length::Share(1)]);
        let [title, tabs] = row(head, 0, [Length::Share(1), Length::Pixels(self.tabs.preferred(theme).width)]);
        [title, tabs, page]
    }
}

/// The gallery at a time.
pub struct Picture<'g> {
    gallery: &'g Gallery,
    now: Duration,
}

impl View for Picture<'_> {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>) {
        let Self { gallery, now } = *self;
        let theme = &gallery.theme;
        let Ok(()) = surface.clear(theme.palette.ground);
        let [title, tabs, page] = gallery.areas();
        Label::new("Gallery").role(Role::Heading).draw(surface, theme, title, now);
        gallery.tabs.draw(surface, theme, tabs, now);
        with_page!(gallery, shown => shown.draw(surface, theme, page, now));
    }
}
