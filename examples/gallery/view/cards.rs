//! Cards and a list.

use super::*;
use crate::gfx::text::Align;
use crate::kit::glyph::{self, Glyph};
use crate::kit::layout::Grid;
use crate::kit::widget::{Card, Item, List};

pub struct Cards {
    list: List<&'static [Item<'static>]>,
}

const fn item(title: &'static str, note: &'static str, sign: &'static Glyph) -> Item<'static> {
    Item::new(title, note).with_glyph(sign)
}

static ITEMS: [Item<'static>; 12] = [
    item("Entrance", "Ground floor", &glyph::HOME),
    item("Tickets", "4 counters open", &glyph::LIST),
    item("Permanent collection", "First floor", &glyph::INFO),
    item("Guided tour", "15:00", &glyph::TIME),
    item("Portraits", "Second floor", &glyph::PERSON),
    item("Film room", "Starts in 6 min", &glyph::PLAY),
    item("Visitors today", "1 204", &glyph::CHART),
    item("Workshop", "Full", &glyph::WARNING),
    item("Library", "Until 17:00", &glyph::SEARCH),
    item("Roof terrace", "Closed", &glyph::CROSS),
    item("Cloakroom", "Free", &glyph::CHECK),
    item("Café", "Ground floor", &glyph::PLUS),
];

const FIGURES: [(&str, &str, &str, Tone); 4] = [
    ("Visitors", "1 204", "+12 % on last week", Tone::Good),
    ("Waiting time", "6:30", "minutes at the entrance", Tone::Muted),
    ("Temperature", "21.5", "°C in the main hall", Tone::Muted),
    ("Humidity", "62 %", "above 55 %", Tone::Warning),
];

impl Cards {
    pub fn new() -> Self {
        let mut list = List::new(ITEMS.as_slice()).selected(2);
        list.focused = false;
        Self { list }
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
        for (index, (title, figure, note, tone)) in (0..).zip(FIGURES) {
            let (card, place) = (Card::new(title), grid.nth(index));
            card.draw(surface, theme, place, now);
            let content = card.content(theme, place);
            let [figure_area, note_area] = column(content, 0, [Length::Share(1), Length::Pixels(theme.px(24))]);
            Label::new(figure).role(Role::Figure).draw(surface, theme, figure_area, now);
            Label::new(note).role(Role::Body).tone(tone).aligned(Align::Left).draw(surface, theme, note_area, now);
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
