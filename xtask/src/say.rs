//! Lines for people and for pipes.
//!
//! `println!` panics when nobody reads any more, as in `cargo xtask bench | head -1`. What was begun is better ended
//! properly, so these drop the lines that nobody reads.

/// Writes a line to standard output; takes what `println!` takes.
#[macro_export]
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($text)*);
    }};
}

/// Writes a line to standard error; takes what `eprintln!` takes.
#[macro_export]
macro_rules! note {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($text)*);
    }};
}
