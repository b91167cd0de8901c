//! What a font is made of. `gfx/build.rs` writes these.

/// Font units in an em, in the face that `kerning` is taken from.
const UNITS_PER_EM: i32 = 2048;

/// One face in one size: coverage pictures of its glyphs.
#[derive(Debug)]
pub struct Font {
    /// Pixels per em, in 1/64.
    pub(super) size: i32,
    pub(super) ascent: i32,
    pub(super) descent: i32,
    pub(super) cap_height: i32,
    /// Sorted by `left`, `right`.
    pub(super) kerning: &'static [Kerning],
    /// Sorted by `code`.
    pub(super) glyphs: &'static [Glyph],
    /// The rows of all glyphs: see `gfx/build.rs` for the encoding.
    pub(super) rows: &'static [u8],
}

/// One glyph of a [`Font`].
#[derive(Debug)]
pub(super) struct Glyph {
    /// The character.
    pub code: u16,
    /// Pixels from the pen to the picture's left edge.
    pub left: i16,
    /// Pixels from the baseline up to the picture's top edge.
    pub top: i16,
    pub width: u16,
    pub height: u16,
    /// How far the pen moves, in 1/64 pixel.
    pub advance: u16,
    /// Where the first row starts in the font's `rows`.
    pub rows: u32,
}

/// Two characters that stand closer together or further apart than their advances say.
#[derive(Debug)]
pub(super) struct Kerning {
    pub left: u16,
    pub right: u16,
    /// Font units to move, negative when closer.
    pub units: i16,
}

impl Font {
    /// Pixels that letters reach above the baseline, accents included.
    pub const fn ascent(&self) -> i32 {
        self.ascent
    }

    /// Pixels that letters reach below the baseline.
    pub const fn descent(&self) -> i32 {
        self.descent
    }

    /// Height of a capital letter or a digit, in pixels.
    pub const fn cap_height(&self) -> i32 {
        self.cap_height
    }

    /// Pixels from one baseline to the next.
    pub const fn line_height(&self) -> i32 {
        self.ascent + self.descent
    }

    /// Width of the text in pixels: how far the pen moves, rounded to the nearest. Glyphs may reach a little beyond it.
    pub fn measure(&self, text: &str) -> i32 {
        self.place(text).last().map_or(0, |placed| to_pixels(placed.end))
    }

    /// The last of `fonts` (which get larger) whose line height is at most `pixels`, else the first.
    ///
    /// # Panics
    ///
    /// When there are no fonts.
    pub fn fitting(fonts: &[&'static Self], pixels: i32) -> &'static Self {
        fonts.iter().rev().find(|font| font.line_height() <= pixels).unwrap_or(&fonts[0])
    }

    /// The glyphs of a text and where they stand, the pen starting at 0.
    ///
    /// A character that the font lacks is shown as its `–`, else as its last glyph: text that arrives from outside may
    /// hold anything, and something visible is better than a gap.
    pub(super) fn place<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Placed<'t>> {
        let mut pen = 0_i32;
        let mut before = None;
        text.chars().map(move |character| {
            let glyph = self.glyph(character);
            if let Some(left) = before {
                pen = pen.saturating_add(self.kerning_between(left, glyph.code));
            }
            before = Some(glyph.code);
            let start = pen;
            pen = pen.saturating_add(glyph.advance.into());
            Placed { glyph, start, end: pen }
        })
    }

    fn glyph(&self, character: char) -> &'static Glyph {
        let find = |code: u16| self.glyphs.binary_search_by_key(&code, |glyph| glyph.code).ok();
        let index = u16::try_from(u32::from(character)).ok().and_then(find).or_else(|| find('–' as u16));
        &self.glyphs[index.unwrap_or(self.glyphs.len() - 1)]
    }

    /// In 1/64 pixel.
    fn kerning_between(&self, left: u16, right: u16) -> i32 {
        let key = (left, right);
        self.kerning.binary_search_by_key(&key, |pair| (pair.left, pair.right)).map_or(0, |index| {
            let scaled = i32::from(self.kerning[index].units) * self.size;
            (scaled + UNITS_PER_EM / 2).div_euclid(UNITS_PER_EM)
        })
    }
}

/// A glyph, and the pen before and after it in 1/64 pixel.
pub(super) struct Placed<'f> {
    pub glyph: &'f Glyph,
    pub start: i32,
    pub end: i32,
}

/// The nearest pixel edge to a place in 1/64 pixel.
pub(super) const fn to_pixels(in_64ths: i32) -> i32 {
    in_64ths.saturating_add(32) >> 6
}
