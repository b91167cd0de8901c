//! The views of the example appliances, as they run: on two buffers in turn, without allocating.

extern crate alloc;

#[path = "../../examples/bounce/view.rs"]
mod bounce;
#[path = "../../examples/clock/view.rs"]
mod clock;
#[path = "../../examples/dashboard/view/mod.rs"]
mod dashboard;
mod screen;

use std::time::Duration;

use dashboard::{Dashboard, Figures};
use embedded_graphics::prelude::*;
use kit::WallTime;
use kit::theme::Palette;
use screen::{Screen, buffer};
use vitrine_gfx::{self as gfx, Surface, View};
use vitrine_kit as kit;

/// As `vitrine::MemoryFigures`, field by field: these tests know no `vitrine`.
#[derive(Clone, Copy)]
pub struct MemoryFigures {
    total: usize,
    used: usize,
    used_at_most: usize,
    image: usize,
    heap: usize,
}

type Picture = Surface<Vec<u32>>;

const SIZES: [Size; 5] =
    [Size::new(320, 200), Size::new(800, 600), Size::new(1024, 768), Size::new(1280, 720), Size::new(1920, 1080)];

/// Runs a view on two buffers, each two flips old, and another on a single one; they must show the same. Returns the most
/// pixels that were damaged by a frame after the first ones.
fn run<V>(size: Size, frames: u64, new: fn(Size) -> V, draw: impl Fn(&mut V, &mut Picture, u64, u64)) -> usize {
    let (mut turns, mut single) = (new(size), new(size));
    let mut buffers = [buffer(size), buffer(size)];
    let mut whole = buffer(size);
    let mut damaged = 0;
    for frame in 0..frames {
        let buffer = &mut buffers[(frame % 2) as usize];
        let age = if frame < 2 { 0 } else { 2 };
        let allocations = allocation_counter::measure(|| draw(&mut turns, buffer, age, frame));
        assert_eq!(allocations.count_total, 0, "frame {frame} allocated");
        draw(&mut single, &mut whole, u64::from(frame > 0), frame);
        assert!(buffer.memory() == whole.memory(), "frame {frame} differs at {size}");
        let damage = buffer.take_damage();
        if frame >= 4 {
            damaged = damaged.max(damage.pixels());
        }
    }
    damaged
}

/// The time of day, some seconds before and after the turn of a minute.
fn time(seconds: u64) -> WallTime {
    WallTime::from_unix(Duration::from_secs(1_798_761_530 + seconds))
}

/// What a dashboard is told in one second.
fn figures(second: u64) -> Figures {
    let used = (8 << 20) + ((second as usize / 40) << 18);
    Figures {
        now: time(second),
        uptime: Duration::from_secs(second),
        pictures: second * 3 / 2,
        cpu_time: (!second.is_multiple_of(7)).then(|| Duration::from_micros(second * 900 + second * second % 991)),
        memory: MemoryFigures { total: 32 << 20, used, used_at_most: 20 << 20, image: 1 << 20, heap: 2 << 20 },
    }
}

#[test]
fn the_clock() {
    for size in SIZES {
        let pixels = (size.width * size.height) as usize;
        let mut screen = Screen::new(size);
        let drawn: Vec<_> = (0..30).map(|frame| screen.show(&clock::Clock { now: time(frame / 2) })).collect();
        // From one second to the next: the seconds and a mark. Tiny screens have few tiles.
        assert!(drawn[22] < pixels / 7, "{drawn:?} of {pixels} pixels at {size}");
        assert!((0..15).all(|second| drawn[2 * second + 1] == 0), "the same second is drawn again at {size}");
    }
}

#[test]
fn the_dashboard() {
    for (size, palette) in [
        (Size::new(800, 600), Palette::DARK),
        (Size::new(1280, 800), Palette::LIGHT),
        (Size::new(1920, 1080), Palette::CONTRAST),
    ] {
        let (mut view, mut screen) = (Dashboard::new(palette), Screen::new(size));
        for second in 0..20 {
            view.update(figures(second));
            let drawn = screen.show(&view);
            // The plot is drawn again, and it is half of the picture.
            let pixels = (size.width * size.height) as usize;
            assert!(second < 2 || drawn < pixels * 2 / 3, "{drawn} of {pixels} pixels");
        }
    }
}

#[test]
fn the_ball() {
    for size in SIZES {
        let damaged = run(size, 500, bounce::Bounce::new, |view, picture, age, _| view.draw(picture, age));
        let pixels = (size.width * size.height) as usize;
        assert!(damaged < pixels / 40, "{damaged} pixels of {pixels} in a frame at {size}");
    }
}

#[test]
fn pictures_without_a_state() {
    for size in SIZES {
        let (mut first, mut second) = (buffer(size), Surface::new(vec![7; buffer(size).memory().len()], size).unwrap());
        let allocations = allocation_counter::measure(|| gfx::testcard::draw(&mut first, 1));
        assert_eq!(allocations.count_total, 0);
        gfx::testcard::draw(&mut second, 1);
        assert!(first.memory() == second.memory(), "depends on what was there, at {size}");
    }
}

#[test]
fn every_frame_of_the_test_card_differs() {
    let size = Size::new(640, 480);
    let card = |frame| {
        let mut picture = buffer(size);
        gfx::testcard::draw(&mut picture, frame);
        picture.into_memory()
    };
    assert_ne!(card(1), card(2));
    assert_ne!(card(u32::MAX), card(u32::MAX - 1));
}

/// Screens nobody has: the views may look odd there, and must not panic.
#[test]
fn tiny_screens() {
    for size in [Size::new(1, 1), Size::new(16, 16), Size::new(1600, 20), Size::new(20, 1200)] {
        let mut picture = buffer(size);
        gfx::testcard::draw(&mut picture, 1);
        let (mut ball, mut dashboard) = (bounce::Bounce::new(size), Dashboard::new(Palette::DARK));
        dashboard.draw(&mut picture);
        for frame in 0..200 {
            clock::Clock { now: time(frame) }.draw(&mut picture);
            ball.draw(&mut picture, 2);
            dashboard.update(figures(frame));
        }
        dashboard.draw(&mut picture);
    }
}
