#![no_std]
#![forbid(unsafe_code)]
//! What screens are made of: what people do to them, and, step by step, themes, layout, widgets and plots.
//!
//! This crate knows pictures and what happens to them, and nothing else: no Xen, no clock, no screen. It draws with
//! `vitrine-gfx`, is told what time it is, and is handed [`input`] events by whoever has them.
//!
//! Begin reading at [`input`].

extern crate alloc;

pub mod input;
pub mod terminal;
