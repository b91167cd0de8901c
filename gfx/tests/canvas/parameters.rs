//! No parameter of an operation is forgotten: whichever is changed, what that changes on the picture is in the damage.

use embedded_graphics::{pixelcolor::Rgb888, prelude::*, primitives::Rectangle};
use vitrine_gfx::{Canvas, PictureId, Surface, View};

use crate::operations::{KINDS, Operation, PARAMETERS, Scene, of_kind};

const SIZE: Size = Size::new(150, 70);

/// How often each parameter of each kind is changed.
const ROUNDS: u64 = 10;

/// An operation on a ground that shows what it moves and mixes.
fn scene(kind: usize, values: &[u64; PARAMETERS]) -> Scene {
    let ground = Operation::Gradient(Rectangle::new(Point::zero(), SIZE), Rgb888::CSS_TEAL, Rgb888::CSS_ORANGE);
    Scene(vec![ground, of_kind(kind, values)])
}

fn blank() -> Surface<Vec<u32>> {
    Surface::new(vec![0; (SIZE.width * SIZE.height) as usize], SIZE).unwrap()
}

fn pixels(scene: &Scene) -> Vec<u32> {
    let mut surface = blank();
    scene.draw(&mut surface);
    surface.into_memory()
}

/// What a canvas draws when one view follows on another.
fn damage(before: &Scene, after: &Scene) -> Vec<Rectangle> {
    let (mut buffer, mut canvas, name) = (blank(), Canvas::new(), PictureId(0, 1));
    canvas.compose(SIZE, before).unwrap().paint(&mut buffer, 0, None, None).presented(name);
    let painted = canvas.compose(SIZE, after).unwrap().paint(&mut buffer, 1, Some(name), None);
    painted.damage().rectangles().collect()
}

/// A number without a pattern.
fn noise(seed: u64) -> u64 {
    let mixed = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 1
}

#[test]
fn what_a_parameter_changes_is_damaged() {
    let (mut changed, mut tried) = (0, 0);
    for kind in 0..KINDS {
        for round in 0..ROUNDS {
            let values = core::array::from_fn(|index| noise(round * 1000 + kind as u64 * 10 + index as u64));
            let before = scene(kind, &values);
            let whole = pixels(&before);
            for parameter in 0..PARAMETERS {
                let mut others = values;
                others[parameter] = noise(others[parameter]);
                let after = scene(kind, &others);
                let now = pixels(&after);
                tried += 1;
                if whole == now {
                    continue;
                }
                changed += 1;
                let damage = damage(&before, &after);
                for (index, at) in Rectangle::new(Point::zero(), SIZE).points().enumerate() {
                    let damaged = whole[index] == now[index] || damage.iter().any(|area| area.contains(at));
                    assert!(damaged, "parameter {parameter} of {:?} does not count at {at}", after.0[1]);
                }
            }
        }
    }
    assert!(changed > tried / 5, "too few of the changes show: {changed} of {tried}");
}
