//! Parts of rings: what the stroke of a part of a circle comes to.

use super::{
    Cap, Stroke,
    outline::{Curve, Outline, Pen},
    vector::{self, Vector},
};
use core::f64::consts::{FRAC_PI_2, PI, TAU};

/// What lies between two arcs around the same centre, with its caps.
pub(crate) struct Ring {
    middle: Curve,
    half_width: f32,
    cap: Cap,
}

impl Ring {
    /// `None` when the stroke reaches the centre, or is in dashes.
    pub fn new(middle: Curve, stroke: &Stroke<'_>) -> Option<Self> {
        let half_width = stroke.half_width();
        let simple = !stroke.is_dashed() && half_width < middle.radii.x;
        simple.then_some(Self { middle, half_width, cap: stroke.ends() })
    }

    /// The arc that is so far outside of the middle one, all of it backwards if asked for.
    fn arc(&self, outside: f32, backwards: bool) -> Curve {
        let Curve { center, radii, start, sweep } = self.middle;
        let radii = radii + Vector::new(outside, outside);
        if backwards {
            Curve { center, radii, start: start + sweep, sweep: -sweep }
        } else {
            Curve { center, radii, start, sweep }
        }
    }

    /// Goes around an end, which is seen from the centre at `angle`: from there to where the arc on the other side begins.
    fn trace_cap(&self, pen: &mut dyn Pen, angle: f64, outwards: bool) {
        let towards = |angle: f64| {
            let (x, y) = vector::direction(angle);
            Vector::new(x as f32, y as f32)
        };
        let center = self.middle.center + towards(angle) * self.middle.radii.x;
        let (start, sweep) = (if outwards { angle + PI } else { angle }, PI * self.middle.sweep.signum());
        match self.cap {
            Cap::Butt => {}
            Cap::Round => {
                Curve { center, radii: Vector::new(self.half_width, self.half_width), start, sweep }.trace(pen, true);
            }
            Cap::Square => {
                let ahead = towards(start + FRAC_PI_2 * self.middle.sweep.signum());
                for side in [towards(start), -towards(start)] {
                    pen.line_to(center + (ahead + side) * self.half_width);
                }
            }
        }
    }
}

impl Outline for Ring {
    fn trace(&self, pen: &mut dyn Pen) {
        let Curve { start, sweep, .. } = self.middle;
        let (outer, inner) = (self.arc(self.half_width, false), self.arc(-self.half_width, true));
        if sweep.abs() >= TAU {
            outer.trace_closed(pen);
            return inner.trace_closed(pen);
        }
        outer.trace(pen, false);
        self.trace_cap(pen, start + sweep, false);
        inner.trace(pen, true);
        self.trace_cap(pen, start, true);
        pen.close();
    }
}
