//! Paths: outlines made of lines and curves.

use super::{
    outline::{self, Outline, Pen},
    vector::Vector,
};
use crate::area::Area;
use alloc::vec::Vec;
use core::ops::Deref;
use embedded_graphics_core::geometry::Point;

/// A step of a path. Places are in [`SUBPIXEL`](crate::SUBPIXEL)s, as everywhere in this module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Begins another outline.
    MoveTo(Point),
    /// A straight line to a place.
    LineTo(Point),
    /// A quadratic Bézier curve: its control point and its end.
    QuadraticTo(Point, Point),
    /// A cubic Bézier curve: its two control points and its end.
    CubicTo(Point, Point, Point),
    /// A straight line to where the outline began, and a join there.
    Close,
}

/// Steps in memory of their own. Where they are known beforehand, an array of [`Step`]s does as well.
///
/// Only building it allocates, and not once there is room from the time [before](Self::clear).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Path {
    steps: Vec<Step>,
}

impl Path {
    /// No steps.
    pub const fn new() -> Self {
        Self { steps: Vec::new() }
    }

    /// Forgets all steps, and keeps the room.
    pub fn clear(&mut self) {
        self.steps.clear();
    }

    /// See [`Step::MoveTo`].
    pub fn move_to(&mut self, to: Point) -> &mut Self {
        self.push(Step::MoveTo(to))
    }

    /// See [`Step::LineTo`].
    pub fn line_to(&mut self, to: Point) -> &mut Self {
        self.push(Step::LineTo(to))
    }

    /// See [`Step::QuadraticTo`].
    pub fn quadratic_to(&mut self, control: Point, to: Point) -> &mut Self {
        self.push(Step::QuadraticTo(control, to))
    }

    /// See [`Step::CubicTo`].
    pub fn cubic_to(&mut self, first: Point, second: Point, to: Point) -> &mut Self {
        self.push(Step::CubicTo(first, second, to))
    }

    /// See [`Step::Close`].
    pub fn close(&mut self) -> &mut Self {
        self.push(Step::Close)
    }

    fn push(&mut self, step: Step) -> &mut Self {
        self.steps.push(step);
        self
    }
}

impl Deref for Path {
    type Target = [Step];

    fn deref(&self) -> &[Step] {
        &self.steps
    }
}

impl Outline for [Step] {
    fn trace(&self, pen: &mut dyn Pen) {
        let (mut start, mut at) = (Vector::ZERO, Vector::ZERO);
        for &step in self {
            match step {
                Step::MoveTo(to) => {
                    (start, at) = (to.into(), to.into());
                    pen.move_to(at);
                }
                Step::LineTo(to) => {
                    at = to.into();
                    pen.line_to(at);
                }
                Step::QuadraticTo(control, to) => {
                    outline::quadratic_to(pen, at, control.into(), to.into());
                    at = to.into();
                }
                Step::CubicTo(first, second, to) => {
                    outline::cubic_to(pen, at, first.into(), second.into(), to.into());
                    at = to.into();
                }
                Step::Close => {
                    pen.close();
                    at = start;
                }
            }
        }
    }
}

/// What the steps lie within, in SUBPIXELs. A curve lies within its control points.
pub(crate) fn envelope_of_steps(steps: &[Step]) -> Area {
    let from_origin = !matches!(steps.first(), Some(Step::MoveTo(_)));
    let origin = from_origin.then_some(Point::zero());
    let points = steps.iter().flat_map(|&step| match step {
        Step::MoveTo(to) | Step::LineTo(to) => [Some(to), None, None],
        Step::QuadraticTo(control, to) => [Some(control), Some(to), None],
        Step::CubicTo(first, second, to) => [Some(first), Some(second), Some(to)],
        Step::Close => [None; 3],
    });
    envelope(origin.into_iter().chain(points.flatten()))
}

/// What the places lie within, in SUBPIXELs: edges included.
pub(crate) fn envelope(points: impl Iterator<Item = Point>) -> Area {
    let nothing = Area { left: i32::MAX, top: i32::MAX, right: i32::MIN, bottom: i32::MIN };
    points.fold(nothing, |sum, Point { x, y }| Area {
        left: sum.left.min(x),
        top: sum.top.min(y),
        right: sum.right.max(x),
        bottom: sum.bottom.max(y),
    })
}

/// Straight lines from each place to the next.
pub(crate) struct Lines<'a> {
    pub points: &'a [Point],
    pub closed: bool,
}

/// Lines are looked for in so many groups, at most: 1 KiB of stack.
const MAX_GROUPS: usize = 64;

/// What groups of lines that follow each other lie within.
pub(crate) struct Groups {
    /// Lines of each group.
    size: usize,
    corners: [[Vector; 2]; MAX_GROUPS],
}

impl Groups {
    /// Where the lines from each place to the next are.
    pub fn new(points: &[Point]) -> Self {
        let size = points.len().div_ceil(MAX_GROUPS).max(1);
        let mut corners = [[Vector::ZERO; 2]; MAX_GROUPS];
        for (index, corners) in corners.iter_mut().enumerate().take(points.len().div_ceil(size)) {
            let lines = &points[index * size..points.len().min((index + 1) * size + 1)];
            let Area { left, top, right, bottom } = envelope(lines.iter().copied());
            *corners = [Point::new(left, top).into(), Point::new(right, bottom).into()];
        }
        Self { size, corners }
    }
}

impl Lines<'_> {
    /// Tells only the lines that are near enough to matter, and those next to them, so that they are joined as they would
    /// be otherwise. What is between them is left out, as if it had not been drawn.
    ///
    /// `near` is asked about lines, and about what many of them lie within, from its top left corner to its bottom right one.
    pub fn trace_near<P: Pen>(&self, groups: &Groups, pen: &mut P, near: impl Fn(&P, Vector, Vector) -> bool) {
        let count = self.points.len().saturating_sub(1);
        if count == 0 {
            return self.trace(pen);
        }
        let place = |index: usize| Vector::from(self.points[index]);
        let (mut line, mut told) = (0, None);
        while line < count {
            let [first, last] = groups.corners[line / groups.size];
            if line.is_multiple_of(groups.size) && !near(pen, first, last) {
                line += groups.size;
                continue;
            }
            if near(pen, place(line), place(line + 1)) {
                let before = line.saturating_sub(1);
                let next = told.filter(|&told| told >= before).unwrap_or_else(|| {
                    pen.move_to(place(before));
                    before
                });
                let behind = count.min(line + 2);
                (next..behind).for_each(|line| pen.line_to(place(line + 1)));
                told = Some(behind);
            }
            line += 1;
        }
    }
}

impl Outline for Lines<'_> {
    fn trace(&self, pen: &mut dyn Pen) {
        let Some((&first, rest)) = self.points.split_first() else { return };
        pen.move_to(first.into());
        if rest.is_empty() {
            pen.line_to(first.into());
        }
        rest.iter().for_each(|&point| pen.line_to(point.into()));
        if self.closed {
            pen.close();
        }
    }
}
