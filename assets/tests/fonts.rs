//! What a build script is told when a font can't be made.

use vitrine_assets::{Error, font};

const ROBOTO: &str = "../gfx/fonts/Roboto-Regular.ttf";

fn error(source: vitrine_assets::FontSource) -> String {
    source.write("never").expect_err("this can't be made").to_string()
}

#[test]
fn errors_name_the_file_and_what_to_do() {
    assert!(error(font("nowhere.ttf").sizes(&[16.0])).contains("nowhere.ttf: "));
    assert!(error(font("Cargo.toml").sizes(&[16.0])).starts_with("Cargo.toml: "));
    let missing = error(font(ROBOTO).sizes(&[16.0]).and_characters("漢"));
    assert!(missing.contains("has no '漢' (U+6F22)") && missing.contains("fewer characters"), "{missing}");
    for sizes in [&[][..], &[3.0], &[401.0], &[f32::NAN], &[f32::INFINITY], &[-16.0]] {
        assert!(error(font(ROBOTO).sizes(sizes)).contains("name sizes from 4 to 400"));
    }
}

#[test]
fn outside_of_a_build_script_nothing_is_written() {
    let source = font(ROBOTO).sizes(&[16.0]).x_heights(&[7]).cap_heights(&[20]);
    assert!(matches!(source.write("never"), Err(Error::NoOutput)));
}
