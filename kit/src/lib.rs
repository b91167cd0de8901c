#![no_std]
#![forbid(unsafe_code)]
//! What screens are made of: themes, layout, widgets, plots, motion, and what people do to a screen.
//!
//! This crate knows pictures and what happens to them, and nothing else: no Xen, no clock, no screen. It draws with
//! `vitrine-gfx`, is told what time it is, and is handed [`input`] events by whoever has them.
//!
//! Begin reading at [`widget`], which says how a screen is put together, and [`theme`].
//!
//! # Why widgets of our own
//!
//! The same screen, twelve cards with a title, a figure and a switch each at 1920x1080, was made with [buoyant] 0.7.1 (views as
//! in SwiftUI, for embedded-graphics) and with functions that divide areas and draw on a `Surface`, as here; and its layout
//! alone with [taffy] 0.15.1 (flexbox). Least of 40 runs, fat LTO, `opt-level = 3`; sizes are beyond those of a program that
//! clears a surface:
//!
//! | | layout | frame | size | shapes and text |
//! |---|---|---|---|---|
//! | buoyant | 38 µs | 0.29 ms | 67 KB | aliased; fonts with one bit a pixel |
//! | taffy | 95 µs | | 105 KB | |
//! | here | below 0.1 µs | 0.32 ms | 29 KB, two fonts included | anti-aliased; proportional fonts with kerning |
//!
//! What decided it are not the numbers but the looks: buoyant hands its shapes to embedded-graphics, and its trait for fonts
//! is sealed, so neither our anti-aliased shapes nor our text could be drawn by its views. Its tree of views is also a second
//! retained picture beside the canvas, which finds what changed without one. Flexbox solves more than a screen of fixed
//! size asks for: rows, columns and grids with fixed and shared lengths are a hundred lines in [`layout`].
//!
//! [buoyant]: https://docs.rs/buoyant
//! [taffy]: https://docs.rs/taffy

extern crate alloc;

pub mod icons;
pub mod input;
pub mod layout;
pub mod motion;
mod number;
mod paint;
pub mod plot;
mod press;
mod scale;
mod scroll;
pub mod terminal;
pub mod theme;
mod wall_time;
pub mod widget;

pub use number::decimal;
pub use scale::Scale;
pub use theme::Theme;
pub use wall_time::WallTime;
