//! Anti-aliased shapes, in every paint.

use embedded_graphics::primitives::{Arc, Rectangle, Sector};
use embedded_graphics::{geometry::AngleUnit, prelude::*};
use proptest::prelude::*;
use vitrine_gfx::shape::{Cap, Corners, Join, Paint, Rule, Step, Stop, Stroke};
use vitrine_gfx::{Ink, PixelMemory, Surface};

use crate::operations::{PARAMETERS, color, extent, ink, place, point, rectangle, shade};

/// A shape and its paint.
#[derive(Clone, Debug)]
pub struct Shape {
    outline: Outline,
    paint: Filling,
}

/// A [`Paint`] that owns its colours.
#[derive(Clone, Debug)]
enum Filling {
    Ink(Ink),
    Linear(Point, Point, Vec<Stop>),
    Radial(Point, u32, Vec<Stop>),
}

/// A [`Stroke`] that owns its dashes.
#[derive(Clone, Debug)]
struct Line {
    width: u32,
    join: Join,
    cap: Cap,
    dashes: Vec<u32>,
}

#[derive(Clone, Debug)]
enum Outline {
    Rectangle(Rectangle),
    Rounded(Rectangle, Corners),
    Circle(Point, u32),
    Border(Rectangle, Corners, u32),
    Ellipse(Rectangle),
    Sector(Sector),
    Polygon(Vec<Point>, Rule),
    Path(Vec<Step>, Rule),
    Lines(Vec<Point>, Line),
    Round(Vec<Point>, Line),
    PathStroke(Vec<Step>, Line),
    Arc(Arc, Line),
    EllipseStroke(Rectangle, Line),
}

impl Filling {
    fn of(value: u64) -> Self {
        let stops = || vec![Stop::new(0, shade(value)), Stop::new(255, shade(value >> 7)).alpha((value >> 3) as u8)];
        match value % 4 {
            0 => Self::Ink(Ink::over(shade(value))),
            1 => Self::Ink(Ink::over(shade(value)).on(shade(value >> 5))),
            2 => Self::Linear(place(value >> 2), place(value >> 9), stops()),
            _ => Self::Radial(place(value >> 2), value as u32 % 100, stops()),
        }
    }

    fn paint(&self) -> Paint<'_> {
        match self {
            Self::Ink(ink) => Paint::Ink(*ink),
            Self::Linear(from, to, stops) => Paint::Linear { from: *from, to: *to, stops },
            Self::Radial(center, radius, stops) => Paint::Radial { center: *center, radius: *radius, stops },
        }
    }
}

impl Line {
    fn stroke(&self) -> Stroke<'_> {
        Stroke::new(self.width).join(self.join).cap(self.cap).dashed(&self.dashes, 300)
    }
}

impl Shape {
    /// A shape each parameter of which is made of one of the numbers.
    pub fn of(values: &[u64; PARAMETERS]) -> Self {
        let [a, b, c, d, e, f, g, h] = *values;
        let area = Rectangle::new(place(a), extent(b));
        let corners = Corners { top_left: d as u32 % 30, top_right: e as u32 % 30, ..Corners::from(c as u32 % 30) };
        let place = |value: u64| Point::new((value % 38_400) as i32, (value >> 32) as i32 % 17_920);
        let points = || vec![place(a), place(b), place(c)];
        let steps = || vec![Step::MoveTo(place(a)), Step::CubicTo(place(b), place(c), place(d)), Step::Close];
        let rule = [Rule::NonZero, Rule::EvenOdd][e as usize % 2];
        let line = || Line {
            width: e as u32 % 3000,
            join: [Join::Miter, Join::Round, Join::Bevel][f as usize % 3],
            cap: [Cap::Butt, Cap::Round, Cap::Square][(f >> 8) as usize % 3],
            dashes: [vec![], vec![700, 300], vec![900]][(f >> 16) as usize % 3].clone(),
        };
        let (start, sweep) = ((c as f32 % 360.0).deg(), (d as f32 % 360.0).deg());
        let diameter = b as u32 % 70;
        let outline = match h % 13 {
            0 => Outline::Rectangle(area),
            1 => Outline::Rounded(area, corners),
            2 => Outline::Circle(area.top_left, diameter),
            3 => Outline::Border(area, corners, f as u32 % 20),
            4 => Outline::Ellipse(area),
            5 => Outline::Sector(Sector::new(area.top_left, diameter, start, sweep)),
            6 => Outline::Polygon(points(), rule),
            7 => Outline::Path(steps(), rule),
            8 => Outline::Lines(points(), line()),
            9 => Outline::Round(points(), line()),
            10 => Outline::PathStroke(steps(), line()),
            11 => Outline::Arc(Arc::new(area.top_left, diameter, start, sweep), line()),
            _ => Outline::EllipseStroke(area, line()),
        };
        Self { outline, paint: Filling::of(g) }
    }

    pub fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>) {
        let paint = self.paint.paint();
        match &self.outline {
            Outline::Rectangle(area) => surface.fill_rectangle(area, paint),
            Outline::Rounded(area, corners) => surface.fill_rounded(area, *corners, paint),
            Outline::Circle(at, diameter) => surface.fill_circle(*at, *diameter, paint),
            Outline::Border(area, corners, width) => surface.stroke_rounded(area, *corners, *width, paint),
            Outline::Ellipse(area) => surface.fill_ellipse(area, paint),
            Outline::Sector(sector) => surface.fill_sector(sector, paint),
            Outline::Polygon(points, rule) => surface.fill_polygon(points, *rule, paint),
            Outline::Path(steps, rule) => surface.fill_path(steps, *rule, paint),
            Outline::Lines(points, line) => surface.stroke_polyline(points, &line.stroke(), paint),
            Outline::Round(points, line) => surface.stroke_polygon(points, &line.stroke(), paint),
            Outline::PathStroke(steps, line) => surface.stroke_path(steps, &line.stroke(), paint),
            Outline::Arc(arc, line) => surface.stroke_arc(arc, &line.stroke(), paint),
            Outline::EllipseStroke(area, line) => surface.stroke_ellipse(area, &line.stroke(), paint),
        }
    }
}

fn filling() -> impl Strategy<Value = Filling> {
    let stops = || {
        let stop = (any::<u8>(), color(), prop_oneof![any::<u8>(), Just(u8::MAX)]);
        prop::collection::vec(stop, 0..4).prop_map(|mut stops| {
            stops.sort_by_key(|stop| stop.0);
            stops.into_iter().map(|(at, color, alpha)| Stop::new(at, color).alpha(alpha)).collect::<Vec<_>>()
        })
    };
    prop_oneof![
        3 => ink().prop_map(Filling::Ink),
        1 => (point(), point(), stops()).prop_map(|(from, to, stops)| Filling::Linear(from, to, stops)),
        1 => (point(), 0u32..100, stops()).prop_map(|(center, radius, stops)| Filling::Radial(center, radius, stops)),
    ]
}

/// In 1/256 pixel.
fn places() -> impl Strategy<Value = Vec<Point>> {
    prop::collection::vec((-3000..40_000, -3000..20_000).prop_map(|(x, y)| Point::new(x, y)), 0..6)
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    places().prop_map(|places| {
        let step = |places: &[Point]| match *places {
            [first, second, to] => Step::CubicTo(first, second, to),
            [control, to] => Step::QuadraticTo(control, to),
            [to, ..] => Step::LineTo(to),
            [] => Step::Close,
        };
        let first = places.first().map(|place| Step::MoveTo(*place));
        first.into_iter().chain(places.chunks(3).map(step)).chain([Step::Close]).collect()
    })
}

fn line() -> impl Strategy<Value = Line> {
    let joins = prop::sample::select(vec![Join::Miter, Join::Round, Join::Bevel]);
    let caps = prop::sample::select(vec![Cap::Butt, Cap::Round, Cap::Square]);
    let dashes = prop_oneof![3 => Just(vec![]), 1 => prop::collection::vec(100u32..3000, 1..4)];
    (0u32..3000, joins, caps, dashes).prop_map(|(width, join, cap, dashes)| Line { width, join, cap, dashes })
}

fn corners() -> impl Strategy<Value = Corners> {
    let uneven = [0u32..40, 0..40, 0..40, 0..40].prop_map(|[top_left, top_right, bottom_right, bottom_left]| Corners {
        top_left,
        top_right,
        bottom_right,
        bottom_left,
    });
    prop_oneof![(0u32..40).prop_map(Corners::from), uneven]
}

fn outline() -> impl Strategy<Value = Outline> {
    let rule = || prop::sample::select(vec![Rule::NonZero, Rule::EvenOdd]);
    let angles = || (-400f32..400.0, -400f32..400.0).prop_map(|(start, sweep)| (start.deg(), sweep.deg()));
    prop_oneof![
        rectangle().prop_map(Outline::Rectangle),
        (rectangle(), corners()).prop_map(|(area, corners)| Outline::Rounded(area, corners)),
        (point(), 0u32..70).prop_map(|(at, diameter)| Outline::Circle(at, diameter)),
        (rectangle(), corners(), 0u32..20).prop_map(|(area, corners, width)| Outline::Border(area, corners, width)),
        rectangle().prop_map(Outline::Ellipse),
        (point(), 0u32..70, angles())
            .prop_map(|(at, diameter, (start, sweep))| Outline::Sector(Sector::new(at, diameter, start, sweep))),
        (places(), rule()).prop_map(|(points, rule)| Outline::Polygon(points, rule)),
        (steps(), rule()).prop_map(|(steps, rule)| Outline::Path(steps, rule)),
        (places(), line()).prop_map(|(points, line)| Outline::Lines(points, line)),
        (places(), line()).prop_map(|(points, line)| Outline::Round(points, line)),
        (steps(), line()).prop_map(|(steps, line)| Outline::PathStroke(steps, line)),
        (point(), 0u32..70, angles(), line())
            .prop_map(|(at, diameter, (start, sweep), line)| Outline::Arc(Arc::new(at, diameter, start, sweep), line)),
        (rectangle(), line()).prop_map(|(area, line)| Outline::EllipseStroke(area, line)),
    ]
}

pub fn shape() -> impl Strategy<Value = Shape> {
    (outline(), filling()).prop_map(|(outline, paint)| Shape { outline, paint })
}
