//! The scale of type, and the colours.

use super::*;
use crate::gfx::Ink;
use crate::kit::layout::Grid;
use crate::kit::widget::Card;

pub struct Writing;

const ROLES: [(&str, Role, Tone); 6] = [
    ("19:45", Role::Figure, Tone::Text),
    ("Welcome to the museum", Role::Heading, Tone::Text),
    ("Sculpture of the north", Role::Title, Tone::Text),
    ("Open today until eight", Role::Label, Tone::Accent),
    ("The old town hall was built in 1609 and has been a museum since 1951.", Role::Body, Tone::Text),
    ("Updated at 19:44 – lift to the second floor, 12 °C outside", Role::Caption, Tone::Muted),
];

const NAMES: [&str; 6] = ["Figure", "Heading", "Title", "Label", "Body", "Caption"];

impl Page for Writing {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: Duration) {
        let [left, right] = row(area, theme.px(16), [Length::Share(2), Length::Share(1)]);
        let card = Card::new("Type scale");
        card.draw(surface, theme, left, now);
        let lines = column(card.content(theme, left), theme.px(8), [Length::Share(1); 6]);
        for ((line, name), (text, role, tone)) in lines.into_iter().zip(NAMES).zip(ROLES) {
            let [note, sample] = row(line, theme.px(16), [Length::Pixels(theme.px(72)), Length::Share(1)]);
            Label::new(name).role(Role::Caption).tone(Tone::Muted).draw(surface, theme, note, now);
            Label::new(text).role(role).tone(tone).draw(surface, theme, sample, now);
        }
        draw_palette(surface, theme, right, now);
    }
}

fn draw_palette<M: PixelMemory>(surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: Duration) {
    let palette = &theme.palette;
    let colors = [
        ("Accent", palette.accent),
        ("Good", palette.good),
        ("Warning", palette.warning),
        ("Bad", palette.bad),
        ("Text", palette.text),
        ("Muted", palette.muted),
        ("Raised", palette.raised),
        ("Track", palette.track),
    ];
    let card = Card::new("Palette");
    card.draw(surface, theme, area, now);
    let grid = Grid::new(card.content(theme, area), 2, 4, theme.px(16));
    for (index, (name, color)) in (0..).zip(colors) {
        let side = theme.px(40);
        let [swatch, name_area] = row(grid.nth(index), theme.px(12), [Length::Pixels(side), Length::Share(1)]);
        let swatch = crate::kit::layout::centered(swatch, Size::new_equal(side));
        surface.fill_rounded(&swatch, theme.px(12), Ink::over(color));
        Label::new(name).draw(surface, theme, name_area, now);
    }
}
