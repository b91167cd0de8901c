//! One of each widget.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::ops::RangeInclusive;
use std::time::Duration;

use embedded_graphics_core::geometry::Size;
use vitrine_gfx::image::{Fit, Picture};
use vitrine_kit::icons;
use vitrine_kit::plot::{Plot, Series, Sparkline, Values};
use vitrine_kit::theme::{Role, Tone};
use vitrine_kit::widget::{
    Banner, Button, ButtonKind, Card, Clock, ClockFace, Gauge, GaugeKind, Image, Item, Keyboard, Label, List, Progress,
    QWERTY, QrCode, Slider, Switch, Tabs, Text, Widget,
};

/// Somebody who looks at widgets of any type.
pub trait Visitor {
    fn visit(&mut self, name: &'static str, widget: &impl Widget);
}

static ITEMS: [Item<'static>; 8] = [
    Item::new("Entrance", "Ground floor").with_icon(&icons::HOME),
    Item::new("Tickets", "4 open").with_icon(&icons::MENU),
    Item::new("Collection", "First floor").with_icon(&icons::INFO),
    Item::new("Guided tour", "15:00").with_icon(&icons::CLOCK),
    Item::new("Portraits", "").with_icon(&icons::USER),
    Item::new("Film room", "Starts in six minutes"),
    Item::new("", ""),
    Item::new("Library", "Until 17:00").with_icon(&icons::SEARCH),
];

const RISING: [f32; 8] = [3.0, 4.5, 4.0, 6.0, 5.5, 7.0, 8.5, 8.0];
const OTHER: [f32; 8] = [1.0, 2.0, f32::NAN, 2.5, 3.0, 2.0, 1.0, 2.0];

/// Shows one of each widget that has no measurements.
pub fn each_widget(visitor: &mut impl Visitor) {
    visitor.visit("label", &Label::new("Sculpture").role(Role::Title).tone(Tone::Accent));
    for (name, kind) in [
        ("button_primary", ButtonKind::Primary),
        ("button_plain", ButtonKind::Plain),
        ("button_quiet", ButtonKind::Quiet),
        ("button_danger", ButtonKind::Danger),
    ] {
        visitor.visit(name, &Button::new("Continue", kind).with_icon(&icons::CHEVRON_RIGHT));
    }
    let mut focused = Button::new("Focused", ButtonKind::Plain);
    focused.focused = true;
    visitor.visit("button_focused", &focused);
    visitor.visit("button_disabled", &Button::new("Sold out", ButtonKind::Primary).enabled(false));
    visitor.visit("card", &Card::new("Visitors").note("today"));
    visitor.visit("switch_on", &Switch::new(true));
    visitor.visit("switch_off", &Switch::new(false));
    visitor.visit("switch_disabled", &Switch::new(true).enabled(false));
    visitor.visit("tabs", &Tabs::new(&["Day", "Week", "Month"]));
    visitor.visit("list", &List::new(ITEMS.as_slice()).selected(1));
    visitor.visit("banner", &Banner::new("Doors close soon", Tone::Warning));
    visitor.visit("progress_unknown", &Progress::bar(0.0).unknown());
    visitor.visit("keyboard", &Keyboard::new(&QWERTY));
    visitor.visit("qr", &QrCode::new("https://xenproject.org").unwrap());
    visitor.visit("text", &Text::new("The old town hall was built in 1609.").tone(Tone::Muted));
    let gradient = (0..64 * 48).map(|index| 0xff00_0040 | (index % 64 * 4) << 16 | (index / 64 * 5) << 8).collect();
    let picture = Picture::from_straight(gradient, Size::new(64, 48)).unwrap();
    visitor.visit("image", &Image::new(&picture).fit(Fit::Cover));
    let time = Duration::from_secs(36_547);
    visitor.visit("clock_digital", &Clock::new(ClockFace::Digital, time, Duration::ZERO).without_seconds());
    visitor.visit("clock_analog", &Clock::new(ClockFace::Analog, time, Duration::ZERO));
    with_widgets_of(&RISING, 0.0..=10.0, 7.0, visitor);
}

/// Shows one of each widget that has measurements.
pub fn with_widgets_of(values: &[f32], range: RangeInclusive<f32>, value: f32, visitor: &mut impl Visitor) {
    let borrowed = Borrowed(values);
    let (line, area) =
        ([Series::line("One", &borrowed), Series::line("Other", &OTHER)], [Series::area("One", &borrowed)]);
    let bars = [Series::bars("One", &borrowed), Series::bars("Other", &OTHER)];
    visitor.visit("plot_line", &Plot::new(&line).unit("kW").names(&["6 h", "12 h", "18 h"]));
    visitor.visit("plot_area", &Plot::new(&area).range(range.clone()));
    visitor.visit("plot_bars", &Plot::new(&bars).names(&["M", "T", "W", "T", "F", "S", "S", "M"]));
    visitor.visit("sparkline", &Sparkline::new(&borrowed).tone(Tone::Good));
    visitor.visit("gauge_ring", &Gauge::new(GaugeKind::Ring, range.clone(), value, "%"));
    visitor.visit("gauge_needle", &Gauge::new(GaugeKind::Needle, range.clone(), value, "bar").limits(6.0, 8.0));
    visitor.visit("slider", &Slider::new(range, 0.5, value));
    visitor.visit("progress_bar", &Progress::bar(value / 10.0));
    visitor.visit("progress_ring", &Progress::ring(value / 10.0).tone(Tone::Good));
}

struct Borrowed<'a>(&'a [f32]);

impl Values for Borrowed<'_> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn value(&self, index: usize) -> f32 {
        self.0[index]
    }
}
