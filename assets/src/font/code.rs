//! Fonts as Rust code. The names in it are those of `vitrine_gfx::text::atlas`.

use super::{
    atlas::{Atlas, in_64ths},
    kerning::Kerning,
};
use crate::coverage::Encoding;
use std::fmt::Write as _;

/// What all sizes of a face share: which characters there are, and their kerning.
pub fn shared(prefix: &str, characters: &[char], kerning: Option<&Kerning>) -> String {
    let mut code = format!("static {prefix}_RANGES: &[Range] = &[\n");
    let mut glyph = 0;
    for range in characters.chunk_by(|one, next| u32::from(*one) + 1 == u32::from(*next)) {
        let (first, last) = (range[0], range[range.len() - 1]);
        code += &format!("    Range::new({first:?}, {last:?}, {glyph}),\n");
        glyph += range.len();
    }
    code += "];\n";
    if let Some(Kerning { rows, columns, units }) = kerning {
        let write = writeln!(
            code,
            "static {prefix}_KERNING: Kerning = Kerning::new(\n    &{rows:?},\n    &{columns:?},\n    &{units:?},\n);"
        );
        write.expect("a String takes everything");
    }
    code
}

/// One size, whose pictures are in a file of their own.
pub fn font(name: &str, prefix: &str, atlas: &Atlas, pictures: &str, kerned: bool) -> String {
    let glyphs: String = atlas.glyphs.iter().fold(String::new(), |code, glyph| {
        let (left, top, width, height) = (glyph.left, glyph.top, glyph.width, glyph.height);
        code + &format!(
            "        Glyph::new({left}, {top}, {width}, {height}, {}, {}),\n",
            glyph.advance_64ths, glyph.start
        )
    });
    let encoding = match atlas.encoding {
        Encoding::Packed => "Packed",
        Encoding::Runs => "Runs",
    };
    let kerning = if kerned { format!("Some(&{prefix}_KERNING)") } else { "None".to_owned() };
    format!(
        "/// {face} of {size:.2} pixels per em: {count} characters, their pictures in {bytes} bytes.\n\
         pub static {name}: Font = Font::new(\n    \
         Metrics {{ size: {size_64ths}, ascent: {ascent}, descent: {descent}, cap_height: {cap_height} }},\n    \
         {prefix}_RANGES,\n    &[\n{glyphs}    ],\n    \
         Coverage::{encoding}(include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{pictures}\"))),\n    {kerning},\n);\n",
        face = atlas.face,
        size = atlas.size,
        count = atlas.glyphs.len() - 1,
        bytes = atlas.coverage.len(),
        size_64ths = in_64ths(atlas.size),
        ascent = atlas.ascent,
        descent = atlas.descent,
        cap_height = atlas.cap_height,
    )
}
