//! Pictures with alpha, cross-fades and scrolling, against a reference that looks at one pixel at a time.

use embedded_graphics::{pixelcolor::Rgb888, prelude::*, primitives::Rectangle};
use proptest::prelude::*;
use vitrine_gfx::format::{Formatted, Rgb888 as Rgb888Bytes};
use vitrine_gfx::image::{Mask, Picture, Qoi};
use vitrine_gfx::{PixelMemory, Surface, mix};

/// A picture that has no two neighbours alike.
fn noise<M: PixelMemory>(memory: M, size: Size) -> Surface<M> {
    let mut surface = Surface::new(memory, size).unwrap();
    let pixels = surface.bounding_box().points().map(|at| {
        let value = (at.x as u32 * 0x9e37 + at.y as u32 * 0x85eb).wrapping_mul(0x27d4_eb2f);
        Pixel(at, Rgb888::new((value >> 24) as u8, (value >> 16) as u8, (value >> 8) as u8))
    });
    surface.draw_iter(pixels.collect::<Vec<_>>()).unwrap();
    surface.take_damage();
    surface
}

fn words(size: Size) -> Vec<u32> {
    vec![0; (size.width * size.height) as usize]
}

fn place() -> impl Strategy<Value = i32> {
    prop_oneof![12 => -300..300, 1 => Just(i32::MIN), 1 => Just(i32::MAX)]
}

/// Checks each pixel of `surface` against what `expected` says, and that what changed is damaged.
fn check<M: PixelMemory, B: PixelMemory>(
    surface: &Surface<M>,
    before: &Surface<B>,
    expected: impl Fn(Point) -> Rgb888,
) -> Result<(), TestCaseError> {
    let damage: Vec<Rectangle> = surface.damage().rectangles().collect();
    for at in surface.bounding_box().points() {
        let pixel = surface.pixel(at).unwrap();
        prop_assert_eq!(pixel, expected(at), "at {}", at);
        let damaged = damage.iter().any(|area| area.contains(at));
        prop_assert!(damaged || Some(pixel) == before.pixel(at), "{} changed and is not damaged", at);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn scrolls_as_if_everything_was_read_first(
        width in 1u32..300, height in 1u32..20,
        (left, top) in (-20..300, -5..20), (area_width, area_height) in (0u32..320, 0u32..30),
        (clip_left, clip_top) in (-20..300, -5..20), whole in any::<bool>(),
        (x, y) in (place(), prop_oneof![-20..20, Just(i32::MIN), Just(0)]), bytes in any::<bool>(),
    ) {
        let (size, by) = (Size::new(width, height), Point::new(x, y));
        let bounds = Rectangle::new(Point::zero(), size);
        let clip = if whole { bounds } else { Rectangle::new(Point::new(clip_left, clip_top), Size::new(200, 15)) };
        let area = if whole { bounds } else { Rectangle::new(Point::new(left, top), Size::new(area_width, area_height)) };
        let seen = clip.intersection(&bounds).intersection(&area);
        let before = noise(words(size), size);
        let expected = |at: Point| {
            let from = (i64::from(at.x) - i64::from(x), i64::from(at.y) - i64::from(y));
            let from = Point::new(i32::try_from(from.0).unwrap_or(i32::MIN), i32::try_from(from.1).unwrap_or(i32::MIN));
            let source = if seen.contains(at) && seen.contains(from) { from } else { at };
            before.pixel(source).unwrap()
        };
        if bytes {
            let memory = vec![0; (3 * width).next_multiple_of(4) as usize * height as usize];
            let mut surface = noise(Formatted::<Rgb888Bytes, _>::new(memory), size);
            surface.set_clip(&clip);
            surface.scroll(&area, by);
            check(&surface, &before, expected)?;
        } else {
            let mut surface = noise(words(size), size);
            surface.set_clip(&clip);
            surface.scroll(&area, by);
            check(&surface, &before, expected)?;
        }
    }

    #[test]
    fn pictures_are_laid_on_by_their_alpha(
        width in 1u32..300, height in 1u32..12, (x, y) in (place(), -12..12), opacity in any::<u8>(), seed in any::<u32>(),
    ) {
        let size = Size::new(160, 10);
        let picture_size = Size::new(width, height);
        let pixels: Vec<u32> = (0..width * height).map(|index| (index ^ seed).wrapping_mul(0x9e37_79b9)).collect();
        let picture = Picture::from_straight(pixels, picture_size).unwrap();
        let pixels = picture.pixels();
        let before = noise(words(size), size);
        let mut surface = noise(words(size), size);
        surface.draw_picture(&picture, Point::new(x, y), opacity);
        let at_picture = |at: Point| {
            let (column, row) = (i64::from(at.x) - i64::from(x), i64::from(at.y) - i64::from(y));
            let inside = (0..i64::from(width)).contains(&column) && (0..i64::from(height)).contains(&row);
            inside.then(|| pixels[(row * i64::from(width) + column) as usize])
        };
        let divided = |number: u32| (2 * number + 255) / 510;
        check(&surface, &before, |at| {
            let below = before.pixel(at).unwrap();
            let Some(pixel) = at_picture(at) else { return below };
            let [alpha, red, green, blue] = pixel.to_be_bytes().map(|channel| divided(u32::from(channel) * u32::from(opacity)));
            let laid = |below: u8, over: u32| (over + divided(u32::from(below) * (255 - alpha))) as u8;
            Rgb888::new(laid(below.r(), red), laid(below.g(), green), laid(below.b(), blue))
        })?;
        let mask = Mask::of(&picture).unwrap();
        let mut masked = noise(words(size), size);
        masked.draw_mask(&mask, Point::new(x, y), Rgb888::CSS_TEAL);
        check(&masked, &before, |at| {
            let below = before.pixel(at).unwrap();
            at_picture(at).map_or(below, |pixel| mix(below, Rgb888::CSS_TEAL, (pixel >> 24) as u8))
        })?;
    }

    #[test]
    fn opaque_pictures_are_copied_or_mixed((x, y) in (place(), -12..12), opacity in prop_oneof![any::<u8>(), Just(255)]) {
        let size = Size::new(150, 10);
        let pixels: Vec<u32> = (0..40 * 7u32).map(|index| index.wrapping_mul(0x9e37_79b9) | 0xff00_0000).collect();
        let picture = Picture::from_premultiplied(pixels.clone(), Size::new(40, 7)).unwrap();
        let (before, mut surface) = (noise(words(size), size), noise(words(size), size));
        surface.draw_picture(&picture, Point::new(x, y), opacity);
        check(&surface, &before, |at| {
            let below = before.pixel(at).unwrap();
            let (column, row) = (i64::from(at.x) - i64::from(x), i64::from(at.y) - i64::from(y));
            if !(0..40).contains(&column) || !(0..7).contains(&row) {
                return below;
            }
            let [_, red, green, blue] = pixels[(row * 40 + column) as usize].to_be_bytes();
            mix(below, Rgb888::new(red, green, blue), opacity)
        })?;
    }

    #[test]
    fn a_cross_fade_is_a_mix(opacity in any::<u8>(), (x, y) in (place(), -12..12)) {
        let (size, other_size) = (Size::new(150, 10), Size::new(140, 12));
        let (before, other) = (noise(words(size), size), noise(words(other_size), other_size));
        let mut surface = noise(words(size), size);
        surface.blend_surface(&other, Point::new(x, y), opacity);
        check(&surface, &before, |at| {
            let below = before.pixel(at).unwrap();
            let (column, row) = (i64::from(at.x) - i64::from(x), i64::from(at.y) - i64::from(y));
            let from = i32::try_from(column).ok().zip(i32::try_from(row).ok());
            let over = from.and_then(|(column, row)| other.pixel(Point::new(column, row)));
            over.map_or(below, |over| mix(below, over, opacity))
        })?;
    }
}

#[test]
fn a_tint_is_a_mix_with_one_colour() {
    let (size, color) = (Size::new(300, 4), Rgb888::new(10, 200, 90));
    let veil = Rectangle::new(Point::new(-7, 1), Size::new(290, 9));
    for alpha in [0, 1, 128, 255] {
        let (before, mut surface) = (noise(words(size), size), noise(words(size), size));
        surface.tint(&veil, color, alpha);
        let mixed = |at: Point| {
            let below = before.pixel(at).unwrap();
            if veil.contains(at) { mix(below, color, alpha) } else { below }
        };
        check(&surface, &before, mixed).unwrap();
    }
}

#[test]
fn a_decoded_picture_is_drawn_as_an_encoded_one() {
    let (width, height) = (37, 5);
    let rgba: Vec<u8> = (0..4 * width * height).map(|index: u32| (index * 37 + index / 16) as u8).collect();
    let encoded = qoi::encode_to_vec(&rgba, width, height).unwrap();
    let picture = Qoi::parse(&encoded).unwrap();
    let size = Size::new(40, 8);
    let (mut direct, mut decoded) = (noise(words(size), size), noise(words(size), size));
    picture.draw(&mut direct, Point::new(-3, 2)).unwrap();
    decoded.draw_picture(&Picture::from_qoi(&encoded).unwrap(), Point::new(-3, 2), u8::MAX);
    // Multiplied beforehand it is rounded once more on the way: at most one off.
    for (direct, decoded) in direct.memory().iter().zip(decoded.memory()) {
        let near = direct.to_le_bytes().iter().zip(decoded.to_le_bytes()).all(|(a, b)| a.abs_diff(b) <= 1);
        assert!(near, "{direct:#x} and {decoded:#x}");
    }
}
