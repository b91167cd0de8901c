//! Anti-aliased shapes against what a fine grid of samples says, inside clips and outside of any bounds.

mod common;

use common::{coordinate, length, rectangle};
use embedded_graphics::{
    geometry::AngleUnit,
    pixelcolor::Rgb888,
    prelude::*,
    primitives::{Arc, Rectangle, Sector},
};
use proptest::prelude::*;
use vitrine_gfx::{
    Ink, SUBPIXEL, Surface,
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

/// A place in 1/256 pixel.
fn at(x: f64, y: f64) -> Point {
    Point::new((x * f64::from(SUBPIXEL)).round() as i32, (y * f64::from(SUBPIXEL)).round() as i32)
}

/// From a place to the nearest of a line between two others.
fn distance((x, y): (f64, f64), from: (f64, f64), to: (f64, f64)) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let part = (((x - from.0) * dx + (y - from.1) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
    (x - from.0 - part * dx).hypot(y - from.1 - part * dy)
}

#[test]
fn rounded_rectangles_have_round_corners() {
    let area = Rectangle::new(Point::new(5, 6), Size::new(80, 51));
    let all = [Corners::from(20), Corners { top_left: 3, top_right: 25, bottom_right: 0, bottom_left: 11 }, 7.into()];
    for corners in all {
        let inside = |x: f64, y: f64, inset: f64| {
            let (left, top, right, bottom) = (5.0 + inset, 6.0 + inset, 85.0 - inset, 57.0 - inset);
            let Corners { top_left, top_right, bottom_right, bottom_left } = corners;
            let radius = match (x < 45.0, y < 31.5) {
                (true, true) => top_left,
                (false, true) => top_right,
                (false, false) => bottom_right,
                (true, false) => bottom_left,
            };
            let radius = (f64::from(radius) - inset).max(0.0);
            let dx = (left + radius - x).max(x - right + radius).max(0.0);
            let dy = (top + radius - y).max(y - bottom + radius).max(0.0);
            x > left && x < right && y > top && y < bottom && (dx == 0.0 || dy == 0.0 || dx.hypot(dy) < radius)
        };
        let name = format!("{corners:?}");
        compare(&name, TOLERANCE, |to| to.fill_rounded(&area, corners, white()), |x, y| inside(x, y, 0.0));
        let border = |x: f64, y: f64| inside(x, y, 0.0) && !inside(x, y, 4.0);
        compare(&name, TOLERANCE, |to| to.stroke_rounded(&area, corners, 4, white()), border);
    }
}

#[test]
fn gauges_are_parts_of_rings() {
    for (start, sweep) in [(135.0f32, 270.0f32), (-90.0, 77.0), (10.0, -200.0), (0.0, 400.0)] {
        let within = |x: f64, y: f64| {
            let angle = (y - 48.0).atan2(x - 48.0).to_degrees();
            let from = f64::from(if sweep < 0.0 { start + sweep } else { start });
            (angle - from).rem_euclid(360.0) < f64::from(sweep.abs())
        };
        let radius = |x: f64, y: f64| (x - 48.0).hypot(y - 48.0);
        let arc = Arc::new(Point::new(13, 13), 70, start.deg(), sweep.deg());
        let sector = Sector::new(arc.top_left, arc.diameter, arc.angle_start, arc.angle_sweep);
        let name = format!("{sweep} degrees from {start}");
        let ring = |x: f64, y: f64| (radius(x, y) - 35.0).abs() < 5.0 && within(x, y);
        compare(&name, TOLERANCE, |picture| picture.stroke_arc(&arc, &Stroke::pixels(10), white()), ring);
        // Where three edges meet in the middle, samples are too few.
        let slice = |x: f64, y: f64| radius(x, y) < 35.0 && within(x, y);
        compare(&name, TOLERANCE, |picture| picture.fill_sector(&sector, white()), slice);
    }
}

#[test]
fn ellipses_are_round() {
    let area = Rectangle::new(Point::new(4, 20), Size::new(88, 41));
    let part = |x: f64, y: f64| ((x - 48.0) / 44.0).hypot((y - 40.5) / 20.5);
    compare("an ellipse", TOLERANCE, |picture| picture.fill_ellipse(&area, white()), |x, y| part(x, y) < 1.0);
}

#[test]
fn joins_and_caps_have_their_shapes() {
    let places = [(12.3, 80.1), (45.0, 21.7), (83.5, 70.2)];
    let points = places.map(|(x, y)| at(x, y));
    let near = |x: f64, y: f64| places.windows(2).any(|ends| distance((x, y), ends[0], ends[1]) < 6.5);
    let round = Stroke::pixels(13).round();
    compare("a round stroke", TOLERANCE, |picture| picture.stroke_polyline(&points, &round, white()), near);
    let line = |cap| Stroke::new(9 * 256 + 77).cap(cap);
    for (cap, more) in [(Cap::Butt, 0.0), (Cap::Square, 4.65)] {
        let (along, inside) = ((48.0 - 20.0f64).hypot(70.0 - 25.0), 9.3 / 2.0);
        let direction = ((48.0 - 20.0) / along, (70.0 - 25.0) / along);
        let rectangle = |x: f64, y: f64| {
            let (dx, dy) = (x - 20.0, y - 25.0);
            let (forth, aside) = (dx * direction.0 + dy * direction.1, dx * direction.1 - dy * direction.0);
            forth > -more && forth < along + more && aside.abs() < inside
        };
        let draw = |picture: &mut Picture| picture.stroke_line(at(20.0, 25.0), at(48.0, 70.0), &line(cap), white());
        compare(&format!("{cap:?}"), TOLERANCE, draw, rectangle);
    }
    // A right angle: mitered to a corner of a square, bevelled along its diagonal.
    let corner = [at(20.0, 80.0), at(20.0, 20.0), at(80.0, 20.0)];
    let ell = |x: f64, y: f64| x > 14.0 && y > 14.0 && (x < 26.0 || y < 26.0) && x < 80.0 && y < 80.0;
    let stroke = Stroke::pixels(12);
    compare("a miter", TOLERANCE, |picture| picture.stroke_polyline(&corner, &stroke, white()), ell);
    let bevelled = |x: f64, y: f64| ell(x, y) && x + y > 34.0;
    let stroke = stroke.join(Join::Bevel);
    compare("a bevel", TOLERANCE, |picture| picture.stroke_polyline(&corner, &stroke, white()), bevelled);
    let limited = stroke.join(Join::Miter).miter_limit(1);
    compare("a limited miter", TOLERANCE, |picture| picture.stroke_polyline(&corner, &limited, white()), bevelled);
}

#[test]
fn dashes_are_cut_by_length() {
    let stroke = Stroke::pixels(6).dashed(&[10 * 256, 5 * 256], 3 * 256);
    let dashed = |x: f64, y: f64| (y - 50.0).abs() < 3.0 && x > 10.0 && x < 90.0 && (x - 10.0 + 3.0) % 15.0 < 10.0;
    compare("dashes", TOLERANCE, |to| to.stroke_line(at(10.0, 50.0), at(90.0, 50.0), &stroke, white()), dashed);
}

#[test]
fn thin_strokes_have_round_joins_and_caps() {
    for width in [1.0, 2.0, 3.5, 7.9, 8.1] {
        let places = [(20.3, 70.1), (45.0, 21.7), (63.5, 70.2), (75.8, 75.9), (90.3, 75.9)];
        let points = places.map(|(x, y)| at(x, y));
        let near = |x: f64, y: f64| places.windows(2).any(|ends| distance((x, y), ends[0], ends[1]) < width / 2.0);
        let stroke = Stroke::new((width * 256.0) as u32).round();
        compare(&format!("{width}"), TOLERANCE, |picture| picture.stroke_polyline(&points, &stroke, white()), near);
    }
}

/// The inner sides of a sharp corner meet further away from it than its outer side reaches: whoever sees one line only has to
/// know of the other.
#[test]
fn dashes_go_around_corners_outside_of_the_clip() {
    let path = [Step::MoveTo(at(8.0, 8.0)), Step::LineTo(at(80.0, 47.0)), Step::LineTo(at(10.0, 55.0))];
    let stroke = Stroke::new(911).join(Join::Bevel).dashed(&[60 * 256, 5 * 256], 20 * 256);
    let mut whole = black();
    whole.stroke_path(&path, &stroke, white());
    for tile in Rectangle::new(Point::zero(), Size::new_equal(SIDE / 8)).points() {
        let tile = Rectangle::new(tile * 8, Size::new_equal(8));
        let mut clipped = black();
        clipped.set_clip(&tile);
        clipped.stroke_path(&path, &stroke, white());
        assert!(tile.points().all(|at| clipped.pixel(at) == whole.pixel(at)), "{tile:?}");
    }
}

#[test]
fn rules_say_what_is_inside() {
    // Two squares, one in the other, in the same direction.
    let square =
        |inset: f64| [(inset, inset), (96.0 - inset, inset), (96.0 - inset, 96.0 - inset), (inset, 96.0 - inset)];
    let mut path = Path::new();
    for inset in [10.0, 30.25] {
        let [first, rest @ ..] = square(inset).map(|(x, y)| at(x, y));
        path.move_to(first);
        rest.into_iter().for_each(|point| _ = path.line_to(point));
        path.close();
    }
    let within = |inset: f64, x: f64, y: f64| x > inset && y > inset && x < 96.0 - inset && y < 96.0 - inset;
    compare("non-zero", 1.0, |to| to.fill_path(&path, Rule::NonZero, white()), |x, y| within(10.0, x, y));
    let hollow = |x: f64, y: f64| within(10.0, x, y) && !within(30.25, x, y);
    compare("even-odd", 1.0, |to| to.fill_path(&path, Rule::EvenOdd, white()), hollow);
}

#[test]
fn curves_go_where_their_formula_says() {
    // A parabola's piece between its ends and the line between them.
    let curve = [Step::MoveTo(at(8.0, 80.0)), Step::QuadraticTo(at(48.0, -40.0), at(88.0, 80.0)), Step::Close];
    let under = |x: f64, y: f64| {
        let part = (x - 8.0) / 80.0;
        y < 80.0 && y > 80.0 - 240.0 * part * (1.0 - part) && part > 0.0 && part < 1.0
    };
    compare("a parabola", TOLERANCE, |picture| picture.fill_path(&curve, Rule::NonZero, white()), under);
    // The same as a cubic curve.
    let (first, second) = (at(8.0 + 80.0 / 3.0, 0.0), at(88.0 - 80.0 / 3.0, 0.0));
    let cubic = [Step::MoveTo(at(8.0, 80.0)), Step::CubicTo(first, second, at(88.0, 80.0)), Step::Close];
    compare("a cubic curve", TOLERANCE, |picture| picture.fill_path(&cubic, Rule::NonZero, white()), under);
}

/// Anything that can be drawn, anywhere.
#[derive(Clone, Debug)]
struct Drawing {
    what: usize,
    area: Rectangle,
    points: Vec<Point>,
    width: u32,
    angles: (f32, f32),
}

impl Drawing {
    fn draw(&self, to: &mut Picture) {
        let Self { what, area, ref points, width, angles: (start, sweep) } = *self;
        let joins = [Join::Miter, Join::Round, Join::Bevel];
        let caps = [Cap::Butt, Cap::Round, Cap::Square];
        let stroke = Stroke::new(width).join(joins[width as usize % 3]).cap(caps[points.len() % 3]);
        let stroke = if what.is_multiple_of(2) { stroke } else { stroke.dashed(&[700, 0, 300], width) };
        let stops = [Stop::new(0, Rgb888::RED), Stop::new(90, Rgb888::YELLOW).alpha(70), Stop::new(255, Rgb888::BLUE)];
        let paint = match what % 3 {
            0 => Paint::Ink(white()),
            1 => Paint::Linear { from: area.top_left, to: Point::new(40, 40), stops: &stops },
            _ => Paint::Radial { center: area.top_left, radius: width, stops: &stops[..points.len().min(3)] },
        };
        let rule = if width.is_multiple_of(2) { Rule::NonZero } else { Rule::EvenOdd };
        let square = (area.top_left, area.size.width);
        match what / 6 {
            0 => to.fill_rounded(&area, Corners { top_left: width, ..Corners::from(area.size.width / 3) }, paint),
            1 => to.stroke_rounded(&area, width, width / 9, paint),
            2 => to.fill_circle(square.0, square.1, paint),
            3 => to.stroke_arc(&Arc::new(square.0, square.1, start.rad(), sweep.rad()), &stroke, paint),
            4 => to.fill_sector(&Sector::new(square.0, square.1, start.rad(), sweep.rad()), paint),
            5 => to.stroke_ellipse(&area, &stroke, paint),
            6 => to.fill_polygon(points, rule, paint),
            7 => to.stroke_polyline(points, &stroke, paint),
            8 => to.stroke_polygon(points, &stroke, paint),
            _ => {
                let curve = |points: &[Point]| match *points {
                    [first, second, third, to, ..] if first.x > second.x => Step::CubicTo(second, third, to),
                    [first, control, to, ..] if first.y > to.y => Step::QuadraticTo(control, to),
                    [to, other, ..] if to.x > other.y => Step::LineTo(to),
                    [to, ..] => Step::MoveTo(to),
                    [] => Step::Close,
                };
                let steps: Vec<Step> = (0..points.len()).map(|index| curve(&points[index..])).collect();
                to.stroke_path(&steps, &stroke, paint);
                to.fill_path(&steps, rule, paint);
            }
        }
    }
}

fn drawing() -> impl Strategy<Value = Drawing> {
    let near = || -30i32 * 256..130 * 256;
    let place = prop_oneof![9 => (near(), near()), 1 => (coordinate(), coordinate())];
    let points = prop_oneof![4 => 0usize..12, 1 => 100usize..400];
    let points = points.prop_flat_map(move |count| prop::collection::vec(place.clone(), count));
    let angle = || prop_oneof![9 => -10.0f32..10.0, 1 => any::<f32>()];
    let width = prop_oneof![6 => 0u32..5000, 1 => length()];
    (0usize..60, rectangle(), points, width, (angle(), angle())).prop_map(|(what, area, points, width, angles)| {
        let points = points.into_iter().map(|(x, y)| Point::new(x, y)).collect();
        Drawing { what, area, points, width, angles }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// In a clip, a drawing is what it is without one; and damage covers what changed.
    #[test]
    fn clips_hold(drawing in drawing(), left in 0..96, top in 0..96, width in 0u32..96, height in 0u32..96) {
        let clip = Rectangle::new(Point::new(left, top), Size::new(width, height));
        let (mut whole, mut clipped) = (black(), black());
        drawing.draw(&mut whole);
        clipped.set_clip(&clip);
        drawing.draw(&mut clipped);
        for at in Rectangle::new(Point::zero(), Size::new_equal(SIDE)).points() {
            let expected = if clip.contains(at) { whole.pixel(at) } else { Some(Rgb888::BLACK) };
            prop_assert_eq!(clipped.pixel(at), expected, "{}", at);
            let damaged = clipped.damage().rectangles().any(|area| area.contains(at));
            prop_assert!(damaged || clipped.pixel(at) == Some(Rgb888::BLACK), "{} is not damaged", at);
        }
    }

    /// A straight line is the same in one piece, whose rows are all alike, and in two, whose edges are followed.
    #[test]
    fn straight_lines_are_straight(x in -2000i32..26_000, y in -2000i32..26_000, to_x in -13_000i32..13_000,
        to_y in -13_000i32..13_000, flat in 0..12, width in 1u32..6000) {
        let from = Point::new(x, y);
        let half = if width % 2 == 0 { Point::new(to_x, to_y >> flat) } else { Point::new(to_x >> flat, to_y) };
        let stroke = Stroke::new(width).cap([Cap::Butt, Cap::Round, Cap::Square][width as usize % 3]);
        let (mut one, mut two) = (black(), black());
        one.stroke_line(from, from + half + half, &stroke, white());
        two.stroke_polyline(&[from, from + half, from + half + half], &stroke, white());
        for at in Rectangle::new(Point::zero(), Size::new_equal(SIDE)).points() {
            let [one, two] = [&one, &two].map(|picture| picture.pixel(at).unwrap().r());
            prop_assert!(one.abs_diff(two) <= 2, "{} and {} at {}", one, two, at);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// Triangles of any kind.
    #[test]
    fn triangles_cover_what_triangles_cover(corners in prop::array::uniform3((-2000i32..26_000, -2000i32..26_000))) {
        let [a, b, c] = corners.map(|(x, y)| (f64::from(x) / 256.0, f64::from(y) / 256.0));
        let side = |from: (f64, f64), to: (f64, f64), x: f64, y: f64| {
            (to.0 - from.0) * (y - from.1) - (to.1 - from.1) * (x - from.0)
        };
        let inside = |x: f64, y: f64| {
            let sides = [side(a, b, x, y), side(b, c, x, y), side(c, a, x, y)];
            sides.iter().all(|side| *side > 0.0) || sides.iter().all(|side| *side < 0.0)
        };
        let points = corners.map(|(x, y)| Point::new(x, y));
        compare("a triangle", TOLERANCE, |picture| picture.fill_polygon(&points, Rule::NonZero, white()), inside);
    }
}

#[test]
fn gradients_are_dithered_to_the_mean() {
    let area = Rectangle::new(Point::zero(), Size::new_equal(SIDE));
    let stops = [Stop::new(0, Rgb888::new(10, 20, 30)), Stop::new(255, Rgb888::new(14, 20, 31))];
    let mut picture = black();
    picture.fill_rectangle(
        &area,
        Paint::Linear { from: Point::zero(), to: Point::new(SIDE as i32 - 1, 0), stops: &stops },
    );
    for x in (0..SIDE as i32).step_by(8) {
        let block = Rectangle::new(Point::new(x, 40), Size::new_equal(8));
        let sum: u32 = block.points().map(|at| u32::from(picture.pixel(at).unwrap().r())).sum();
        let (mean, exact) = (f64::from(sum) / 64.0, 10.0 + 4.0 * (f64::from(x) + 3.5) / f64::from(SIDE - 1));
        assert!((mean - exact).abs() < 0.1, "{mean} and not {exact} around {x}");
    }
    assert_eq!(picture.pixel(Point::new(0, 9)), Some(Rgb888::new(10, 20, 30)));
    assert_eq!(picture.pixel(Point::new(95, 9)), Some(Rgb888::new(14, 20, 31)));
}
