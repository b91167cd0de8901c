//! Why memory is no picture.

use core::fmt;

use embedded_graphics_core::geometry::Size;

use super::MAX_SIDE;

/// Why memory can't be a [`Surface`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SurfaceError {
    /// A side is 0 or longer than [`MAX_SIDE`].
    Size {
        /// What was asked for, in pixels.
        size: Size,
    },
    /// A row would be longer than the distance between two rows, or rows would start between pixels.
    Stride {
        /// Distance in bytes.
        stride: usize,
        /// Bytes in a row.
        row: usize,
        /// What the distance must be a multiple of.
        alignment: usize,
    },
    /// The memory ends before the last row does.
    Memory {
        /// Bytes needed.
        needed: usize,
        /// Bytes there are.
        len: usize,
    },
}

impl SurfaceError {
    /// Whether a surface can have this size.
    pub(crate) fn check_size(size: Size) -> Result<(), Self> {
        let possible = 1..=MAX_SIDE;
        if possible.contains(&size.width) && possible.contains(&size.height) {
            Ok(())
        } else {
            Err(Self::Size { size })
        }
    }
}

impl fmt::Display for SurfaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Size { size: Size { width, height } } => {
                write!(f, "a surface of {width}x{height} pixels: each side must be 1 to {MAX_SIDE}")
            }
            Self::Stride { stride, row, alignment } => {
                write!(
                    f,
                    "a stride of {stride} bytes: it must be a multiple of {alignment} and at least {row}, a row's length"
                )
            }
            Self::Memory { needed, len } => {
                write!(f, "a surface of {needed} bytes does not fit in {len} bytes of memory")
            }
        }
    }
}

impl core::error::Error for SurfaceError {}
