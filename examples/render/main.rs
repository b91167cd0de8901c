//! Draws the scenes of `cargo xtask bench render` in the guest, counted by the guest's clock, with AVX2 and with SSE2.
//!
//! Each result is a console line `render: SCENE LEVEL LIMIT MEMORY FRAME`: nanoseconds for the limit and for drawing into memory
//! of its own, and into the frame buffer that is shared with the back end. The last line is `render: done`. Command line:
//! `rounds=N` (3), of which the fastest counts, and `scene=NAME` for one scene only.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec;
use vitrine::gfx::{PixelMemory, Surface, simd};
use vitrine::prelude::*;
use vitrine_scenes::{
    HEIGHT, Level, NAMES, PIXELS, Scene, Turns, WIDTH,
    limit::{Form, Recording},
    paint, scene,
};

vitrine::main!(render);

const SIZE: Size = Size::new(WIDTH as u32, HEIGHT as u32);

async fn render(system: System) -> Result<(), Error> {
    let rounds = system.command_line().number("rounds", 1..=1_000, 3u32)?;
    let chosen = system.command_line().value("scene");
    let mut display = system.display().await?;
    if display.size() != SIZE {
        warn!(
            "the scenes are made for {WIDTH}x{HEIGHT}, and the display is {}x{}",
            display.size().width,
            display.size().height
        );
    }
    let best = simd::level();
    let levels = if best.as_avx2().is_some() { vec![best, Level::baseline()] } else { vec![best] };
    let meter = Meter { clock: system.clock(), rounds };
    let mut pixels = vec![0; PIXELS];
    let mut frame = display.acquire().await?;
    for (name, ..) in NAMES.into_iter().filter(|known| chosen.is_none_or(|name| name == known.0)) {
        let Some(scene) = scene(name) else { continue };
        let recordings = [Form::Runs, Form::Groups].map(|form| Recording::of(&scene, form));
        for &level in &levels {
            simd::use_level(level);
            let limits = recordings.iter().map(|recording| meter.least(|| recording.replay(level, &mut pixels)));
            let limit = limits.min().unwrap_or_default();
            let memory = surface(&mut pixels).map_or(0, |mut surface| meter.scene(&scene, &mut surface));
            let shared = meter.scene(&scene, frame.surface());
            let level = if level.as_avx2().is_some() { "AVX2" } else { "SSE2" };
            info!("render: {name} {level} {limit} {memory} {shared}");
        }
    }
    frame.present().await?;
    info!("render: done");
    Ok(())
}

fn surface(pixels: &mut [u32]) -> Option<Surface<&mut [u32]>> {
    Surface::new(&mut pixels[..], SIZE).ok()
}

/// Takes time.
struct Meter {
    clock: Clock,
    rounds: u32,
}

impl Meter {
    /// The least time of several, in nanoseconds; once before is not counted.
    fn least(&self, mut work: impl FnMut()) -> u128 {
        work();
        let one = |_| {
            let start = self.clock.uptime();
            work();
            (self.clock.uptime() - start).as_nanos()
        };
        (0..self.rounds).map(one).min().unwrap_or_default()
    }

    fn scene<M: PixelMemory>(&self, scene: &Scene, surface: &mut Surface<M>) -> u128 {
        paint(surface, &scene.below);
        if scene.is_change {
            let mut turns = Turns::new();
            // The only error is a size that no surface has.
            return self.least(|| turns.show(scene, surface).unwrap_or_default());
        }
        self.least(|| paint(surface, &scene.items))
    }
}
