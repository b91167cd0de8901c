#![forbid(unsafe_code)]
//! Golden pictures: what a test draws is held against a picture in the repository.
//!
//! ```ignore
//! #[test]
//! fn paragraphs() {
//!     let mut surface = Surface::new(vec![0; 320 * 200], Size::new(320, 200)).unwrap();
//!     // ... draw ...
//!     vitrine_golden::check!("paragraphs", 320, &surface.into_memory());
//! }
//! ```
//!
//! The picture is `tests/golden/paragraphs.png` of the crate that the test belongs to. `cargo xtask golden` (or any
//! `cargo test` with `VITRINE_GOLDEN=write` in the environment) makes those anew that have changed; look at them before
//! committing them. When a picture differs the test fails, and what was drawn and a picture of the difference are in the
//! target folder, where the message says.
//!
//! This crate knows XRGB8888 pixels and PNG files, and none of the project's crates. Pixels have to be the same on every
//! machine: draw nothing that depends on one.

mod file;
mod picture;

use picture::Picture;
use std::{env, fs, path::Path};

/// The environment variable that makes [`check!`] write instead, when it is `write`.
const VARIABLE: &str = "VITRINE_GOLDEN";

/// Holds XRGB8888 pixels (`&[u32]`, `width` to a row) against the golden picture of that name. Only for integration tests:
/// cargo tells others no folder to write to.
///
/// # Panics
///
/// When they differ, or there is no such picture yet.
#[macro_export]
macro_rules! check {
    ($name:expr, $width:expr, $pixels:expr $(,)?) => {
        $crate::compare(
            concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden"),
            env!("CARGO_TARGET_TMPDIR"),
            $name,
            $width,
            $pixels,
        )
    };
}

/// What [`check!`] does, with the folder of the golden pictures and one for those of failures.
///
/// # Panics
///
/// As [`check!`] does.
pub fn compare(golden: &str, failures: &str, name: &str, width: usize, pixels: &[u32]) {
    let drawn = Picture::new(width, pixels);
    let file = Path::new(golden).join(format!("{name}.png"));
    let expected = file::read(&file);
    if expected.as_ref().is_ok_and(|expected| *expected == drawn) {
        return;
    }
    if env::var_os(VARIABLE).is_some_and(|value| value == "write") {
        fs::create_dir_all(golden).unwrap_or_else(|error| panic!("{golden}: {error}"));
        return file::write(&file, &drawn);
    }
    let failure = |what: &str| Path::new(failures).join(format!("{name}.{what}.png"));
    file::write(&failure("drawn"), &drawn);
    let anew = "`cargo xtask golden` makes the picture anew";
    match expected {
        Ok(expected) => {
            let difference = failure("difference");
            file::write(&difference, &expected.difference(&drawn));
            let what = expected.described_difference(&drawn);
            panic!("{name} is not drawn as it was: {what}; see {}. If it is right, {anew}", difference.display());
        }
        Err(reason) => panic!("{name} can't be compared: {reason}; {anew}"),
    }
}
