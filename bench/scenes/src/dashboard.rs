//! A dashboard: a header with a clock, cards with figures and gauges, plots, and a table.

use alloc::{format, rc::Rc, string::String, vec, vec::Vec};

use embedded_graphics::{pixelcolor::Rgb888, prelude::*, primitives::Rectangle};

use crate::{Edge, Face, Item, Picture, random::Random, scenes::tenths};

const GROUND: Rgb888 = Rgb888::new(0x10, 0x14, 0x1c);
const EDGE: Rgb888 = Rgb888::new(0x2c, 0x34, 0x42);
const CARD: Rgb888 = Rgb888::new(0x1a, 0x20, 0x2b);
const TRACK: Rgb888 = Rgb888::new(0x2a, 0x33, 0x42);
const WRITING: Rgb888 = Rgb888::new(0xee, 0xf2, 0xf8);
const MUTED: Rgb888 = Rgb888::new(0x94, 0xa2, 0xb8);
const BLUE: Rgb888 = Rgb888::new(0x4c, 0x9a, 0xff);
const GREEN: Rgb888 = Rgb888::new(0x36, 0xc2, 0x8b);
const AMBER: Rgb888 = Rgb888::new(0xff, 0xb4, 0x3d);

/// What a dashboard holds on to from one picture to the next.
pub struct Dashboard {
    logo: Rc<Picture>,
}

impl Dashboard {
    pub fn new() -> Self {
        let logo = Picture::sample(Size::new_equal(64), true, 3).expect("a size that pictures have");
        Self { logo: Rc::new(logo) }
    }

    /// Everything, at so many seconds: the clock shows them, and two of the figures depend on them.
    pub fn items(&self, second: u32) -> Vec<Item> {
        let mut items = vec![Item::Clear(GROUND)];
        header(&mut items, self.logo.clone(), second);
        for (index, (title, unit, color)) in
            [("Temperature", "°C", AMBER), ("Pressure", "hPa", BLUE), ("Humidity", "%", GREEN), ("Power", "kW", AMBER)]
                .into_iter()
                .enumerate()
        {
            let changes = if index < 2 { second } else { 0 };
            card(&mut items, index as i32, title, unit, 213 + changes * 7 % 50 + 180 * index as u32, color);
        }
        plot_card(&mut items, area(40, 470, 1200, 570));
        table(&mut items, area(1280, 470, 600, 570));
        items
    }
}

fn area(x: i32, y: i32, width: u32, height: u32) -> Rectangle {
    Rectangle::new(Point::new(x, y), Size::new(width, height))
}

fn text(items: &mut Vec<Item>, x: i32, y: i32, face: Face, color: Rgb888, text: impl Into<String>) {
    items.push(Item::Text(Point::new(x, y), text.into(), face, color));
}

fn panel(items: &mut Vec<Item>, area: Rectangle) {
    items.push(Item::Rounded(area, 16, EDGE, Edge::Smooth));
    items.push(Item::Rounded(area.offset(-1), 15, CARD, Edge::Smooth));
}

fn header(items: &mut Vec<Item>, logo: Rc<Picture>, second: u32) {
    items.push(Item::Alpha(Point::new(40, 44), logo));
    text(items, 124, 74, Face::Heading, WRITING, "Turbine hall 2");
    text(items, 124, 102, Face::Text, MUTED, "All systems in operation – last inspection on 12 March");
    let time = format!("{:02}:{:02}:{:02}", 10 + second / 3600, second / 60 % 60, second % 60);
    text(items, 1500, 112, Face::Clock, WRITING, time);
    items.push(Item::Fill(area(40, 144, 1840, 1), EDGE));
}

fn card(items: &mut Vec<Item>, index: i32, title: &str, unit: &str, value: u32, color: Rgb888) {
    let left = 40 + index * 470;
    panel(items, area(left, 176, 430, 254));
    items.push(Item::Circle(area(left + 24, 200, 20, 20), color, Edge::Smooth));
    text(items, left + 56, 217, Face::Heading, MUTED, title);
    text(items, left + 24, 316, Face::Figure, WRITING, tenths(value));
    text(items, left + 250, 316, Face::Heading, MUTED, unit);
    items.push(Item::Rounded(area(left + 24, 350, 382, 12), 6, TRACK, Edge::Smooth));
    items.push(Item::Rounded(area(left + 24, 350, 60 + value * 3 / 10, 12), 6, color, Edge::Smooth));
    text(items, left + 24, 402, Face::Caption, MUTED, "Limits 18.0 and 98.5, mean of the last hour 41.7");
}

fn plot_card(items: &mut Vec<Item>, card: Rectangle) {
    let Point { x, y } = card.top_left;
    panel(items, card);
    text(items, x + 24, y + 42, Face::Heading, MUTED, "Load of the last 24 hours");
    for line in 0..6 {
        let at = y + 90 + line * 80;
        items.push(Item::Fill(area(x + 80, at, 1090, 1), EDGE));
        text(items, x + 24, at + 5, Face::Caption, MUTED, format!("{}", 100 - line * 20));
    }
    for hour in 0..13 {
        text(items, x + 72 + hour * 90, y + 524, Face::Caption, MUTED, format!("{:02}", hour * 2));
    }
    for (seed, color) in [(6, BLUE), (7, GREEN), (8, AMBER)] {
        let mut random = Random::new(seed);
        let mut height = (y + 250) * 256;
        let mut one = |index: i32| {
            height = (height + random.between(0, 6_000) as i32 - 3_000).clamp((y + 100) * 256, (y + 480) * 256);
            Point::new((x + 80) * 256 + index * 930, height)
        };
        items.push(Item::Polyline((0..300).map(&mut one).collect(), 512, color));
    }
}

fn table(items: &mut Vec<Item>, card: Rectangle) {
    const NAMES: [&str; 9] = [
        "Inlet valve",
        "Bearing, drive side",
        "Bearing, far side",
        "Oil pump 1",
        "Oil pump 2",
        "Cooling water",
        "Generator",
        "Exciter",
        "Transformer",
    ];
    let Point { x, y } = card.top_left;
    panel(items, card);
    text(items, x + 24, y + 42, Face::Heading, MUTED, "Components");
    for (row, name) in (0..).zip(NAMES) {
        let at = y + 70 + row * 54;
        items.push(Item::Fill(area(x + 24, at, 552, 1), EDGE));
        text(items, x + 24, at + 35, Face::Text, WRITING, name);
        text(items, x + 300, at + 35, Face::Text, MUTED, tenths(412 + row as u32 * 37));
        let color = if row == 3 { AMBER } else { GREEN };
        items.push(Item::Rounded(area(x + 456, at + 14, 120, 28), 14, color, Edge::Smooth));
        text(items, x + 476, at + 34, Face::Caption, GROUND, if row == 3 { "attention" } else { "in order" });
    }
}
