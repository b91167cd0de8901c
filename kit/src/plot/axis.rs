//! Ticks at round numbers.

/// Numbers at equal distances that people like to read: multiples of 1, 2 or 5 times a power of ten.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ticks {
    step: f64,
    /// The first and the last tick, in steps.
    first: i64,
    last: i64,
}

/// More ticks than this are never made, whatever is asked for.
const MOST: u32 = 20;

impl Ticks {
    /// Ticks that surround the range from `least` to `largest` and divide it into about `parts` (1 to 20). What is no number
    /// counts as 0, and a range without a length gets one.
    pub fn around(least: f32, largest: f32, parts: u32) -> Self {
        let number = |value: f32| if value.is_finite() { f64::from(value) } else { 0.0 };
        let (one, other) = (number(least), number(largest));
        let (least, mut largest) = (one.min(other), one.max(other));
        // So much closer than the numbers are large, they could not be told apart.
        let size = least.abs().max(largest.abs());
        if largest - least <= size * 1e-6 {
            largest += if size > 0.0 { size } else { 1.0 };
        }
        let step = round_step((largest - least) / f64::from(parts.clamp(1, MOST)));
        Self { step, first: libm::floor(least / step + 1e-9) as i64, last: libm::ceil(largest / step - 1e-9) as i64 }
    }

    /// The first number.
    pub fn start(&self) -> f32 {
        self.at(self.first)
    }

    /// The last number.
    pub fn end(&self) -> f32 {
        self.at(self.last)
    }

    /// From one to the next.
    pub fn step(&self) -> f32 {
        self.step as f32
    }

    /// The numbers, from the least.
    pub fn numbers(&self) -> impl Iterator<Item = f32> {
        (self.first..=self.last).map(|index| self.at(index))
    }

    /// How many decimals it takes to write them, at most 6.
    pub fn decimals(&self) -> u32 {
        // The step has one digit.
        (-libm::floor(libm::log10(self.step) + 1e-9)).clamp(0.0, 6.0) as u32
    }

    fn at(&self, index: i64) -> f32 {
        (index as f64 * self.step) as f32
    }
}

/// The least of 1, 2 and 5 times a power of ten that is not less than `step`.
fn round_step(step: f64) -> f64 {
    let power = libm::pow(10.0, libm::floor(libm::log10(step)));
    let digit = [1.0, 2.0, 5.0].into_iter().find(|digit| digit * power >= step * (1.0 - 1e-9));
    digit.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    #[test]
    fn people_like_to_read_them() {
        let ticks = |least, largest| {
            let ticks = Ticks::around(least, largest, 4);
            let texts = ticks.numbers().map(|number| crate::decimal(number, ticks.decimals()));
            texts.map(|text| text.as_str().into()).collect::<Vec<alloc::string::String>>().join(" ")
        };
        assert_eq!(ticks(0.0, 100.0), "0 50 100");
        assert_eq!(ticks(3.0, 79.0), "0 20 40 60 80");
        assert_eq!(ticks(-1.0, 1.0), "–1.0 –0.5 0.0 0.5 1.0");
        assert_eq!(ticks(21.02, 21.11), "21.00 21.05 21.10 21.15");
        assert_eq!(ticks(0.0, 0.0), "0.0 0.5 1.0");
        assert_eq!(ticks(1200.0, 9900.0), "0 5000 10000");
    }

    proptest! {
        #[test]
        fn surround_whatever_it_is(least: f32, largest: f32, parts: u32) {
            let ticks = Ticks::around(least, largest, parts);
            let numbers: Vec<f32> = ticks.numbers().take(100).collect();
            prop_assert!((2..=MOST as usize + 3).contains(&numbers.len()), "{} ticks", numbers.len());
            prop_assert!(numbers.is_sorted());
            if least.is_finite() && largest.is_finite() {
                let slack = least.abs().max(largest.abs()) * 1e-5;
                prop_assert!(f64::from(ticks.start()) <= f64::from(least.min(largest)) + f64::from(slack));
                prop_assert!(f64::from(ticks.end()) >= f64::from(least.max(largest)) - f64::from(slack));
            }
        }
    }
}
