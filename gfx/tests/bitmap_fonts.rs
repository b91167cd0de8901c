//! Bitmap fonts, recorded once, against what embedded-graphics draws.

use embedded_graphics::{
    mono_font::{MonoFont, MonoTextStyle, MonoTextStyleBuilder, ascii, iso_8859_1},
    pixelcolor::{BinaryColor, Rgb888},
    prelude::*,
    primitives::Rectangle,
    text::{Baseline, renderer::TextRenderer},
};
use proptest::prelude::*;
use u8g2_fonts::{Font as _, U8g2TextStyle, fonts as u8g2};
use vitrine_gfx::{
    Surface,
    text::{FontBuf, Style},
};

const SIZE: Size = Size::new(160, 60);
const INK: Rgb888 = Rgb888::new(250, 220, 10);

fn ground() -> Surface<Vec<u32>> {
    let mut surface = Surface::new(vec![0; (SIZE.width * SIZE.height) as usize], SIZE).unwrap();
    let Ok(()) = surface.clear(Rgb888::new(10, 20, 60));
    surface
}

fn mono_style(font: &'static MonoFont<'static>, look: usize) -> MonoTextStyle<'static, Rgb888> {
    let builder = MonoTextStyleBuilder::new().font(font).text_color(INK);
    match look {
        0 => builder.build(),
        1 => builder.background_color(Rgb888::RED).build(),
        2 => builder.underline().strikethrough_with_color(Rgb888::GREEN).build(),
        3 => builder.background_color(Rgb888::BLUE).underline_with_color(Rgb888::WHITE).build(),
        _ => MonoTextStyleBuilder::new().font(font).background_color(Rgb888::BLUE).underline().build(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// Every style of embedded-graphics' own fonts, pixel for pixel.
    #[test]
    fn mono_text_is_that_of_embedded_graphics(
        which in 0usize..4, look in 0usize..5, text in "[ -~åÿ漢]{0,24}", x in -60..180, y in -30..80, line in 0usize..4,
        left in 0..100, top in 0..40, width in 1u32..160, height in 1u32..60,
    ) {
        let font = [&ascii::FONT_10X20, &ascii::FONT_4X6, &iso_8859_1::FONT_9X18_BOLD, &ascii::FONT_6X13_ITALIC][which];
        let baseline = [Baseline::Top, Baseline::Middle, Baseline::Alphabetic, Baseline::Bottom][line];
        let glyphs = FontBuf::of(&MonoTextStyle::new(font, BinaryColor::On), ' '..='ÿ');
        let (style, at) = (mono_style(font, look), Point::new(x, y));
        let (mut expected, mut drawn) = (ground(), ground());
        let clip = Rectangle::new(Point::new(left, top), Size::new(width, height));
        expected.set_clip(&clip);
        drawn.set_clip(&clip);
        let Ok(end) = style.draw_string(&text, at, baseline, &mut expected);
        prop_assert_eq!(glyphs.draw_mono(&mut drawn, &text, &style, at, baseline), end);
        prop_assert_eq!(drawn.into_memory(), expected.into_memory());
    }

    /// U8g2's fonts, proportional ones too.
    #[test]
    fn u8g2_text_is_that_of_u8g2_fonts(which in 0usize..2, text in "[ -~]{0,24}", x in -60..180, y in -30..80) {
        fn style<C: PixelColor>(which: usize, color: C) -> U8g2TextStyle<C> {
            match which {
                0 => U8g2TextStyle::new(u8g2::u8g2_font_10x20_tf, color),
                _ => U8g2TextStyle::new(u8g2::u8g2_font_helvB12_tf, color),
            }
        }
        let glyphs = FontBuf::of(&style(which, BinaryColor::On), ' '..='~');
        let (mut expected, mut drawn) = (ground(), ground());
        let Ok(end) = style(which, INK).draw_string(&text, Point::new(x, y), Baseline::Alphabetic, &mut expected);
        let font = glyphs.font();
        prop_assert_eq!(Style::new(&font, INK).draw(&mut drawn, &text, Point::new(x, y)), end.x);
        prop_assert_eq!(drawn.into_memory(), expected.into_memory());
    }

    /// No character makes the recording panic, and none has to be there.
    #[test]
    fn any_characters_can_be_recorded(characters in prop::collection::vec(any::<char>(), 0..20), text in any::<String>()) {
        let glyphs = FontBuf::of(&MonoTextStyle::new(&ascii::FONT_6X9, BinaryColor::On), characters);
        Style::new(&glyphs.font(), INK).draw(&mut ground(), &text, Point::new(5, 20));
    }
}

#[test]
fn a_font_can_be_kept_for_good() {
    assert!(!u8g2::u8g2_font_10x20_tf::DATA.is_empty());
    let font = FontBuf::of(&MonoTextStyle::new(&ascii::FONT_10X20, BinaryColor::On), ' '..='~').leak();
    assert_eq!((font.measure("four"), font.ascent() + font.descent() >= 20), (40, true));
    assert!(font.has('~') && !font.has('å'));
}
