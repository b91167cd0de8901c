//! Lines, areas and bars.

use super::*;
use crate::kit::layout::Grid;
use crate::kit::plot::{Plot, Series, Sparkline};
use crate::kit::widget::Card;

pub struct Plots;

const POWER: [f32; 25] = [
    0.0, 0.0, 0.0, 0.1, 0.3, 0.9, 2.1, 3.6, 5.2, 6.4, 7.7, 8.1, 8.6, 8.4, 6.1, 7.4, 6.5, 5.2, 3.9, 2.4, 1.1, 0.4, 0.1,
    0.0, 0.0,
];
const INSIDE: [f32; 13] = [20.1, 19.8, 19.6, 19.9, 20.6, 21.3, 21.8, 22.2, 22.4, 22.1, 21.6, 21.0, 20.5];
const OUTSIDE: [f32; 13] = [12.4, 11.2, 10.6, 11.9, 14.8, 17.6, 19.9, 21.3, 21.0, 19.2, 16.7, 14.5, 13.1];
const ADULTS: [f32; 7] = [420.0, 380.0, 455.0, 510.0, 690.0, 940.0, 860.0];
const CHILDREN: [f32; 7] = [140.0, 95.0, 160.0, 210.0, 320.0, 610.0, 540.0];

const TRENDS: [(&str, &str, &[f32], Tone); 3] = [
    ("Tickets per hour", "86", &ADULTS, Tone::Accent),
    ("Room temperature", "20.5", &INSIDE, Tone::Good),
    ("Power", "4.2", &[8.0, 7.1, 7.6, 6.2, 6.6, 5.1, 4.4, 4.9, 4.2], Tone::Warning),
];

/// What a sparkline wants of a slice.
struct Measured(&'static [f32]);

impl crate::kit::plot::Values for Measured {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn value(&self, index: usize) -> f32 {
        self.0[index]
    }
}

impl Page for Plots {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: Duration) {
        let grid = Grid::new(area, 2, 2, theme.px(16));
        let power = [Series::area("Solar power", &POWER)];
        let hours = ["0", "4", "8", "12", "16", "20", "24 h"];
        let temperatures = [Series::line("Inside", &INSIDE), Series::line("Outside", &OUTSIDE)];
        let visitors = [Series::bars("Adults", &ADULTS), Series::bars("Children", &CHILDREN)];
        let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let plots = [
            ("Solar power", Plot::new(&power).unit("kW").names(&hours)),
            ("Temperature", Plot::new(&temperatures).unit("°C").names(&["0", "6", "12", "18", "24 h"])),
            ("Visitors", Plot::new(&visitors).unit("people").names(&days)),
        ];
        for (index, (title, plot)) in (0..).zip(plots) {
            let (card, place) = (Card::new(title), grid.nth(index));
            card.draw(surface, theme, place, now);
            plot.draw(surface, theme, card.content(theme, place), now);
        }
        draw_trends(surface, theme, grid.nth(3), now);
    }
}

fn draw_trends<M: PixelMemory>(surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: Duration) {
    let card = Card::new("Today");
    card.draw(surface, theme, area, now);
    let lines = column(card.content(theme, area), theme.px(8), [Length::Share(1); 3]);
    for (line, (name, figure, values, tone)) in lines.into_iter().zip(TRENDS) {
        let lengths = [Length::Share(3), Length::Share(2), Length::Share(4)];
        let [words, number, trend] = row(line, theme.px(16), lengths);
        Label::new(name).draw(surface, theme, words, now);
        Label::new(figure).role(Role::Title).draw(surface, theme, number, now);
        let values = Measured(values);
        Sparkline::new(&values).tone(tone).draw(surface, theme, trend, now);
    }
}
