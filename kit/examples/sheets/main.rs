//! Draws the pages of the gallery to PNG files, to look at them without a display:
//! `cargo run -p vitrine-kit --example sheets [FOLDER]`; without a folder they go to `target/sheets`.

extern crate alloc;

#[allow(dead_code, reason = "pictures take no events")]
#[path = "../../../examples/gallery/view/mod.rs"]
mod view;

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs, io};

use embedded_graphics_core::geometry::Size;
use view::{Gallery, Look, PAGES};
use vitrine_gfx::{self as gfx, Surface, View};
use vitrine_kit as kit;

/// The screen on which everything has its own size, and the one on which it has twice that.
const SIZES: [(u32, Size); 2] = [(1, Size::new(1280, 720)), (2, Size::new(2560, 1440))];

fn main() -> io::Result<()> {
    let folder = env::args().nth(1).map_or_else(|| PathBuf::from("target/sheets"), PathBuf::from);
    fs::create_dir_all(&folder)?;
    for (look, name) in [(Look::Dark, "dark"), (Look::Light, "light"), (Look::Contrast, "contrast")] {
        for (page, title) in PAGES.iter().enumerate() {
            for (factor, size) in SIZES {
                let file = folder.join(format!("{}-{name}-{factor}x.png", title.to_lowercase()));
                draw(&file, size, look, page)?;
            }
        }
    }
    println!("drawn to {}", folder.display());
    Ok(())
}

fn draw(file: &Path, size: Size, look: Look, page: usize) -> io::Result<()> {
    let now = Duration::from_millis(600);
    let mut gallery = Gallery::new(size, look, page, now);
    gallery.set_time(Duration::from_secs(36_547), now);
    let mut surface =
        Surface::new(vec![0; (size.width * size.height) as usize], size).expect("the memory has this size");
    gallery.at(now).draw(&mut surface);
    let rgb: Vec<u8> =
        surface.memory().iter().flat_map(|pixel| [16, 8, 0].map(|shift| (pixel >> shift) as u8)).collect();
    let mut encoder = png::Encoder::new(io::BufWriter::new(fs::File::create(file)?), size.width, size.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header()?.write_image_data(&rgb)?;
    Ok(())
}
