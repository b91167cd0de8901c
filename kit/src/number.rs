//! Numbers on scales, and as text.

use core::ops::RangeInclusive;

use vitrine_gfx::text::Line;

/// A number brought into a range; its start when it is no number, or when the range is empty or has no numbers for ends.
pub(crate) fn within(value: f32, range: &RangeInclusive<f32>) -> f32 {
    let (start, end) = (*range.start(), *range.end());
    if !start.is_finite() {
        return 0.0;
    }
    if value.is_nan() || !end.is_finite() || end <= start { start } else { value.clamp(start, end) }
}

/// Which part of a range is below a value, from 0 to 1.
pub(crate) fn part_of(value: f32, range: &RangeInclusive<f32>) -> f32 {
    let (start, end) = (f64::from(*range.start()), f64::from(*range.end()));
    let part = (f64::from(within(value, range)) - start) / (end - start);
    if part.is_finite() { part.clamp(0.0, 1.0) as f32 } else { 0.0 }
}

/// The nearest number of a range that is a multiple of `step` away from its start.
pub(crate) fn stepped(value: f32, range: &RangeInclusive<f32>, step: f32) -> f32 {
    let value = within(value, range);
    if !(step.is_finite() && step > 0.0) {
        return value;
    }
    let start = within(f32::NAN, range);
    let steps = libm::roundf((value - start) / step);
    within(start + steps * step, range)
}

/// A number with so many decimals (at most 6), rounded to the nearest; a dash when it is none or has more than 15 digits.
///
/// Without the formatting of floating-point numbers, which is 10 KB in an image.
pub fn decimal(value: f32, decimals: u32) -> Line {
    let decimals = decimals.min(6);
    let power = 10_u64.pow(decimals);
    let scaled = libm::round(f64::from(value) * power as f64);
    if scaled.is_nan() || scaled.abs() >= 1e15 {
        return Line::format(format_args!("–"));
    }
    let whole = scaled.abs() as u64;
    let sign = if scaled < 0.0 { "–" } else { "" };
    match decimals {
        0 => Line::format(format_args!("{sign}{whole}")),
        _ => Line::format(format_args!("{sign}{}.{:0width$}", whole / power, whole % power, width = decimals as usize)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decimals() {
        let cases = [
            (0.0, 0, "0"),
            (21.46, 1, "21.5"),
            (-0.04, 1, "0.0"),
            (-3.25, 2, "–3.25"),
            (1234.0, 0, "1234"),
            (0.05, 2, "0.05"),
            (f32::NAN, 1, "–"),
            (f32::MAX, 0, "–"),
        ];
        for (value, decimals, text) in cases {
            assert_eq!(decimal(value, decimals).as_str(), text);
        }
    }

    proptest! {
        #[test]
        fn nothing_leaves_its_range(value: f32, one: f32, other: f32, step: f32) {
            let range = one..=other;
            for value in [within(value, &range), stepped(value, &range, step)] {
                prop_assert!(value.is_finite());
                prop_assert!(!(one < other && one.is_finite() && other.is_finite()) || range.contains(&value));
            }
            prop_assert!((0.0..=1.0).contains(&part_of(value, &range)));
        }
    }
}
