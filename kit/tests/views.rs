//! The views of the example appliances, as they run: on two buffers in turn, without allocating.

extern crate alloc;

#[path = "../../examples/bounce/view.rs"]
mod bounce;
#[path = "../../examples/clock/view.rs"]
mod clock;
mod stand_ins;

use embedded_graphics::prelude::*;
use stand_ins::WallTime;
use vitrine_gfx::{self as gfx, Canvas, PictureId, Surface, View};
use vitrine_kit as kit;

type Picture = Surface<Vec<u32>>;

const SIZES: [Size; 5] =
    [Size::new(320, 200), Size::new(800, 600), Size::new(1024, 768), Size::new(1280, 720), Size::new(1920, 1080)];

fn picture(size: Size) -> Picture {
    Surface::new(vec![0x55_5555; (size.width * size.height) as usize], size).unwrap()
}

/// Runs a view on two buffers, each two flips old, and another on a single one; they must show the same. Returns the most
/// pixels that were damaged by a frame after the first ones.
fn run<V>(size: Size, frames: u64, new: fn(Size) -> V, draw: impl Fn(&mut V, &mut Picture, u64, u64)) -> usize {
    let (mut turns, mut single) = (new(size), new(size));
    let mut buffers = [picture(size), picture(size)];
    let mut whole = picture(size);
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

/// Runs a view by way of a canvas on two buffers, and compares them with the view itself. Returns how many pixels each frame
/// has drawn.
fn run_on_canvas<V: View>(size: Size, frames: u64, view: impl Fn(u64) -> V) -> Vec<usize> {
    let mut buffers = [picture(size), picture(size)];
    let mut canvas = Canvas::new();
    let mut flips = 0;
    let mut show = |frame: u64, buffers: &mut [Picture; 2]| {
        let view = view(frame);
        let last = (flips > 0).then_some(PictureId(0, flips));
        let mut drawn = 0;
        let allocations = allocation_counter::measure(|| {
            let composed = canvas.compose(size, &view).unwrap();
            if composed.is(last) {
                return;
            }
            buffers.rotate_left(1);
            let [back, front] = buffers;
            let age = if flips < 2 { 0 } else { 2 };
            let painted = composed.paint(back, age, last, last.map(|_| &*front));
            drawn = painted.drawn();
            flips += 1;
            painted.presented(PictureId(0, flips));
        });
        assert!(frame == 0 || allocations.count_total == 0, "frame {frame} allocated");
        let mut whole = picture(size);
        view.draw(&mut whole);
        assert!(buffers[0].memory() == whole.memory(), "frame {frame} differs at {size}");
        drawn
    };
    (0..frames).map(|frame| show(frame, &mut buffers)).collect()
}

fn time(seconds: u64) -> WallTime {
    let second = (50 + seconds) % 60;
    WallTime {
        year: 2026,
        month: 12,
        day: 31,
        weekday: 3,
        hour: 23,
        minute: (50 + seconds) as u8 / 60,
        second: second as u8,
    }
}

#[test]
fn the_clock() {
    for size in SIZES {
        let pixels = (size.width * size.height) as usize;
        let drawn = run_on_canvas(size, 30, |frame| clock::Clock { now: time(frame / 2) });
        // From one second to the next: the seconds and a mark. Tiny screens have few tiles.
        assert!(drawn[22] < pixels / 7, "{drawn:?} of {pixels} pixels at {size}");
        assert!((0..15).all(|second| drawn[2 * second + 1] == 0), "the same second is drawn again at {size}");
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
        let (mut first, mut second) =
            (picture(size), Surface::new(vec![7; picture(size).memory().len()], size).unwrap());
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
        let mut picture = picture(size);
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
        let mut picture = picture(size);
        gfx::testcard::draw(&mut picture, 1);
        for frame in 0..200 {
            clock::Clock { now: time(frame) }.draw(&mut picture);
        }
        let mut ball = bounce::Bounce::new(size);
        for _ in 0..200 {
            ball.draw(&mut picture, 2);
        }
    }
}
