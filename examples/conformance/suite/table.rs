//! What is expected, what came, and whether that is a deviation.

use alloc::string::String;
use core::fmt;

use vitrine_xen::io::displif::Status;

/// What the header allows as the answer to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Status 0.
    Done,
    /// An error, whichever: the header says that the request is wrong and not by which number.
    Refused,
    /// The header says nothing, or leaves the choice: 0 or any error, but an answer.
    Answered,
    /// Nothing is promised, not even an answer.
    Anything,
    /// What a case says in words, and judges itself.
    Fact(&'static str),
}

/// What came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actual {
    /// A response with this status.
    Answer(Status),
    /// A response that promises an EDID of this many bytes.
    Edid(u32),
    /// No response in time.
    NoAnswer,
    /// Something else: whether it is as it should be, and what it is.
    Fact(bool, String),
}

/// A case that was tried.
pub struct Row {
    /// The group and the case.
    pub name: String,
    /// What was asked.
    pub request: String,
    /// What the header allows.
    pub expected: Expected,
    /// What came.
    pub actual: Actual,
    /// What displ_be answers, where that is known; else empty.
    pub displ_be: &'static str,
}

/// How many cases there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// As expected.
    pub as_expected: u32,
    /// Not as expected.
    pub deviations: u32,
}

impl Row {
    /// Whether what came is allowed.
    pub fn is_expected(&self) -> bool {
        match (self.expected, &self.actual) {
            (_, Actual::Fact(right, _)) => *right,
            (Expected::Anything, _) => true,
            (_, Actual::NoAnswer) => false,
            (Expected::Done, Actual::Answer(status)) => status.is_ok(),
            (Expected::Refused, Actual::Answer(status)) => is_error(*status),
            (Expected::Answered, Actual::Answer(status)) => status.is_ok() || is_error(*status),
            (_, Actual::Edid(_)) => matches!(self.expected, Expected::Answered),
            (Expected::Fact(_), Actual::Answer(_)) => false,
        }
    }
}

/// Whether a status is minus a number of Xen's `errno.h`, as far as that list goes.
fn is_error(status: Status) -> bool {
    (-133..0).contains(&status.0)
}

impl Tally {
    pub(super) fn count(&mut self, row: &Row) {
        if row.is_expected() { self.as_expected += 1 } else { self.deviations += 1 }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Done => "0",
            Self::Refused => "an error",
            Self::Answered => "0 or an error",
            Self::Anything => "anything",
            Self::Fact(what) => what,
        })
    }
}

impl fmt::Display for Actual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Answer(Status::OK) => String::from("0"),
            Self::Answer(status) => alloc::format!("{status}"),
            Self::Edid(size) => alloc::format!("0, an EDID of {size} bytes"),
            Self::NoAnswer => String::from("no answer"),
            Self::Fact(_, what) => what.clone(),
        };
        f.pad(&text)
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.is_expected() { "ok" } else { "DEVIATES" };
        let Self { name, request, expected, actual, displ_be } = self;
        write!(f, "{verdict:8} {name:25} {request:56} expected {expected:14} got {actual}")?;
        if displ_be.is_empty() { Ok(()) } else { write!(f, " (displ_be: {displ_be})") }
    }
}
