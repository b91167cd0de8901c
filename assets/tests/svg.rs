//! What build scripts make of SVG files.
#![cfg(feature = "svg")]

use std::{fs, path::PathBuf};
use vitrine_assets::{Error, Made, icons, picture};

/// An empty folder of that name.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _there_was_none = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn content<'m>(made: &'m [Made], name: &str) -> &'m [u8] {
    &made.iter().find(|made| made.name == name).unwrap().content
}

const HALF: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><title>Half a square.</title>
    <path d="M0 0 H4 V8 H0 Z" fill="#f80"/></svg>"##;

#[test]
fn a_folder_of_drawings_becomes_icons() {
    let folder = folder("icons");
    fs::write(folder.join("half-full.svg"), HALF).unwrap();
    fs::write(folder.join("README.md"), "no drawing").unwrap();
    let made = icons(&folder).sides(&[8, 4]).made("icons").unwrap();
    let code = core::str::from_utf8(content(&made, "icons.rs")).unwrap();
    assert!(
        code.starts_with("/// Half a square.\npub static HALF_FULL: Icon = Icon::new(&[\n    IconPicture::new(4, "),
        "{code}"
    );
    assert_eq!(content(&made, "HALF_FULL_8"), [0xf3, 0x03].repeat(8));
    assert_eq!(made.len(), 3);
}

#[test]
fn a_drawing_becomes_a_picture() {
    let path = folder("picture").join("half-full.svg");
    fs::write(&path, HALF).unwrap();
    let made = picture(&path).heights(&[4]).made("pictures").unwrap();
    let (header, pixels) = qoi::decode_to_vec(content(&made, "HALF_FULL_4")).unwrap();
    assert_eq!((header.width, header.height), (4, 4));
    assert_eq!(pixels[..16], [255, 136, 0, 255, 255, 136, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn what_is_wrong_is_said() {
    let folder = folder("wrong");
    for sides in [&[][..], &[0], &[300]] {
        assert!(matches!(icons(&folder).sides(sides).made("none"), Err(Error::Side { .. })));
    }
    fs::write(folder.join("broken.svg"), "<svg").unwrap();
    let error = icons(&folder).sides(&[4]).made("none").unwrap_err();
    assert!(matches!(&error, Error::Format { path, .. } if path.ends_with("broken.svg")), "{error}");
    assert!(matches!(icons(folder.join("missing")).sides(&[4]).made("none"), Err(Error::Read { .. })));
}
