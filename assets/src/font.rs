//! A TrueType or OpenType file becomes atlases of glyphs, one per size.
//!
//! [`FontSource`] is what a build script says. `atlas` rasterises one size, `coverage` (which icons share) encodes the
//! pictures of its glyphs, `kerning` reads which letters stand closer together, and `code` writes it all down for the compiler.

mod atlas;
mod code;
mod kerning;

use crate::{Error, output};
use atlas::Atlas;
use kerning::Kerning;
use std::{collections::BTreeSet, path::PathBuf};

/// Smallest and largest size, in pixels per em.
const SIZES: std::ops::RangeInclusive<f32> = 4.0..=400.0;

/// A font file, and what of it is wanted. See [`font`].
#[must_use = "nothing is made before `write`"]
pub struct FontSource {
    path: PathBuf,
    name: Option<String>,
    sizes: Vec<Height>,
    characters: BTreeSet<char>,
    kerned: bool,
}

/// How high something in the font should be, in pixels.
#[derive(Clone, Copy)]
enum Height {
    Em(f32),
    X(u16),
    Capital(u16),
}

/// Fonts from a TrueType or OpenType file; paths start at the package's folder. Say which sizes, then
/// [`write`](FontSource::write).
pub fn font(path: impl Into<PathBuf>) -> FontSource {
    let characters = crate::characters::ASCII.chars().collect();
    FontSource { path: path.into(), name: None, sizes: Vec::new(), characters, kerned: true }
}

impl FontSource {
    /// Names the statics `NAME_17`, by the size rounded to a pixel. Without this, the file's name is taken.
    pub fn named(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    /// Sizes in pixels per em, which is roughly from the top of a capital to the bottom of a `g`, and a little more.
    pub fn sizes(mut self, pixels: &[f32]) -> Self {
        self.sizes.extend(pixels.iter().copied().map(Height::Em));
        self
    }

    /// Sizes in which an `x` is so many pixels high. The size per em is seldom whole then, but the top of most small
    /// letters lies on a pixel's edge, which is what makes unhinted text look sharp.
    pub fn x_heights(mut self, pixels: &[u16]) -> Self {
        self.sizes.extend(pixels.iter().copied().map(Height::X));
        self
    }

    /// Sizes in which a capital letter (in most faces a digit too) is so many pixels high: sharp figures.
    pub fn cap_heights(mut self, pixels: &[u16]) -> Self {
        self.sizes.extend(pixels.iter().copied().map(Height::Capital));
        self
    }

    /// The characters wanted, instead of [`ASCII`](crate::characters::ASCII). The order is of no importance.
    pub fn characters(mut self, characters: &str) -> Self {
        self.characters = characters.chars().collect();
        self
    }

    /// More characters.
    pub fn and_characters(mut self, characters: &str) -> Self {
        self.characters.extend(characters.chars());
        self
    }

    /// Leaves the kerning out: for figures, which have none.
    pub fn without_kerning(mut self) -> Self {
        self.kerned = false;
        self
    }

    /// Writes `OUT_DIR/file.rs`, with a `pub static` of type `vitrine_gfx::text::Font` per size.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub fn write(self, file: &str) -> Result<(), Error> {
        let data = output::read(&self.path)?;
        let broken = |reason: String| Error::Format { path: self.path.clone(), reason };
        let raster = fontdue::Font::from_bytes(data.as_slice(), fontdue::FontSettings::default())
            .map_err(|reason| broken(reason.to_owned()))?;
        let face = ttf_parser::Face::parse(&data, 0).map_err(|reason| broken(reason.to_string()))?;
        if let Some(&character) = self.characters.iter().find(|&&character| face.glyph_index(character).is_none()) {
            return Err(Error::Missing { path: self.path, character });
        }

        let characters: Vec<char> = self.characters.iter().copied().collect();
        let prefix = file.to_uppercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        let mut code =
            code::shared(&prefix, &characters, self.kerned.then(|| Kerning::of(&face, &characters)).as_ref());
        if self.sizes.is_empty() {
            return Err(Error::Size { path: self.path, size: 0.0 });
        }
        for &height in &self.sizes {
            let size = pixels_per_em(&face, height);
            let too_odd = || Error::Size { path: self.path.clone(), size };
            if !SIZES.contains(&size) {
                return Err(too_odd());
            }
            let atlas = Atlas::rasterise(&raster, &face, &characters, size).ok_or_else(too_odd)?;
            let name = format!("{}_{size:.0}", self.name());
            let pictures = format!("{file}.{name}");
            output::write(&pictures, &atlas.coverage)?;
            code += &code::font(&name, &prefix, &atlas, &pictures, self.kerned);
        }
        output::write(&format!("{file}.rs"), code)
    }

    /// What the statics' names start with.
    fn name(&self) -> String {
        let stem = || self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let name = self.name.clone().unwrap_or_else(stem);
        name.to_uppercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_")
    }
}

/// The size in pixels per em at which something has its height.
fn pixels_per_em(face: &ttf_parser::Face<'_>, height: Height) -> f32 {
    let scaled = |pixels: u16, units: i16| f32::from(pixels) * f32::from(face.units_per_em()) / f32::from(units);
    let drawn = |letter| {
        let glyph = face.glyph_index(letter)?;
        face.glyph_bounding_box(glyph).map(|area| area.y_max)
    };
    // Fonts without the tables that say so have letters all the same.
    let half_em = face.units_per_em() as i16 / 2;
    match height {
        Height::Em(pixels) => pixels,
        Height::X(pixels) => scaled(pixels, face.x_height().or_else(|| drawn('x')).unwrap_or(half_em)),
        Height::Capital(pixels) => scaled(pixels, capital_height(face)),
    }
}

/// Height of a capital letter in font units.
fn capital_height(face: &ttf_parser::Face<'_>) -> i16 {
    let drawn = || face.glyph_bounding_box(face.glyph_index('H')?).map(|area| area.y_max);
    let two_thirds = (u32::from(face.units_per_em()) * 2 / 3) as i16;
    face.capital_height().filter(|&height| height > 0).or_else(drawn).unwrap_or(two_thirds)
}
