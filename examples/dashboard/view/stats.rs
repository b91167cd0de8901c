//! The four figures.

use core::time::Duration;

use embedded_graphics::primitives::Rectangle;

use super::{Dashboard, Figures, GAP, Samples};
use crate::gfx::text::Line;
use crate::gfx::{PixelMemory, Surface};
use crate::kit::layout::{Length, column, row};
use crate::kit::plot::Sparkline;
use crate::kit::theme::{Role, Tone};
use crate::kit::widget::{Card, Label, Widget};
use crate::kit::{Theme, decimal};

/// A figure with its name above and what it counts below.
struct Stat<'a> {
    title: &'a str,
    figure: Line,
    note: &'a str,
    course: Option<&'a Samples>,
}

impl Dashboard {
    pub(super) fn draw_stats<M: PixelMemory>(
        &self,
        surface: &mut Surface<M>,
        theme: &Theme,
        area: Rectangle,
        figures: &Figures,
    ) {
        // Milliseconds in a second are thousandths of the CPU.
        let percent = self.cpu.last().map(|millis| millis / 10.0);
        let number = |value: Option<f32>, decimals| value.map_or(dash(), |value| decimal(value, decimals));
        let stats = [
            Stat { title: "CPU", figure: number(percent, 2), note: "percent", course: Some(&self.cpu) },
            Stat { title: "A picture", figure: number(self.drawing, 2), note: "milliseconds", course: None },
            Stat { title: "Pictures", figure: count(figures.pictures), note: "shown so far", course: None },
            Stat { title: "Running for", figure: hours(figures.uptime), note: "hours", course: None },
        ];
        let places = row(area, theme.px(GAP), [Length::Share(1); 4]);
        for (stat, place) in stats.iter().zip(places) {
            stat.draw(surface, theme, place);
        }
    }
}

impl Stat<'_> {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle) {
        let card = Card::new(self.title).note(self.note);
        card.draw(surface, theme, area, Duration::ZERO);
        let content = card.content(theme, area);
        let figure = Label::new(self.figure.as_str()).role(Role::Figure);
        let Some(course) = self.course else {
            return figure.draw(surface, theme, content, Duration::ZERO);
        };
        let [left, right] = row(content, theme.px(8), [Length::Share(3), Length::Share(2)]);
        figure.draw(surface, theme, left, Duration::ZERO);
        let [_, line] = column(right, 0, [Length::Share(1), Length::Share(3)]);
        // The last half minute.
        let values = course.values();
        let recent = &values[values.len() - 30..];
        Sparkline::new(&Recent(recent)).tone(Tone::Accent).draw(surface, theme, line, Duration::ZERO);
    }
}

/// A part of the samples.
struct Recent<'a>(&'a [f32]);

impl crate::kit::plot::Values for Recent<'_> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn value(&self, index: usize) -> f32 {
        self.0[index]
    }
}

/// What is shown for a figure that isn't known.
fn dash() -> Line {
    Line::format(format_args!("–"))
}

/// A count, its thousands set apart.
fn count(count: u64) -> Line {
    let (millions, thousands, ones) = (count / 1_000_000, count / 1000 % 1000, count % 1000);
    match (millions, thousands) {
        (0, 0) => Line::format(format_args!("{ones}")),
        (0, _) => Line::format(format_args!("{thousands} {ones:03}")),
        _ => Line::format(format_args!("{millions} {thousands:03} {ones:03}")),
    }
}

/// As hours, minutes and seconds.
fn hours(duration: Duration) -> Line {
    let seconds = duration.as_secs();
    Line::format(format_args!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60))
}
