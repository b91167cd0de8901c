//! TrueType fonts at run time.

use embedded_graphics::{pixelcolor::Rgb888, prelude::*};
use proptest::prelude::*;
use vitrine_gfx::{
    Surface,
    text::{Atlas, Style, TrueType, TrueTypeError, fonts},
};

const ROBOTO: &[u8] = include_bytes!("../fonts/Roboto-Regular.ttf");

fn drawn(font: &Atlas<'_>, text: &str) -> Vec<u32> {
    let mut surface = Surface::new(vec![0; 300 * 60], Size::new(300, 60)).unwrap();
    Style::new(font, Rgb888::WHITE).draw(&mut surface, text, Point::new(5, 40));
    surface.into_memory()
}

#[test]
fn glyphs_are_those_of_the_build_script() {
    // What a build script calls REGULAR_17; without pairs that are kerned.
    let mut roboto = TrueType::new(ROBOTO, 9.0 * 2048.0 / 1082.0, 100).unwrap();
    let text = "Hill 0123456789 °";
    assert!(drawn(&roboto.with(text), text) == drawn(&fonts::REGULAR_17, text));
}

#[test]
fn no_more_glyphs_are_kept_than_asked_for() {
    let mut roboto = TrueType::new(ROBOTO, 20.0, 30).unwrap();
    for first in ('A'..'r').chain('À'..'ö') {
        let text: String = (first..).take(9).collect();
        let font = roboto.with(&text);
        assert!(text.chars().all(|character| font.has(character)), "{text}");
        assert!(roboto.kept() <= 31, "{} glyphs", roboto.kept());
    }
    let long: String = ('!'..'~').collect();
    assert!(long.chars().all(|character| roboto.with(&long).has(character)), "a text is there as a whole");
}

#[test]
fn errors_say_what_is_wrong() {
    for size in [0.0, 3.9, 401.0, f32::NAN, f32::INFINITY] {
        assert!(matches!(TrueType::new(ROBOTO, size, 10), Err(TrueTypeError::Size { .. })));
    }
    assert!(matches!(TrueType::new(b"no font", 20.0, 10), Err(TrueTypeError::File { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    /// No text panics, and what the font lacks is a box.
    #[test]
    fn any_text_is_drawn(texts in prop::collection::vec(any::<String>(), 1..4), size in 4.0f32..60.0, limit in 0usize..20) {
        let mut roboto = TrueType::new(ROBOTO, size, limit).unwrap();
        for text in texts {
            drawn(&roboto.with(&text), &text);
        }
    }
}
