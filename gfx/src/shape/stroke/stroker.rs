//! From an outline to the outline of its stroke.
//!
//! Each straight piece of the stroke, each join and each cap is an outline of its own that goes around it clockwise, so
//! that what several of them cover adds up and is never taken away. Edges that two of them share would cancel out, and
//! are never told.

use super::{Cap, Join, Stroke};
use crate::{
    SUBPIXEL,
    shape::{outline::Pen, raster::Edges, vector::Vector},
};

/// How far the chords of a round join or cap may be from the circle, in SUBPIXELs. Where two of them meet they are so much outside
/// that together they cut off nothing: they are wrong only in what of a chord another pixel covers.
const TOLERANCE: f32 = 2.0;

/// The same where chords are shorter than a pixel, so that most of each is in one.
const TOLERANCE_OF_SMALL: f32 = 6.0;

/// Half of how wide a stroke may be for that.
const SMALL: f32 = 1024.0;

/// How far, in SUBPIXELs, the inner sides of two pieces may meet beyond the end of one: what that covers wrongly is less than
/// can be seen, where two pieces that overlap would count twice along their inner edges.
const PASSED: f32 = 48.0;

/// An arc of more than two to the power of this chords is left out where it is far from what is drawn.
const CHORDS_LOOKED_FOR: usize = 4;

/// How often an arc is halved, at most: half a circle of the widest stroke takes twelve.
const MAX_HALVINGS: usize = 12;

/// A pen that strokes what it is told. [`finish`](Self::finish) ends it.
pub(crate) struct Stroker<'e> {
    edges: &'e mut Edges,
    join: Join,
    cap: Cap,
    /// The least cosine of the angle by which an outline may turn and still have a mitered join.
    miter_cosine: f32,
    half_width: f32,
    /// How far from the outline something can be drawn.
    reach: f32,
    start: Vector,
    at: Vector,
    /// Whether the outline has been told to go somewhere, even if that is where it was.
    begun: bool,
    /// The piece at the start, with its end. It is kept until it is known whether it is joined or capped there.
    first: Option<(Piece, Sides)>,
    /// The piece that leads to `at`.
    last: Option<Piece>,
}

/// A straight piece of the outline.
#[derive(Clone, Copy)]
struct Piece {
    /// Of length 1.
    direction: Vector,
    length: f32,
    /// Behind the join before it; `None` for the first one.
    start: Option<Sides>,
}

/// The two sides at the end of a piece or at the start of the next one.
#[derive(Clone, Copy)]
struct Sides {
    left: Vector,
    right: Vector,
}

impl<'e> Stroker<'e> {
    pub fn new(edges: &'e mut Edges, stroke: &Stroke<'_>) -> Self {
        let limit = f32::from(stroke.miter_limit);
        Self {
            edges,
            join: stroke.join,
            cap: stroke.cap,
            miter_cosine: 2.0 / (limit * limit) - 1.0,
            half_width: stroke.width as f32 / 2.0,
            reach: stroke.reach() as f32,
            start: Vector::ZERO,
            at: Vector::ZERO,
            begun: false,
            first: None,
            last: None,
        }
    }

    /// Whether anything of a line can be seen.
    pub fn is_near(&self, from: Vector, to: Vector) -> bool {
        self.edges.are_near(from, to, self.reach)
    }

    /// Ends the outline, and caps its ends if it has any.
    pub fn finish(&mut self) {
        if let Some(last) = self.last.take() {
            let end = self.sides(self.at, last.direction);
            self.end_piece(last, end);
            self.cap(self.at, last.direction * self.half_width);
        } else if self.begun {
            self.dot();
        }
        if let Some((first, end)) = self.first.take() {
            let start = self.sides(self.start, first.direction);
            self.draw_piece(start, end);
            self.cap(self.start, -first.direction * self.half_width);
        }
        self.begun = false;
    }

    /// An outline that goes nowhere has ends nevertheless.
    fn dot(&mut self) {
        let right = Vector::new(self.half_width, 0.0);
        if self.cap != Cap::Butt {
            self.cap(self.at, right);
            self.cap(self.at, -right);
        }
    }

    fn sides(&self, at: Vector, direction: Vector) -> Sides {
        let aside = direction.turned() * self.half_width;
        Sides { left: at - aside, right: at + aside }
    }

    /// Ends a piece: draws it if it is known where it begins.
    fn end_piece(&mut self, piece: Piece, end: Sides) {
        match piece.start {
            Some(start) => self.draw_piece(start, end),
            None => self.first = Some((piece, end)),
        }
    }

    /// Draws both sides of a piece.
    fn draw_piece(&mut self, start: Sides, end: Sides) {
        self.edges.add(start.left, end.left);
        self.edges.add(end.right, start.right);
    }

    /// Goes around an end, from its left to its right. `ahead` is half the width long.
    fn cap(&mut self, at: Vector, ahead: Vector) {
        let right = ahead.turned();
        match self.cap {
            Cap::Butt => self.edges.add(at - right, at + right),
            Cap::Square => {
                self.edges.add(at - right, at + ahead - right);
                self.edges.add(at + ahead - right, at + ahead + right);
                self.edges.add(at + ahead + right, at + right);
            }
            Cap::Round => {
                self.arc(at, -right, ahead);
                self.arc(at, ahead, right);
            }
        }
    }

    /// Goes around a circle of half the width, clockwise and less than half around, between two places on it.
    fn arc(&mut self, center: Vector, from: Vector, to: Vector) {
        let mut lengths = [0.0; MAX_HALVINGS];
        let (mut halvings, mut outside) = (0, 1.0);
        // Far from what is drawn, any way from here to there is as good.
        if self.edges.are_near(center, center, self.half_width) {
            let tolerance = if self.half_width <= SMALL { TOLERANCE_OF_SMALL } else { TOLERANCE };
            // How far a chord's middle is from the centre, as part of the radius: the cosine of half its angle.
            let mut cosine = (from + to).length() / (2.0 * self.half_width);
            while halvings < MAX_HALVINGS && self.half_width * (1.0 - cosine) > tolerance {
                lengths[halvings] = 0.5 / cosine;
                halvings += 1;
                cosine = libm::sqrtf(0.5 + 0.5 * cosine);
            }
            outside += (1.0 - cosine) * (2.0 / 3.0);
        }
        let mut at = center + from;
        let arc = Arc { center, outside };
        arc.halve(self.edges, from, to, &lengths[..halvings], &mut at);
        self.edges.add(at, center + to);
    }

    /// Joins two pieces: draws what is between the sides, and returns where the sides of the first end and of the second begin.
    fn join(&mut self, at: Vector, before: &Piece, after: &Piece) -> (Sides, Sides) {
        let (mut end, mut start) = (self.sides(at, before.direction), self.sides(at, after.direction));
        let cosine = before.direction.dot(after.direction);
        let sine = before.direction.cross(after.direction);
        // From the corner to where the sides meet, on the right; as far to the other side on the left.
        let meeting = (before.direction + after.direction).turned() * (self.half_width / (1.0 + cosine));
        // So far from the corner, along both pieces. Not beyond the middle of one, so that what it has at its ends stays apart;
        // except for the little that the short chords of a curve are passed by.
        let needed = self.half_width * sine.abs() / (1.0 + cosine);
        let fits = needed <= (before.length.min(after.length) / 2.0).max(PASSED);
        if sine >= 0.0 {
            self.outer(at, end.left, start.left, at - meeting, cosine);
            if fits {
                (end.right, start.right) = (at + meeting, at + meeting);
            } else {
                self.edges.add(start.right, at);
                self.edges.add(at, end.right);
            }
        } else {
            self.outer(at, start.right, end.right, at + meeting, cosine);
            if fits {
                (end.left, start.left) = (at - meeting, at - meeting);
            } else {
                self.edges.add(end.left, at);
                self.edges.add(at, start.left);
            }
        }
        (end, start)
    }

    /// Goes clockwise around the outer side of a join.
    fn outer(&mut self, at: Vector, from: Vector, to: Vector, tip: Vector, cosine: f32) {
        match self.join {
            Join::Miter if cosine >= self.miter_cosine => {
                self.edges.add(from, tip);
                self.edges.add(tip, to);
            }
            Join::Round if cosine < 0.0 => {
                // More than a quarter: halved here, where the sum of both may be nothing, by what is between them.
                let middle = (to - from).turned();
                let middle = middle * (-self.half_width / middle.length());
                self.arc(at, from - at, middle);
                self.arc(at, middle, to - at);
            }
            Join::Round => self.arc(at, from - at, to - at),
            _ => self.edges.add(from, to),
        }
    }
}

/// Part of a circle.
struct Arc {
    center: Vector,
    /// By how much longer than the radius the way to its chords' ends is.
    outside: f32,
}

impl Arc {
    /// Adds the chords between two places, seen from the centre, but for the last one: `at` is where that begins. It is halved as
    /// often as there are numbers by which the sum of both ends has to be multiplied to lie on the circle.
    fn halve(&self, edges: &mut Edges, from: Vector, to: Vector, lengths: &[f32], at: &mut Vector) {
        let Some((length, lengths)) = lengths.split_first() else { return };
        let begin = self.center + from;
        if lengths.len() >= CHORDS_LOOKED_FOR && !edges.are_near(begin, begin, (to - from).length() + SUBPIXEL as f32) {
            return;
        }
        let middle = (from + to) * *length;
        self.halve(edges, from, middle, lengths, at);
        let next = self.center + middle * self.outside;
        edges.add(*at, next);
        *at = next;
        self.halve(edges, middle, to, lengths, at);
    }
}

impl Pen for Stroker<'_> {
    /// Of dashes that go around no corner: their sides are half the width away, and their caps no further ahead.
    fn seen(&self, from: Vector, to: Vector) -> Option<(f32, f32)> {
        // A pixel more, for what rounding makes of the places in between.
        let more = SUBPIXEL as f32;
        let ahead = if self.cap == Cap::Butt { 0.0 } else { self.half_width };
        let (first, last) = self.edges.near_part(from, to, self.half_width + ahead + more)?;
        let (facing, turned_away) = self.edges.facing_part(from, to, ahead + more);
        let (first, last) = (first.max(facing), last.min(turned_away));
        (first < last).then_some((first, last))
    }

    fn move_to(&mut self, to: Vector) {
        self.finish();
        (self.start, self.at) = (to, to);
    }

    fn line_to(&mut self, to: Vector) {
        self.begun = true;
        let way = to - self.at;
        let length = way.length();
        // Shorter than what places are rounded to.
        if length.is_nan() || length < 0.5 {
            return;
        }
        let mut piece = Piece { direction: way * (1.0 / length), length, start: None };
        if let Some(last) = self.last.take() {
            let (end, start) = self.join(self.at, &last, &piece);
            self.end_piece(last, end);
            piece.start = Some(start);
        }
        self.last = Some(piece);
        self.at = to;
    }

    fn close(&mut self) {
        self.line_to(self.start);
        if let (Some((first, first_end)), Some(last)) = (self.first, self.last) {
            let (end, start) = self.join(self.start, &last, &first);
            self.end_piece(last, end);
            self.draw_piece(start, first_end);
            (self.first, self.last, self.begun) = (None, None, false);
        }
        self.finish();
        self.at = self.start;
    }
}
