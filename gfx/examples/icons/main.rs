//! Draws the icons in `gfx/assets` and writes them as QOI pictures: run it after changing one.
//!
//! `cargo run -p vitrine-gfx --example icons`. Every icon is a function from a place in the unit square to a colour;
//! each pixel is the mean of 16 x 16 places.

use std::{error::Error, fs, path::Path};

/// Places looked at per pixel and direction.
const SAMPLES: u32 = 16;

/// Red, green, blue and opacity, each 0 to 1.
type Color = [f32; 4];

const CLEAR: Color = [0.0; 4];
const WHITE: Color = [1.0; 4];
const TEAL: Color = [0.18, 0.83, 0.75, 1.0];
const AMBER: Color = [0.98, 0.75, 0.14, 1.0];
const VIOLET: Color = [0.65, 0.55, 0.98, 1.0];
const SKY: Color = [0.22, 0.74, 0.97, 1.0];

struct Icon {
    name: &'static str,
    sides: [u32; 3],
    paint: fn(f32, f32) -> Color,
}

const ICONS: [Icon; 5] = [
    Icon { name: "vitrine", sides: [36, 48, 72], paint: vitrine },
    Icon { name: "flips", sides: [18, 24, 36], paint: flips },
    Icon { name: "stopwatch", sides: [18, 24, 36], paint: stopwatch },
    Icon { name: "memory", sides: [18, 24, 36], paint: memory },
    Icon { name: "uptime", sides: [18, 24, 36], paint: uptime },
];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    for icon in ICONS {
        for side in icon.sides {
            let path = folder.join(format!("{}-{side}.qoi", icon.name));
            fs::write(&path, qoi::encode_to_vec(rasterise(icon.paint, side), side, side)?)?;
            println!("{}", path.display());
        }
    }
    Ok(())
}

fn rasterise(paint: fn(f32, f32) -> Color, side: u32) -> Vec<u8> {
    let pixel = |index: u32| {
        let mut sum = CLEAR;
        for sample in 0..SAMPLES * SAMPLES {
            let place = |pixel: u32, sample: u32| (pixel as f32 + (sample as f32 + 0.5) / SAMPLES as f32) / side as f32;
            let [r, g, b, a] = paint(place(index % side, sample % SAMPLES), place(index / side, sample / SAMPLES));
            sum = [sum[0] + r * a, sum[1] + g * a, sum[2] + b * a, sum[3] + a];
        }
        let [r, g, b, opacity] = sum;
        let byte = |value: f32| (value * 255.0).round() as u8;
        let channel = |value: f32| byte(value / opacity.max(1e-6));
        [channel(r), channel(g), channel(b), byte(opacity / (SAMPLES * SAMPLES) as f32)]
    };
    (0..side * side).flat_map(pixel).collect()
}

/// Distance from a box with round corners: negative inside.
fn rounded_box(x: f32, y: f32, middle: (f32, f32), half: (f32, f32), radius: f32) -> f32 {
    let (dx, dy) = ((x - middle.0).abs() - half.0 + radius, (y - middle.1).abs() - half.1 + radius);
    dx.max(0.0).hypot(dy.max(0.0)) + dx.max(dy).min(0.0) - radius
}

/// Distance from a straight line between two places.
fn segment(x: f32, y: f32, from: (f32, f32), to: (f32, f32)) -> f32 {
    let (along, off) = ((to.0 - from.0, to.1 - from.1), (x - from.0, y - from.1));
    let t = (off.0 * along.0 + off.1 * along.1) / (along.0 * along.0 + along.1 * along.1);
    let t = t.clamp(0.0, 1.0);
    (off.0 - t * along.0).hypot(off.1 - t * along.1)
}

fn when(covered: bool, color: Color) -> Color {
    if covered { color } else { CLEAR }
}

/// The project's sign: a gem in a glass case on its stand.
fn vitrine(x: f32, y: f32) -> Color {
    if rounded_box(x, y, (0.5, 0.5), (0.5, 0.5), 0.24) > 0.0 {
        return CLEAR;
    }
    let case = rounded_box(x, y, (0.5, 0.385), (0.19, 0.225), 0.05).abs() - 0.027;
    let stand =
        rounded_box(x, y, (0.5, 0.76), (0.217, 0.095), 0.03).min(rounded_box(x, y, (0.5, 0.665), (0.28, 0.03), 0.03));
    let gem = (x - 0.5).abs() / 0.1 + (y - 0.42).abs() / 0.13 - 1.0;
    let gleam = segment(x, y, (0.57, 0.24), (0.625, 0.295)) - 0.017;
    if case.min(stand).min(gem).min(gleam) <= 0.0 {
        return WHITE;
    }
    // Rows of one colour make QOI's runs long.
    let mix = |from: f32, to: f32| from + (to - from) * y;
    [mix(0.42, 0.05), mix(0.36, 0.66), mix(0.98, 0.86), 1.0]
}

/// Two pages, one behind the other.
fn flips(x: f32, y: f32) -> Color {
    let front = rounded_box(x, y, (0.39, 0.61), (0.3, 0.3), 0.09);
    let back = rounded_box(x, y, (0.62, 0.38), (0.29, 0.29), 0.09).abs() - 0.05;
    when(front <= 0.0 || (back <= 0.0 && front > 0.1), TEAL)
}

fn stopwatch(x: f32, y: f32) -> Color {
    let ring = ((x - 0.5).hypot(y - 0.56) - 0.34).abs() - 0.055;
    let button = rounded_box(x, y, (0.5, 0.07), (0.15, 0.05), 0.04);
    let hand = segment(x, y, (0.5, 0.57), (0.62, 0.4)) - 0.05;
    when(ring.min(button).min(hand) <= 0.0, AMBER)
}

/// A chip with legs on two sides.
fn memory(x: f32, y: f32) -> Color {
    let body = rounded_box(x, y, (0.5, 0.5), (0.3, 0.38), 0.08).abs() - 0.05;
    let core = rounded_box(x, y, (0.5, 0.5), (0.12, 0.2), 0.04);
    let leg =
        [0.25, 0.5, 0.75].map(|at| rounded_box(x, y, (0.5, at), (0.49, 0.045), 0.045)).into_iter().fold(1.0, f32::min);
    let outside = rounded_box(x, y, (0.5, 0.5), (0.3, 0.38), 0.08);
    when(body.min(core) <= 0.0 || (leg <= 0.0 && outside > 0.0), VIOLET)
}

fn uptime(x: f32, y: f32) -> Color {
    let ring = ((x - 0.5).hypot(y - 0.5) - 0.4).abs() - 0.055;
    let hands = segment(x, y, (0.5, 0.28), (0.5, 0.5)).min(segment(x, y, (0.5, 0.5), (0.65, 0.6))) - 0.05;
    when(ring.min(hands) <= 0.0, SKY)
}
