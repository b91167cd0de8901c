//! Draws the pictures of the example appliances on the host, as PNG files to look at.
//!
//! `cargo run -p vitrine-gfx --example preview [FOLDER]`; without a folder they go to `target/preview`. The views are the
//! appliances' own files. What they get from `vitrine` comes from here instead, and the figures are made up.

extern crate alloc;

#[path = "../../../examples/bounce/view.rs"]
mod bounce;
#[path = "../../../examples/clock/view.rs"]
mod clock;
mod stand_ins;

use embedded_graphics::prelude::*;
use stand_ins::WallTime;
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
    let views: [(&str, Draw); 3] = [
        ("testcard", |picture| gfx::testcard::draw(picture, 42)),
        ("clock", |picture| clock::Clock { now: NOW }.draw(picture)),
        ("bounce", bounce),
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
