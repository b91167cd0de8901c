//! Why a picture can't be had.

use core::fmt;

use embedded_graphics_core::geometry::Size;

use super::{MAX_PIXELS, QoiError};
use crate::surface::MAX_SIDE;

/// Why bytes are not a picture, or a picture can't be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageError {
    /// The first bytes are those of no format that can be decoded here.
    Format,
    /// There can't be a picture of that size.
    Size {
        /// What was asked for or what the header says, in pixels.
        size: Size,
    },
    /// The bytes end before the last pixel.
    Truncated,
    /// The bytes break a rule of their format.
    Corrupt {
        /// The part which does.
        part: &'static str,
    },
    /// The format allows it, but the decoder doesn't know it.
    Unsupported {
        /// What it doesn't know.
        feature: &'static str,
    },
    /// The corners of a nine-patch are larger than its picture.
    Insets {
        /// The picture's size.
        size: Size,
    },
    /// There is not enough memory.
    Memory {
        /// What was asked for last.
        bytes: usize,
    },
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Format => f.write_str("this is not a picture in PNG, QOI or BMP format, by its first bytes"),
            Self::Size { size: Size { width, height } } => write!(
                f,
                "a picture of {width}x{height} pixels: each side must be 1 to {MAX_SIDE}, and all must be at most {MAX_PIXELS} pixels"
            ),
            Self::Truncated => f.write_str("the picture ends before its last pixel: the file may have been cut"),
            Self::Corrupt { part } => write!(f, "the picture is damaged: {part} is wrong"),
            Self::Unsupported { feature } => {
                write!(f, "the picture has {feature}, which can't be decoded: save it without")
            }
            Self::Insets { size: Size { width, height } } => {
                write!(f, "the corners of a nine-patch are larger than its picture of {width}x{height} pixels")
            }
            Self::Memory { bytes } => write!(f, "no memory for a picture: {bytes} bytes more are needed"),
        }
    }
}

impl core::error::Error for ImageError {}

impl From<QoiError> for ImageError {
    fn from(error: QoiError) -> Self {
        match error {
            QoiError::Header => Self::Format,
            QoiError::Size { size } => Self::Size { size },
            QoiError::Truncated => Self::Truncated,
        }
    }
}
