//! Why a device can't be used, as the log and the error node say it.

use core::fmt;

use vitrine_xen::ring::RingError;

use super::channel::BindError;
use super::config::ConfigError;
use crate::output::OutputError;

/// Why a device can't be used.
#[derive(Debug)]
pub enum Failure {
    /// Nodes that make no sense.
    Config(ConfigError),
    /// The output has no such connector to give.
    Output(OutputError),
    /// A connector's index, and why it can't be bound.
    Bind(usize, BindError),
    /// A ring makes no sense.
    Ring(RingError),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::Output(error) => error.fmt(f),
            Self::Bind(index, error) => write!(f, "connector {index}: {error}"),
            Self::Ring(error) => error.fmt(f),
        }
    }
}
