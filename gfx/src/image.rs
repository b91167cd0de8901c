//! Pictures: decoding them, making others of them, drawing them.
//!
//! A [`Picture`] is pixels with alpha in memory; [`Picture::decode`] makes one of a PNG, QOI or BMP file, and
//! [`Surface::draw_picture`](crate::Surface::draw_picture) draws it. A [`Mask`] is a form that is drawn in any colour. Where
//! memory is short, [`Qoi`] and `tinybmp`'s [`Bmp`] decode a file as it is drawn.

mod axis;
mod bmp;
mod draw;
mod error;
mod fit;
mod icon;
mod mask;
mod nine_patch;
mod picture;
mod png;
mod qoi;
mod sample;
mod scale;
mod turn;

pub use axis::Sampling;
pub use error::ImageError;
pub use fit::{Fit, Placed};
pub use icon::{Icon, IconPicture};
pub use mask::Mask;
pub use nine_patch::{Filling, Insets, NinePatch};
pub use picture::{MAX_PIXELS, Picture};
pub use qoi::{Qoi, QoiError};
pub use scale::Filter;
pub use tinybmp::{Bmp, ParseError as BmpError};
pub use turn::Turn;
