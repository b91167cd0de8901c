//! The domain's command line, with values checked.

use core::ops::RangeInclusive;
use core::str::FromStr;

use vitrine_seat::machine::{CommandLine, Words};

use crate::Error;

/// The words that the domain's configuration gives it in `cmdline=`.
#[derive(Clone, Copy)]
pub struct Arguments {
    line: &'static CommandLine,
}

impl Arguments {
    pub(crate) fn new(line: &'static CommandLine) -> Self {
        Self { line }
    }

    /// All words: keys with their values, and keys without.
    pub fn words(&self) -> Words<'static> {
        self.line.words()
    }

    /// The value of `key`, the last one if it is given several times.
    pub fn value(&self, key: &str) -> Option<&'static str> {
        self.line.value(key)
    }

    /// The value of `key` as a number in `range`; `default` where the key is missing. Anything else is an error that says
    /// what is wrong.
    pub fn number<N: FromStr + PartialOrd + Into<u64> + Copy>(
        &self,
        key: &'static str,
        range: RangeInclusive<N>,
        default: N,
    ) -> Result<N, Error> {
        let Some(text) = self.value(key) else { return Ok(default) };
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or(Error::Number { key, text, least: (*range.start()).into(), most: (*range.end()).into() })
    }
}
