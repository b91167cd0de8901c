//! Pictures: QOI with transparency here, BMP by `tinybmp`, which draws on a [`Surface`](crate::Surface) as on any
//! `DrawTarget`.

mod qoi;

pub use qoi::{Qoi, QoiError};
pub use tinybmp::{Bmp, ParseError as BmpError};
