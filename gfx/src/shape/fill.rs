//! Shapes that are filled.

use super::{
    Corners, Paint, Rule, Step,
    cells::Sink,
    disc::Disc,
    outline::{Curve, Outline, Pen},
    painter::Painter,
    path::{self, Lines},
    raster::{Edges, rasterize},
    round::Rounded,
    touched,
    vector::{self, Vector},
};
use crate::{PixelMemory, SUBPIXEL, Surface, area::Area, digest::Digest};
use core::{f64::consts::TAU, hash::Hash};
use embedded_graphics::{geometry::Angle, primitives::Sector};
use embedded_graphics_core::{
    geometry::{Point, Size},
    pixelcolor::Rgb888,
    primitives::Rectangle,
};

impl<M: PixelMemory> Surface<M> {
    /// Fills a rectangle.
    pub fn fill_rectangle<'a>(&mut self, rectangle: &Rectangle, paint: impl Into<Paint<'a>>) {
        self.fill_rounded(rectangle, 0, paint);
    }

    /// Fills a rectangle with rounded corners.
    pub fn fill_rounded<'a>(
        &mut self,
        rectangle: &Rectangle,
        corners: impl Into<Corners>,
        paint: impl Into<Paint<'a>>,
    ) {
        let (corners, paint) = (corners.into(), paint.into());
        let area = Area::from_rectangle(rectangle);
        let hides = corners == Corners::default() && paint.is_opaque();
        let describe = |operation: &mut Digest| {
            ("rounded", rectangle, corners, paint).hash(if hides { operation.opaque() } else { operation });
        };
        let Some(visible) = self.begin(area, describe) else { return };
        if corners == Corners::default() {
            let mut painter = Painter::new(self, visible, &paint);
            return (visible.top..visible.bottom).for_each(|y| painter.run(visible.left, y, visible.width(), u8::MAX));
        }
        let disc = corners.all_equal().and_then(|radius| Disc::new(area, radius));
        match disc {
            Some(disc) => disc.draw(visible, &mut Painter::new(self, visible, &paint)),
            None => self.fill_outline(visible, Rule::NonZero, &Rounded::new(rectangle, corners), &paint),
        }
    }

    /// Fills the circle of this diameter (in pixels) whose bounding box has its top left corner at `top_left`.
    pub fn fill_circle<'a>(&mut self, top_left: Point, diameter: u32, paint: impl Into<Paint<'a>>) {
        self.fill_rounded(&Rectangle::new(top_left, Size::new_equal(diameter)), diameter, paint);
    }

    /// Draws the border of a rectangle with rounded corners: its width (in pixels) lies inside of the rectangle.
    pub fn stroke_rounded<'a>(
        &mut self,
        rectangle: &Rectangle,
        corners: impl Into<Corners>,
        width: u32,
        paint: impl Into<Paint<'a>>,
    ) {
        let (corners, paint) = (corners.into(), paint.into());
        let area = Area::from_rectangle(rectangle);
        let describe = |operation: &mut _| ("border", rectangle, corners, width, paint).hash(operation);
        let Some(visible) = self.begin(area, describe) else { return };
        let outer = Rounded::new(rectangle, corners);
        let inner = outer.inside(width);
        let trace = |edges: &mut Edges| {
            outer.trace(edges);
            if let Some(inner) = &inner {
                inner.trace(edges);
            }
        };
        rasterize(visible, Rule::EvenOdd, 0, &trace, &mut Painter::new(self, visible, &paint));
    }

    /// Draws the border of a circle: its width (in pixels) lies inside of the circle that [`fill_circle`](Self::fill_circle)
    /// fills.
    pub fn stroke_circle<'a>(&mut self, top_left: Point, diameter: u32, width: u32, paint: impl Into<Paint<'a>>) {
        self.stroke_rounded(&Rectangle::new(top_left, Size::new_equal(diameter)), diameter, width, paint);
    }

    /// Fills the ellipse in a rectangle.
    pub fn fill_ellipse<'a>(&mut self, rectangle: &Rectangle, paint: impl Into<Paint<'a>>) {
        let paint = paint.into();
        let area = Area::from_rectangle(rectangle);
        let Some(visible) = self.begin(area, |operation| ("ellipse", rectangle, paint).hash(operation)) else {
            return;
        };
        self.fill_outline(visible, Rule::NonZero, &Ellipse::new(rectangle), &paint);
    }

    /// Fills a sector of a circle: a slice of a pie.
    pub fn fill_sector<'a>(&mut self, sector: &Sector, paint: impl Into<Paint<'a>>) {
        let paint = paint.into();
        let Sector { top_left, diameter, angle_start, angle_sweep } = *sector;
        let rectangle = Rectangle::new(top_left, Size::new_equal(diameter));
        let angles = [angle_start, angle_sweep].map(|angle| angle.to_radians().to_bits());
        let describe = |operation: &mut _| ("sector", rectangle, angles, paint).hash(operation);
        let Some(visible) = self.begin(Area::from_rectangle(&rectangle), describe) else { return };
        let slice = Slice(part_of_circle(&rectangle, angle_start, angle_sweep));
        self.fill_outline(visible, Rule::NonZero, &slice, &paint);
    }

    /// Fills a polygon. Its last place is joined to its first.
    pub fn fill_polygon<'a>(&mut self, points: &[Point], rule: Rule, paint: impl Into<Paint<'a>>) {
        let paint = paint.into();
        let area = touched(path::envelope(points.iter().copied()), 0);
        let describe = |operation: &mut Digest| {
            ("polygon", rule, paint).hash(operation);
            operation.places(points);
        };
        let Some(visible) = self.begin(area, describe) else { return };
        self.fill_outline(visible, rule, &Lines { points, closed: true }, &paint);
    }

    /// Fills what a path goes around. Each of its outlines counts as closed.
    pub fn fill_path<'a>(&mut self, steps: &[Step], rule: Rule, paint: impl Into<Paint<'a>>) {
        let paint = paint.into();
        let area = touched(path::envelope_of_steps(steps), 0);
        let describe = |operation: &mut _| ("path", steps, rule, paint).hash(operation);
        let Some(visible) = self.begin(area, describe) else { return };
        self.fill_outline(visible, rule, steps, &paint);
    }

    /// Fills a rectangle with colours that go from `top` in its first row to `bottom` in its last.
    pub fn fill_gradient(&mut self, rectangle: &Rectangle, top: Rgb888, bottom: Rgb888) {
        let from = rectangle.top_left;
        let last = rectangle.size.height.saturating_sub(1);
        let to = Point::new(from.x, from.y.saturating_add_unsigned(last));
        let stops = [super::Stop::new(0, top), super::Stop::new(u8::MAX, bottom)];
        self.fill_rectangle(rectangle, Paint::Linear { from, to, stops: &stops });
    }

    fn fill_outline(&mut self, visible: Area, rule: Rule, outline: &(impl Outline + ?Sized), paint: &Paint<'_>) {
        let trace = |edges: &mut Edges| {
            outline.trace(edges);
            edges.close();
        };
        rasterize(visible, rule, 0, &trace, &mut Painter::new(self, visible, paint));
    }
}

/// Part of the circle in a square, in pixels. It goes around once at most.
pub(super) fn part_of_circle(square: &Rectangle, start: Angle, sweep: Angle) -> Curve {
    let Ellipse(Curve { center, radii, .. }) = Ellipse::new(square);
    Curve { center, radii, start: vector::radians(start), sweep: vector::radians(sweep).clamp(-TAU, TAU) }
}

pub(super) struct Ellipse(pub Curve);

impl Ellipse {
    /// In a rectangle in pixels.
    pub fn new(rectangle: &Rectangle) -> Self {
        let half = |length: u32| (length as f32).min(vector::FAR as f32) * (SUBPIXEL / 2) as f32;
        let radii = Vector::new(half(rectangle.size.width), half(rectangle.size.height));
        let corner = |at: i32| at as f32 * SUBPIXEL as f32;
        let center = Vector::new(corner(rectangle.top_left.x), corner(rectangle.top_left.y)) + radii;
        Self(Curve { center, radii, start: 0.0, sweep: TAU })
    }
}

impl Outline for Ellipse {
    fn trace(&self, pen: &mut dyn Pen) {
        self.0.trace_closed(pen);
    }
}

/// Between part of a circle and its centre.
struct Slice(Curve);

impl Outline for Slice {
    fn trace(&self, pen: &mut dyn Pen) {
        if self.0.sweep.abs() >= TAU {
            return self.0.trace_closed(pen);
        }
        pen.move_to(self.0.center);
        self.0.trace(pen, true);
        pen.close();
    }
}
