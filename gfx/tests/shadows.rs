//! Shadows against what they stand for: a rounded rectangle, blurred twice by a box.

use embedded_graphics::geometry::{AnchorX, AnchorY};
use embedded_graphics::{pixelcolor::Rgb888, prelude::*, primitives::Rectangle};
use proptest::prelude::*;
use vitrine_gfx::{Surface, shape::Shadow};

const SIZE: Size = Size::new(130, 110);

fn drawn(rectangle: &Rectangle, radius: u32, shadow: &Shadow) -> Surface<Vec<u32>> {
    let mut surface = Surface::new(vec![0; (SIZE.width * SIZE.height) as usize], SIZE).unwrap();
    surface.draw_shadow(rectangle, radius, shadow);
    surface
}

/// Whether a place, in pixels from the corner of a rounded rectangle, is inside of it.
fn inside((x, y): (f64, f64), size: Size, radius: f64) -> bool {
    let beyond = |at: f64, length: u32| {
        let middle = f64::from(length) / 2.0;
        (at - middle).abs() - (middle - radius)
    };
    let (dx, dy) = (beyond(x, size.width), beyond(y, size.height));
    dx.max(dy) <= radius && (dx <= 0.0 || dy <= 0.0 || dx.hypot(dy) <= radius)
}

/// The mean of an array's values around each, `blur` places wide, twice.
fn blurred_twice(values: &mut [f64], blur: usize) {
    for _ in 0..2 {
        let before = values.to_vec();
        let at = |index: usize| before.get(index).copied().unwrap_or(0.0);
        for (index, value) in values.iter_mut().enumerate() {
            // As many to either side; those at the ends count half where the width is even.
            let (half, odd) = (blur / 2, blur % 2 == 1);
            let around = (index.saturating_sub(half)..=index + half).map(|near| {
                let end = near.abs_diff(index) == half && !odd;
                at(near) * if end { 0.5 } else { 1.0 }
            });
            *value = around.sum::<f64>() / blur as f64;
        }
    }
}

/// What the blurred rectangle covers of each pixel of the picture, from 0 to 1.
fn reference(corner: Point, size: Size, radius: u32, blur: usize) -> Vec<Vec<f64>> {
    const SAMPLES: usize = 4;
    let sample = |x: i32, y: i32, index: usize| {
        let part = |index: usize| (index as f64 + 0.5) / SAMPLES as f64;
        let place = (f64::from(x - corner.x) + part(index % SAMPLES), f64::from(y - corner.y) + part(index / SAMPLES));
        u32::from(inside(place, size, radius.into()))
    };
    let covered = |x, y| (0..SAMPLES * SAMPLES).map(|index| sample(x, y, index)).sum::<u32>();
    let mut rows: Vec<Vec<f64>> = (0..SIZE.height as i32)
        .map(|y| (0..SIZE.width as i32).map(|x| f64::from(covered(x, y)) / (SAMPLES * SAMPLES) as f64).collect())
        .collect();
    rows.iter_mut().for_each(|row| blurred_twice(row, blur));
    for x in 0..SIZE.width as usize {
        let mut column: Vec<f64> = rows.iter().map(|row| row[x]).collect();
        blurred_twice(&mut column, blur);
        rows.iter_mut().zip(column).for_each(|(row, value)| row[x] = value);
    }
    rows
}

/// Whether a shadow may be left out at a place: below what throws it.
fn may_be_hidden(rectangle: &Rectangle, at: Point) -> bool {
    rectangle.contains(at)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn a_shadow_is_a_blurred_rectangle(
        (blur, radius, width, height) in (4u32..11).prop_flat_map(|blur| {
            (Just(blur), 0u32..24, 4 * blur..70, 4 * blur..60)
        }),
        (x, y) in (-6i32..6, -6i32..6),
        alpha in 20u8..=255,
    ) {
        let rectangle = Rectangle::new(Point::new(24, 22), Size::new(width, height));
        let radius = radius.min(width.min(height) / 2);
        let shadow = Shadow { color: Rgb888::WHITE, alpha, blur, offset: Point::new(x, y) };
        let surface = drawn(&rectangle, radius, &shadow);
        let expected = reference(rectangle.top_left + shadow.offset, rectangle.size, radius, blur as usize);
        for at in Rectangle::new(Point::zero(), SIZE).points() {
            let is = f64::from(surface.pixel(at).unwrap().r());
            let should = expected[at.y as usize][at.x as usize] * f64::from(alpha);
            // 6 % of what is deepest, and what rounding adds.
            let right = (is - should).abs() <= 0.06 * f64::from(alpha) + 1.0;
            prop_assert!(right || is == 0.0 && may_be_hidden(&rectangle, at), "{} is {is} and should be {should}", at);
        }
    }

    /// Nothing overflows, and what is drawn is where `Surface::begin` was told, or the canvas' tests would not hold.
    #[test]
    fn any_numbers(
        (x, y, width, height) in (any::<i32>(), any::<i32>(), any::<u32>(), any::<u32>()),
        (radius, alpha, blur) in (any::<u32>(), any::<u8>(), any::<u32>()),
        (dx, dy) in (any::<i32>(), any::<i32>()),
    ) {
        for (x, dx) in [(x, dx), (x % 100, dx % 100), (i32::MIN, i32::MAX), (i32::MAX, i32::MIN)] {
            let rectangle = Rectangle::new(Point::new(x, y % 100), Size::new(width, height));
            drawn(&rectangle, radius, &Shadow { color: Rgb888::RED, alpha, blur, offset: Point::new(dx, dy % 100) });
            drawn(&rectangle, radius, &Shadow { color: Rgb888::RED, alpha, blur: 3, offset: Point::new(x.wrapping_neg(), dy) });
        }
    }
}

/// Below the raised thing itself only corners are drawn, since no more than these can be seen.
#[test]
fn what_cannot_be_seen_is_not_drawn() {
    let rectangle = Rectangle::new(Point::new(20, 24), Size::new(90, 60));
    let shadow = Shadow { color: Rgb888::WHITE, alpha: 200, blur: 12, offset: Point::new(0, 4) };
    let surface = drawn(&rectangle, 16, &shadow);
    let covered = |at: Point| surface.pixel(at) != Some(Rgb888::BLACK);
    assert!(covered(Point::new(60, 88)) && covered(Point::new(15, 50)));
    let plus = [rectangle.resized_width(58, AnchorX::Center), rectangle.resized_height(28, AnchorY::Center)];
    assert!(plus.iter().all(|area| area.points().all(|at| !covered(at))));
}
