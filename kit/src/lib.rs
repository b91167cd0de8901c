#![no_std]
#![forbid(unsafe_code)]
//! What screens are made of: themes, layout, widgets, plots, motion, and what people do to a screen.
//!
//! This crate knows pictures and what happens to them, and nothing else: no Xen, no clock, no screen. It draws with
//! `vitrine-gfx`, is told what time it is, and is handed [`input`] events by whoever has them.
//!
//! Begin reading at [`widget`], which says how a screen is put together, and [`theme`].

extern crate alloc;

pub mod glyph;
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
pub mod widget;

pub use number::decimal;
pub use scale::Scale;
pub use theme::Theme;
