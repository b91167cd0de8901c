//! Anti-aliased shapes against what a fine grid of samples says, inside clips and outside of any bounds.

mod common;

use common::{Before, Operation, check_words, coordinate, length, rectangle, scene};
use embedded_graphics::{
    geometry::AngleUnit,
    pixelcolor::Rgb888,
    prelude::*,
    primitives::{Arc, Rectangle, Sector},
};
use proptest::prelude::*;
use vitrine_gfx::{
    Ink, PixelMemory, SUBPIXEL, Surface,
    shape::{Cap, Corners, Join, Paint, Path, Rule, Step, Stop, Stroke},
};

const SIDE: u32 = 96;

/// Samples of a pixel in each direction.
const SAMPLES: i32 = 32;

type Picture = Surface<Vec<u32>>;

fn black() -> Picture {
    Surface::new(vec![0; (SIDE * SIDE) as usize], Size::new_equal(SIDE)).unwrap()
}

/// Draws white on black, and holds every pixel against the part of its samples that are inside. Places are in pixels.
fn compare(what: &str, tolerance: f64, draw: impl FnOnce(&mut Picture), inside: impl Fn(f64, f64) -> bool) {
    let mut picture = black();
    draw(&mut picture);
    let mut worst = (0.0, Point::zero(), 0.0, 0);
    for at in Rectangle::new(Point::zero(), Size::new_equal(SIDE)).points() {
        let sample = |at: i32, index: i32| f64::from(at) + (f64::from(index) + 0.5) / f64::from(SAMPLES);
        let samples =
            (0..SAMPLES * SAMPLES).map(|index| (sample(at.x, index % SAMPLES), sample(at.y, index / SAMPLES)));
        let hits = samples.filter(|&(x, y)| inside(x, y)).count();
        let expected = hits as f64 * 255.0 / f64::from(SAMPLES * SAMPLES);
        let drawn = picture.pixel(at).unwrap().r();
        let error = (f64::from(drawn) - expected).abs();
        if error > worst.0 {
            worst = (error, at, expected, drawn);
        }
    }
    let (error, at, expected, drawn) = worst;
    assert!(error <= tolerance, "{what}: {drawn} and not {expected:.1} at {at}");
}

/// What the samples themselves can be wrong by along a straight edge, and the 2/255 that coverage may be.
const TOLERANCE: f64 = 2.0 + 255.0 / (2.0 * SAMPLES as f64);

fn white() -> Ink {
    Ink::over(Rgb888::WHITE)
}

#[test]
fn circles_cover_what_circles_cover() {
    for diameter in [1, 2, 3, 5, 8, 13, 16, 17, 21, 34, 55, 90] {
        let radius = f64::from(diameter) / 2.0;
        let distance = |x: f64, y: f64| (x - 3.0 - radius).hypot(y - 2.0 - radius);
        let at = Point::new(3, 2);
        compare(
            &format!("a circle of {diameter}"),
            TOLERANCE,
            |picture| picture.fill_circle(at, diameter, white()),
            |x, y| distance(x, y) < radius,
        );
        compare(
            &format!("a ring of {diameter}"),
            TOLERANCE,
            |picture| picture.stroke_circle(at, diameter, 3, white()),
            |x, y| distance(x, y) < radius && distance(x, y) >= radius - 3.0,
        );
    }
}
