//! A folder of icons: of each file the coverage in a few sizes.

use super::drawing::Drawing;
use crate::{Error, Made, coverage::Encoding, output};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Sides that a picture of an icon can have, in pixels.
const SIDES: std::ops::RangeInclusive<u16> = 1..=256;

/// A folder of SVG files, and the sizes wanted. See [`icons`].
#[must_use = "nothing is made before `write`"]
pub struct IconSource {
    folder: PathBuf,
    sides: BTreeSet<u16>,
}

/// Icons from all SVG files of a folder; paths start at the package's folder. Only what a drawing covers counts, not its
/// colours. Say which sizes, then [`write`](IconSource::write).
pub fn icons(folder: impl Into<PathBuf>) -> IconSource {
    IconSource { folder: folder.into(), sides: BTreeSet::new() }
}

impl IconSource {
    /// The sides of the squares, 1 to 256 pixels. An icon of lines is sharpest in multiples of the grid that it was drawn on.
    pub fn sides(mut self, pixels: &[u16]) -> Self {
        self.sides.extend(pixels);
        self
    }

    /// Writes `OUT_DIR/file.rs`, with a `pub static` of type `vitrine_gfx::image::Icon` per SVG file, named like it and
    /// described by its `<title>`.
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
        let wrong = |side| Err(Error::Side { path: self.folder.clone(), side });
        match self.sides.iter().find(|side| !SIDES.contains(side)) {
            Some(side) => return wrong(u32::from(*side)),
            None if self.sides.is_empty() => return wrong(0),
            None => {}
        }
        let (mut code, mut made) = (String::new(), Vec::new());
        for path in drawings(&self.folder)? {
            code += &self.icon(&Drawing::read(&path)?, &mut made)?;
        }
        made.push(Made::new(format!("{file}.rs"), code));
        Ok(made)
    }

    /// The static of one icon; its pictures are files of their own.
    fn icon(&self, drawing: &Drawing, made: &mut Vec<Made>) -> Result<String, Error> {
        let (name, title) = (drawing.name(), drawing.title().unwrap_or("An icon."));
        let mut code = format!("/// {title}\npub static {name}: Icon = Icon::new(&[\n");
        for &side in &self.sides {
            let pixmap = drawing.rasterise(side.into(), side.into())?;
            let coverage: Vec<u8> = pixmap.pixels().iter().map(|pixel| pixel.alpha()).collect();
            let mut runs = Vec::new();
            coverage.chunks(side.into()).for_each(|row| Encoding::Runs.row(row, &mut runs));
            let picture = format!("{name}_{side}");
            code +=
                &format!("    IconPicture::new({side}, include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{picture}\"))),\n");
            made.push(Made::new(picture, runs));
        }
        Ok(code + "]);\n")
    }
}

/// The SVG files of a folder, by name.
fn drawings(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let read = || fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, _>>();
    let mut paths = read().map_err(|error| Error::Read { path: folder.to_owned(), error })?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "svg"));
    paths.sort();
    Ok(paths)
}
