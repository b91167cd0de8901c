//! One layout for all sizes of screen.

use embedded_graphics_core::geometry::Size;

/// Turns lengths that were chosen for a screen of 1280x720 into those of the screen at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    numerator: i64,
}

impl Scale {
    const WIDTH: i64 = 1280;
    const HEIGHT: i64 = 720;
    const DENOMINATOR: i64 = Self::WIDTH * Self::HEIGHT;

    /// The scale at which all of 1280x720 fits.
    pub fn of(size: Size) -> Self {
        let (width, height) = (i64::from(size.width), i64::from(size.height));
        Self { numerator: (width * Self::HEIGHT).min(height * Self::WIDTH) }
    }

    /// A scale of so many percent: 100 is that of 1280x720, 150 that of 1920x1080. More than 1,600 counts as 1,600.
    pub const fn percent(percent: u32) -> Self {
        let percent = if percent > 1600 { 1600 } else { percent };
        Self { numerator: Self::DENOMINATOR * percent as i64 / 100 }
    }

    /// A length in pixels, rounded to the nearest, of what is `length` pixels long at 1280x720.
    pub const fn px(self, length: i32) -> i32 {
        let pixels = (length as i128 * self.numerator as i128 + (Self::DENOMINATOR / 2) as i128)
            .div_euclid(Self::DENOMINATOR as i128);
        if pixels > i32::MAX as i128 {
            i32::MAX
        } else if pixels < i32::MIN as i128 {
            i32::MIN
        } else {
            pixels as i32
        }
    }

    /// The same as an unsigned length; 0 when it is negative.
    pub const fn length(self, length: i32) -> u32 {
        let pixels = self.px(length);
        if pixels < 0 { 0 } else { pixels as u32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_to_the_nearest_and_never_overflows() {
        let full_hd = Scale::of(Size::new(1920, 1080));
        assert_eq!(full_hd, Scale::percent(150));
        assert_eq!([0, 1, 3, 8, -3].map(|length| full_hd.px(length)), [0, 2, 5, 12, -4]);
        assert_eq!(full_hd.length(-8), 0);
        let huge = Scale::of(Size::new(u32::MAX, u32::MAX));
        assert_eq!([huge.px(i32::MAX), huge.px(i32::MIN)], [i32::MAX, i32::MIN]);
    }
}
