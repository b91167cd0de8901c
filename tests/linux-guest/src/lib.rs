//! A Linux guest whose only program shows known pictures, by Linux's own displif front end (`drm_xen_front`).
//!
//! The program (`main.rs`) is the guest's init: one static file. It does what it is told on the guest's console, a line an
//! order. What it shares with the boot tests that tell it is here: how the pixels of a picture become those of a format,
//! and what is left of them.

#![forbid(unsafe_code)]

pub mod pixels;
