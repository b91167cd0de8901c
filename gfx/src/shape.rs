//! Anti-aliased shapes, strokes and gradients; and embedded-graphics' own shapes, as fast as memory allows.
//!
//! Everything here is a method of [`Surface`](crate::Surface): those that fill are in `fill`, those that stroke in `strokes`.
//! What they have in common: an outline (`outline`, `path`, `stroke`) goes to the rasteriser (`raster`, `cells`), which
//! finds what part of every pixel it covers, and that goes to the `painter`, which lays [`Paint`] on those pixels. Filled
//! circles and rectangles whose corners are equal don't take that way: `disc` knows their rows without looking for them, and
//! `shadow` those of their shadows.
//!
//! Coordinates of outlines are in [`SUBPIXEL`]s, and whole pixels are the pixels' top left corners: the middle of the first
//! pixel is at (128, 128). What lies further than 65,536 pixels from the origin counts as lying there. Rectangles, circles and
//! other shapes that embedded-graphics has are, as there, in whole pixels. No coordinate panics, and nothing is allocated.

mod aliased;
mod cells;
mod disc;
mod fill;
mod gradient;
mod outline;
mod paint;
mod painter;
mod path;
mod raster;
mod ring;
mod round;
mod shadow;
mod strip;
mod stroke;
mod strokes;
mod vector;

pub use cells::Rule;
pub use paint::{Paint, Stop};
pub use path::{Path, Step};
pub use round::Corners;
pub use shadow::Shadow;
pub use stroke::{Cap, Join, Stroke};

use crate::area::Area;

/// Parts of a pixel in which outlines and widths of strokes are given.
pub const SUBPIXEL: i32 = 256;

/// The pixels that something in an area of SUBPIXELs, edges included, and `reach` around it can touch.
fn touched(within: Area, reach: u32) -> Area {
    let low = |at: i32| at.saturating_sub_unsigned(reach).div_euclid(SUBPIXEL);
    let high = |at: i32| at.saturating_add_unsigned(reach).saturating_add(SUBPIXEL - 1).div_euclid(SUBPIXEL);
    Area { left: low(within.left), top: low(within.top), right: high(within.right), bottom: high(within.bottom) }
}
