//! Cutting an outline into dashes.

use super::Stroke;
use crate::{
    SUBPIXEL,
    shape::{outline::Pen, vector::Vector},
};

/// A pen that passes on the dashes of what it is told.
pub(crate) struct Dasher<'p, 'a> {
    pen: &'p mut dyn Pen,
    lengths: &'a [u32],
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
    /// How much of it is left.
    left: f32,
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
        let mut offset = u64::from(stroke.dash_offset) % total;
        let mut index = 0;
        // Ends within the pattern, because the offset is less than all of it.
        let left = loop {
            let length = u64::from(lengths[index % lengths.len()]);
            if offset < length {
                break (length - offset) as f32;
            }
            offset -= length;
            index += 1;
        };
        let begin = Place { index, left };
        Some(Self { pen, lengths, begin, now: begin, start: Vector::ZERO, at: Vector::ZERO })
    }

    /// Goes on in the pattern at the end of a dash or gap.
    fn turn(&mut self) {
        let index = (self.now.index + 1) % (2 * self.lengths.len());
        self.now = Place { index, left: self.lengths[index % self.lengths.len()] as f32 };
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
        let length = (to - self.at).length();
        let mut passed = 0.0;
        while length - passed > self.now.left {
            passed += self.now.left;
            let place = self.at.towards(to, passed / length);
            if self.is_dash() {
                self.pen.line_to(place);
            } else {
                self.pen.move_to(place);
            }
            self.turn();
        }
        self.now.left -= length - passed;
        self.at = to;
        if self.is_dash() {
            self.pen.line_to(to);
        }
    }

    fn close(&mut self) {
        self.line_to(self.start);
    }
}
