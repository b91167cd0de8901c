//! SVG files become icons, which are drawn in any colour, and pictures, which have their own.
//!
//! `drawing` reads and rasterises a file; `icons` and `picture` write what the compiler includes.

mod drawing;
mod icons;
mod picture;

pub use icons::{IconSource, icons};
pub use picture::{PictureSource, picture};
