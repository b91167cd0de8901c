//! Places and directions between pixels.

use crate::simd;
use core::ops::{Add, Mul, Neg, Sub};
use embedded_graphics::geometry::Angle;
use embedded_graphics_core::geometry::Point;
use fearless_simd::{Sse2, f32x4, i32x4, prelude::*};

/// The furthest that a place may be from the origin, in SUBPIXELs: 65,536 pixels. What lies beyond counts as lying there.
pub(crate) const FAR: i32 = 1 << 24;

/// A place or direction in SUBPIXELs, which are whole numbers as far as [`FAR`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Vector {
    pub x: f32,
    pub y: f32,
}

impl Vector {
    pub const ZERO: Self = Self { x: 0.0, y: 0.0 };

    pub const fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    pub fn dot(self, other: Self) -> f32 {
        self.x * other.x + self.y * other.y
    }

    /// Positive when `other` is clockwise of `self`, seen on a screen.
    pub fn cross(self, other: Self) -> f32 {
        self.x * other.y - self.y * other.x
    }

    pub fn length(self) -> f32 {
        libm::sqrtf(self.dot(self))
    }

    /// A quarter of a turn clockwise, seen on a screen.
    pub const fn turned(self) -> Self {
        Self { x: -self.y, y: self.x }
    }

    /// `part` of the way to `other`.
    pub fn towards(self, other: Self, part: f32) -> Self {
        self + (other - self) * part
    }

    /// Two places in whole SUBPIXELs. What is not a number counts as far away.
    pub fn rounded([one, other]: [Self; 2]) -> [(i32, i32); 2] {
        // Four times `FAR` leaves room for strokes, and for the half in what an f32 holds.
        let limit = (4 * FAR) as f32;
        let moved = f32x4::from_slice(simd::sse2(), &[one.x, one.y, other.x, other.y]) + 0.5;
        let moved = moved.max_precise(-limit).min(limit);
        let cut: i32x4<Sse2> = moved.to_int();
        // Cut towards 0, which is up for negative numbers.
        let above = cut.to_float::<f32x4<Sse2>>().simd_gt(moved);
        let whole = cut + above.select(i32x4::splat(cut.simd, -1), i32x4::splat(cut.simd, 0));
        [(whole[0], whole[1]), (whole[2], whole[3])]
    }
}

impl From<Point> for Vector {
    fn from(Point { x, y }: Point) -> Self {
        Self { x: x.clamp(-FAR, FAR) as f32, y: y.clamp(-FAR, FAR) as f32 }
    }
}

impl Add for Vector {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { x: self.x + other.x, y: self.y + other.y }
    }
}

impl Sub for Vector {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self { x: self.x - other.x, y: self.y - other.y }
    }
}

impl Mul<f32> for Vector {
    type Output = Self;

    fn mul(self, by: f32) -> Self {
        Self { x: self.x * by, y: self.y * by }
    }
}

impl Neg for Vector {
    type Output = Self;

    fn neg(self) -> Self {
        self * -1.0
    }
}

/// An angle in radians. What is not finite counts as 0, and no angle is more than 1,000 full turns.
pub(crate) fn radians(angle: Angle) -> f64 {
    let radians = f64::from(angle.to_radians());
    if radians.is_finite() { radians.clamp(-6_283.0, 6_283.0) } else { 0.0 }
}

/// The direction of length 1 at an angle, clockwise from the x axis as seen on a screen.
pub(crate) fn direction(radians: f64) -> (f64, f64) {
    (libm::cos(radians), libm::sin(radians))
}
