//! Shapes that are stroked.

use super::{
    Paint, Rule, Step, Stroke,
    fill::{Ellipse, part_of_circle},
    outline::{Curve, Outline, Pen},
    painter::Painter,
    path::{self, Groups, Lines},
    raster::{Edges, rasterize, rasterize_parts},
    ring::Ring,
    strip::Strip,
    stroke::{dash::Dasher, stroker::Stroker},
    touched,
};
use crate::{PixelMemory, SUBPIXEL, Surface, area::Area, digest::Digest};
use core::{f64::consts::TAU, hash::Hash};
use embedded_graphics::primitives::Arc;
use embedded_graphics_core::{
    geometry::{Point, Size},
    primitives::Rectangle,
};

/// How many edges one of several lines is likely to make, with its join.
const EDGES_OF_A_LINE: usize = 14;

impl<M: PixelMemory> Surface<M> {
    /// Strokes a straight line.
    pub fn stroke_line<'a>(&mut self, from: Point, to: Point, stroke: &Stroke<'_>, paint: impl Into<Paint<'a>>) {
        self.stroke_polyline(&[from, to], stroke, paint);
    }

    /// Strokes straight lines from each place to the next.
    pub fn stroke_polyline<'a>(&mut self, points: &[Point], stroke: &Stroke<'_>, paint: impl Into<Paint<'a>>) {
        self.stroke_lines(&Lines { points, closed: false }, stroke, &paint.into());
    }

    /// Strokes straight lines from each place to the next, and from the last to the first.
    pub fn stroke_polygon<'a>(&mut self, points: &[Point], stroke: &Stroke<'_>, paint: impl Into<Paint<'a>>) {
        self.stroke_lines(&Lines { points, closed: true }, stroke, &paint.into());
    }

    fn stroke_lines(&mut self, lines: &Lines<'_>, stroke: &Stroke<'_>, paint: &Paint<'_>) {
        // Two places have no join between them.
        let reach = if lines.points.len() < 3 { stroke.reach_at_ends() } else { stroke.reach() };
        let area = touched(path::envelope(lines.points.iter().copied()), reach);
        let describe = |operation: &mut Digest| {
            ("lines", lines.closed, stroke, paint).hash(operation);
            operation.places(lines.points);
        };
        let Some(visible) = self.begin(area, describe) else { return };
        if lines.closed || stroke.is_dashed() {
            return self.stroke_outline(visible, lines, stroke, paint);
        }
        let groups = Groups::new(lines.points);
        let trace = |edges: &mut Edges| {
            let mut stroker = Stroker::new(edges, stroke);
            lines.trace_near(&groups, &mut stroker, Stroker::is_near);
            stroker.finish();
        };
        let expected = EDGES_OF_A_LINE * lines.points.len();
        let painter = &mut Painter::new(self, visible, paint);
        let strip = match lines.points {
            &[from, to] => Strip::new(from.into(), to.into(), stroke.half_width()),
            _ => None,
        };
        match strip {
            Some(strip) => {
                rasterize_parts(&strip.beyond(visible), Rule::NonZero, expected, &trace, painter);
                strip.draw(visible, painter);
            }
            None => rasterize(visible, Rule::NonZero, expected, &trace, painter),
        }
    }

    /// Strokes a path.
    pub fn stroke_path<'a>(&mut self, steps: &[Step], stroke: &Stroke<'_>, paint: impl Into<Paint<'a>>) {
        let paint = paint.into();
        let area = touched(path::envelope_of_steps(steps), stroke.reach());
        let describe = |operation: &mut _| ("stroke", steps, stroke, paint).hash(operation);
        let Some(visible) = self.begin(area, describe) else { return };
        self.stroke_outline(visible, steps, stroke, &paint);
    }

    /// Strokes part of a circle: half of the stroke's width lies outside of that, half inside.
    pub fn stroke_arc<'a>(&mut self, arc: &Arc, stroke: &Stroke<'_>, paint: impl Into<Paint<'a>>) {
        let paint = paint.into();
        let Arc { top_left, diameter, angle_start, angle_sweep } = *arc;
        let square = Rectangle::new(top_left, Size::new_equal(diameter));
        let angles = [angle_start, angle_sweep].map(|angle| angle.to_radians().to_bits());
        let describe = |operation: &mut _| ("arc", square, angles, stroke, paint).hash(operation);
        let Some(visible) = self.begin(around(&square, stroke), describe) else { return };
        let part = part_of_circle(&square, angle_start, angle_sweep);
        let Some(ring) = Ring::new(part, stroke) else {
            return self.stroke_outline(visible, &Part(part), stroke, &paint);
        };
        let trace = |edges: &mut Edges| {
            ring.trace(edges);
            edges.close();
        };
        rasterize(visible, Rule::NonZero, 0, &trace, &mut Painter::new(self, visible, &paint));
    }

    /// Strokes the ellipse in a rectangle: half of the stroke's width lies outside of the rectangle, half inside.
    pub fn stroke_ellipse<'a>(&mut self, rectangle: &Rectangle, stroke: &Stroke<'_>, paint: impl Into<Paint<'a>>) {
        let paint = paint.into();
        let describe = |operation: &mut _| ("ellipse's stroke", rectangle, stroke, paint).hash(operation);
        let Some(visible) = self.begin(around(rectangle, stroke), describe) else { return };
        self.stroke_outline(visible, &Ellipse::new(rectangle), stroke, &paint);
    }

    fn stroke_outline(
        &mut self,
        visible: Area,
        outline: &(impl Outline + ?Sized),
        stroke: &Stroke<'_>,
        paint: &Paint<'_>,
    ) {
        let trace = |edges: &mut Edges| {
            let mut stroker = Stroker::new(edges, stroke);
            match Dasher::new(&mut stroker, stroke) {
                Some(mut dasher) => outline.trace(&mut dasher),
                None => outline.trace(&mut stroker),
            }
            stroker.finish();
        };
        rasterize(visible, Rule::NonZero, 0, &trace, &mut Painter::new(self, visible, paint));
    }
}

/// The pixels that the stroke of something in a rectangle can touch.
fn around(rectangle: &Rectangle, stroke: &Stroke<'_>) -> Area {
    let Area { left, top, right, bottom } = Area::from_rectangle(rectangle);
    // Curves are not joined at an angle.
    let reach = (stroke.reach_at_ends() / SUBPIXEL as u32 + 2) as i32;
    Area {
        left: left.saturating_sub(reach),
        top: top.saturating_sub(reach),
        right: right.saturating_add(reach),
        bottom: bottom.saturating_add(reach),
    }
}

/// Part of a circle, or all of it.
struct Part(Curve);

impl Outline for Part {
    fn trace(&self, pen: &mut dyn Pen) {
        if self.0.sweep.abs() >= TAU { self.0.trace_closed(pen) } else { self.0.trace(pen, false) }
    }
}
