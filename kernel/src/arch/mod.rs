//! What is x86: the way in, the traps, the CPU's features, and the functions that compilers call by name.

pub(crate) mod cpu;
pub(crate) mod entry;
pub(crate) mod port;
pub(crate) mod stack;
pub(crate) mod trap;

#[cfg(image)]
mod symbols;
