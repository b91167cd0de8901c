//! The letters of the two lines that are shown, and no others: `build.rs` makes them. A whole alphabet of the larger
//! font is 28 KB.

use vitrine::gfx::text::Font;
use vitrine::gfx::text::atlas::{Coverage, Glyph, Kerning, Metrics, Range};

include!(concat!(env!("OUT_DIR"), "/hello.rs"));
include!(concat!(env!("OUT_DIR"), "/hello_caption.rs"));
