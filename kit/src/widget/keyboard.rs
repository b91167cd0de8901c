//! A keyboard for touch screens.

mod keys;
mod layout;

pub use layout::{AZERTY, KeyboardLayout, QWERTY, QWERTZ, Rows};

use super::*;
use crate::icons;
use crate::input::Key;
use crate::layout::{centered, inset};
use crate::paint;
use crate::press::Press;
use crate::theme::Role;
use keys::{Cap, keys};
use layout::Page;
use vitrine_gfx::text::{Align, TextStyle};

/// A keyboard on the screen. It answers with the events that a real one sends: [`Event::Text`] for a character,
/// [`Event::KeyDown`] for Backspace and Enter; so whoever takes text from keys takes it from fingers too.
///
/// Shift holds for one letter. What is typed is the key on which the finger went down, if it comes up on the same.
#[derive(Clone, Copy, Debug)]
pub struct Keyboard {
    layout: &'static KeyboardLayout,
    page: Page,
    press: Press,
    /// The key that the pointer went down on.
    pressed: Option<Cap>,
}

impl Keyboard {
    /// A keyboard that shows its letters.
    pub const fn new(layout: &'static KeyboardLayout) -> Self {
        Self { layout, page: Page::Letters, press: Press::new(), pressed: None }
    }

    /// What a key does.
    fn strike(&mut self, cap: Cap) -> Option<Event> {
        match cap {
            Cap::Character(character) => {
                if self.page == Page::Shifted {
                    self.page = Page::Letters;
                }
                Some(Event::Text(character))
            }
            Cap::Backspace => Some(Event::KeyDown(Key::Backspace)),
            Cap::Enter => Some(Event::KeyDown(Key::Enter)),
            Cap::Turn(page) => {
                self.page = page;
                None
            }
        }
    }

    fn draw_key<M: PixelMemory>(
        &self,
        surface: &mut Surface<M>,
        theme: &Theme,
        cap: Cap,
        area: Rectangle,
        now: Duration,
    ) {
        let palette = &theme.palette;
        let (mut fill, mut ink) = match cap {
            Cap::Character(_) => (palette.key, palette.text),
            Cap::Enter => (palette.accent, palette.on_accent),
            _ => (palette.track, palette.text),
        };
        if cap == Cap::Turn(Page::Letters) && self.page == Page::Shifted {
            (fill, ink) = (palette.text, palette.surface);
        }
        let depth = if self.pressed == Some(cap) { self.press.depth(now) } else { 0.0 };
        let (fill, radius) = (paint::between(fill, palette.accent, 0.6 * depth), theme.px(theme.radius / 2));
        paint::outlined(surface, area, radius, (fill, palette.outline), theme.outline());
        let style = |role| TextStyle::new(theme.fonts.of(role), ink);
        let mut bytes = [0; 4];
        let sign = match cap {
            Cap::Character(' ') => return,
            Cap::Character(character) => {
                let text = character.encode_utf8(&mut bytes);
                paint::text(surface, style(Role::Title), text, area, Align::Center);
                return;
            }
            Cap::Backspace => &icons::BACKSPACE,
            Cap::Enter => &icons::ENTER,
            Cap::Turn(Page::Shifted) => &icons::SHIFT,
            Cap::Turn(Page::Letters) if self.page == Page::Shifted => &icons::SHIFT,
            Cap::Turn(page) => {
                let text = match page {
                    Page::Symbols => "#+=",
                    Page::Digits => "123",
                    _ => "ABC",
                };
                paint::text(surface, style(Role::Label), text, area, Align::Center);
                return;
            }
        };
        let side = theme.px(24).min(area.size.height);
        paint::icon(surface, sign, centered(area, Size::new_equal(side)), ink);
    }
}

impl Widget for Keyboard {
    fn preferred(&self, theme: &Theme) -> Size {
        Size::new(theme.px(720), theme.px(280))
    }

    fn paint<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: Duration) {
        for (cap, area) in keys(self.layout, self.page, area) {
            self.draw_key(surface, theme, cap, inset(area, theme.px(3)), now);
        }
    }

    fn next_change(&self, now: Duration) -> Option<Duration> {
        self.press.next_change(now)
    }
}

impl React for Keyboard {
    /// What was typed.
    type Answer = Event;

    fn on_event(&mut self, event: Event, _theme: &Theme, area: Rectangle, now: Duration) -> Option<Event> {
        let area = bounded(area);
        let on = event.point().and_then(|point| {
            keys(self.layout, self.page, area).find(|(_, area)| area.contains(point)).map(|(cap, _)| cap)
        });
        if let Event::PointerDown(_) = event {
            self.pressed = on;
        }
        let tapped = self.press.on_event(event, &area, now);
        self.strike(on.filter(|_| tapped && on == self.pressed)?)
    }
}
