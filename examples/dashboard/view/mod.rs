//! What the dashboard shows: a header, four figures, the processor's last two minutes, and where memory goes.

mod memory;
mod samples;
mod stats;

use core::time::Duration;

use embedded_graphics::{prelude::*, primitives::Rectangle};

use crate::MemoryFigures;
use crate::gfx::text::{Align, Line, fonts};
use crate::gfx::{PixelMemory, Surface, View};
use crate::kit::layout::{Length, column, inset, row};
use crate::kit::plot::{Plot, Series};
use crate::kit::theme::{Fonts, Palette, Role, Tone};
use crate::kit::widget::{Card, Label, Widget};
use crate::kit::{Scale, Theme, WallTime};

use samples::Samples;

/// What is measured once a second.
#[derive(Clone, Copy)]
pub struct Figures {
    /// The time of day.
    pub now: WallTime,
    /// Time since the domain was started.
    pub uptime: Duration,
    /// Pictures that were shown.
    pub pictures: u64,
    /// The domain's CPU time, if Xen tells.
    pub cpu_time: Option<Duration>,
    /// Where memory went.
    pub memory: MemoryFigures,
}

/// The dashboard, and what it remembers.
pub struct Dashboard {
    palette: Palette,
    figures: Option<Figures>,
    /// Milliseconds of CPU time in each of the last seconds.
    cpu: Samples,
    /// Milliseconds of CPU time for each picture, as an average over the last second in which there was one.
    drawing: Option<f32>,
}

/// From one card to the next, and around all of them, at 1280x720.
const GAP: u32 = 16;

impl Dashboard {
    /// A dashboard that knows nothing yet, drawn in these colours.
    pub fn new(palette: Palette) -> Self {
        Self { palette, figures: None, cpu: Samples::new(), drawing: None }
    }

    /// Takes in new figures. What the first picture has cost is not shown: next to it all others would be nothing.
    pub fn update(&mut self, figures: Figures) {
        if let Some(before) = self.figures.replace(figures)
            && before.pictures > 0
            && let (Some(now), Some(then)) = (figures.cpu_time, before.cpu_time)
        {
            let wall = figures.uptime.saturating_sub(before.uptime).as_secs_f32().max(0.001);
            let spent = now.saturating_sub(then).as_secs_f32() * 1e3;
            let pictures = figures.pictures.saturating_sub(before.pictures);
            self.cpu.push(spent / wall);
            self.drawing = (pictures > 0).then(|| spent / pictures as f32).or(self.drawing);
        }
    }

    fn draw_header<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: &WallTime) {
        let time = Line::format(format_args!("{:02}:{:02}:{:02}", now.hour, now.minute, now.second));
        let (weekday, month) = (now.weekday_name(), now.month_name());
        let date = Line::format(format_args!("{weekday}, {} {month} {}", now.day, now.year));
        let [title, place] = row(area, theme.px(GAP), [Length::Share(1), Length::Pixels(theme.px(280))]);
        let [name, about] = column(title, 0, [Length::Share(3), Length::Share(2)]);
        Label::new("Vitrine").role(Role::Heading).draw(surface, theme, name, Duration::ZERO);
        Label::new("This appliance, seen from inside").tone(Tone::Muted).draw(surface, theme, about, Duration::ZERO);
        let [clock, below] = column(place, 0, [Length::Share(3), Length::Share(2)]);
        let right = |text| Label::new(text).aligned(Align::Right);
        right(time.as_str()).role(Role::Heading).draw(surface, theme, clock, Duration::ZERO);
        right(date.as_str()).tone(Tone::Muted).draw(surface, theme, below, Duration::ZERO);
    }

    fn draw_plot<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle) {
        let card = Card::new("Processor").note("milliseconds in each second");
        card.draw(surface, theme, area, Duration::ZERO);
        let series = [Series::area("CPU time", self.cpu.values())];
        let plot = Plot::new(&series).names(&["2 minutes ago", "1 minute ago", "now"]);
        plot.draw(surface, theme, card.content(theme, area), Duration::ZERO);
    }
}

/// Two sets of fonts do for screens of up to 1080 lines, and are a third of the sizes that there are.
fn fonts_for(scale: Scale) -> Fonts {
    if scale.px(100) < 130 {
        Fonts {
            caption: &fonts::REGULAR_13,
            body: &fonts::REGULAR_17,
            label: &fonts::MEDIUM_17,
            title: &fonts::MEDIUM_23,
            heading: &fonts::MEDIUM_28,
            figure: &fonts::LIGHT_39,
        }
    } else {
        Fonts {
            caption: &fonts::REGULAR_19,
            body: &fonts::REGULAR_23,
            label: &fonts::MEDIUM_23,
            title: &fonts::MEDIUM_34,
            heading: &fonts::MEDIUM_40,
            figure: &fonts::LIGHT_56,
        }
    }
}

impl View for Dashboard {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>) {
        let scale = Scale::of(surface.size());
        let theme = Theme::of(self.palette, fonts_for(scale), scale);
        let Ok(()) = surface.clear(theme.palette.ground);
        let Some(figures) = &self.figures else { return };
        let gap = theme.px(GAP);
        let area = inset(surface.bounding_box(), theme.px(24));
        let lengths = [Length::Pixels(theme.px(64)), Length::Pixels(theme.px(136)), Length::Share(1)];
        let [header, stats, rest] = column(area, gap, lengths);
        self.draw_header(surface, &theme, header, &figures.now);
        self.draw_stats(surface, &theme, stats, figures);
        let [plot, memory] = row(rest, gap, [Length::Share(3), Length::Share(1)]);
        self.draw_plot(surface, &theme, plot);
        memory::draw(surface, &theme, memory, &figures.memory);
    }
}
