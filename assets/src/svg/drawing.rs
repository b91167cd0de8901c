//! One SVG file, rasterised by `resvg`.

use crate::{Error, output};
use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{Options, Tree},
};
use std::path::{Path, PathBuf};

/// A drawing in any size.
pub struct Drawing {
    path: PathBuf,
    text: String,
    tree: Tree,
}

impl Drawing {
    pub fn read(path: &Path) -> Result<Self, Error> {
        let broken = |reason: String| Error::Format { path: path.to_owned(), reason };
        let text = String::from_utf8(output::read(path)?).map_err(|error| broken(error.to_string()))?;
        let tree = Tree::from_str(&text, &Options::default()).map_err(|error| broken(error.to_string()))?;
        Ok(Self { path: path.to_owned(), text, tree })
    }

    /// The file's name, as the name of a static.
    pub fn name(&self) -> String {
        let stem = self.path.file_stem().unwrap_or_default().to_string_lossy();
        stem.to_uppercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_")
    }

    /// What the file says that it shows.
    pub fn title(&self) -> Option<&str> {
        let (_, rest) = self.text.split_once("<title>")?;
        rest.split_once("</title>").map(|(title, _)| title.trim())
    }

    /// Width and height, in the drawing's own units.
    pub fn size(&self) -> (f32, f32) {
        (self.tree.size().width(), self.tree.size().height())
    }

    /// The drawing in a picture of that size, as large as it can be with its shape kept, in the middle.
    pub fn rasterise(&self, width: u32, height: u32) -> Result<Pixmap, Error> {
        let mut pixmap = Pixmap::new(width, height).ok_or_else(|| self.odd(width.max(height)))?;
        let (own_width, own_height) = self.size();
        let scale = (width as f32 / own_width).min(height as f32 / own_height);
        let margin = |room: u32, length: f32| (room as f32 - length * scale) / 2.0;
        let moved = Transform::from_translate(margin(width, own_width), margin(height, own_height));
        resvg::render(&self.tree, moved.pre_scale(scale, scale), &mut pixmap.as_mut());
        Ok(pixmap)
    }

    /// That it can't be had in that size.
    pub fn odd(&self, side: u32) -> Error {
        Error::Side { path: self.path.clone(), side }
    }
}
