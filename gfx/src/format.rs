//! Pixel formats other than XRGB8888: memory that converts what goes in and out.
//!
//! Everything is drawn in XRGB8888 and converted where it meets the memory, so a format costs nothing to those who don't
//! name it, and drawing is written once. The names are DRM's (`drm_fourcc.h`): the channels from the highest bit of a
//! little-endian pixel to the lowest. A channel with fewer bits gets the nearest value, and read back it is widened so that
//! all ones stay all ones. Alpha is written as opaque and not looked at.
//!
//! ```
//! use vitrine_gfx::{Surface, format::{Formatted, Rgb565}};
//! use embedded_graphics::{pixelcolor::Rgb888, prelude::*};
//!
//! let memory = Formatted::<Rgb565, _>::new(vec![0; 2 * 4 * 3]);
//! let mut surface = Surface::new(memory, Size::new(4, 3)).unwrap();
//! surface.clear(Rgb888::new(255, 128, 0)).unwrap();
//! assert_eq!(surface.memory().bytes()[..2], 0xfc00_u16.to_le_bytes());
//! ```

mod bytes;
mod formatted;
mod packed;
mod yuyv;

use crate::simd;

pub use bytes::ByteMemory;
pub use formatted::Formatted;
pub use packed::{Argb1555, Argb4444, Argb8888, Rgb565, Rgb888, Xrgb1555, Xrgb4444};
pub use yuyv::Yuyv;

/// A format in which every pixel has bytes of its own.
pub trait Format {
    /// A pixel as it is in memory: of at most 4 bytes, little-endian.
    type Pixel: bytemuck::Pod;

    /// Bytes of one pixel.
    const BYTES: usize = size_of::<Self::Pixel>();

    /// The pixel, given as XRGB8888.
    fn encode(pixel: u32) -> Self::Pixel;

    /// The pixel as XRGB8888.
    fn decode(pixel: Self::Pixel) -> u32;
}

/// What every row's start is a multiple of: displif's back ends count rows in whole words.
const ROW_ALIGNMENT: usize = 4;

/// Converts each item by itself, several at a time.
#[inline]
fn convert<A: Copy, B>(from: &[A], to: &mut [B], each: impl Fn(A) -> B) {
    simd::vectorize(
        #[inline(always)]
        || from.iter().zip(to).for_each(|(&from, to)| *to = each(from)),
    );
}
