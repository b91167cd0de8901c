//! Cards and a list.

use super::*;
use crate::gfx::image::Icon;
use crate::kit::icons;
use crate::kit::layout::Grid;
use crate::kit::plot::Sparkline;
use crate::kit::widget::{Card, Item, List};

pub struct Cards {
    list: List<&'static [Item<'static>]>,
}

const fn item(title: &'static str, note: &'static str, sign: &'static Icon) -> Item<'static> {
    Item::new(title, note).with_icon(sign)
}

static ITEMS: [Item<'static>; 12] = [
    item("Entrance", "Ground floor", &icons::HOME),
    item("Tickets", "4 counters open", &icons::CART),
    item("Permanent collection", "First floor", &icons::INFO),
    item("Guided tour", "15:00", &icons::CLOCK),
    item("Portraits", "Second floor", &icons::USER),
    item("Film room", "Starts in 6 min", &icons::PLAY),
    item("Visitors today", "1 204", &icons::CHART),
    item("Workshop", "Full", &icons::WARNING),
    item("Library", "Until 17:00", &icons::SEARCH),
    item("Roof terrace", "Closed", &icons::LOCK),
    item("Cloakroom", "Free", &icons::CHECK),
    item("Café", "Ground floor", &icons::COFFEE),
];

/// What is on a card: a title, a figure, how it went, and what is to be said about it.
struct Figure {
    title: &'static str,
    figure: &'static str,
    trend: [f32; 12],
    note: &'static str,
    tone: Tone,
}

const FIGURES: [Figure; 4] = [
    Figure {
        title: "Visitors",
        figure: "1 204",
        trend: [4.0, 4.2, 4.1, 5.0, 5.6, 5.3, 6.8, 7.4, 7.1, 8.2, 8.0, 9.1],
        note: "+12 % on last week",
        tone: Tone::Good,
    },
    Figure {
        title: "Waiting time",
        figure: "6:30",
        trend: [2.0, 2.4, 3.1, 5.2, 6.4, 6.1, 5.0, 4.1, 4.6, 5.5, 6.3, 6.5],
        note: "minutes at the entrance",
        tone: Tone::Muted,
    },
    Figure {
        title: "Temperature",
        figure: "21.5",
        trend: [20.0, 20.1, 20.4, 20.9, 21.3, 21.6, 21.8, 21.9, 21.8, 21.7, 21.6, 21.5],
        note: "°C in the main hall",
        tone: Tone::Muted,
    },
    Figure {
        title: "Humidity",
        figure: "62 %",
        trend: [48.0, 49.0, 48.5, 50.0, 51.0, 52.5, 54.0, 56.0, 57.5, 59.0, 61.0, 62.0],
        note: "above 55 %",
        tone: Tone::Warning,
    },
];

impl Figure {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: Duration) {
        let card = Card::new(self.title);
        card.draw(surface, theme, area, now);
        let lengths = [Length::Pixels(theme.px(56)), Length::Share(1), Length::Pixels(theme.px(24))];
        let [figure, trend, note] = column(card.content(theme, area), theme.px(12), lengths);
        Label::new(self.figure).role(Role::Figure).draw(surface, theme, figure, now);
        let tone = if self.tone == Tone::Muted { Tone::Accent } else { self.tone };
        Sparkline::new(&self.trend).tone(tone).draw(surface, theme, trend, now);
        Label::new(self.note).tone(self.tone).draw(surface, theme, note, now);
    }
}

impl Cards {
    pub fn new() -> Self {
        Self { list: List::new(ITEMS.as_slice()).selected(2) }
    }

    fn areas(theme: &Theme, area: Rectangle) -> [Rectangle; 2] {
        row(area, theme.px(16), [Length::Share(3), Length::Share(2)])
    }

    fn list_area(theme: &Theme, card: Rectangle) -> Rectangle {
        Card::new("Today").content(theme, card)
    }
}

impl Page for Cards {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: Duration) {
        let [figures, list] = Self::areas(theme, area);
        let grid = Grid::new(figures, 2, 2, theme.px(16));
        for (index, figure) in (0..).zip(&FIGURES) {
            figure.draw(surface, theme, grid.nth(index), now);
        }
        Card::new("Today").note("12 places").draw(surface, theme, list, now);
        self.list.draw(surface, theme, Self::list_area(theme, list), now);
    }

    fn on_event(&mut self, event: Event, theme: &Theme, area: Rectangle, now: Duration) {
        let [_, list] = Self::areas(theme, area);
        // Left and right turn pages; up and down are the list's.
        self.list.focused = matches!(event, Event::KeyDown(Key::Up | Key::Down | Key::Enter));
        self.list.on_event(event, theme, Self::list_area(theme, list), now);
    }

    fn next_change(&self, now: Duration) -> Option<Duration> {
        self.list.next_change(now)
    }
}
