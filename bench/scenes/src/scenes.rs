//! The scenes.

use alloc::{format, rc::Rc, string::String, vec, vec::Vec};

use embedded_graphics::{
    mono_font::{MonoTextStyle, ascii::FONT_10X20},
    pixelcolor::{BinaryColor, Rgb888},
    prelude::*,
    primitives::Rectangle,
};
use vitrine_gfx::text::FontBuf;

use crate::{Edge, Face, HEIGHT, Item, Picture, WIDTH, dashboard::Dashboard, random::Random};

/// What is drawn, and what is aimed for.
#[derive(Clone, Debug)]
pub struct Scene {
    /// As on the command line.
    pub name: &'static str,
    /// What it shows.
    pub title: &'static str,
    /// The most that drawing it may cost.
    pub aim: Aim,
    /// Drawn once before, not measured.
    pub below: Vec<Item>,
    /// What is measured.
    pub items: Vec<Item>,
    /// Whether `below` is the picture before, so that only what differs has to be drawn; which that is, is to be found out.
    pub is_change: bool,
}

/// The most that drawing a scene may cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Aim {
    /// As a ratio to the limit.
    Limit(f64),
    /// As a ratio to drawing this other scene.
    Scene(&'static str, f64),
}

/// Name, title and aim of each scene, in the order in which they are shown.
pub const NAMES: [(&str, &str, Aim); 17] = [
    ("clear", "clear", Aim::Limit(1.05)),
    ("rectangles", "200 rectangles", Aim::Limit(1.05)),
    ("circles", "20 circles, aliased", Aim::Limit(1.3)),
    ("circles-aa", "20 circles, anti-aliased", Aim::Limit(1.3)),
    ("rounded", "20 rounded rectangles, aliased", Aim::Limit(1.3)),
    ("rounded-aa", "20 rounded rectangles, anti-aliased", Aim::Limit(1.3)),
    ("images", "8 images of 320x240", Aim::Limit(1.05)),
    ("alpha", "8 images with per-pixel alpha", Aim::Limit(1.1)),
    ("blend", "full-screen blend at 50 %", Aim::Limit(1.1)),
    ("characters", "3,900 characters of 10x20", Aim::Limit(1.3)),
    ("text", "2,000 anti-aliased glyphs at 18 px", Aim::Limit(1.2)),
    ("lines", "200 lines, aliased", Aim::Limit(1.3)),
    ("lines-aa", "200 lines, anti-aliased", Aim::Limit(1.5)),
    ("plot", "a plot of 1,000 points, anti-aliased", Aim::Limit(1.5)),
    ("scroll", "scroll by 16 px", Aim::Limit(1.05)),
    ("dashboard", "a dashboard in full", Aim::Limit(1.3)),
    ("changes", "a dashboard: clock and two values change", Aim::Scene("dashboard", 0.05)),
];

const GROUND: Rgb888 = Rgb888::new(0x20, 0x20, 0x20);

/// The scene of this name.
pub fn scene(name: &str) -> Option<Scene> {
    let &(name, title, aim) = NAMES.iter().find(|known| known.0 == name)?;
    let ground = || vec![Item::Clear(GROUND)];
    let (below, items) = match name {
        "clear" => (vec![], vec![Item::Clear(GROUND)]),
        "rectangles" => (ground(), rectangles()),
        "circles" => (ground(), circles(Edge::Aliased)),
        "circles-aa" => (ground(), circles(Edge::Smooth)),
        "rounded" => (ground(), rounded(Edge::Aliased)),
        "rounded-aa" => (ground(), rounded(Edge::Smooth)),
        "images" => (ground(), images(false)),
        "alpha" => (rectangles(), images(true)),
        "blend" => (rectangles(), vec![Item::Tint(screen(), Rgb888::CSS_MIDNIGHT_BLUE, 128)]),
        "characters" => (ground(), characters()),
        "text" => (ground(), text()),
        "lines" => (ground(), lines(Edge::Aliased)),
        "lines-aa" => (ground(), lines(Edge::Smooth)),
        "plot" => (ground(), vec![plot()]),
        "scroll" => (Dashboard::new().items(0), vec![Item::Scroll(16)]),
        "dashboard" => (vec![], Dashboard::new().items(0)),
        "changes" => {
            let dashboard = Dashboard::new();
            (dashboard.items(0), dashboard.items(1))
        }
        _ => return None,
    };
    Some(Scene { name, title, aim, below, items, is_change: name == "changes" })
}

fn screen() -> Rectangle {
    Rectangle::new(Point::zero(), Size::new(WIDTH as u32, HEIGHT as u32))
}

fn rectangles() -> Vec<Item> {
    let mut random = Random::new(1);
    let mut one = || {
        let size = Size::new(random.between(20, 400), random.between(20, 300));
        Item::Fill(random.place(size), random.color())
    };
    (0..200).map(|_| one()).collect()
}

fn circles(edge: Edge) -> Vec<Item> {
    let mut random = Random::new(2);
    let mut one = || {
        let size = Size::new_equal(random.between(60, 400));
        Item::Circle(random.place(size), random.color(), edge)
    };
    (0..20).map(|_| one()).collect()
}

fn rounded(edge: Edge) -> Vec<Item> {
    let mut random = Random::new(3);
    let mut one = || {
        let size = Size::new(random.between(120, 500), random.between(80, 320));
        Item::Rounded(random.place(size), random.between(8, 32), random.color(), edge)
    };
    (0..20).map(|_| one()).collect()
}

fn images(alpha: bool) -> Vec<Item> {
    let size = Size::new(320, 240);
    let one = |index: u32| {
        let picture = Rc::new(Picture::sample(size, alpha, index).expect("a size that pictures have"));
        // Not at multiples of a vector's width.
        let at = Point::new((37 + index % 4 * 459) as i32, (101 + index / 4 * 491) as i32);
        if alpha { Item::Alpha(at, picture) } else { Item::Image(at, picture) }
    };
    (0..8).map(one).collect()
}

/// 50 lines of 78 characters.
fn characters() -> Vec<Item> {
    let line = |row: u32| -> String {
        (0..78).map(|column| char::from(b'!' + ((row * 31 + column * 7) % 94) as u8)).collect()
    };
    let style = MonoTextStyle::new(&FONT_10X20, BinaryColor::On);
    let font = Rc::new(FontBuf::of(&style, ' '..='~'));
    let one = |row: u32| {
        let at = Point::new(11, row as i32 * 21 + 13);
        Item::Characters(at, line(row), Rgb888::CSS_LIGHT_GRAY, font.clone())
    };
    (0..50).map(one).collect()
}

/// Words from the sentence that has every letter, 2,000 characters besides the spaces.
fn text() -> Vec<Item> {
    const WORDS: &str = "The quick brown fox jumps over the lazy dog, 0123456789 times. ";
    let mut left = 2_000;
    let mut letters = WORDS.chars().cycle();
    let mut items = vec![];
    while left > 0 {
        let mut line = String::new();
        while left > 0 && line.len() < 100 {
            let letter = letters.next().unwrap_or(' ');
            left -= u32::from(letter != ' ');
            line.push(letter);
        }
        let at = Point::new(40 + items.len() as i32 % 2 * 930, 60 + items.len() as i32 / 2 * 60);
        items.push(Item::Text(at, line, Face::Text, Rgb888::CSS_WHITE));
    }
    items
}

fn lines(edge: Edge) -> Vec<Item> {
    let mut random = Random::new(4);
    let mut one = || {
        let mut end = || random.place(Size::new_equal(1)).top_left;
        let (from, to) = (end(), end());
        Item::Line(from, to, random.color(), edge)
    };
    (0..200).map(|_| one()).collect()
}

/// 1,000 values as a stroke of 2 pixels across the screen.
fn plot() -> Item {
    let mut random = Random::new(5);
    let mut height = 540 * 256_i32;
    let mut one = |index: i32| {
        height = (height + random.between(0, 10_000) as i32 - 5_000).clamp(100 * 256, 980 * 256);
        Point::new(index * 486 + 300, height)
    };
    Item::Polyline((0..1_000).map(&mut one).collect(), 512, Rgb888::CSS_ORANGE)
}

/// A figure with one decimal.
pub(crate) fn tenths(value: u32) -> String {
    format!("{}.{}", value / 10, value % 10)
}
