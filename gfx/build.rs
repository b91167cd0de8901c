//! Turns the font files of `fonts/` into the statics that `src/text/fonts.rs` includes.

use vitrine_assets::{Error, characters, font};

/// What a heading is written with: it is large, so it does without the rarer signs.
const HEADING: &str = " !&'(),-./0123456789:?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz–";

/// What everyday text has beyond ASCII.
const SIGNS: &str = "°±µ·×–—’•…";

/// Heights of an `x`, in pixels, that text is made for.
const X_HEIGHTS: &[u16] = &[7, 8, 9, 10, 12, 14, 15, 18, 21, 25, 30];

fn main() -> Result<(), Error> {
    println!("cargo::rerun-if-changed=build.rs");
    let text = |weight: &str| font(format!("fonts/Roboto-{weight}.ttf")).named(weight).and_characters(SIGNS);
    text("Regular").x_heights(X_HEIGHTS).write("regular")?;
    text("Medium").x_heights(X_HEIGHTS).write("medium")?;
    for (weight, file) in [("Regular", "european_regular"), ("Medium", "european_medium")] {
        let letters = text(weight).and_characters(characters::LATIN_1).and_characters(characters::LATIN_EXTENDED_A);
        letters.and_characters(characters::TYPOGRAPHIC).x_heights(X_HEIGHTS).write(file)?;
    }

    let light = |characters: &str| font("fonts/Roboto-Light.ttf").named("Light").characters(characters);
    light(HEADING).x_heights(&[25, 38]).write("titles")?;
    light(characters::FIGURES).cap_heights(&[24, 28, 34, 40, 48, 60, 72]).without_kerning().write("figures")?;
    light(characters::DIGITS).cap_heights(&[90, 112, 144, 200]).without_kerning().write("digits")
}
