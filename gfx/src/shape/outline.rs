//! Outlines: what shapes are made of before they are filled or stroked, and curves cut into straight lines.

use super::vector::{self, Vector};

/// How far a chord may be from its curve, in SUBPIXELs: coverage is then right to 1.4 / 255, twice 2/3 of 1/128.
const TOLERANCE: f32 = 2.0;

/// The first and the last chord of a curve are so much shorter than others: caps and joins stand at right angles to the curve
/// there, and not to a chord.
const END: f32 = 1.0 / 16.0;

/// The most chords that a curve is cut into: those of the largest circle that fits.
const MAX_CHORDS: f32 = 8192.0;

/// Is told an outline, as straight lines.
pub(crate) trait Pen {
    /// Ends what was drawn before, if anything, and begins at another place.
    fn move_to(&mut self, to: Vector);
    /// Goes straight to a place.
    fn line_to(&mut self, to: Vector);
    /// Goes straight back to where the outline began, and joins its ends.
    fn close(&mut self);

    /// Between which parts of a line anything of it matters, from 0 at its start to 1 at its end; `None` if nothing does.
    fn seen(&self, from: Vector, to: Vector) -> Option<(f32, f32)> {
        let _ = (from, to);
        Some((0.0, 1.0))
    }
}

/// Something that has an outline. It may be asked for it several times, and tells the same every time.
pub(crate) trait Outline {
    fn trace(&self, pen: &mut dyn Pen);
}

/// Goes along a quadratic Bézier curve.
pub(crate) fn quadratic_to(pen: &mut dyn Pen, from: Vector, control: Vector, to: Vector) {
    let bend = (from - control * 2.0 + to).length();
    each_chord(bend / (4.0 * TOLERANCE), |part| {
        let (start, end) = (from.towards(control, part), control.towards(to, part));
        pen.line_to(start.towards(end, part));
    });
    pen.line_to(to);
}

/// Goes along a cubic Bézier curve.
pub(crate) fn cubic_to(pen: &mut dyn Pen, from: Vector, first: Vector, second: Vector, to: Vector) {
    let bend = (from - first * 2.0 + second).length().max((first - second * 2.0 + to).length());
    each_chord(bend * 0.75 / TOLERANCE, |part| {
        let (start, middle, end) = (from.towards(first, part), first.towards(second, part), second.towards(to, part));
        pen.line_to(start.towards(middle, part).towards(middle.towards(end, part), part));
    });
    pen.line_to(to);
}

/// The places where a curve is cut, without its ends, as parts of it. A curve that is `error` times as far from its
/// chord as it may be takes the square root of that many chords.
fn each_chord(error: f32, mut at: impl FnMut(f32)) {
    let chords = libm::sqrtf(error).clamp(0.0, MAX_CHORDS) as u32 + 1;
    let short = END / chords as f32;
    at(short);
    (1..chords).for_each(|index| at(index as f32 / chords as f32));
    at(1.0 - short);
}

/// Part of an ellipse whose axes lie along the coordinates'.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Curve {
    pub center: Vector,
    pub radii: Vector,
    /// In radians, clockwise from the x axis as seen on a screen.
    pub start: f64,
    /// At most a full turn either way.
    pub sweep: f64,
}

impl Curve {
    /// Tells every place of the arc, its ends included.
    fn each(&self, mut at: impl FnMut(Vector)) {
        let radius = self.radii.x.max(self.radii.y).max(0.0);
        let chord = f64::from(libm::sqrtf(8.0 * TOLERANCE / radius.max(TOLERANCE)));
        let chords = (self.sweep.abs() / chord).clamp(0.0, MAX_CHORDS.into()) as u32 + 1;
        let step = self.sweep / f64::from(chords);
        let place = |(x, y): (f64, f64)| self.center + Vector::new(x as f32 * self.radii.x, y as f32 * self.radii.y);
        let (cos, sin) = vector::direction(step);
        let (mut x, mut y) = vector::direction(self.start);
        for index in 0..=chords {
            if index == chords {
                at(place(vector::direction(self.start + self.sweep - step * f64::from(END))));
            }
            at(place((x, y)));
            if index == 0 {
                at(place(vector::direction(self.start + step * f64::from(END))));
            }
            (x, y) = (x * cos - y * sin, x * sin + y * cos);
        }
    }

    /// Goes around all of the ellipse.
    pub fn trace_closed(&self, pen: &mut dyn Pen) {
        self.trace(pen, false);
        // The last place is the first again, up to rounding.
        pen.close();
    }

    /// Goes along the arc: straight to its start if `joined`.
    pub fn trace(&self, pen: &mut dyn Pen, mut joined: bool) {
        self.each(|place| {
            if joined {
                pen.line_to(place)
            } else {
                pen.move_to(place)
            }
            joined = true;
        });
    }
}
