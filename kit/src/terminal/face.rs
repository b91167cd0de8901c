//! The terminal's font: Spleen (Frederic Cambus, BSD licence), from the PSF files of the `spleen-font` crate.

use alloc::vec::Vec;

use embedded_graphics::{
    geometry::Size,
    image::ImageRaw,
    mono_font::{DecorationDimensions, MonoFont, mapping::GlyphMapping},
};
use spleen_font::{FONT_12X24, FONT_16X32, PSF2Font};

/// What ends a glyph's characters in a PSF file, and what starts a sequence of several (Linux, `psf.h`).
const END: u8 = 0xff;
const SEQUENCE: u8 = 0xfe;

/// Which font.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaceName {
    /// 12 by 24 pixels: 160 columns and 45 rows at 1920x1080.
    Spleen12x24,
    /// 16 by 32 pixels: 120 columns and 33 rows at 1920x1080.
    Spleen16x32,
}

/// A font for cells that are all of one size.
pub struct Face {
    cell: Size,
    /// The glyphs of the file, one below the other.
    glyphs: &'static [u8],
    map: Map,
}

impl Face {
    /// Reads a font's table of characters: the only allocation.
    pub fn new(name: FaceName) -> Self {
        let file = match name {
            FaceName::Spleen12x24 => FONT_12X24,
            FaceName::Spleen16x32 => FONT_16X32,
        };
        let Ok(font) = PSF2Font::new(file) else { unreachable!("the files of the crate are fonts") };
        let [start, count, bytes] =
            [font.header_size, font.num_glyphs, font.bytes_per_glyph].map(|number| number as usize);
        let (glyphs, table) = file[start..].split_at(count * bytes);
        Self { cell: Size::new(font.width, font.height), glyphs, map: Map::new(table) }
    }

    /// The size of a character in pixels.
    pub const fn cell(&self) -> Size {
        self.cell
    }

    /// The same as a font of embedded-graphics.
    pub fn font(&self) -> MonoFont<'_> {
        let Size { width, height } = self.cell;
        MonoFont {
            image: ImageRaw::new(self.glyphs, width),
            character_size: self.cell,
            character_spacing: 0,
            baseline: height * 3 / 4,
            strikethrough: DecorationDimensions::new(height / 2, height / 16),
            underline: DecorationDimensions::new(height - height / 12 - 1, height / 16),
            glyph_mapping: &self.map,
        }
    }
}

/// Which glyph a character has.
struct Map {
    /// Sorted by character.
    entries: Vec<(char, u16)>,
    replacement: u16,
}

impl Map {
    fn new(table: &[u8]) -> Self {
        let mut map = Self { entries: Vec::new(), replacement: 0 };
        for (glyph, characters) in (0..).zip(table.split(|byte| *byte == END)) {
            let single = characters.split(|byte| *byte == SEQUENCE).next().unwrap_or_default();
            str::from_utf8(single).unwrap_or_default().chars().for_each(|character| map.insert(character, glyph));
        }
        map.replacement = map.get(char::REPLACEMENT_CHARACTER).or_else(|| map.get('?')).unwrap_or_default();
        map
    }

    fn insert(&mut self, character: char, glyph: u16) {
        if let Err(place) = self.entries.binary_search_by_key(&character, |entry| entry.0) {
            self.entries.insert(place, (character, glyph));
        }
    }

    fn get(&self, character: char) -> Option<u16> {
        let found = self.entries.binary_search_by_key(&character, |entry| entry.0);
        found.ok().map(|index| self.entries[index].1)
    }
}

impl GlyphMapping for Map {
    fn index(&self, character: char) -> usize {
        self.get(character).unwrap_or(self.replacement).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_consoles_draw_with_is_there() {
        for name in [FaceName::Spleen12x24, FaceName::Spleen16x32] {
            let face = Face::new(name);
            for character in (' '..='~').chain("äß×│─┌┐└┘├┤┬┴┼═║█▄▀░▒▓µ°".chars())
            {
                assert!(face.map.get(character).is_some(), "{character}");
            }
            assert_ne!(face.map.get('A'), face.map.get('B'));
            assert_eq!(face.map.index('\u{1f600}'), usize::from(face.map.replacement));
        }
    }
}
