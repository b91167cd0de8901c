//! Rasterises the fonts of `fonts/` into the statics that `src/text/fonts.rs` includes.
//!
//! A glyph is a rectangle of coverage in 16 levels, row by row from the top. A row is a string of bytes, each a level
//! (high nibble) and how many pixels have it, less one (low nibble): small text takes about as much space as plain
//! nibbles would, big digits a fifth of it. `src/text/style.rs` reads this.

use fontdue::{Font, FontSettings};
use std::{collections::BTreeMap, env, error::Error, fmt::Write as _, fs, path::Path};
use ttf_parser::{
    Face, GlyphId,
    gpos::{PairAdjustment, PositioningSubtable},
};

/// Printable ASCII, and what the subset files have beyond it.
const TEXT: &str =
    " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~°±µ·×–—’•…";

/// What a heading is written with: it is large, so it does without the rarer signs.
const HEADING: &str = " !&'(),-./0123456789:?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz–";

/// What a figure is written with.
const FIGURES: &str = " %+,-./0123456789:–";

/// What a clock shows.
const DIGITS: &str = "0123456789:";

/// Heights in font units of an `x` and of a capital letter or digit, the same in all three faces.
const X_HEIGHT: f32 = 1082.0;
const CAP_HEIGHT: f32 = 1456.0;
const UNITS_PER_EM: f32 = 2048.0;

/// Heights in pixels that each font is made for. The size in pixels per em follows from it and is seldom whole: that
/// way the top of most letters (of most digits) lies on a pixel's edge, which is what makes unhinted text look sharp.
const REGULAR_X_HEIGHTS: &[u16] = &[7, 8, 9, 10, 12, 15];
const MEDIUM_X_HEIGHTS: &[u16] = &[7, 8, 9, 10, 12, 15];
const FIGURE_HEIGHTS: &[u16] = &[24, 28, 34, 40, 48, 60, 72];
const TITLE_X_HEIGHTS: &[u16] = &[25, 38];
const DIGIT_HEIGHTS: &[u16] = &[90, 112, 144, 200];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=fonts");
    let regular = TypeFace::load("Regular")?;
    let medium = TypeFace::load("Medium")?;
    let light = TypeFace::load("Light")?;

    let mut code = String::new();
    regular.emit_kerning(&mut code, TEXT)?;
    medium.emit_kerning(&mut code, TEXT)?;
    light.emit_kerning(&mut code, HEADING)?;
    for &height in REGULAR_X_HEIGHTS {
        regular.emit(&mut code, TEXT, true, UNITS_PER_EM * f32::from(height) / X_HEIGHT)?;
    }
    for &height in MEDIUM_X_HEIGHTS {
        medium.emit(&mut code, TEXT, true, UNITS_PER_EM * f32::from(height) / X_HEIGHT)?;
    }
    for &height in TITLE_X_HEIGHTS {
        light.emit(&mut code, HEADING, true, UNITS_PER_EM * f32::from(height) / X_HEIGHT)?;
    }
    for &height in FIGURE_HEIGHTS {
        light.emit(&mut code, FIGURES, false, UNITS_PER_EM * f32::from(height) / CAP_HEIGHT)?;
    }
    for &height in DIGIT_HEIGHTS {
        light.emit(&mut code, DIGITS, false, UNITS_PER_EM * f32::from(height) / CAP_HEIGHT)?;
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("fonts.rs"), code)?;
    Ok(())
}

/// One TrueType file.
struct TypeFace {
    name: &'static str,
    data: Vec<u8>,
    font: Font,
}

impl TypeFace {
    fn load(name: &'static str) -> Result<Self, Box<dyn Error>> {
        let data = fs::read(format!("fonts/Roboto-{name}.ttf"))?;
        let font = Font::from_bytes(data.as_slice(), FontSettings::default())?;
        Ok(Self { name, data, font })
    }

    /// Writes the static of one size, named for the face and the size rounded to a pixel: `REGULAR_17`.
    fn emit(&self, code: &mut String, chars: &str, kerned: bool, size: f32) -> Result<(), Box<dyn Error>> {
        let upper = self.name.to_uppercase();
        let name = format!("{upper}_{size:.0}");
        let lines = self.font.horizontal_line_metrics(size).ok_or("the font has no line metrics")?;
        let mut chars: Vec<char> = chars.chars().collect();
        chars.sort_unstable();

        let count = chars.len();

        let (mut glyphs, mut rows) = (String::new(), Vec::new());
        for character in chars {
            if self.font.lookup_glyph_index(character) == 0 {
                return Err(format!("Roboto-{} has no {character:?}", self.name).into());
            }
            let (metrics, coverage) = self.font.rasterize(character, size);
            writeln!(
                glyphs,
                "        Glyph {{ code: {}, left: {}, top: {}, width: {}, height: {}, advance: {}, rows: {} }},",
                u16::try_from(character as u32)?,
                metrics.xmin,
                metrics.ymin + i32::try_from(metrics.height)?,
                metrics.width,
                metrics.height,
                in_64ths(metrics.advance_width),
                rows.len(),
            )?;
            for row in coverage.chunks(metrics.width.max(1)) {
                encode_row(row, &mut rows);
            }
        }
        fs::write(Path::new(&env::var("OUT_DIR")?).join(&name), &rows)?;
        writeln!(
            code,
            "/// Roboto {} of {size:.2} pixels per em: {} characters in {} bytes.\n\
             pub static {name}: Font = Font {{\n    size: {},\n    ascent: {},\n    descent: {},\n    cap_height: {},\n    \
             kerning: {},\n    glyphs: &[\n{glyphs}    ],\n    rows: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}\")),\n}};",
            self.name,
            count,
            rows.len(),
            in_64ths(size),
            lines.ascent.ceil(),
            (-lines.descent).ceil(),
            (CAP_HEIGHT / UNITS_PER_EM * size).round(),
            if kerned { format!("{upper}_KERNING") } else { "&[]".into() },
        )?;
        Ok(())
    }

    /// Writes the table of pairs that stand closer or further apart, which all sizes share.
    fn emit_kerning(&self, code: &mut String, chars: &str) -> Result<(), Box<dyn Error>> {
        let face = Face::parse(&self.data, 0)?;
        let mut pairs = BTreeMap::new();
        for left in chars.chars() {
            for right in chars.chars() {
                // Digits stay in columns.
                if left.is_ascii_digit() && right.is_ascii_digit() {
                    continue;
                }
                let glyphs = (face.glyph_index(left), face.glyph_index(right));
                let (Some(first), Some(second)) = glyphs else { continue };
                match kerning(&face, first, second) {
                    0 => {}
                    units => _ = pairs.insert((left, right), units),
                }
            }
        }
        writeln!(code, "static {}_KERNING: &[Kerning] = &[", self.name.to_uppercase())?;
        for ((left, right), units) in pairs {
            writeln!(code, "    Kerning {{ left: {}, right: {}, units: {units} }},", left as u32, right as u32)?;
        }
        writeln!(code, "];")?;
        Ok(())
    }
}

/// How much closer (negative) the second glyph stands to the first, in font units, by the font's GPOS table.
fn kerning(face: &Face, first: GlyphId, second: GlyphId) -> i16 {
    let Some(gpos) = face.tables().gpos else { return 0 };
    for lookup in gpos.lookups {
        for subtable in lookup.subtables.into_iter::<PositioningSubtable>() {
            let PositioningSubtable::Pair(pair) = subtable else { continue };
            // The first subtable that knows the pair decides.
            let adjustment = match pair {
                PairAdjustment::Format1 { coverage, sets } => {
                    coverage.get(first).and_then(|index| sets.get(index)).and_then(|set| set.get(second))
                }
                PairAdjustment::Format2 { coverage, classes, matrix } => {
                    coverage.get(first).and_then(|_| matrix.get((classes.0.get(first), classes.1.get(second))))
                }
            };
            if let Some((record, _)) = adjustment {
                return record.x_advance;
            }
        }
    }
    0
}

/// Appends one row of coverage.
fn encode_row(row: &[u8], rows: &mut Vec<u8>) {
    let levels = row.iter().map(|&coverage| ((u16::from(coverage) * 15 + 127) / 255) as u8);
    let mut run: Option<(u8, u8)> = None;
    for level in levels {
        run = match run {
            Some((same, more)) if same == level && more < 15 => Some((same, more + 1)),
            Some((other, more)) => {
                rows.push(other << 4 | more);
                Some((level, 0))
            }
            None => Some((level, 0)),
        };
    }
    if let Some((level, more)) = run {
        rows.push(level << 4 | more);
    }
}

fn in_64ths(pixels: f32) -> i32 {
    (pixels * 64.0).round() as i32
}
