//! Pictures: QOI with transparency here, BMP by `tinybmp`, which draws on a [`Surface`](crate::Surface) as on any
//! `DrawTarget`; decoded pictures with alpha are [`AlphaImage`]s.

mod alpha;
mod qoi;

pub use alpha::{Alpha, AlphaImage};
pub use qoi::{Qoi, QoiError};
pub use tinybmp::{Bmp, ParseError as BmpError};
