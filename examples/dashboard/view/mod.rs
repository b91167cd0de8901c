//! What the dashboard shows: the appliance's own figures, on cards.

mod card;
mod format;
mod header;
mod memory;
mod times;

use crate::gfx::{
    PixelMemory, Surface,
    kit::{History, Scale, Shown, icons},
    text::{Font, Line, TextStyle, fonts},
};
use crate::{MemoryFigures, WallTime};
use card::{Card, draw_panel};
use core::time::Duration;
use embedded_graphics::{pixelcolor::Rgb888, prelude::*, primitives::Rectangle};
use header::Header;
use memory::Memory;
use times::Times;

const GROUND: Rgb888 = Rgb888::new(9, 12, 22);
const CARD: Rgb888 = Rgb888::new(19, 25, 41);
const EDGE: Rgb888 = Rgb888::new(37, 46, 70);
const WRITING: Rgb888 = Rgb888::new(240, 244, 252);
const MUTED: Rgb888 = Rgb888::new(138, 150, 180);
const TEAL: Rgb888 = Rgb888::new(45, 212, 191);
const AMBER: Rgb888 = Rgb888::new(251, 191, 36);
const VIOLET: Rgb888 = Rgb888::new(167, 139, 250);
const SKY: Rgb888 = Rgb888::new(56, 189, 248);

/// The figures change so often; between that a frame only moves the light below the header.
const PERIOD: Duration = Duration::from_millis(250);
/// One minute of periods.
const SAMPLES: usize = 240;
/// Flips per second are counted over so many periods.
const RATE_PERIODS: usize = 8;

/// What the appliance knows about itself.
#[derive(Clone, Copy, Debug)]
pub struct Figures {
    /// Date and time of day.
    pub now: WallTime,
    /// Time since the domain began to run.
    pub uptime: Duration,
    /// Page flips since the display was connected.
    pub flips: u64,
    /// How long the last frame took to draw.
    pub frame_time: Duration,
    /// Where the domain's memory went.
    pub memory: MemoryFigures,
}

/// The dashboard on a screen of one size.
pub struct Dashboard {
    scale: Scale,
    layout: Layout,
    frame: Shown<()>,
    /// Counts periods of the uptime.
    period: Shown<u128>,
    /// The figures of the current period.
    figures: Option<Figures>,
    /// Whether the last frame was drawn whole: what that takes says nothing about the frames that follow.
    whole: bool,
    /// The longest frame time of the period that is not over yet.
    longest: Option<Duration>,
    frame_times: History,
    /// Uptime and flips at the start of the last periods, the newest first.
    flips: [Option<(Duration, u64)>; RATE_PERIODS],
    header: Header,
    cards: [Card; 4],
    times: Times,
    memory: Memory,
}

impl Dashboard {
    /// The dashboard for a screen of this size. All allocations are made here.
    pub fn new(size: Size) -> Self {
        let scale = Scale::of(size);
        let layout = Layout::new(size, scale);
        let card = |index, unit| Card::new(layout.card(index), scale, unit);
        Self {
            scale,
            layout,
            frame: Shown::new(),
            period: Shown::new(),
            figures: None,
            whole: true,
            longest: None,
            frame_times: History::new(SAMPLES),
            flips: [None; RATE_PERIODS],
            header: Header::new(&layout, scale),
            cards: [card(0, ""), card(1, "µs"), card(2, "MiB"), card(3, "")],
            times: Times::new(layout.plot, scale),
            memory: Memory::new(layout.memory, scale),
        }
    }

    /// Brings a buffer of the given age up to date with `figures`.
    pub fn draw<M: PixelMemory>(&mut self, surface: &mut Surface<M>, age: u64, figures: &Figures) {
        if !self.whole {
            self.longest = self.longest.max(Some(figures.frame_time));
        }
        self.whole = age == 0;
        let period = figures.uptime.as_millis() / PERIOD.as_millis();
        if self.period.value() != Some(&period) {
            self.record(figures);
        }
        if self.frame.update((), age) {
            self.draw_frame(surface);
        }
        if self.period.update(period, age) {
            self.draw_figures(surface, age);
        }
        self.header.draw_light(surface, figures.uptime);
    }

    /// A new period has begun.
    fn record(&mut self, figures: &Figures) {
        self.figures = Some(*figures);
        if let Some(longest) = self.longest.take() {
            self.frame_times.push(u32::try_from(longest.as_micros()).unwrap_or(u32::MAX));
        }
        self.flips.rotate_right(1);
        self.flips[0] = Some((figures.uptime, figures.flips));
    }

    /// Flips per second over the last periods, with one decimal; a dash before one of them is over.
    fn flip_rate(&self) -> Line {
        let mut known = self.flips.iter().flatten();
        let (Some(newest), Some(oldest)) = (known.next(), known.next_back()) else { return format::unknown() };
        let millis = newest.0.saturating_sub(oldest.0).as_millis().max(1) as u64;
        let tenths = (newest.1.saturating_sub(oldest.1) * 10_000 + millis / 2) / millis;
        Line::format(format_args!("{}.{}", tenths / 10, tenths % 10))
    }

    /// The last frame time of the history in microseconds, and the longest; a dash while there is none.
    fn frame_time(&self) -> (Line, Line) {
        let Some(newest) = self.frame_times.values().next_back() else { return (format::unknown(), Line::EMPTY) };
        let longest = self.frame_times.values().max().unwrap_or(newest);
        (Line::format(format_args!("{newest}")), Line::format(format_args!("{longest} µs at most")))
    }

    /// What never changes.
    fn draw_frame<M: PixelMemory>(&self, surface: &mut Surface<M>) {
        let Ok(()) = surface.clear(GROUND);
        self.header.draw_frame(surface, self.scale);
        let heads = [
            (&icons::FLIPS, "Flips per second"),
            (&icons::STOPWATCH, "Frame time"),
            (&icons::MEMORY, "Memory"),
            (&icons::UPTIME, "Uptime"),
        ];
        for (index, (icon, title)) in (0..).zip(heads) {
            draw_panel(surface, self.layout.card(index), self.scale, icon, title);
        }
        draw_panel(surface, self.layout.plot, self.scale, &icons::STOPWATCH, "Time to draw a frame");
        draw_panel(surface, self.layout.memory, self.scale, &icons::MEMORY, "Where memory goes");
        self.memory.draw_names(surface, self.scale);
        self.times.draw_names(surface, self.scale);
        let Size { width, height } = surface.size();
        let line = Line::format(format_args!("{width} × {height} pixels, page-flipped through Xen's displif protocol"));
        let style = TextStyle::new(Font::fitting(&fonts::REGULAR, self.scale.px(18)), MUTED).on(GROUND);
        style.draw(surface, line.as_str(), self.layout.footer);
    }

    fn draw_figures<M: PixelMemory>(&mut self, surface: &mut Surface<M>, age: u64) {
        let Some(Figures { now, uptime, flips, memory, .. }) = self.figures else { return };
        let (rate, (newest, longest)) = (self.flip_rate(), self.frame_time());
        let of_total = Line::format(format_args!("of {} MiB", format::mebibytes(memory.total).as_str()));
        let since = Line::format(format_args!("since the domain started"));

        self.header.show(surface, age, &now);
        let [flips_card, time_card, memory_card, uptime_card] = &mut self.cards;
        flips_card.show(surface, age, rate, format::flips(flips));
        time_card.show(surface, age, newest, longest);
        memory_card.show(surface, age, format::mebibytes(memory.used), of_total);
        uptime_card.show(surface, age, format::hours(uptime), since);
        self.times.show(surface, age, &self.frame_times);
        self.memory.show(surface, age, &memory);
    }
}

/// Where things are.
#[derive(Clone, Copy, Debug)]
struct Layout {
    size: Size,
    margin: i32,
    gap: i32,
    /// The y of the line below the header.
    header: i32,
    card_size: Size,
    plot: Rectangle,
    memory: Rectangle,
    /// The footer's start and baseline.
    footer: Point,
}

impl Layout {
    fn new(size: Size, scale: Scale) -> Self {
        let (margin, gap, header) = (scale.px(32), scale.px(20), scale.px(92));
        let (width, height) = (size.width as i32, size.height as i32);
        let card_size = Size::new(((width - 2 * margin - 3 * gap) / 4) as u32, scale.length(152).max(110));
        let top = header + 2 * gap + card_size.height as i32 + scale.px(4);
        let bottom = height - scale.px(46).max(30);
        let rest = Size::new(0, (bottom - top).max(0) as u32);
        let memory_left = width - margin - card_size.width as i32;
        Self {
            size,
            margin,
            gap,
            header,
            card_size,
            plot: Rectangle::new(Point::new(margin, top), rest + Size::new((memory_left - gap - margin) as u32, 0)),
            memory: Rectangle::new(Point::new(memory_left, top), rest + Size::new(card_size.width, 0)),
            footer: Point::new(margin, height - scale.px(17).max(10)),
        }
    }

    /// One of the four cards of the upper row.
    fn card(&self, index: i32) -> Rectangle {
        let x = self.margin + index * (self.card_size.width as i32 + self.gap);
        Rectangle::new(Point::new(x, self.header + self.gap + self.gap / 4), self.card_size)
    }
}
