//! Draws the scenes of `cargo xtask bench render` in the guest, counted by the guest's clock, with AVX2 and with SSE2.
//!
//! The first line is `render: scenes N`. Each scene is a line `render: scene NUMBER of N NAME`, followed by four words for each
//! way to draw it: how (`runs` and `groups` are the limit, `memory` is vitrine-gfx in memory of its own, `frame` in the frame
//! buffer that is shared with the back end), `AVX2` or `SSE2`, and least and median time in nanoseconds. The last line
//! is `render: done`. Command line: `rounds=N` (3), in each of which all draw once, and `scene=NAMES` with commas between.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::Write as _;
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
    let scenes = chosen(system.command_line().value("scene"))?;
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
    let mut pixels = vec![0; PIXELS];
    let mut frame = display.acquire().await?;
    info!("render: scenes {}", scenes.len());
    for (index, scene) in scenes.iter().enumerate() {
        let mut ways = ways(&levels);
        let mut stage = Stage::new(scene, &mut pixels, frame.surface());
        for way in &mut ways {
            stage.time(way, &system.clock());
        }
        for _ in 0..rounds {
            for way in &mut ways {
                let time = stage.time(way, &system.clock());
                way.nanoseconds.push(time);
            }
        }
        info!("render: scene {} of {} {}{}", index + 1, scenes.len(), scene.name, results(&mut ways));
    }
    frame.present().await?;
    info!("render: done");
    Ok(())
}

/// The scenes of these names, or all.
fn chosen(names: Option<&str>) -> Result<Vec<Scene>, Error> {
    let all = NAMES.map(|(name, ..)| name);
    let one = |name| {
        let unknown = || Error::Appliance(format!("there is no scene {name}; the scenes are {}", all.join(", ")));
        scene(name).ok_or_else(unknown)
    };
    match names {
        Some(names) => names.split(',').map(one).collect(),
        None => all.into_iter().map(one).collect(),
    }
}

/// What draws.
enum Painter {
    /// The limit: what is known to change is written.
    Limit(&'static str, usize),
    /// vitrine-gfx, in memory of its own.
    Memory,
    /// vitrine-gfx, in the frame buffer.
    Frame,
}

/// The forms of the limit.
const FORMS: [Form; 2] = [Form::Runs, Form::Groups];

/// A way to draw a scene, and how long that took each time.
struct Way {
    painter: Painter,
    level: Level,
    turns: Turns,
    nanoseconds: Vec<u128>,
}

/// All ways to draw a scene with instructions of these levels.
fn ways(levels: &[Level]) -> Vec<Way> {
    let painters = || [Painter::Limit("runs", 0), Painter::Limit("groups", 1), Painter::Memory, Painter::Frame];
    let way = |level, painter| Way { painter, level, turns: Turns::new(), nanoseconds: vec![] };
    levels.iter().flat_map(|level| painters().map(|painter| way(*level, painter))).collect()
}

/// A scene, what is known of its limit, and where it is drawn.
struct Stage<'s, M> {
    scene: &'s Scene,
    recordings: [Recording; FORMS.len()],
    pixels: &'s mut [u32],
    frame: &'s mut Surface<M>,
}

impl<'s, M: PixelMemory> Stage<'s, M> {
    /// `pixels` has room for [`PIXELS`]. What is below the scene is drawn.
    fn new(scene: &'s Scene, pixels: &'s mut [u32], frame: &'s mut Surface<M>) -> Self {
        if let Ok(mut surface) = Surface::new(&mut *pixels, SIZE) {
            paint(&mut surface, &scene.below);
        }
        paint(frame, &scene.below);
        Self { scene, recordings: FORMS.map(|form| Recording::of(scene, form)), pixels, frame }
    }

    /// Draws once; how long that took, in nanoseconds.
    fn time(&mut self, way: &mut Way, clock: &Clock) -> u128 {
        simd::use_level(way.level);
        let start = clock.uptime();
        match way.painter {
            Painter::Limit(_, form) => self.recordings[form].replay(way.level, self.pixels),
            Painter::Memory => {
                if let Ok(mut surface) = Surface::new(&mut *self.pixels, SIZE) {
                    draw(self.scene, &mut way.turns, &mut surface);
                }
            }
            Painter::Frame => draw(self.scene, &mut way.turns, self.frame),
        }
        (clock.uptime() - start).as_nanos()
    }
}

fn draw<M: PixelMemory>(scene: &Scene, turns: &mut Turns, surface: &mut Surface<M>) {
    if scene.is_change {
        // The only error is a size that no surface has.
        turns.show(scene, surface).unwrap_or_default();
    } else {
        paint(surface, &scene.items);
    }
}

/// Four words for each way, as the first lines of this file say.
fn results(ways: &mut [Way]) -> String {
    let mut text = String::new();
    for way in ways {
        let painter = match way.painter {
            Painter::Limit(form, _) => form,
            Painter::Memory => "memory",
            Painter::Frame => "frame",
        };
        let level = if way.level.as_avx2().is_some() { "AVX2" } else { "SSE2" };
        way.nanoseconds.sort_unstable();
        let (least, median) = (way.nanoseconds[0], way.nanoseconds[(way.nanoseconds.len() - 1) / 2]);
        let _ = write!(text, " {painter} {level} {least} {median}");
    }
    text
}
