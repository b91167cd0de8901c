#![forbid(unsafe_code)]
//! Fonts and pictures of an appliance's author, made ready at build time.
//!
//! A build script names its sources, and each becomes a Rust file in `OUT_DIR` with one static per font or picture. The
//! linker drops the statics that the appliance doesn't name, and no decoder or rasteriser gets into the image:
//!
//! ```no_run
//! // build.rs
//! use vitrine_assets::{self as assets, characters};
//!
//! fn main() -> Result<(), assets::Error> {
//!     assets::font("fonts/Inter.ttf").sizes(&[16.0, 24.0]).characters(characters::ASCII).write("inter")
//! }
//! ```
//!
//! ```ignore
//! // src/fonts.rs: INTER_16 and INTER_24
//! use vitrine::gfx::text::atlas::*;
//! include!(concat!(env!("OUT_DIR"), "/inter.rs"));
//! ```
//!
//! With the feature `svg` there are `icons`, of a folder of SVG files, and `picture`, of one: `vitrine-kit`'s icons are made so.
//!
//! This crate runs on the build host only, and knows the formats of `vitrine_gfx` (by name: it doesn't import it). Begin
//! reading at [`font`](crate::font()), or at `svg`.

pub mod characters;
mod coverage;
mod error;
mod font;
mod output;
#[cfg(feature = "svg")]
mod svg;

pub use error::Error;
pub use font::{FontSource, font};
#[cfg(feature = "svg")]
pub use output::Made;
#[cfg(feature = "svg")]
pub use svg::{IconSource, PictureSource, icons, picture};
