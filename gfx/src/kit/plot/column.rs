//! Where a line is in a column of pixels, and how much of a pixel it covers.

use crate::SUBPIXEL;
use core::ops::Range;

/// The line in one column of pixels, in SUBPIXELs from the top of the plot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    /// The middle of the line; [`Column::NONE`]'s is below everything.
    pub middle: i32,
    /// From the middle to where the line is half covered.
    reach: i32,
    /// How many SUBPIXELs the coverage takes from none to full.
    pub ramp: i32,
    /// The most that is covered of a pixel, of 256.
    most: i32,
    /// Where the line ends in this column: a steep one must not shoot out over the values that it joins.
    top: i32,
    bottom: i32,
}

impl Column {
    /// A column without a line.
    pub const NONE: Self =
        Self { middle: i32::MAX, reach: 0, ramp: 0, most: 0, top: i32::MAX - SUBPIXEL, bottom: i32::MAX - SUBPIXEL };

    /// A line through the middle of the column that falls `slope` SUBPIXELs a column, and joins values between `ends`.
    pub fn new(middle: i64, slope: i64, thickness: i64, ends: Range<i64>) -> Self {
        let subpixel = i64::from(SUBPIXEL);
        let slope = slope.clamp(-(1 << 24), 1 << 24);
        // A slanted line is higher than it is thick; within the column its middle moves by the slope, over which the
        // coverage grows from none to full (over one pixel at least: that is how large pixels are).
        let reach = thickness * (subpixel * subpixel + slope * slope).isqrt() / subpixel / 2;
        let ramp = slope.abs().max(subpixel);
        let most = (2 * reach * 256 / ramp).min(256);
        Self {
            middle: middle as i32,
            reach: reach as i32,
            ramp: ramp as i32,
            most: most as i32,
            top: (ends.start - thickness / 2) as i32,
            bottom: (ends.end + thickness / 2) as i32,
        }
    }

    /// From where to where rows that the line touches have their middle.
    pub fn extent(&self) -> Range<i32> {
        self.top - SUBPIXEL..self.bottom + SUBPIXEL
    }

    /// How much of a pixel the line covers whose middle is at `y`.
    pub fn coverage(&self, y: i32) -> u8 {
        let inside = i64::from(self.reach + self.ramp / 2) - i64::from(y.abs_diff(self.middle));
        if inside <= 0 {
            return 0;
        }
        let across = (inside * 256 / i64::from(self.ramp)).min(self.most.into()) as i32;
        let within = |inside: i32| (inside + SUBPIXEL / 2).clamp(0, 256);
        let ends = within(y - self.top).min(within(self.bottom - y));
        (across.min(ends) * 255 / 256) as u8
    }
}
