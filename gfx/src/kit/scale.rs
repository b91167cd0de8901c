//! One layout for all sizes of screen.

use embedded_graphics_core::geometry::Size;

/// Turns lengths that were chosen for a screen of 1280x720 into those of the screen at hand.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    numerator: i64,
}

impl Scale {
    const WIDTH: i64 = 1280;
    const HEIGHT: i64 = 720;

    /// The scale at which all of 1280x720 fits.
    pub fn of(size: Size) -> Self {
        let (width, height) = (i64::from(size.width), i64::from(size.height));
        Self { numerator: (width * Self::HEIGHT).min(height * Self::WIDTH) }
    }

    /// A length in pixels, rounded to the nearest, of what is `length` pixels long at 1280x720.
    pub const fn px(self, length: i32) -> i32 {
        let denominator = Self::WIDTH * Self::HEIGHT;
        ((length as i64 * self.numerator + denominator / 2).div_euclid(denominator)) as i32
    }

    /// The same as an unsigned length; 0 when it is negative.
    pub const fn length(self, length: i32) -> u32 {
        let pixels = self.px(length);
        if pixels < 0 { 0 } else { pixels as u32 }
    }
}
