//! What can be touched.

use super::*;
use crate::kit::decimal;
use crate::kit::icons;
use crate::kit::layout::Grid;
use crate::kit::widget::{Banner, Button, ButtonKind, Card, Progress, Slider, Switch};

pub struct Controls {
    buttons: [Button<'static>; 8],
    switches: [Switch; 4],
    sliders: [Slider; 3],
    progress: Progress,
    busy: Progress,
}

/// How wide the cards with buttons, switches and sliders are.
const COLUMNS: [Length; 3] = [Length::Share(5), Length::Share(4), Length::Share(5)];

const BANNERS: [(&str, Tone); 4] = [
    ("The lift is out of order", Tone::Bad),
    ("Doors close in ten minutes", Tone::Warning),
    ("Your ticket is paid", Tone::Good),
    ("Guided tour at 15:00", Tone::Accent),
];
const SWITCHES: [&str; 4] = ["Lights", "Heating", "Music", "Door (locked)"];
const SLIDERS: [(&str, &str); 3] = [("Brightness", "%"), ("Temperature", "°C"), ("Volume", "%")];

impl Controls {
    pub fn new() -> Self {
        Self {
            buttons: [
                Button::new("Continue", ButtonKind::Primary),
                Button::new("Search", ButtonKind::Plain).with_icon(&icons::SEARCH),
                Button::new("Cancel", ButtonKind::Quiet),
                Button::new("Delete", ButtonKind::Danger).with_icon(&icons::TRASH),
                Button::new("Play", ButtonKind::Primary).with_icon(&icons::PLAY),
                Button::new("Sold out", ButtonKind::Primary).enabled(false),
                Button::new("Not now", ButtonKind::Plain).enabled(false),
                Button::new("", ButtonKind::Plain).with_icon(&icons::PLUS),
            ],
            switches: [Switch::new(true), Switch::new(false), Switch::new(true), Switch::new(true).enabled(false)],
            sliders: [
                Slider::new(0.0..=100.0, 1.0, 72.0),
                Slider::new(16.0..=26.0, 0.5, 21.5),
                Slider::new(0.0..=100.0, 5.0, 30.0),
            ],
            progress: Progress::bar(0.72),
            busy: Progress::bar(0.0).unknown(),
        }
    }

    /// The areas of the buttons, the switches, the sliders and what is below.
    fn cards(theme: &Theme, area: Rectangle) -> [Rectangle; 4] {
        let gap = theme.px(16);
        let banners = BANNERS.len() as u32 * (theme.touch() + gap) - gap;
        let [main, foot] = column(area, gap, [Length::Share(1), Length::Pixels(banners)]);
        let [left, middle, right] = row(main, gap, COLUMNS);
        [left, middle, right, foot]
    }

    fn button(theme: &Theme, area: Rectangle, index: usize) -> Rectangle {
        let content = Card::new("Buttons").content(theme, area);
        let cell = Grid::new(content, 2, 4, theme.px(16)).nth(index as u32);
        crate::kit::layout::centered(cell, Size::new(cell.size.width, theme.touch()))
    }

    /// What is told: banners below the first two columns, progress below the third.
    fn draw_foot<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: Duration) {
        let gap = theme.px(16);
        let [first, second, bars] = row(area, gap, COLUMNS);
        let banners = Size::new(first.size.width + gap + second.size.width, area.size.height);
        let places = column(Rectangle::new(area.top_left, banners), gap, [Length::Share(1); BANNERS.len()]);
        for ((text, tone), place) in BANNERS.into_iter().zip(places) {
            Banner::new(text, tone).draw(surface, theme, place, now);
        }
        let card = Card::new("Progress");
        card.draw(surface, theme, bars, now);
        let places = column(card.content(theme, bars), 0, [Length::Share(1); 2]);
        for ((name, bar), place) in [("Update", &self.progress), ("Search", &self.busy)].into_iter().zip(places) {
            let [words, place] = column(place, 0, [Length::Pixels(theme.px(28)), Length::Share(1)]);
            Label::new(name).draw(surface, theme, words, now);
            bar.draw(surface, theme, place, now);
        }
    }

    fn switch(theme: &Theme, area: Rectangle, index: usize) -> [Rectangle; 2] {
        let content = Card::new("Switches").content(theme, area);
        let cell = Grid::new(content, 1, 4, 0).nth(index as u32);
        row(cell, 0, [Length::Share(1), Length::Pixels(theme.px(56))])
    }

    fn slider(theme: &Theme, area: Rectangle, index: usize) -> [Rectangle; 3] {
        let content = Card::new("Sliders").content(theme, area);
        let cell = Grid::new(content, 1, 3, theme.px(8)).nth(index as u32);
        let cell = crate::kit::layout::centered(cell, Size::new(cell.size.width, theme.px(80)));
        let [words, slider] = column(cell, 0, [Length::Pixels(theme.px(28)), Length::Share(1)]);
        let [name, value] = row(words, 0, [Length::Share(1), Length::Share(1)]);
        [name, value, slider]
    }
}

impl Page for Controls {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: Duration) {
        let [buttons, switches, sliders, foot] = Self::cards(theme, area);
        for (area, title) in [(buttons, "Buttons"), (switches, "Switches"), (sliders, "Sliders")] {
            Card::new(title).draw(surface, theme, area, now);
        }
        for (index, button) in self.buttons.iter().enumerate() {
            button.draw(surface, theme, Self::button(theme, buttons, index), now);
        }
        for (index, (switch, name)) in self.switches.iter().zip(SWITCHES).enumerate() {
            let [words, place] = Self::switch(theme, switches, index);
            let tone = if switch.enabled { Tone::Text } else { Tone::Muted };
            Label::new(name).tone(tone).draw(surface, theme, words, now);
            switch.draw(surface, theme, place, now);
        }
        for (index, (slider, (name, unit))) in self.sliders.iter().zip(SLIDERS).enumerate() {
            let [words, value, place] = Self::slider(theme, sliders, index);
            Label::new(name).draw(surface, theme, words, now);
            let number = decimal(slider.value(), u32::from(unit == "°C"));
            let text = crate::gfx::text::Line::format(format_args!("{} {unit}", number.as_str()));
            let right = crate::gfx::text::Align::Right;
            Label::new(text.as_str()).tone(Tone::Muted).aligned(right).draw(surface, theme, value, now);
            slider.draw(surface, theme, place, now);
        }
        self.draw_foot(surface, theme, foot, now);
    }

    fn on_event(&mut self, event: Event, theme: &Theme, area: Rectangle, now: Duration) {
        let [buttons, switches, sliders, _] = Self::cards(theme, area);
        for (index, button) in self.buttons.iter_mut().enumerate() {
            button.on_event(event, theme, Self::button(theme, buttons, index), now);
        }
        for (index, switch) in self.switches.iter_mut().enumerate() {
            switch.on_event(event, theme, Self::switch(theme, switches, index)[1], now);
        }
        for (index, slider) in self.sliders.iter_mut().enumerate() {
            if let Some(value) = slider.on_event(event, theme, Self::slider(theme, sliders, index)[2], now)
                && index == 0
            {
                self.progress.set(value / 100.0, now);
            }
        }
    }

    fn next_change(&self, now: Duration) -> Option<Duration> {
        let buttons = self.buttons.iter().map(|button| button.next_change(now));
        let switches = self.switches.iter().map(|switch| switch.next_change(now));
        let sliders = self.sliders.iter().map(|slider| slider.next_change(now));
        let bars = [self.progress.next_change(now), self.busy.next_change(now)];
        buttons.chain(switches).chain(sliders).chain(bars).fold(None, sooner)
    }
}
