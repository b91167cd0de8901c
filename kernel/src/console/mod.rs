//! The console: what the appliance says, and what it is told.
//!
//! Output goes into a bounded backlog, and from there into the paravirtual console's ring when the CPU has nothing else
//! to do, with one event for as many lines as there are. When xenconsoled is slower than the appliance for long, what
//! finds no room is dropped and counted, and the console says so.

mod backlog;
mod ring;

#[cfg(not(test))]
mod machine;

#[cfg(not(test))]
pub use machine::{Input, input};
#[cfg(not(test))]
pub(crate) use machine::{connect, drain, flush, flush_last_words, with_unheard, write, write_last_words};
