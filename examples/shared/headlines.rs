//! Letters for what is read from the other side of a hall: made by `build.rs`, as a project of one's own makes its fonts.

use vitrine::gfx::text::Font;
use vitrine::gfx::text::atlas::{Coverage, Glyph, Kerning, Metrics, Range};

include!(concat!(env!("OUT_DIR"), "/headlines.rs"));

/// All sizes, smallest first.
pub static HEADLINES: [&Font; 4] = [&HEADLINE_56, &HEADLINE_79, &HEADLINE_113, &HEADLINE_158];
