//! The one error that an appliance sees.

use alloc::string::String;
use core::convert::Infallible;
use core::fmt;

use vitrine_xen::platform::OutOfMemory;

/// Why an appliance can't go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// There is no display, or no picture on it.
    Display(vitrine_frontend::Error),
    /// Pages that the appliance asked for are not there.
    Memory(OutOfMemory),
    /// A number on the command line is not one, or out of range.
    Number {
        /// Its key.
        key: &'static str,
        /// What stands there.
        text: &'static str,
        /// The least number possible.
        least: u64,
        /// The largest number possible.
        most: u64,
    },
    /// A word on the command line is none of those that are known; its key, what stands there, and what could.
    Word(&'static str, &'static str, &'static str),
    /// Something of the appliance's own; what it says.
    Appliance(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Display(error) => error.fmt(f),
            Self::Memory(shortage) => write!(f, "not enough memory: {shortage}"),
            Self::Number { key, text, least, most } => {
                write!(f, "command line: {key}={text}: it has to be a number from {least} to {most}")
            }
            Self::Appliance(text) => f.write_str(text),
            Self::Word(key, text, known) => write!(f, "command line: {key}={text}: it has to be {known}"),
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
