//! The gallery, as it runs: drawn where it has changed, on two buffers in turn, while somebody plays with it.

extern crate alloc;

#[path = "../../examples/gallery/view/mod.rs"]
mod view;

use std::time::Duration;

use embedded_graphics_core::geometry::{Point, Size};
use proptest::prelude::*;
use view::{Gallery, Look, PAGES};
use vitrine_gfx::{self as gfx, Canvas, PictureId, Surface, View};
use vitrine_kit as kit;
use vitrine_kit::input::{Event, Key};

const SIZE: Size = Size::new(480, 270);

fn buffer() -> Surface<Vec<u32>> {
    Surface::new(vec![0x55_5555; (SIZE.width * SIZE.height) as usize], SIZE).unwrap()
}

fn gallery(page: usize) -> Gallery {
    let mut gallery = Gallery::new(SIZE, Look::Dark, page, Duration::ZERO);
    gallery.set_time(Duration::from_secs(36_547), Duration::ZERO);
    gallery
}

/// Two buffers that are shown in turn, and what the canvas knows of them.
struct Screen {
    canvas: Canvas,
    buffers: [Surface<Vec<u32>>; 2],
    shown: u64,
}

impl Screen {
    fn new() -> Self {
        Self { canvas: Canvas::new(), buffers: [buffer(), buffer()], shown: 0 }
    }

    /// Shows a view, and returns how many pixels were drawn.
    fn show(&mut self, view: &impl View) -> usize {
        let [one, other] = &mut self.buffers;
        let (back, front) = if self.shown.is_multiple_of(2) { (one, other) } else { (other, one) };
        let last = (self.shown > 0).then_some(PictureId(0, self.shown));
        let age = if self.shown < 2 { 0 } else { 2 };
        let composed = self.canvas.compose(SIZE, view).unwrap();
        if composed.is(last) {
            return 0;
        }
        let painted = composed.paint(back, age, last, last.map(|_| &*front));
        let drawn = painted.drawn();
        self.shown += 1;
        painted.presented(PictureId(0, self.shown));
        let mut whole = buffer();
        view.draw(&mut whole);
        assert!(back.memory() == whole.memory(), "a partial picture differs from a whole one");
        drawn
    }
}

/// Something that somebody does, after so many milliseconds.
fn doing() -> impl Strategy<Value = (u64, Event)> {
    let point = || (-20..500, -20..300).prop_map(|(x, y)| Point::new(x, y));
    let keys = [Key::Left, Key::Right, Key::Up, Key::Down, Key::Tab, Key::Enter, Key::Backspace];
    let event = prop_oneof![
        3 => point().prop_map(Event::PointerDown),
        3 => point().prop_map(Event::PointerUp),
        2 => point().prop_map(Event::PointerMoved),
        1 => prop::sample::select(keys.to_vec()).prop_map(Event::KeyDown),
        1 => Just(Event::Text('x')),
    ];
    (0_u64..400, event)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn partial_pictures_are_whole(page in 0..PAGES.len(), deeds in prop::collection::vec(doing(), 1..12)) {
        let mut gallery = gallery(page);
        let mut screen = Screen::new();
        let mut now = Duration::ZERO;
        for (after, event) in deeds {
            now += Duration::from_millis(after);
            gallery.on_event(event, now);
            gallery.pass(now);
            screen.show(&gallery.at(now));
        }
    }
}

/// Before the time that it names itself, it looks the same; and it does not want to be drawn all the time.
#[test]
fn it_rests_until_it_says() {
    for page in 0..PAGES.len() {
        let gallery = gallery(page);
        let mut screen = Screen::new();
        let start = Duration::from_millis(1500);
        screen.show(&gallery.at(start));
        let Some(next) = gallery.next_change(start).filter(|&next| next > start) else { continue };
        for part in [0.3, 0.7, 0.999] {
            let now = start + (next - start).mul_f64(part);
            assert_eq!(screen.show(&gallery.at(now)), 0, "page {page} at {now:?}");
        }
    }
}

/// A switch that is turned changes a small part of the screen, found by the canvas.
#[test]
fn a_touch_changes_little() {
    let mut gallery = gallery(1);
    let mut screen = Screen::new();
    for now in [100, 200] {
        screen.show(&gallery.at(Duration::from_millis(now)));
    }
    gallery.on_event(Event::KeyDown(Key::Tab), Duration::from_millis(300));
    let all = (SIZE.width * SIZE.height) as usize;
    assert!(screen.show(&gallery.at(Duration::from_millis(300))) > all * 9 / 10);
    gallery.on_event(Event::PointerDown(Point::new(20, 80)), Duration::from_millis(400));
    let drawn = screen.show(&gallery.at(Duration::from_millis(440)));
    assert!(drawn > 0 && drawn < all / 4, "{drawn} pixels of {all}");
}

/// Drawing allocates nothing.
#[test]
fn no_frame_allocates() {
    for page in 0..PAGES.len() {
        let (mut gallery, mut buffer) = (gallery(page), buffer());
        gallery.resize(SIZE);
        let allocations = allocation_counter::measure(|| gallery.at(Duration::from_secs(1)).draw(&mut buffer));
        assert_eq!(allocations.count_total, 0, "page {page}");
    }
}
