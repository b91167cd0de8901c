//! What is x86: the way in, the traps, the CPU's features, and the functions that compilers call by name.

#[cfg(any(image, test))]
mod bytes;
#[cfg(image)]
mod symbols;

#[cfg(not(test))]
pub(crate) mod cpu;
#[cfg(not(test))]
pub(crate) mod entry;
#[cfg(not(test))]
pub(crate) mod port;
#[cfg(not(test))]
pub(crate) mod report;
#[cfg(not(test))]
pub(crate) mod stack;
#[cfg(not(test))]
pub(crate) mod trap;
