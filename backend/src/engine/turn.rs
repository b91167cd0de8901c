//! Whose turn it is, and what a turn costs: no guest keeps another from being served.
//!
//! A ring's turn ends with the first request that takes long. A guest whose requests of a second are used up waits, and a
//! request that maps memory or sets a mode counts as many: the screen's driver may block for a picture's time, or for longer.

use core::time::Duration;

use vitrine_xen::io::displif::Operation;

/// When something is to be done again; less is earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Next {
    /// At once: there may be more.
    Now,
    /// At this time: the guest has asked for more than it may.
    At(Duration),
    /// When the front end sends an event: nothing is left.
    Event,
}

impl Next {
    /// The time, if it is one.
    pub fn time(self) -> Option<Duration> {
        if let Self::At(time) = self { Some(time) } else { None }
    }
}

/// How long a request takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// No time to speak of.
    Light,
    /// A picture is copied.
    Picture,
    /// Pages are mapped, unmapped or allocated, or a mode is set.
    Heavy,
}

impl Weight {
    /// The weight of an operation, when it is done as it should be.
    pub fn of(operation: &Operation) -> Self {
        match operation {
            Operation::FramebufferAttach(_) | Operation::FramebufferDetach(_) => Self::Light,
            Operation::PageFlip(_) => Self::Picture,
            Operation::BufferCreate(_)
            | Operation::BufferDestroy(_)
            | Operation::SetConfig(_)
            | Operation::GetEdid { .. } => Self::Heavy,
        }
    }
}
