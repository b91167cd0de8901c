//! Draws every kind of shape, and writes the picture to the file that it is given.

use embedded_graphics::{
    geometry::AngleUnit,
    pixelcolor::Rgb888,
    prelude::*,
    primitives::{Arc, Rectangle, Sector},
};
use std::{fs::File, io::BufWriter};
use vitrine_gfx::{
    Ink, SUBPIXEL, Surface,
    shape::{Cap, Join, Paint, Path, Rule, Stop, Stroke},
};

const SIZE: Size = Size::new(960, 720);
const GROUND: Rgb888 = Rgb888::new(14, 18, 28);
const WHITE: Ink = Ink::over(Rgb888::new(236, 240, 248));
const BLUE: Rgb888 = Rgb888::new(64, 140, 255);
const PINK: Rgb888 = Rgb888::new(255, 92, 138);
const AMBER: Rgb888 = Rgb888::new(255, 190, 60);
const TEAL: Rgb888 = Rgb888::new(40, 200, 180);

type Picture = Surface<Vec<u32>>;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).ok_or("the name of a PNG file to write is missing")?;
    let mut picture = Surface::new(vec![0; (SIZE.width * SIZE.height) as usize], SIZE)?;
    picture.fill_gradient(&Rectangle::new(Point::zero(), SIZE), GROUND, Rgb888::new(30, 36, 54));
    cards(&mut picture);
    gauges(&mut picture);
    strokes(&mut picture);
    paths(&mut picture);
    let mut encoder = png::Encoder::new(BufWriter::new(File::create(path)?), SIZE.width, SIZE.height);
    encoder.set_color(png::ColorType::Rgb);
    let bytes: Vec<u8> =
        picture.into_memory().iter().flat_map(|pixel| pixel.to_be_bytes().into_iter().skip(1)).collect();
    encoder.write_header()?.write_image_data(&bytes)?;
    Ok(())
}

/// A place in pixels.
const fn at(x: i32, y: i32) -> Point {
    Point::new(x * SUBPIXEL, y * SUBPIXEL)
}

fn cards(picture: &mut Picture) {
    let stops = [Stop::new(0, BLUE), Stop::new(255, PINK)];
    let linear = Paint::Linear { from: Point::new(20, 20), to: Point::new(220, 140), stops: &stops };
    picture.fill_rounded(&Rectangle::new(Point::new(20, 20), Size::new(200, 120)), 24, linear);
    let radial = Paint::Radial { center: Point::new(340, 60), radius: 140, stops: &stops };
    picture.fill_rounded(&Rectangle::new(Point::new(240, 20), Size::new(200, 120)), 60, radial);
    picture.stroke_rounded(&Rectangle::new(Point::new(460, 20), Size::new(200, 120)), 24, 3, WHITE);
    picture.fill_circle(Point::new(680, 20), 120, AMBER);
    picture.stroke_circle(Point::new(810, 20), 120, 10, TEAL);
    picture.fill_ellipse(&Rectangle::new(Point::new(480, 40), Size::new(160, 80)), TEAL);
}

fn gauges(picture: &mut Picture) {
    for (index, cap) in [Cap::Butt, Cap::Round, Cap::Square].into_iter().enumerate() {
        let arc = |sweep: f32| Arc::new(Point::new(40 + 180 * index as i32, 180), 130, 135.0.deg(), sweep.deg());
        let stroke = Stroke::pixels(16).cap(cap);
        picture.stroke_arc(&arc(270.0), &stroke, Rgb888::new(50, 60, 84));
        let stops = [Stop::new(0, TEAL), Stop::new(128, AMBER), Stop::new(255, PINK)];
        let from = arc(0.0).top_left;
        let paint = Paint::Linear { from, to: from + Size::new(130, 0), stops: &stops };
        picture.stroke_arc(&arc(200.0), &stroke, paint);
    }
    let mut start = -90.0f32;
    for (sweep, color) in [(140.0f32, BLUE), (100.0, PINK), (80.0, AMBER), (40.0, TEAL)] {
        picture.fill_sector(&Sector::new(Point::new(590, 170), 150, start.deg(), sweep.deg()), color);
        start += sweep;
    }
    picture.stroke_ellipse(
        &Rectangle::new(Point::new(780, 190), Size::new(150, 110)),
        &Stroke::pixels(6).dashed(&[5000, 2500], 0),
        BLUE,
    );
}

fn strokes(picture: &mut Picture) {
    for (index, join) in [Join::Miter, Join::Round, Join::Bevel].into_iter().enumerate() {
        let x = 40 + 150 * index as i32;
        let points = [at(x, 460), at(x + 40, 360), at(x + 80, 460), at(x + 110, 370)];
        picture.stroke_polyline(&points, &Stroke::pixels(18).join(join), BLUE);
        picture.stroke_polyline(&points, &Stroke::pixels(1), WHITE);
    }
    for index in 0..24 {
        let (sine, cosine) = (index as f32 * 15.0).to_radians().sin_cos();
        let end =
            |length: f32| at(600, 410) + Point::new((cosine * length * 256.0) as i32, (sine * length * 256.0) as i32);
        picture.stroke_line(end(20.0), end(70.0), &Stroke::new(64 + 40 * index).cap(Cap::Round), WHITE);
    }
    let plot: Vec<Point> = (0..240)
        .map(|index| {
            let t = index as f32;
            Point::new(
                (700.0 * 256.0 + t * 256.0) as i32,
                ((410.0 + 30.0 * (t / 17.0).sin() + 14.0 * (t * 1.7).sin()) * 256.0) as i32,
            )
        })
        .collect();
    picture.stroke_polyline(&plot, &Stroke::new(384).round(), TEAL);
}

fn paths(picture: &mut Picture) {
    let star = |x: i32| {
        [0, 2, 4, 1, 3].map(|corner| {
            let (sine, cosine) = (corner as f32 * 72.0 - 90.0).to_radians().sin_cos();
            at(x, 590) + Point::new((cosine * 80.0 * 256.0) as i32, (sine * 80.0 * 256.0) as i32)
        })
    };
    picture.fill_polygon(&star(110), Rule::NonZero, AMBER);
    picture.fill_polygon(&star(290), Rule::EvenOdd, AMBER);
    picture.stroke_polygon(&star(470), &Stroke::pixels(5).join(Join::Miter), PINK);
    let mut heart = Path::new();
    heart.move_to(at(650, 660)).cubic_to(at(540, 590), at(580, 510), at(650, 560));
    heart.cubic_to(at(720, 510), at(760, 590), at(650, 660)).close();
    picture.fill_path(&heart, Rule::NonZero, PINK);
    picture.stroke_path(&heart, &Stroke::pixels(4).round(), WHITE);
    let mut wave = Path::new();
    wave.move_to(at(770, 600)).quadratic_to(at(800, 500), at(830, 600)).quadratic_to(at(860, 700), at(890, 600));
    picture.stroke_path(&wave, &Stroke::pixels(8).round().dashed(&[1, 16 * 256], 0), WHITE);
}
