//! The commands of `cargo xtask`.

pub mod bench;
pub mod golden;
pub mod image;
pub mod lab;
pub mod preview;
pub mod run;
pub mod screenshots;
mod shot;
pub mod test;
