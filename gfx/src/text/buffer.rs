//! Fonts that are made at run time.
//!
//! Here are those of embedded-graphics' kind; `truetype` fills the same [`FontBuf`] from a font file.

use super::atlas::{Atlas, Coverage, Font, Glyph, LARGEST_GLYPH, Metrics, Range};
use alloc::{boxed::Box, collections::BTreeSet, vec::Vec};
use core::convert::Infallible;
use embedded_graphics::{
    Pixel,
    draw_target::DrawTarget,
    geometry::{OriginDimensions, Point, Size},
    pixelcolor::BinaryColor,
    text::{Baseline, renderer::TextRenderer},
};

/// A font in memory of its own, at 1 bit a pixel: any font that draws itself on embedded-graphics' targets (its own
/// [`MonoFont`](embedded_graphics::mono_font::MonoFont)s, those of `u8g2-fonts`, of `profont`...), made fast by looking at
/// each character once.
///
/// ```
/// use embedded_graphics::{mono_font::{MonoTextStyle, ascii::FONT_10X20}, pixelcolor::{BinaryColor, Rgb888}, prelude::*};
/// use vitrine_gfx::{Surface, text::{FontBuf, Style}};
///
/// let mut surface = Surface::new(vec![0; 320 * 100], Size::new(320, 100)).unwrap();
/// // Once, at the start:
/// let glyphs = FontBuf::of(&MonoTextStyle::new(&FONT_10X20, BinaryColor::On), ' '..='~');
/// let font = glyphs.font();
/// // As often as one likes:
/// Style::new(&font, Rgb888::WHITE).draw(&mut surface, "Hello, Xen", Point::new(10, 60));
/// ```
///
/// A character that the font lacks is what it makes of U+FFFD.
#[derive(Clone, Debug)]
pub struct FontBuf {
    metrics: Metrics,
    ranges: Vec<Range>,
    glyphs: Vec<Glyph>,
    bits: Vec<u8>,
}

impl FontBuf {
    /// Records these characters of a font (`BinaryColor::On`, no background, no decoration), which takes memory for them.
    ///
    /// Glyphs are cut off at 500 pixels, and advances at 1,000.
    pub fn of<R: TextRenderer<Color = BinaryColor>>(renderer: &R, characters: impl IntoIterator<Item = char>) -> Self {
        let characters: BTreeSet<char> = characters.into_iter().collect();
        let size = i32::try_from(renderer.line_height()).unwrap_or(i32::MAX).clamp(1, LARGEST_GLYPH.into());
        let metrics = Metrics { size: size * 64, ascent: 0, descent: 0, cap_height: 0 };
        let mut buffer = Self { metrics, ranges: Vec::new(), glyphs: Vec::new(), bits: Vec::new() };
        for character in characters.into_iter().take(usize::from(u16::MAX) - 1) {
            if buffer.record(renderer, character) {
                buffer.add_to_ranges(character);
            }
        }
        buffer.record(renderer, char::REPLACEMENT_CHARACTER);
        let reach = |edge: fn(&Glyph) -> i32| buffer.glyphs.iter().map(edge).max().unwrap_or(0);
        let ascent = reach(|glyph| glyph.top.into());
        let descent = reach(|glyph| i32::from(glyph.height) - i32::from(glyph.top)).max(size - ascent);
        let capital = buffer.font().find('H').glyph().top.into();
        buffer.metrics = Metrics { ascent, descent, cap_height: capital, ..metrics };
        buffer
    }

    /// The font, to be drawn with.
    pub fn font(&self) -> Atlas<'_> {
        Atlas::checked(self.metrics, &self.ranges, &self.glyphs, Coverage::Bits(&self.bits), None)
    }

    /// The font, for as long as the appliance runs: its memory is never given back.
    pub fn leak(self) -> &'static Font {
        Box::leak(Box::new(Box::leak(Box::new(self)).font()))
    }

    /// Adds a glyph for a character, which always works for U+FFFD; false when the font has nothing for it.
    fn record<R: TextRenderer<Color = BinaryColor>>(&mut self, renderer: &R, character: char) -> bool {
        let mut text = [0; 8];
        let len = character.encode_utf8(&mut text).len();
        text.copy_within(..len, len);
        // Both halves are a whole character.
        let [one, two] = [&text[..len], &text[..2 * len]].map(|text| str::from_utf8(text).unwrap_or_default());
        let mut picture = Recorder { lit: Vec::new() };
        let Ok(_) = renderer.draw_string(one, Point::zero(), Baseline::Alphabetic, &mut picture);
        let end = |text| renderer.measure_string(text, Point::zero(), Baseline::Alphabetic).next_position.x;
        // With the gap that some fonts have between characters.
        let advance = end(two).saturating_sub(end(one)).clamp(0, 1000);
        if picture.lit.is_empty() && advance == 0 && character != char::REPLACEMENT_CHARACTER {
            return false;
        }
        self.add(&picture.lit, advance);
        true
    }

    fn add(&mut self, lit: &[Point], advance: i32) {
        let edge = |of: fn(&Point) -> i32| (lit.iter().map(of).min().unwrap_or(0), lit.iter().map(of).max());
        let ((left, right), (top, bottom)) = (edge(|point| point.x), edge(|point| point.y));
        let length = |from: i32, to: Option<i32>| to.map_or(0, |to| (to - from + 1).min(LARGEST_GLYPH.into()) as usize);
        let (width, height) = (length(left, right), length(top, bottom));
        let (start, stride) = (self.bits.len(), width.div_ceil(8));
        self.bits.resize(start + stride * height, 0);
        for point in lit {
            let (x, y) = ((point.x - left) as usize, (point.y - top) as usize);
            if x < width && y < height {
                self.bits[start + y * stride + x / 8] |= 0x80 >> (x % 8);
            }
        }
        let (left, top) = (left as i16, -top as i16);
        self.glyphs.push(Glyph::new(left, top, width as u16, height as u16, (advance * 64) as u16, start as u32));
    }

    /// The glyph that was added last is that of a character after all others.
    fn add_to_ranges(&mut self, character: char) {
        let glyph = (self.glyphs.len() - 1) as u16;
        match self.ranges.last_mut() {
            Some(range) if range.precedes(character) => range.extend_to(character),
            _ => self.ranges.push(Range::new(character, character, glyph)),
        }
    }
}

/// Which pixels a character lights, within what a glyph may be.
struct Recorder {
    lit: Vec<Point>,
}

impl OriginDimensions for Recorder {
    fn size(&self) -> Size {
        Size::new_equal(LARGEST_GLYPH.into())
    }
}

impl DrawTarget for Recorder {
    type Color = BinaryColor;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<BinaryColor>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        let reach = -i32::from(LARGEST_GLYPH)..i32::from(LARGEST_GLYPH);
        let lit = pixels
            .into_iter()
            .filter(|Pixel(point, color)| color.is_on() && reach.contains(&point.x) && reach.contains(&point.y));
        self.lit.extend(lit.map(|Pixel(point, _)| point));
        Ok(())
    }
}
