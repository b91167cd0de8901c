//! A keyboard for touch screens, and what was typed on it.

use alloc::string::String;

use super::*;
use crate::kit::layout::centered;
use crate::kit::widget::{Card, Keyboard, QWERTY};

pub struct Keys {
    keyboard: Keyboard,
    text: String,
}

/// As many characters as the line has room for.
const ROOM: usize = 40;

impl Keys {
    pub fn new() -> Self {
        Self { keyboard: Keyboard::new(&QWERTY), text: String::from("Hello, Xen") }
    }

    fn areas(theme: &Theme, area: Rectangle) -> [Rectangle; 2] {
        let [field, keys] = column(area, theme.px(16), [Length::Pixels(theme.px(88)), Length::Share(1)]);
        let width = Size::new(theme.px(880), area.size.height);
        [centered(field, width), centered(keys, Size::new(width.width, theme.px(360)))]
    }

    fn write(&mut self, event: Event) {
        match event {
            Event::Text(character) if self.text.chars().count() < ROOM => self.text.push(character),
            Event::KeyDown(Key::Backspace) => drop(self.text.pop()),
            Event::KeyDown(Key::Enter) => self.text.clear(),
            _ => {}
        }
    }
}

impl Page for Keys {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: Duration) {
        let [field, keys] = Self::areas(theme, area);
        let card = Card::new("");
        card.draw(surface, theme, field, now);
        let text = if self.text.is_empty() { "Type something" } else { &self.text };
        let tone = if self.text.is_empty() { Tone::Muted } else { Tone::Text };
        Label::new(text).role(Role::Title).tone(tone).draw(surface, theme, card.content(theme, field), now);
        self.keyboard.draw(surface, theme, keys, now);
    }

    fn on_event(&mut self, event: Event, theme: &Theme, area: Rectangle, now: Duration) {
        let [_, keys] = Self::areas(theme, area);
        let typed = self.keyboard.on_event(event, theme, keys, now);
        self.write(typed.unwrap_or(event));
    }

    fn next_change(&self, now: Duration) -> Option<Duration> {
        self.keyboard.next_change(now)
    }
}
