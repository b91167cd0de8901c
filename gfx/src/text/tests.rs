//! Text against a slow reference that looks at one pixel at a time.

use super::{
    atlas::{Coverage, Glyph, Metrics, Range},
    layout::Placed,
    *,
};
use crate::{Surface, mix};
use alloc::{string::String, vec, vec::Vec};
use embedded_graphics_core::{
    draw_target::DrawTarget,
    geometry::{Point, Size},
    pixelcolor::Rgb888,
    primitives::{PointsIter, Rectangle},
};
use proptest::prelude::*;

const SIZE: Size = Size::new(240, 80);
const GROUND: Rgb888 = Rgb888::new(200, 30, 40);
const COLOR: Rgb888 = Rgb888::new(5, 180, 255);

/// What a font with a next one is made of.
static CHAIN: Font = fonts::LIGHT_101.or(&fonts::MEDIUM_13);

/// How much a glyph covers of each pixel of its picture.
fn coverage(placed: &Placed<'_>) -> Vec<u8> {
    let glyph = placed.found.glyph();
    let (start, width, height) = (glyph.start as usize, usize::from(glyph.width), usize::from(glyph.height));
    let eights = width.div_ceil(8);
    let pixels = (0..width * height).map(|index| (index % width, index / width));
    match placed.found.atlas.coverage() {
        Coverage::Packed(bytes) => {
            let four = |x: usize, y: usize| &bytes[start + (y * eights + x / 8) * 4..][..4];
            let level = |x: usize, y| if x % 8 < 4 { four(x, y)[x % 8] & 15 } else { four(x, y)[x % 8 - 4] >> 4 };
            pixels.map(|(x, y)| level(x, y) * 17).collect()
        }
        Coverage::Bits(bytes) => {
            pixels.map(|(x, y)| ((bytes[start + y * eights + x / 8] >> (7 - x % 8)) & 1) * 255).collect()
        }
        Coverage::Runs(bytes) => {
            let runs = bytes[start..].iter().flat_map(|run| vec![(run >> 4) * 17; usize::from(run & 15) + 1]);
            runs.take(width * height).collect()
        }
    }
}

/// The text, drawn pixel by pixel.
fn reference(font: &Font, text: &str, at: Point, clip: &Rectangle) -> Vec<u32> {
    let mut covered = vec![0u8; (SIZE.width * SIZE.height) as usize];
    for placed in font.place(text) {
        let area = placed.stamp().area().moved(at).to_rectangle();
        let pixels = coverage(&placed);
        for point in area.intersection(clip).points() {
            let inside = point - area.top_left;
            let sum = &mut covered[(point.y * SIZE.width as i32 + point.x) as usize];
            *sum = sum.saturating_add(pixels[inside.y as usize * area.size.width as usize + inside.x as usize]);
        }
    }
    covered.into_iter().map(|alpha| crate::pixel::pack(mix(GROUND, COLOR, alpha))).collect()
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{0,40}", "[WAVTof.,:0-9 ]{0,12}", any::<String>(), "[0-9:å€\u{ad}\u{200b}\t\n]{0,9}"]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    /// A line is what its glyphs cover, wherever it stands, under any clip, with and without a known background.
    #[test]
    fn text_is_what_its_glyphs_cover(
        which in 0usize..6, text in text(), x in -150..250, y in -20..140, known: bool,
        left in -10..240, top in -10..80, width in 0u32..260, height in 0u32..100,
    ) {
        let all = [&fonts::REGULAR_13, &fonts::MEDIUM_28, &fonts::LIGHT_72, &fonts::LIGHT_101, &fonts::LIGHT_281, &CHAIN];
        let (font, at) = (all[which], Point::new(x, y));
        let mut surface = Surface::new(vec![0; (SIZE.width * SIZE.height) as usize], SIZE).unwrap();
        let Ok(()) = surface.clear(GROUND);
        surface.take_damage();
        surface.set_clip(&Rectangle::new(Point::new(left, top), Size::new(width, height)));
        let expected = reference(font, &text, at, &surface.clip());
        let style = TextStyle::new(font, COLOR);
        let style = if known { style.on(GROUND) } else { style };
        let bounds = style.bounding_box(&text, at);
        let end = style.draw(&mut surface, &text, at);
        prop_assert_eq!(end - at.x, font.measure(&text));
        let damage = surface.take_damage();
        for point in Rectangle::new(Point::zero(), SIZE).points() {
            let drawn = surface.pixel(point).unwrap();
            prop_assert_eq!(crate::pixel::pack(drawn), expected[(point.y * SIZE.width as i32 + point.x) as usize], "{}", point);
            let touched = bounds.contains(point) && damage.rectangles().any(|area| area.contains(point));
            prop_assert!(touched || drawn == GROUND, "{} is outside of the box or the damage", point);
        }
    }
}

#[test]
fn every_character_has_a_glyph_or_is_meant_to_have_none() {
    for character in '\0'..=char::MAX {
        let placed = fonts::REGULAR_13.place(character.encode_utf8(&mut [0; 4])).next().unwrap().end;
        let hidden = matches!(character, '\r' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
            || matches!(character, '\u{2060}'..='\u{2064}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}');
        assert_eq!(placed == 0, hidden, "{character:?}");
    }
}

#[test]
fn the_next_font_is_asked() {
    assert!(CHAIN.has('a') && CHAIN.has('7') && !CHAIN.has('€'));
    assert_eq!(CHAIN.measure("7"), fonts::LIGHT_101.measure("7"));
    assert_eq!(CHAIN.measure("a"), fonts::MEDIUM_13.measure("a"));
    assert_eq!(CHAIN.measure("€"), fonts::LIGHT_101.measure("€"), "the box is that of the first");
}

/// One glyph, 6 pixels wide, that moves the pen by 3.
static OVERLAPPING: Font = {
    static RANGES: [Range; 1] = [Range::new('a', 'a', 0)];
    static GLYPHS: [Glyph; 1] = [Glyph::new(0, 4, 6, 4, 3 * 64, 0)];
    static LEVELS: [u8; 16] =
        [0x57, 0x97, 0x02, 0x04, 0x11, 0x22, 0x03, 0x04, 0, 0xf0, 0x0f, 0, 0xaa, 0xbb, 0x0c, 0x0d];
    let metrics = Metrics { size: 8 * 64, ascent: 5, descent: 1, cap_height: 4 };
    Font::new(metrics, &RANGES, &GLYPHS, Coverage::Packed(&LEVELS), None)
};

#[test]
fn where_glyphs_share_pixels_their_coverage_adds_up() {
    for text in ["a", "aa", "aaaaaaa"] {
        let mut surface = Surface::new(vec![0; (SIZE.width * SIZE.height) as usize], SIZE).unwrap();
        let Ok(()) = surface.clear(GROUND);
        TextStyle::new(&OVERLAPPING, COLOR).draw(&mut surface, text, Point::new(20, 30));
        let expected = reference(&OVERLAPPING, text, Point::new(20, 30), &surface.clip());
        assert!(*surface.memory() == expected, "{text}");
    }
}
