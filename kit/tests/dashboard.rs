//! The dashboard example, as it runs: on two buffers in turn, by way of a canvas, without allocating.

#[path = "../../examples/dashboard/view/mod.rs"]
mod dashboard;

use core::time::Duration;

use dashboard::{Dashboard, Figures};
use embedded_graphics::prelude::*;
use vitrine_gfx::{self as gfx, Canvas, PictureId, Surface, View};
use vitrine_kit::{self as kit, theme::Palette};

/// See `vitrine::WallTime`.
#[derive(Clone, Copy)]
pub struct WallTime {
    year: i32,
    month: u8,
    day: u8,
    weekday: u8,
    hour: u8,
    minute: u8,
    second: u8,
}

/// See `vitrine::MemoryFigures`.
#[derive(Clone, Copy)]
pub struct MemoryFigures {
    total: usize,
    used: usize,
    used_at_most: usize,
    image: usize,
    heap: usize,
}

const PALETTES: [Palette; 3] = [Palette::DARK, Palette::LIGHT, Palette::CONTRAST];

fn figures(second: u64) -> Figures {
    let used = (8 << 20) + ((second as usize / 40) << 18);
    Figures {
        now: WallTime { year: 2026, month: 12, day: 31, weekday: 3, hour: 23, minute: 59, second: (second % 60) as u8 },
        uptime: Duration::from_secs(second),
        pictures: second * 3 / 2,
        cpu_time: (!second.is_multiple_of(7)).then(|| Duration::from_micros(second * 900 + second * second % 991)),
        memory: MemoryFigures { total: 32 << 20, used, used_at_most: 20 << 20, image: 1 << 20, heap: 2 << 20 },
    }
}

fn picture(size: Size) -> Surface<Vec<u32>> {
    Surface::new(vec![0x55_5555; (size.width * size.height) as usize], size).unwrap()
}

#[test]
fn only_what_changes_is_drawn() {
    for (size, palette) in [Size::new(800, 600), Size::new(1280, 800), Size::new(1920, 1080)].into_iter().zip(PALETTES)
    {
        let (mut view, mut canvas) = (Dashboard::new(palette), Canvas::new());
        let mut buffers = [picture(size), picture(size)];
        for second in 0..20 {
            view.update(figures(second));
            buffers.rotate_left(1);
            let last = (second > 0).then_some(PictureId(0, second));
            let age = if second < 2 { 0 } else { 2 };
            let mut drawn = 0;
            let [back, front] = &mut buffers;
            let allocations = allocation_counter::measure(|| {
                let composed = canvas.compose(size, &view).unwrap();
                let painted = composed.paint(back, age, last, last.map(|_| &*front));
                drawn = painted.drawn();
                painted.presented(PictureId(0, second + 1));
            });
            let mut whole = picture(size);
            view.draw(&mut whole);
            assert!(back.memory() == whole.memory(), "second {second} differs at {size}");
            assert!(second < 2 || allocations.count_total == 0, "second {second} allocated");
            // The plot is drawn again, and it is half of the picture.
            let pixels = (size.width * size.height) as usize;
            assert!(second < 2 || drawn < pixels * 2 / 3, "{drawn} of {pixels} pixels");
        }
    }
}

/// Screens nobody has: it may look odd there, and must not panic.
#[test]
fn tiny_screens() {
    for size in [Size::new(1, 1), Size::new(16, 16), Size::new(1600, 20), Size::new(20, 1200)] {
        let mut view = Dashboard::new(Palette::DARK);
        view.draw(&mut picture(size));
        for second in 0..130 {
            view.update(figures(second));
        }
        view.draw(&mut picture(size));
    }
}
