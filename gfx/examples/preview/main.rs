//! Draws the pictures of the example appliances on the host, as PNG files to look at.
//!
//! `cargo run -p vitrine-gfx --example preview [FOLDER]`; without a folder they go to `target/preview`. The views are the
//! appliances' own files. What they get from `vitrine` comes from here instead, and the figures are made up.

extern crate alloc;

#[path = "../../../examples/bounce/view.rs"]
mod bounce;
#[path = "../../../examples/clock/view.rs"]
mod clock;
#[path = "../../../examples/dashboard/view/mod.rs"]
mod dashboard;
#[path = "../../../examples/hello/view.rs"]
mod hello;
mod stand_ins;

use core::time::Duration;
use embedded_graphics::prelude::*;
use stand_ins::{MemoryFigures, WallTime};
use std::{env, error::Error, fs::File, io::BufWriter, path::Path};
use vitrine_gfx::{self as gfx, Surface, View};

const SIZES: [Size; 4] = [Size::new(800, 600), Size::new(1024, 768), Size::new(1280, 720), Size::new(1920, 1080)];

const NOW: WallTime = WallTime { year: 2026, month: 11, day: 23, weekday: 0, hour: 10, minute: 58, second: 37 };

type Picture = Surface<Vec<u32>>;
type Draw = fn(&mut Picture);

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).unwrap_or_else(|| "target/preview".into());
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    let views: [(&str, Draw); 5] = [
        ("testcard", |picture| gfx::testcard::draw(picture, 42)),
        ("hello", hello::draw),
        ("clock", |picture| clock::Clock { now: NOW }.draw(picture)),
        ("bounce", bounce),
        ("dashboard", dashboard),
    ];
    for size in SIZES {
        for (name, draw) in views {
            let mut picture = Surface::new(vec![0; (size.width * size.height) as usize], size)?;
            draw(&mut picture);
            save(&folder.join(format!("{name}-{}x{}.png", size.width, size.height)), picture)?;
        }
    }
    Ok(())
}

fn bounce(picture: &mut Picture) {
    let mut view = bounce::Bounce::new(picture.size());
    (0..100).for_each(|frame| view.draw(picture, u64::from(frame > 0)));
}

fn dashboard(picture: &mut Picture) {
    let mut view = dashboard::Dashboard::new(picture.size());
    let mebibyte = 1 << 20;
    let memory = MemoryFigures {
        total: 32 * mebibyte,
        used: 18 * mebibyte + 700_000,
        used_at_most: 19 * mebibyte,
        image: mebibyte + 400_000,
        heap: mebibyte,
        heap_used: 300_000,
    };
    let mut noise = 1_u32;
    for frame in 0..50 * 60_u32 {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let wave = (f64::from(frame) / 400.0).sin().powi(2) * 60.0;
        let spike = if (noise >> 16) & 0x3ff == 0 { 90 } else { 0 };
        let figures = dashboard::Figures {
            now: NOW,
            uptime: Duration::from_millis(765_000 + u64::from(frame) * 1000 / 60),
            flips: 45_000 + u64::from(frame),
            frame_time: Duration::from_micros(70 + wave as u64 + u64::from(noise >> 28) + spike),
            memory,
        };
        view.draw(picture, u64::from(frame > 0), &figures);
    }
}

fn save(path: &Path, picture: Picture) -> Result<(), Box<dyn Error>> {
    let Size { width, height } = picture.size();
    let mut encoder = png::Encoder::new(BufWriter::new(File::create(path)?), width, height);
    encoder.set_color(png::ColorType::Rgb);
    let bytes: Vec<u8> =
        picture.into_memory().iter().flat_map(|pixel| pixel.to_be_bytes().into_iter().skip(1)).collect();
    encoder.write_header()?.write_image_data(&bytes)?;
    println!("{}", path.display());
    Ok(())
}
