//! The fonts, made from `gfx/fonts` by `gfx/build.rs`; their names say the face and the pixels per em, rounded.
//!
//! [`REGULAR`] and [`MEDIUM`] have all of ASCII, [`TITLES`] letters, digits and what a heading has between them,
//! [`FIGURES`] what numbers are written with, [`DIGITS`] only digits and the colon. Whoever names one of these families
//! gets all of its sizes into the image; a single font is 2 to 30 KB. [`european`] has the same two faces with all Latin
//! letters of Europe, at three times the size.

use super::atlas::{Coverage, Font, Glyph, Kerning, Metrics, Range};

include!(concat!(env!("OUT_DIR"), "/regular.rs"));
include!(concat!(env!("OUT_DIR"), "/medium.rs"));
include!(concat!(env!("OUT_DIR"), "/titles.rs"));
include!(concat!(env!("OUT_DIR"), "/figures.rs"));
include!(concat!(env!("OUT_DIR"), "/digits.rs"));

/// The text fonts, smallest first.
pub static REGULAR: [&Font; 6] = [&REGULAR_13, &REGULAR_15, &REGULAR_17, &REGULAR_19, &REGULAR_23, &REGULAR_28];

/// The bolder text fonts, smallest first.
pub static MEDIUM: [&Font; 6] = [&MEDIUM_13, &MEDIUM_15, &MEDIUM_17, &MEDIUM_19, &MEDIUM_23, &MEDIUM_28];

/// The fonts of headings, smallest first.
pub static TITLES: [&Font; 2] = [&LIGHT_47, &LIGHT_72];

/// The fonts of big figures, smallest first.
pub static FIGURES: [&Font; 7] = [&LIGHT_34, &LIGHT_39, &LIGHT_48, &LIGHT_56, &LIGHT_68, &LIGHT_84, &LIGHT_101];

/// The fonts of very big digits, smallest first.
pub static DIGITS: [&Font; 4] = [&LIGHT_127, &LIGHT_158, &LIGHT_203, &LIGHT_281];

/// [`REGULAR`](super::REGULAR) and [`MEDIUM`](super::MEDIUM) with Latin-1, Latin Extended-A, and the quotation marks, currency
/// and other signs of careful writing: 339 characters each, in 25 to 110 KB.
pub mod european {
    use super::{Coverage, Font, Glyph, Kerning, Metrics, Range};

    include!(concat!(env!("OUT_DIR"), "/european_regular.rs"));
    include!(concat!(env!("OUT_DIR"), "/european_medium.rs"));
}
