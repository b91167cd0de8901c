//! Cutting an outline into dashes.

use super::Stroke;
use crate::{
    SUBPIXEL,
    shape::{outline::Pen, vector::Vector},
};

/// Parts of a SUBPIXEL in which dashes are counted. Whole numbers, so that a dash lies where it does however many before it were
/// looked at: a fraction that is rounded on the way there would move it.
const FINE: i64 = 1 << 16;

/// A pen that passes on the dashes of what it is told, as far as the other pen can see them.
pub(crate) struct Dasher<'p, 'a> {
    pen: &'p mut dyn Pen,
    lengths: &'a [u32],
    /// Of all dashes and gaps until they begin again.
    total: i64,
    /// What every outline begins with.
    begin: Place,
    now: Place,
    start: Vector,
    at: Vector,
}

/// A place in the pattern.
#[derive(Clone, Copy)]
struct Place {
    /// Of a dash or gap: dashes are even. Counts on through an odd number of lengths a second time.
    index: usize,
    /// How far away its end is.
    end: i64,
}

impl<'p, 'a> Dasher<'p, 'a> {
    /// `None` when the stroke has no dashes.
    pub fn new(pen: &'p mut dyn Pen, stroke: &Stroke<'a>) -> Option<Self> {
        let lengths = stroke.dashes;
        let rounds = 1 + (lengths.len() % 2) as i64;
        let total = lengths.iter().map(|&length| i64::from(length)).sum::<i64>() * rounds;
        if total < SUBPIXEL.into() {
            return None;
        }
        let offset = i64::from(stroke.dash_offset) * FINE;
        let begin = Place { index: 0, end: i64::from(lengths[0]) * FINE };
        let (start, at) = (Vector::ZERO, Vector::ZERO);
        let mut dasher = Self { pen, lengths, total: total.saturating_mul(FINE), begin, now: begin, start, at };
        dasher.skip(offset);
        dasher.begin = Place { end: dasher.now.end - offset, ..dasher.now };
        dasher.now = dasher.begin;
        Some(dasher)
    }

    /// Goes on to the dash or gap behind the one that ends next.
    fn turn(&mut self) {
        self.now.index = (self.now.index + 1) % (2 * self.lengths.len());
        self.now.end = self.now.end.saturating_add(self.length());
    }

    /// Of the dash or gap that ends next.
    fn length(&self) -> i64 {
        i64::from(self.lengths[self.now.index % self.lengths.len()]) * FINE
    }

    /// Goes on to the dash or gap that has not ended before `distance`.
    fn skip(&mut self, distance: i64) {
        let rounds = (distance.saturating_sub(self.now.end) / self.total).max(0);
        self.now.end += rounds * self.total;
        while self.now.end < distance {
            self.turn();
        }
    }

    /// Leaves out what ends before `distance`. A dash that is there begins where it begins: cut off elsewhere, it would be rounded
    /// to another place.
    fn begin_at(&mut self, distance: i64, place: impl Fn(i64) -> Vector) {
        self.skip(distance);
        if self.is_dash() {
            self.pen.move_to(place(self.now.end - self.length()));
        }
    }

    const fn is_dash(&self) -> bool {
        self.now.index.is_multiple_of(2)
    }
}

impl Pen for Dasher<'_, '_> {
    fn move_to(&mut self, to: Vector) {
        self.now = self.begin;
        (self.start, self.at) = (to, to);
        if self.is_dash() {
            self.pen.move_to(to);
        }
    }

    fn line_to(&mut self, to: Vector) {
        let from = self.at;
        let whole = f64::from((to - from).length()) * FINE as f64;
        let length = whole as i64;
        let place = |distance: i64| from.towards(to, (distance as f64 / whole) as f32);
        let (first, last) = self.pen.seen(from, to).unwrap_or((1.0, 1.0));
        let [first, last] = [first, last].map(|part| (f64::from(part) * whole) as i64);
        // Dashes that go around a corner are told up to their ends or to the next corner, seen or not: how the sides of both
        // lines are joined can show anywhere on them.
        if self.is_dash() && self.now.end < length {
            self.pen.line_to(place(self.now.end));
            self.turn();
        }
        if self.now.end < first {
            self.begin_at(first, place);
        }
        while self.now.end < last {
            let place = place(self.now.end);
            if self.is_dash() {
                self.pen.line_to(place)
            } else {
                self.pen.move_to(place)
            }
            self.turn();
        }
        if self.now.end < length {
            if self.is_dash() {
                self.pen.line_to(place(self.now.end));
            }
            self.begin_at(length, place);
        }
        if self.is_dash() {
            self.pen.line_to(to);
        }
        self.now.end -= length;
        self.at = to;
    }

    fn close(&mut self) {
        self.line_to(self.start);
    }
}
