//! Turns the drawings of `icons/` into the statics that `src/icons.rs` includes.

use vitrine_assets::{Error, icons};

/// Sides in pixels: for text of all sizes, and multiples of the grid of 24 that the icons are drawn on.
const SIDES: &[u16] = &[16, 20, 24, 32, 48, 64, 96];

fn main() -> Result<(), Error> {
    println!("cargo::rerun-if-changed=build.rs");
    icons("icons").sides(SIDES).write("icons")
}
