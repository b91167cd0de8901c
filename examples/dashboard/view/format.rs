//! Figures as text.

use crate::gfx::text::Line;
use core::time::Duration;

/// A count of flips, its thousands set apart.
pub fn flips(count: u64) -> Line {
    let (millions, thousands, ones) = (count / 1_000_000, count / 1000 % 1000, count % 1000);
    match (millions, thousands) {
        (0, 0) => Line::format(format_args!("{ones} in all")),
        (0, _) => Line::format(format_args!("{thousands} {ones:03} in all")),
        _ => Line::format(format_args!("{millions} {thousands:03} {ones:03} in all")),
    }
}

/// What is shown for a figure that isn't known yet.
pub fn unknown() -> Line {
    Line::format(format_args!("–"))
}

/// In MiB, or in KiB when it is less than one.
pub fn bytes(bytes: usize) -> Line {
    if bytes < 1 << 20 {
        Line::format(format_args!("{} KiB", bytes.div_ceil(1024)))
    } else {
        Line::format(format_args!("{} MiB", mebibytes(bytes).as_str()))
    }
}

/// In MiB with one decimal, rounded to the nearest.
pub fn mebibytes(bytes: usize) -> Line {
    let tenths = (bytes * 10 + (1 << 19)) >> 20;
    Line::format(format_args!("{}.{}", tenths / 10, tenths % 10))
}

/// As hours, minutes and seconds.
pub fn hours(duration: Duration) -> Line {
    let seconds = duration.as_secs();
    Line::format(format_args!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60))
}
