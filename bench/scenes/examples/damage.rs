//! What a canvas costs and what it saves: the benchmark's dashboard, of which the clock and two values change.
//!
//! ```sh
//! cargo run --release -p vitrine-scenes --example damage            # times
//! cargo run --release -p vitrine-scenes --example damage -- partial # one way, many times: to be counted by callgrind
//! ```

use std::time::{Duration, Instant};

use embedded_graphics::prelude::*;
use vitrine_gfx::{Canvas, PictureId, Surface, View};
use vitrine_scenes::{HEIGHT, Item, Painting, WIDTH, scene};

const SIZE: Size = Size::new(WIDTH as u32, HEIGHT as u32);

/// Two buffers, shown in turn, and the canvas for them.
struct Screen {
    buffers: [Surface<Vec<u32>>; 2],
    canvas: Canvas,
    flips: u64,
}

impl Screen {
    fn new() -> Self {
        let buffer = || Surface::new(vec![0; (SIZE.width * SIZE.height) as usize], SIZE).expect("a surface");
        Self { buffers: [buffer(), buffer()], canvas: Canvas::new(), flips: 0 }
    }

    /// Shows a view; returns how many pixels were drawn and copied, in how many rectangles.
    fn show(&mut self, items: &[Item]) -> (usize, usize, usize) {
        let name = |flip: u64| (flip > 0).then_some(PictureId(0, flip));
        let [one, other] = &mut self.buffers;
        let (back, front) = if self.flips.is_multiple_of(2) { (one, other) } else { (other, one) };
        let age = if self.flips < 2 { 0 } else { 2 };
        let view = Painting(items);
        let composed = self.canvas.compose(SIZE, &view).expect("a size");
        let painted = composed.paint(back, age, name(self.flips), (self.flips > 0).then_some(&*front));
        let result = (painted.drawn(), painted.copied(), painted.damage().rectangles().count());
        self.flips += 1;
        painted.presented(PictureId(0, self.flips));
        result
    }

    /// Finds what has changed.
    fn compose(&mut self, items: &[Item]) {
        self.canvas.compose(SIZE, &Painting(items)).expect("a size");
    }

    /// Draws all of the view, with no canvas.
    fn draw(&mut self, items: &[Item]) {
        self.flips += 1;
        Painting(items).draw(&mut self.buffers[(self.flips % 2) as usize]);
    }
}

/// The least and the middle of many times.
fn measure(mut run: impl FnMut(u32)) -> (Duration, Duration) {
    let mut times: Vec<Duration> = (0..301)
        .map(|turn| {
            let start = Instant::now();
            run(turn);
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    (times[0], times[times.len() / 2])
}

fn main() {
    vitrine_gfx::simd::use_level(fearless_simd::Level::new());
    let scene = scene("changes").expect("a scene that there is");
    let at = |turn: u32| if turn.is_multiple_of(2) { &scene.items[..] } else { &scene.below };
    let mut screen = Screen::new();
    match std::env::args().nth(1).as_deref() {
        Some("compose") => (0..200).for_each(|turn| screen.compose(at(turn))),
        Some("partial") => (0..200).for_each(|turn| _ = screen.show(at(turn))),
        Some("full") => (0..200).for_each(|turn| screen.draw(at(turn))),
        _ => times(&mut screen, at),
    }
}

fn times<'s>(screen: &mut Screen, at: impl Fn(u32) -> &'s [Item]) {
    let print = |what: &str, (least, middle): (Duration, Duration)| {
        println!("{what:32} {:9.1} us least, {:9.1} us median", least.as_secs_f64() * 1e6, middle.as_secs_f64() * 1e6);
        least
    };
    let full = print("all of it, no canvas", measure(|turn| screen.draw(at(turn))));
    print("finding what has changed", measure(|turn| screen.compose(at(turn))));
    *screen = Screen::new();
    (0..2).for_each(|turn| _ = screen.show(at(turn)));
    let (drawn, copied, rectangles) = screen.show(at(2));
    println!("a frame draws {drawn} pixels in {rectangles} rectangles, and copies {copied}");
    let partial = print("clock and two values", measure(|turn| _ = screen.show(at(turn + 3))));
    let same = print("nothing", measure(|_| _ = screen.show(at(0))));
    println!("the changed frame is 1/{:.1} of the full one", full.as_secs_f64() / partial.as_secs_f64());
    println!("the unchanged frame is 1/{:.1} of the full one", full.as_secs_f64() / same.as_secs_f64());
}
