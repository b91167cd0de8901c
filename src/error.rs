//! The one error that an appliance sees.

use core::convert::Infallible;
use core::fmt;

/// Why an appliance can't go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// There is no display, or no picture on it.
    Display(vitrine_frontend::Error),
    /// What the command line asks for is not possible; the word, and what would be.
    CommandLine(&'static str, &'static str),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Display(error) => error.fmt(f),
            Self::CommandLine(key, possible) => write!(f, "command line: {key}= has to be {possible}"),
        }
    }
}

impl core::error::Error for Error {}

impl From<vitrine_frontend::Error> for Error {
    fn from(error: vitrine_frontend::Error) -> Self {
        Self::Display(error)
    }
}

impl From<Infallible> for Error {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}
