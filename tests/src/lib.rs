//! Tests over several crates, and what the fuzz targets in `fuzz/` share with them.
#![forbid(unsafe_code)]

pub mod fuzz;
