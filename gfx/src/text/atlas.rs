//! What a font is made of: pictures of its glyphs in one size, found by character.
//!
//! The build script of whoever carries the font writes these statics, with the crate `vitrine-assets`;
//! [`FontBuf`](super::FontBuf) makes them at run time. What is said here about a [`Coverage`]'s bytes is the format that
//! both write, and that `compose` reads.

pub use super::kerning::Kerning;

use super::stand_in::StandIn;

/// One face in one size, compiled into the image.
pub type Font = Atlas<'static>;

/// The widest and highest picture of a glyph, in pixels.
pub(super) const LARGEST_GLYPH: u16 = 500;

/// One face in one size.
#[derive(Clone, Copy, Debug)]
pub struct Atlas<'f> {
    metrics: Metrics,
    ranges: &'f [Range],
    glyphs: &'f [Glyph],
    coverage: Coverage<'f>,
    kerning: Option<&'f Kerning<'f>>,
    next: Option<&'f Self>,
}

/// What holds for all glyphs of a font.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metrics {
    /// Pixels per em, in 1/64.
    pub size: i32,
    /// Pixels that letters reach above the baseline, accents included.
    pub ascent: i32,
    /// Pixels that letters reach below the baseline.
    pub descent: i32,
    /// Height of a capital letter or a digit, in pixels.
    pub cap_height: i32,
}

/// Characters that follow each other, and whose glyphs do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    first: char,
    last: char,
    glyph: u16,
}

/// Where one glyph's picture is, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glyph {
    /// Pixels from the pen to the picture's left edge.
    pub(super) left: i16,
    /// Pixels from the baseline up to the picture's top edge.
    pub(super) top: i16,
    pub(super) width: u16,
    pub(super) height: u16,
    /// How far the pen moves, in 1/64 pixel.
    pub(super) advance: u16,
    /// Where the first row starts in the font's coverage.
    pub(super) start: u32,
}

/// The pictures of all glyphs, each row by row from the top, the rows without a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage<'f> {
    /// 16 levels, for text: eight pixels in four bytes, the last ones filled up with zeros. Byte `i` has pixel `i` in its
    /// low nibble and pixel `i + 4` in its high one.
    Packed(&'f [u8]),
    /// 16 levels, for what is large: bytes that are each a level (high nibble) and how many pixels have it, less one (low
    /// nibble). A run ends with its row.
    Runs(&'f [u8]),
    /// All or nothing, for bitmap fonts: eight pixels in a byte, the leftmost in its highest bit, the last ones filled up
    /// with zeros.
    Bits(&'f [u8]),
}

impl Range {
    /// The characters from `first` to `last`, whose glyphs start with number `glyph`.
    pub const fn new(first: char, last: char, glyph: u16) -> Self {
        Self { first, last, glyph }
    }

    /// The first character.
    #[cfg(feature = "truetype")]
    pub(super) const fn first(&self) -> char {
        self.first
    }

    /// Whether the character is the one after the last.
    pub(super) const fn precedes(&self, character: char) -> bool {
        self.last as u32 + 1 == character as u32
    }

    /// Takes in the character after the last.
    pub(super) const fn extend_to(&mut self, character: char) {
        self.last = character;
    }
}

impl Glyph {
    /// A picture whose top left corner stands at (`left`, `top` upwards) from the pen on the baseline, which it moves by
    /// `advance` / 64 pixels; its first row is at byte `start`.
    pub const fn new(left: i16, top: i16, width: u16, height: u16, advance: u16, start: u32) -> Self {
        Self { left, top, width, height, advance, start }
    }
}

impl<'f> Atlas<'f> {
    /// Joins the parts of a font. The last glyph is what is shown for a character that isn't there.
    ///
    /// # Panics
    ///
    /// When there is no glyph, one is wider or higher than 500 pixels or has no rows in `coverage`, or `ranges` are not in
    /// order or name more glyphs than there are. In a static, this is found when it is compiled.
    pub const fn new(
        metrics: Metrics,
        ranges: &'f [Range],
        glyphs: &'f [Glyph],
        coverage: Coverage<'f>,
        kerning: Option<&'f Kerning<'f>>,
    ) -> Self {
        let mut index = 0;
        assert!(!glyphs.is_empty() && glyphs.len() <= NO_GLYPH as usize, "a font has 1 to 65535 glyphs");
        while index < glyphs.len() {
            coverage.check(&glyphs[index]);
            index += 1;
        }
        index = 0;
        while index < ranges.len() {
            let Range { first, last, glyph } = ranges[index];
            assert!(
                first <= last && glyph as usize + (last as usize - first as usize) < glyphs.len(),
                "range of glyphs"
            );
            assert!(index == 0 || (ranges[index - 1].last as u32) < first as u32, "ranges are in order");
            index += 1;
        }
        Self::checked(metrics, ranges, glyphs, coverage, kerning)
    }

    /// Joins parts that are known to keep to what [`Self::new`] asks for.
    pub(super) const fn checked(
        metrics: Metrics,
        ranges: &'f [Range],
        glyphs: &'f [Glyph],
        coverage: Coverage<'f>,
        kerning: Option<&'f Kerning<'f>>,
    ) -> Self {
        Self { metrics, ranges, glyphs, coverage, kerning, next: None }
    }

    /// The same font, and another one for the characters that it lacks, which may itself have a next one:
    /// `static TEXT: Font = fonts::REGULAR_17.or(&SYMBOLS_17);`
    pub const fn or(self, next: &'f Self) -> Self {
        Self { next: Some(next), ..self }
    }

    /// Pixels that letters reach above the baseline, accents included.
    pub const fn ascent(&self) -> i32 {
        self.metrics.ascent
    }

    /// Pixels that letters reach below the baseline.
    pub const fn descent(&self) -> i32 {
        self.metrics.descent
    }

    /// Height of a capital letter or a digit, in pixels.
    pub const fn cap_height(&self) -> i32 {
        self.metrics.cap_height
    }

    /// Pixels from one baseline to the next.
    pub const fn line_height(&self) -> i32 {
        self.ascent().saturating_add(self.descent())
    }

    /// Whether there is a glyph for the character, in this font or a [next](Self::or) one.
    pub fn has(&self, character: char) -> bool {
        self.index_of(character).is_some() || self.next.is_some_and(|next| next.has(character))
    }

    /// What tells this font from others that exist at the same time.
    pub(super) fn identity(&self) -> (usize, usize) {
        (self.glyphs.as_ptr().addr(), self.next.map_or(0, |next| next.glyphs.as_ptr().addr()))
    }

    /// The pictures of all glyphs.
    pub(super) const fn coverage(&self) -> Coverage<'f> {
        self.coverage
    }

    /// The glyph for a character, from the first font that has it; else a space or nothing for what is meant to look so,
    /// and this font's last glyph for the rest: text that comes from outside may hold anything, and a box is better than a
    /// gap.
    #[inline]
    pub(super) fn find(&self, character: char) -> Found<'_> {
        self.find_exactly(character).unwrap_or_else(|| self.stand_in(character))
    }

    #[inline(never)]
    fn stand_in(&self, character: char) -> Found<'_> {
        let last = (self.glyphs.len() - 1) as u16;
        let shown = match StandIn::of(character) {
            StandIn::Like(character) => self.find_exactly(character),
            StandIn::Nothing => Some(Found { atlas: self, index: NO_GLYPH }),
            StandIn::Box => None,
        };
        shown.unwrap_or(Found { atlas: self, index: last })
    }

    #[inline]
    fn find_exactly(&self, character: char) -> Option<Found<'_>> {
        self.index_of(character)
            .map_or_else(|| self.find_in_next(character), |index| Some(Found { atlas: self, index }))
    }

    #[inline(never)]
    fn find_in_next(&self, character: char) -> Option<Found<'_>> {
        let mut font = self.next;
        while let Some(atlas) = font {
            if let Some(index) = atlas.index_of(character) {
                return Some(Found { atlas, index });
            }
            font = atlas.next;
        }
        None
    }

    fn index_of(&self, character: char) -> Option<u16> {
        // Nearly always ASCII.
        let first = self.ranges.first()?;
        let index =
            if character <= first.last { 0 } else { self.ranges.partition_point(|range| range.last < character) };
        let range = self.ranges.get(index)?;
        (range.first <= character).then(|| range.glyph + (u32::from(character) - u32::from(range.first)) as u16)
    }
}

/// The number of a glyph that isn't there: fonts have less.
const NO_GLYPH: u16 = u16::MAX;

/// A glyph, and the font that has it.
#[derive(Clone, Copy)]
pub(super) struct Found<'f> {
    pub atlas: &'f Atlas<'f>,
    index: u16,
}

impl<'f> Found<'f> {
    pub fn glyph(self) -> &'f Glyph {
        static NOTHING: Glyph = Glyph::new(0, 0, 0, 0, 0, 0);
        self.atlas.glyphs.get(usize::from(self.index)).unwrap_or(&NOTHING)
    }

    /// How much further from this glyph the next one stands than its advance says, in 1/64 pixel.
    pub fn kerning_before(self, next: Self) -> i32 {
        match self.atlas.kerning {
            Some(kerning) if core::ptr::eq(self.atlas, next.atlas) => {
                (kerning.between(self.index, next.index).saturating_mul(self.atlas.metrics.size) + 256) >> 9
            }
            _ => 0,
        }
    }
}

impl<'f> Coverage<'f> {
    const fn bytes(self) -> &'f [u8] {
        match self {
            Self::Packed(bytes) | Self::Runs(bytes) | Self::Bits(bytes) => bytes,
        }
    }

    /// Panics unless the glyph's rows can be here.
    const fn check(self, glyph: &Glyph) {
        assert!(
            glyph.width <= LARGEST_GLYPH && glyph.height <= LARGEST_GLYPH,
            "a glyph is at most 500 pixels wide and high"
        );
        let eights = (glyph.width as usize).div_ceil(8);
        let row = match self {
            Self::Packed(_) => 4 * eights,
            // At least: a run is 16 pixels long at most.
            Self::Runs(_) => (glyph.width as usize).div_ceil(16),
            Self::Bits(_) => eights,
        };
        assert!(glyph.start as usize + row * glyph.height as usize <= self.bytes().len(), "a glyph without its rows");
    }
}
