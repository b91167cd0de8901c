//! A drawing with its colours, as a QOI picture in each size.

use super::drawing::Drawing;
use crate::{Error, Made, output};
use std::path::PathBuf;

/// An SVG file, and the sizes wanted. See [`picture`].
#[must_use = "nothing is made before `write`"]
pub struct PictureSource {
    path: PathBuf,
    heights: Vec<u32>,
}

/// Pictures from an SVG file, with its colours and transparency; paths start at the package's folder. Say which sizes, then
/// [`write`](PictureSource::write).
pub fn picture(path: impl Into<PathBuf>) -> PictureSource {
    PictureSource { path: path.into(), heights: Vec::new() }
}

impl PictureSource {
    /// Heights in pixels; widths follow from the drawing's shape.
    pub fn heights(mut self, pixels: &[u32]) -> Self {
        self.heights.extend(pixels);
        self
    }

    /// Writes `OUT_DIR/file.rs`, with a `pub static NAME_72: &[u8]` per height, named like the SVG file: a QOI picture for
    /// `vitrine_gfx::image::Qoi::parse`, which draws it as it decodes it, or `Picture::from_qoi`.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub fn write(self, file: &str) -> Result<(), Error> {
        output::write_all(self.made(file)?)
    }

    /// The files that [`write`](Self::write) writes.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub fn made(self, file: &str) -> Result<Vec<Made>, Error> {
        if self.heights.is_empty() {
            return Err(Error::Side { path: self.path, side: 0 });
        }
        let drawing = Drawing::read(&self.path)?;
        let (mut code, mut made) = (String::new(), Vec::new());
        for &height in &self.heights {
            let (own_width, own_height) = drawing.size();
            let width = ((height as f32 * own_width / own_height).round() as u32).max(1);
            let name = format!("{}_{height}", drawing.name());
            code += &format!(
                "/// {} {width}x{height} pixels, as a QOI picture.\n\
                 pub static {name}: &[u8] = include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}\"));\n",
                drawing.title().unwrap_or("A picture."),
            );
            made.push(Made::new(name, encode(&drawing, width, height)?));
        }
        made.push(Made::new(format!("{file}.rs"), code));
        Ok(made)
    }
}

/// A drawing as a QOI picture of that size.
fn encode(drawing: &Drawing, width: u32, height: u32) -> Result<Vec<u8>, Error> {
    let pixmap = drawing.rasterise(width, height)?;
    let straight = |pixel: &resvg::tiny_skia::PremultipliedColorU8| {
        let color = pixel.demultiply();
        [color.red(), color.green(), color.blue(), color.alpha()]
    };
    let rgba: Vec<u8> = pixmap.pixels().iter().flat_map(straight).collect();
    qoi::encode_to_vec(rgba, width, height).map_err(|_| drawing.odd(height))
}
