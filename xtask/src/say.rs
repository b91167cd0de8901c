//! Lines for people and for pipes.
//!
//! `println!` panics when nobody reads any more, as in `cargo xtask bench | head -1`. What was begun is better ended
//! properly, so these drop the lines that nobody reads.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write};

/// Writes a line to standard output; takes what `println!` takes, and panics as it does, but not at a closed pipe.
#[macro_export]
macro_rules! say {
    ($($text:tt)*) => { $crate::say::line(std::io::stdout(), format_args!($($text)*)) };
}

/// Writes a line to standard error; takes what `eprintln!` takes, and panics as it does, but not at a closed pipe.
#[macro_export]
macro_rules! note {
    ($($text:tt)*) => { $crate::say::line(std::io::stderr(), format_args!($($text)*)) };
}

/// Writes a line, for [`say!`](crate::say!) and [`note!`](crate::note!).
///
/// # Panics
///
/// It can't be written, as to a full disk; a pipe that nobody reads is no reason.
pub fn line(mut to: impl Write, text: Arguments<'_>) {
    if let Err(error) = writeln!(to, "{text}")
        && error.kind() != ErrorKind::BrokenPipe
    {
        panic!("can't write a line: {error}");
    }
}
