//! Cutting an outline into dashes.

use super::Stroke;
use crate::{
    SUBPIXEL,
    shape::{outline::Pen, vector::Vector},
};

/// A pen that passes on the dashes of what it is told, as far as the other pen can see them.
pub(crate) struct Dasher<'p, 'a> {
    pen: &'p mut dyn Pen,
    lengths: &'a [u32],
    /// Of all dashes and gaps, in SUBPIXELs, until they begin again.
    total: f64,
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
    /// How far away its end is. In 64 bits, so that dashes lie where they do wherever one begins to look.
    end: f64,
}

impl<'p, 'a> Dasher<'p, 'a> {
    /// `None` when the stroke has no dashes.
    pub fn new(pen: &'p mut dyn Pen, stroke: &Stroke<'a>) -> Option<Self> {
        let lengths = stroke.dashes;
        let rounds = 1 + lengths.len() as u64 % 2;
        let total = lengths.iter().map(|&length| u64::from(length)).sum::<u64>() * rounds;
        if total < SUBPIXEL as u64 {
            return None;
        }
        let begin = Place { index: 0, end: f64::from(lengths[0]) };
        let mut dasher =
            Self { pen, lengths, total: total as f64, begin, now: begin, start: Vector::ZERO, at: Vector::ZERO };
        dasher.skip(stroke.dash_offset.into());
        dasher.begin = Place { end: dasher.now.end - f64::from(stroke.dash_offset), ..dasher.now };
        dasher.now = dasher.begin;
        Some(dasher)
    }

    /// Goes on to the dash or gap behind the one that ends next.
    fn turn(&mut self) {
        self.now.index = (self.now.index + 1) % (2 * self.lengths.len());
        self.now.end += self.length();
    }

    /// Of the dash or gap that ends next.
    fn length(&self) -> f64 {
        f64::from(self.lengths[self.now.index % self.lengths.len()])
    }

    /// Goes on to the dash or gap that has not ended before `distance`.
    fn skip(&mut self, distance: f64) {
        let rounds = ((distance - self.now.end) / self.total) as u64;
        self.now.end += rounds as f64 * self.total;
        while self.now.end < distance {
            self.turn();
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
        let length = f64::from((to - from).length());
        let place = |distance: f64| from.towards(to, (distance / length) as f32);
        let (first, last) = self.pen.seen(from, to).unwrap_or((1.0, 1.0));
        let (first, last) = (f64::from(first) * length, f64::from(last) * length);
        if first > 0.0 {
            self.skip(first);
            if self.is_dash() {
                // From where it begins: cut off elsewhere, it would be rounded to another place.
                self.pen.move_to(place((self.now.end - self.length()).max(0.0)));
            }
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
        if last < length {
            if self.is_dash() {
                self.pen.line_to(place(self.now.end.min(length)));
            }
            self.skip(length);
            if self.is_dash() {
                self.pen.move_to(to);
            }
        } else if self.is_dash() {
            self.pen.line_to(to);
        }
        self.now.end -= length;
        self.at = to;
    }

    fn close(&mut self) {
        self.line_to(self.start);
    }
}
