#![no_std]
#![forbid(unsafe_code)]
//! The scenes that rendering is measured by, and the least that each of them can cost.
//!
//! A [`Scene`] is a list of [`Item`]s, so that every renderer draws the same picture and none is measured drawing another
//! one. [`paint`] draws a scene with vitrine-gfx; [`limit`] records which pixels that changed and how, and replays it with
//! no geometry left to compute. All of it runs on a host and in a guest alike.
//!
//! Begin reading at [`item`], then [`scenes`].

extern crate alloc;

mod change;
mod dashboard;
pub mod item;
pub mod limit;
mod paint;
mod picture;
mod random;
mod scenes;

pub use change::Turns;
pub use fearless_simd::Level;
pub use item::{Edge, Face, Item};
pub use paint::{Painting, paint};
pub use picture::Picture;
pub use scenes::{Aim, NAMES, Scene, scene};

/// Width of every scene, in pixels.
pub const WIDTH: usize = 1920;

/// Height of every scene, in pixels.
pub const HEIGHT: usize = 1080;

/// Pixels of a scene.
pub const PIXELS: usize = WIDTH * HEIGHT;
