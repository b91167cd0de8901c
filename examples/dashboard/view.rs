//! What the dashboard shows: the appliance's own figures, on cards.

use crate::gfx::{
    Ink, PixelMemory, Surface,
    kit::{History, Label, Plot, Scale, Shown, icons},
    mix,
    text::{Align, Font, Line, TextStyle, fonts},
};
use crate::{MemoryFigures, WallTime};
use alloc::{vec, vec::Vec};
use core::time::Duration;
use embedded_graphics::{pixelcolor::Rgb888, prelude::*, primitives::Rectangle};

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
/// Lines of the plot's grid above its foot.
const GRID_LINES: u32 = 4;

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

    /// Tenths of flips per second, over the last periods.
    fn flip_rate(&self) -> u64 {
        let mut known = self.flips.iter().flatten();
        let (Some(newest), Some(oldest)) = (known.next(), known.next_back()) else { return 0 };
        let millis = newest.0.saturating_sub(oldest.0).as_millis().max(1) as u64;
        (newest.1.saturating_sub(oldest.1) * 10_000 + millis / 2) / millis
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
        let rate = self.flip_rate();
        let Some(Figures { now, uptime, flips, memory, .. }) = self.figures else { return };
        let [flips_card, time_card, memory_card, uptime_card] = &mut self.cards;
        let (newest, longest) =
            (self.frame_times.values().next_back().unwrap_or(0), self.frame_times.values().max().unwrap_or(0));

        self.header.show(surface, age, &now);
        let line = Line::format;
        flips_card.show(surface, age, line(format_args!("{}.{}", rate / 10, rate % 10)), grouped(flips));
        time_card.show(surface, age, line(format_args!("{newest}")), line(format_args!("{longest} µs at most")));
        memory_card.show(
            surface,
            age,
            mebibytes(memory.used),
            line(format_args!("of {} MiB", mebibytes(memory.total).as_str())),
        );
        uptime_card.show(surface, age, clock(uptime), line(format_args!("since the domain started")));
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

/// A card with an icon and a title at its top.
fn draw_panel<M: PixelMemory>(
    surface: &mut Surface<M>,
    area: Rectangle,
    scale: Scale,
    icon: &icons::Icon,
    title: &str,
) {
    let radius = scale.length(14);
    surface.fill_rounded(&area, radius, Ink::over(EDGE).on(GROUND));
    surface.fill_rounded(&area.offset(-1), radius.saturating_sub(1), Ink::over(CARD).on(EDGE));
    let side = scale.length(24).max(18);
    let at = area.top_left + Point::new(scale.px(18), scale.px(16));
    icon.draw(surface, at, side);
    let font = Font::fitting(&fonts::MEDIUM, scale.px(20));
    let baseline = (side as i32 + font.cap_height()) / 2;
    TextStyle::new(font, MUTED).on(CARD).draw(surface, title, at + Point::new(side as i32 + scale.px(10), baseline));
}

/// What is above the cards.
struct Header {
    layout: Layout,
    time: Label,
    date: Label,
    /// The light that travels along the line below the header.
    light: Surface<Vec<u32>>,
}

impl Header {
    fn new(layout: &Layout, scale: Scale) -> Self {
        let width = scale.px(300);
        let left = layout.size.width as i32 - layout.margin - width;
        let area = |y: i32, height: i32| {
            Rectangle::new(Point::new(left, scale.px(y)), Size::new(width as u32, scale.length(height)))
        };
        let label = |area, font, color| Label::new(area, font, color, GROUND).aligned(Align::Right);
        Self {
            layout: *layout,
            time: label(area(12, 42), Font::fitting(&fonts::FIGURES, scale.px(46)), WRITING),
            date: label(area(61, 24), Font::fitting(&fonts::REGULAR, scale.px(20)), MUTED),
            light: paint_light(Size::new(scale.length(220).max(1), 2)),
        }
    }

    fn draw_frame<M: PixelMemory>(&self, surface: &mut Surface<M>, scale: Scale) {
        let side = scale.length(48).max(36);
        let sign = Point::new(self.layout.margin, (self.layout.header - side as i32) / 2);
        icons::VITRINE.draw(surface, sign, side);
        let x = sign.x + side as i32 + scale.px(16);
        let title = TextStyle::new(Font::fitting(&fonts::MEDIUM, scale.px(33)), WRITING).on(GROUND);
        title.draw(surface, "Vitrine", Point::new(x, scale.px(44)));
        let caption = TextStyle::new(Font::fitting(&fonts::REGULAR, scale.px(20)), MUTED).on(GROUND);
        caption.draw(surface, "a display appliance on Xen", Point::new(x, scale.px(72)));
    }

    fn show<M: PixelMemory>(&mut self, surface: &mut Surface<M>, age: u64, now: &WallTime) {
        let WallTime { year, month, day, hour, minute, second, .. } = *now;
        self.time.show(surface, age, Line::format(format_args!("{hour:02}:{minute:02}:{second:02}")));
        self.date.show(surface, age, Line::format(format_args!("{year}-{month:02}-{day:02} UTC")));
    }

    /// The line below the header, along which a light travels to and fro: the sign that frames are being shown.
    fn draw_light<M: PixelMemory>(&self, surface: &mut Surface<M>, uptime: Duration) {
        const THERE_AND_BACK: u128 = 6000;
        let phase = (uptime.as_millis() % THERE_AND_BACK) as i32;
        let width = self.layout.size.width as i32;
        let light = self.light.size().width as i32;
        let way = i64::from(width + light);
        let half = THERE_AND_BACK as i32 / 2;
        let there = if phase < half { phase } else { 2 * half - phase };
        let left = (way * i64::from(there) / i64::from(half)) as i32 - light;

        let line = Rectangle::new(Point::new(0, self.layout.header), Size::new(width as u32, 2));
        let Ok(()) = surface.fill_solid(&line, EDGE);
        surface.draw_surface(&self.light, Point::new(left, self.layout.header));
    }
}

/// A light that fades to both sides.
fn paint_light(size: Size) -> Surface<Vec<u32>> {
    let mut light = Surface::new(vec![0; (size.width * size.height) as usize], size).expect("the memory has this size");
    let width = size.width as i32;
    let area = light.bounding_box();
    let brightness = |x: i32| 255 - (2 * x - width).abs() * 255 / width;
    let colors = area.points().map(|point| mix(EDGE, TEAL, brightness(point.x) as u8));
    let Ok(()) = light.fill_contiguous(&area, colors);
    light
}

/// A card with one big figure and a line below it.
struct Card {
    figure: Label,
    note: Label,
}

impl Card {
    fn new(area: Rectangle, scale: Scale, unit: &'static str) -> Self {
        let inset = scale.px(20);
        let height = area.size.height as i32;
        let part = |from: i32, to: i32| {
            let size = Size::new(area.size.width - 2 * inset as u32, (to - from) as u32);
            Rectangle::new(area.top_left + Point::new(inset, from), size)
        };
        let text = Font::fitting(&fonts::REGULAR, scale.px(20));
        let figure = part(height * 30 / 100, height * 72 / 100);
        let font = Font::fitting(&fonts::FIGURES, scale.px(68));
        Self {
            figure: Label::new(figure, font, WRITING, CARD).with_unit(
                Font::fitting(&fonts::REGULAR, scale.px(27)),
                MUTED,
                unit,
            ),
            note: Label::new(part(height * 74 / 100, height * 92 / 100), text, MUTED, CARD),
        }
    }

    fn show<M: PixelMemory>(&mut self, surface: &mut Surface<M>, age: u64, figure: Line, note: Line) {
        self.figure.show(surface, age, figure);
        self.note.show(surface, age, note);
    }
}

/// The plot of frame times, with its axes.
struct Times {
    plot: Plot,
    shown: Shown<u64>,
    labels: [Label; GRID_LINES as usize + 1],
    unit: Point,
}

impl Times {
    fn new(card: Rectangle, scale: Scale) -> Self {
        let (left, right) = (scale.px(78), scale.px(24));
        let (top, bottom) = (scale.px(64), scale.px(48));
        let inside = |near: i32, far: i32, length: u32| length.saturating_sub((near + far) as u32).max(1);
        let area = Rectangle::new(
            card.top_left + Point::new(left, top),
            Size::new(inside(left, right, card.size.width), inside(top, bottom, card.size.height)),
        );
        let plot = Plot::new(area, scale.length(2).max(2)).colors(CARD, EDGE, AMBER);
        let font = Font::fitting(&fonts::REGULAR, scale.px(18));
        let height = font.line_height();
        let labels = core::array::from_fn(|index| {
            let y = plot.grid_y(index as u32, GRID_LINES) - height / 2;
            let size = Size::new((left - scale.px(24)) as u32, height as u32);
            let area = Rectangle::new(Point::new(card.top_left.x + scale.px(12), y), size);
            Label::new(area, font, MUTED, CARD).aligned(Align::Right)
        });
        Self {
            plot,
            shown: Shown::new(),
            labels,
            unit: card.top_left + Point::new(card.size.width as i32 - right, scale.px(34)),
        }
    }

    fn draw_names<M: PixelMemory>(&self, surface: &mut Surface<M>, scale: Scale) {
        let font = Font::fitting(&fonts::REGULAR, scale.px(18));
        let style = TextStyle::new(font, MUTED).on(CARD);
        let Rectangle { top_left, size } = self.plot.area();
        let y = top_left.y + size.height as i32 + font.line_height();
        style.draw(surface, "one minute ago", Point::new(top_left.x, y));
        style.aligned(Align::Right).draw(surface, "now", Point::new(top_left.x + size.width as i32, y));
        style.aligned(Align::Right).draw(surface, "µs, longest of each quarter second", self.unit);
    }

    fn show<M: PixelMemory>(&mut self, surface: &mut Surface<M>, age: u64, times: &History) {
        if !self.shown.update(times.recorded(), age) {
            return;
        }
        let step = Plot::step(times, GRID_LINES);
        self.plot.draw(surface, times, step, GRID_LINES);
        for (index, label) in (0..).zip(&mut self.labels) {
            label.show(surface, age, Line::format(format_args!("{}", step * index)));
        }
    }
}

/// The domain's memory: its parts as a bar and as figures, and what else is known about it.
struct Memory {
    bar: Rectangle,
    shown: Shown<[usize; PARTS.len()]>,
    rows: [Label; ROWS],
    names: [Point; ROWS],
    dot: u32,
}

/// What the parts are called, and their colours; the last is what is left.
const PARTS: [(&str, Rgb888); 4] =
    [("Image", SKY), ("Heap", TEAL), ("Pages", VIOLET), ("Free", Rgb888::new(52, 64, 96))];

/// What is said below the parts.
const MORE: [&str; 2] = ["Heap in use", "Peak"];
const ROWS: usize = PARTS.len() + MORE.len();

impl Memory {
    fn new(card: Rectangle, scale: Scale) -> Self {
        let inset = scale.px(20);
        let width = card.size.width - 2 * inset as u32;
        let bar_top = scale.px(66);
        let bar = Rectangle::new(card.top_left + Point::new(inset, bar_top), Size::new(width, scale.length(22)));
        let font = Font::fitting(&fonts::REGULAR, scale.px(20));
        let first = bar_top + scale.px(46);
        let least = font.line_height();
        let pitch =
            ((card.size.height as i32 - first - scale.px(14)) / ROWS as i32).clamp(least, 2 * least + scale.px(12));
        let place = |index: usize| card.top_left + Point::new(inset, first + index as i32 * pitch);
        let rows = core::array::from_fn(|index| {
            let size = Size::new(width - width / 2, least as u32);
            let area = Rectangle::new(place(index) + Size::new(width / 2, 0), size);
            Label::new(area, font, WRITING, CARD).aligned(Align::Right)
        });
        let names = core::array::from_fn(|index| place(index) + Point::new(0, (least + font.cap_height()) / 2));
        Self { bar, shown: Shown::new(), rows, names, dot: font.cap_height() as u32 }
    }

    fn draw_names<M: PixelMemory>(&self, surface: &mut Surface<M>, scale: Scale) {
        let style = TextStyle::new(Font::fitting(&fonts::REGULAR, scale.px(20)), MUTED).on(CARD);
        for (&at, (_, color)) in self.names.iter().zip(PARTS) {
            surface.fill_circle(at - Point::new(0, self.dot as i32), self.dot, Ink::over(color).on(CARD));
        }
        let names = PARTS.iter().map(|&(name, _)| name).chain(MORE);
        for (&at, name) in self.names.iter().zip(names) {
            style.draw(surface, name, at + Point::new(self.dot as i32 + scale.px(10), 0));
        }
    }

    fn show<M: PixelMemory>(&mut self, surface: &mut Surface<M>, age: u64, memory: &MemoryFigures) {
        let MemoryFigures { total, used, used_at_most, image, heap, heap_used } = *memory;
        let parts = [image, heap, used.saturating_sub(image + heap), total.saturating_sub(used)];
        for (row, bytes) in self.rows.iter_mut().zip(parts.into_iter().chain([heap_used, used_at_most])) {
            let figure = mebibytes(bytes);
            row.show(surface, age, Line::format(format_args!("{} MiB", figure.as_str())));
        }
        if self.shown.update(parts, age) {
            self.draw_bar(surface, parts, total.max(1));
        }
    }

    /// A bar with round ends: drawn whole in each colour, of which the clip lets one part through.
    fn draw_bar<M: PixelMemory>(&self, surface: &mut Surface<M>, parts: [usize; PARTS.len()], total: usize) {
        let clip = surface.clip();
        let width = self.bar.size.width as usize;
        let mut from = 0;
        let mut before = 0;
        for (part, (_, color)) in parts.into_iter().zip(PARTS) {
            before += part;
            // Up to the nearest pixel.
            let to = ((before * width + total / 2) / total).min(width);
            let shown = Rectangle::new(
                self.bar.top_left + Size::new(from as u32, 0),
                Size::new((to - from) as u32, self.bar.size.height),
            );
            surface.set_clip(&clip.intersection(&shown));
            surface.fill_rounded(&self.bar, self.bar.size.height / 2, Ink::over(color).on(CARD));
            from = to;
        }
        surface.set_clip(&clip);
    }
}

/// A count, its thousands set apart.
fn grouped(count: u64) -> Line {
    let (millions, thousands, ones) = (count / 1_000_000, count / 1000 % 1000, count % 1000);
    match (millions, thousands) {
        (0, 0) => Line::format(format_args!("{ones} in all")),
        (0, _) => Line::format(format_args!("{thousands} {ones:03} in all")),
        _ => Line::format(format_args!("{millions} {thousands:03} {ones:03} in all")),
    }
}

/// In MiB with one decimal, rounded to the nearest.
fn mebibytes(bytes: usize) -> Line {
    let tenths = (bytes * 10 + (1 << 19)) >> 20;
    Line::format(format_args!("{}.{}", tenths / 10, tenths % 10))
}

/// As hours, minutes and seconds.
fn clock(duration: Duration) -> Line {
    let seconds = duration.as_secs();
    Line::format(format_args!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60))
}
