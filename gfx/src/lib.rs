#![no_std]
#![forbid(unsafe_code)]
//! Surfaces, fast drawing, text and images: embedded-graphics in, pixels out.
//!
//! This crate knows pixels and nothing else: no Xen, no clock, no screen. It draws into a [`Surface`], a picture in any
//! [`PixelMemory`]: a `Vec<u32>` of XRGB8888 pixels in a test, pages shared with another domain in an appliance, in any
//! [format](crate::format) of the display protocol. Such pages may change under our feet, so pixels are only ever copied
//! in and out, by rows.
//!
//! Begin reading at [`memory`] and [`surface`].

extern crate alloc;

mod area;
pub mod canvas;
pub mod damage;
mod digest;
pub mod format;
pub mod image;
mod ink;
pub mod memory;
mod part;
mod pixel;
mod row;
pub mod shape;
mod shown;
pub mod simd;
pub mod surface;
pub mod testcard;
pub mod text;

pub use canvas::{Canvas, Composed, Painted, PictureId, View};
pub use damage::Damage;
pub use ink::Ink;
pub use memory::{Band, PixelMemory};
pub use part::Part;
pub use pixel::mix;
pub use shape::SUBPIXEL;
pub use shown::Shown;
pub use surface::{Surface, SurfaceError};
