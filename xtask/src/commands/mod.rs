//! The commands of `cargo xtask`.

pub mod image;
pub mod lab;
pub mod run;
