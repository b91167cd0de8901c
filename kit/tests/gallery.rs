//! The gallery, as it runs: drawn where it has changed, on two buffers in turn, while somebody plays with it.

extern crate alloc;

mod screen;
#[path = "../../examples/gallery/view/mod.rs"]
mod view;

use std::time::Duration;

use embedded_graphics_core::geometry::{Point, Size};
use proptest::prelude::*;
use screen::{Screen, buffer};
use view::{Gallery, Look, PAGES};
use vitrine_gfx::{self as gfx, View};
use vitrine_kit as kit;
use vitrine_kit::input::{Event, Key};

const SIZE: Size = Size::new(480, 270);

fn gallery(page: usize) -> Gallery {
    let mut gallery = Gallery::new(SIZE, Look::Dark, page, Duration::ZERO);
    gallery.set_time(Duration::from_secs(36_547), Duration::ZERO);
    gallery
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
        let mut screen = Screen::new(SIZE);
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
        let mut screen = Screen::new(SIZE);
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
    let mut screen = Screen::new(SIZE);
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
        let (mut gallery, mut buffer) = (gallery(page), buffer(SIZE));
        gallery.resize(SIZE);
        let allocations = allocation_counter::measure(|| gallery.at(Duration::from_secs(1)).draw(&mut buffer));
        assert_eq!(allocations.count_total, 0, "page {page}");
    }
}
