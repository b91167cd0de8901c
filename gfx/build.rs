//! Turns the font files of `fonts/` into the statics that `src/text/fonts.rs` includes.

use vitrine_assets::{Error, characters, font};

/// What a heading is written with: it is large, so it does without the rarer signs.
const HEADING: &str = " !&'(),-./0123456789:?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz–";

/// What the subset files have beyond ASCII.
const SIGNS: &str = "°±µ·×–—’•…";

/// Heights of an `x`, in pixels, that text is made for.
const X_HEIGHTS: &[u16] = &[7, 8, 9, 10, 12, 14, 15, 18, 21, 25, 30];

fn main() -> Result<(), Error> {
    println!("cargo::rerun-if-changed=build.rs");
    let text = |weight: &str| font(format!("fonts/Roboto-{weight}.ttf")).named(weight).and_characters(SIGNS);
    text("Regular").x_heights(X_HEIGHTS).write("regular")?;
    text("Medium").x_heights(X_HEIGHTS).write("medium")?;

    let light = |characters: &str| font("fonts/Roboto-Light.ttf").named("Light").characters(characters);
    light(HEADING).x_heights(&[25, 38]).write("titles")?;
    light(characters::FIGURES).cap_heights(&[24, 28, 34, 40, 48, 60, 72]).without_kerning().write("figures")?;
    light(characters::DIGITS).cap_heights(&[90, 112, 144, 200]).without_kerning().write("digits")
}
