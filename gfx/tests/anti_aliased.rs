//! Text, shapes and pictures: nothing panics, clips hold, and what is known about the background changes nothing.

use embedded_graphics::{image::Image, pixelcolor::Rgb888, prelude::*, primitives::Rectangle};
use proptest::prelude::*;
use vitrine_gfx::{
    Ink, Surface,
    image::{Bmp, Qoi, QoiError},
    shape::Stroke,
    text::{Align, TextStyle, fonts},
};

const SIZE: Size = Size::new(200, 90);
const GROUND: Rgb888 = Rgb888::new(20, 30, 40);
const COLOR: Rgb888 = Rgb888::new(250, 180, 7);

fn ground() -> Surface<Vec<u32>> {
    let mut surface = Surface::new(vec![0; (SIZE.width * SIZE.height) as usize], SIZE).unwrap();
    let Ok(()) = surface.clear(GROUND);
    surface.take_damage();
    surface
}

/// What can be drawn with an ink, at a place.
fn draw(what: usize, surface: &mut Surface<Vec<u32>>, at: Point, size: Size, known: bool) {
    let ink = if known { Ink::over(COLOR).on(GROUND) } else { Ink::over(COLOR) };
    match what {
        0 => surface.fill_rounded(&Rectangle::new(at, size), size.height / 3, ink),
        1 => surface.fill_circle(at, size.width, ink),
        2 => surface.stroke_line(at, Point::new(at.y, at.x), &Stroke::new(size.height).round(), ink),
        _ => {
            let all = [&fonts::REGULAR_13, &fonts::MEDIUM_28, &fonts::LIGHT_72, &fonts::LIGHT_101, &fonts::LIGHT_281];
            let style = TextStyle::new(all[what % all.len()], COLOR);
            let style = if known { style.on(GROUND) } else { style };
            let align = [Align::Left, Align::Center, Align::Right][size.width as usize % 3];
            style.aligned(align).draw(surface, "16:08 jÅ€\u{1f600}", at);
        }
    }
}

fn coordinate() -> impl Strategy<Value = i32> {
    prop_oneof![9 => -100..300, 1 => Just(i32::MIN), 1 => Just(i32::MAX), 1 => any::<i32>()]
}

fn length() -> impl Strategy<Value = u32> {
    prop_oneof![9 => 0u32..300, 1 => Just(u32::MAX), 1 => any::<u32>()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// Drawing under a clip shows exactly the clip's part of what is drawn without it, and damage covers it.
    #[test]
    fn clips(
        what in 0usize..8, x in coordinate(), y in coordinate(), width in length(), height in length(),
        left in -10..210, top in -10..100, clip_width in 0u32..200, clip_height in 0u32..100,
    ) {
        let (at, size) = (Point::new(x, y), Size::new(width, height));
        let clip = Rectangle::new(Point::new(left, top), Size::new(clip_width, clip_height));
        let mut whole = ground();
        draw(what, &mut whole, at, size, false);
        let mut clipped = ground();
        clipped.set_clip(&clip);
        draw(what, &mut clipped, at, size, false);
        for point in Rectangle::new(Point::zero(), SIZE).points() {
            let expected = if clip.contains(point) { whole.pixel(point) } else { Some(GROUND) };
            prop_assert_eq!(clipped.pixel(point), expected, "{}", point);
            let damaged = clipped.damage().rectangles().any(|area| area.contains(point));
            prop_assert!(damaged || clipped.pixel(point) == Some(GROUND));
        }
    }

    /// Both ways of blending draw the same on a background of one colour.
    #[test]
    fn known_background(what in 0usize..8, x in -50..200, y in -50..150, width in 0u32..200, height in 0u32..100) {
        let (at, size) = (Point::new(x, y), Size::new(width, height));
        let (mut read, mut known) = (ground(), ground());
        draw(what, &mut read, at, size, false);
        draw(what, &mut known, at, size, true);
        prop_assert_eq!(read.into_memory(), known.into_memory());
    }

    /// Pictures that another encoder made come out as they went in.
    #[test]
    fn qoi_round_trip(
        width in 1u32..40,
        pixels in prop::collection::vec(prop_oneof![any::<[u8; 4]>(), Just([9, 9, 9, 255]), (0u8..8).prop_map(|n| [n, 255 - n, n, 255])], 40..800),
    ) {
        let height = pixels.len() as u32 / width;
        let pixels = &pixels[..(width * height) as usize];
        let encoded = qoi::encode_to_vec(pixels.concat(), width, height).unwrap();
        let picture = Qoi::parse(&encoded).unwrap();
        prop_assert_eq!(picture.size(), Size::new(width, height));
        let mut surface = Surface::new(vec![0; pixels.len()], picture.size()).unwrap();
        picture.draw(&mut surface, Point::zero()).unwrap();
        for (drawn, &[r, g, b, a]) in surface.into_memory().into_iter().zip(pixels) {
            let over_black = |channel: u8| (u32::from(channel) * u32::from(a) * 2 + 255) / 510;
            prop_assert_eq!(drawn, over_black(r) << 16 | over_black(g) << 8 | over_black(b));
        }
    }

    /// No bytes make the decoder panic.
    #[test]
    fn qoi_survives_anything(tail in prop::collection::vec(any::<u8>(), 0..200), x in coordinate(), y in coordinate()) {
        let mut bytes = b"qoif\0\0\0\x10\0\0\0\x10\x04\0".to_vec();
        bytes.extend(tail);
        let drawn = Qoi::parse(&bytes).unwrap().draw(&mut ground(), Point::new(x, y));
        prop_assert!(matches!(drawn, Ok(()) | Err(QoiError::Truncated)));
    }
}

#[test]
fn qoi_headers_are_checked() {
    assert_eq!(Qoi::parse(b"qoif").unwrap_err(), QoiError::Header);
    assert_eq!(Qoi::parse(b"qoiF\0\0\0\x10\0\0\0\x10\x04\0").unwrap_err(), QoiError::Header);
    let endless = Qoi::parse(b"qoif\xff\0\0\x10\0\0\0\x10\x04\0").unwrap_err();
    assert_eq!(endless, QoiError::Size { size: Size::new(0xff00_0010, 16) });
}

#[test]
fn a_circle_covers_what_a_circle_covers() {
    for diameter in [1, 2, 7, 20, 85] {
        let mut surface = Surface::new(vec![0; 10_000], Size::new(100, 100)).unwrap();
        surface.fill_circle(Point::new(5, 5), diameter, Ink::over(Rgb888::WHITE));
        let covered: u64 = surface.into_memory().iter().map(|pixel| u64::from(pixel & 0xff)).sum();
        let area = std::f64::consts::PI * f64::from(diameter).powi(2) / 4.0;
        let error = (covered as f64 / 255.0 - area).abs() / f64::from(diameter);
        assert!(error < 0.3, "diameter {diameter}: {} pixels instead of {area}", covered / 255);
    }
}

#[test]
fn a_gradient_ends_in_its_colours() {
    let mut surface = ground();
    surface.fill_gradient(&Rectangle::new(Point::new(0, 10), Size::new(5, 70)), Rgb888::RED, Rgb888::BLUE);
    assert_eq!(surface.pixel(Point::new(2, 9)), Some(GROUND));
    assert_eq!(surface.pixel(Point::new(2, 10)), Some(Rgb888::RED));
    assert_eq!(surface.pixel(Point::new(2, 79)), Some(Rgb888::BLUE));
    assert_eq!(surface.pixel(Point::new(5, 40)), Some(GROUND));
}

#[test]
fn text_is_measured_and_aligned() {
    let font = &fonts::REGULAR_17;
    assert_eq!(font.measure(""), 0);
    assert!(font.measure("AV") < font.measure("A") + font.measure("V"), "A and V stand closer together");
    assert_eq!(font.measure("0000"), font.measure("1984"), "digits have one width");
    for (align, ends_at) in [(Align::Left, 100 + font.measure("Xen")), (Align::Right, 100)] {
        let style = TextStyle::new(font, COLOR).aligned(align);
        assert_eq!(style.draw(&mut ground(), "Xen", Point::new(100, 50)), ends_at);
    }
}

#[test]
fn bmp_pictures_are_drawn() {
    // A file header, an information header, and two rows of two pixels of 24 bits, the lower row first.
    let mut bytes = b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0".to_vec();
    bytes.extend(b"\x28\0\0\0\x02\0\0\0\x02\0\0\0\x01\0\x18\0\0\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    bytes.extend([255, 0, 0, 255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0]);
    let picture: Bmp<'_, Rgb888> = Bmp::from_slice(&bytes).unwrap();
    let mut surface = ground();
    let Ok(()) = Image::new(&picture, Point::new(10, 20)).draw(&mut surface);
    let colors = [(10, 20), (11, 20), (10, 21), (11, 21)].map(|(x, y)| surface.pixel(Point::new(x, y)).unwrap());
    assert_eq!(colors, [Rgb888::GREEN, Rgb888::RED, Rgb888::BLUE, Rgb888::WHITE]);
}
