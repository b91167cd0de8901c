//! Draws the pictures of the example appliances on the host, as PNG files to look at.
//!
//! `cargo run -p vitrine-gfx --example preview [FOLDER]`; without a folder they go to `target/preview`.

use embedded_graphics::prelude::*;
use std::{env, error::Error, fs::File, io::BufWriter, path::Path};
use vitrine_gfx::{self as gfx, Surface};

const SIZES: [Size; 4] = [Size::new(800, 600), Size::new(1024, 768), Size::new(1280, 720), Size::new(1920, 1080)];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).unwrap_or_else(|| "target/preview".into());
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    for size in SIZES {
        let picture = |name: &str, draw: &dyn Fn(&mut Surface<Vec<u32>>)| -> Result<(), Box<dyn Error>> {
            let mut surface = Surface::new(vec![0; (size.width * size.height) as usize], size)?;
            draw(&mut surface);
            save(&folder.join(format!("{name}-{}x{}.png", size.width, size.height)), surface)
        };
        picture("testcard", &|surface| gfx::testcard::draw(surface, 42))?;
    }
    Ok(())
}

fn save(path: &Path, surface: Surface<Vec<u32>>) -> Result<(), Box<dyn Error>> {
    let Size { width, height } = surface.size();
    let mut encoder = png::Encoder::new(BufWriter::new(File::create(path)?), width, height);
    encoder.set_color(png::ColorType::Rgb);
    let bytes: Vec<u8> =
        surface.into_memory().iter().flat_map(|pixel| pixel.to_be_bytes().into_iter().skip(1)).collect();
    encoder.write_header()?.write_image_data(&bytes)?;
    println!("{}", path.display());
    Ok(())
}
