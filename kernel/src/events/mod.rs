//! Event channels: who waits for which port, and how the CPU sleeps until one of them fires.
//!
//! Interrupts are off except while the CPU is halted. The upcall only clears `evtchn_upcall_pending`; the idle loop then
//! looks through the pending bits and wakes whoever waits. An event that comes between the look and the halt leaves
//! `evtchn_upcall_pending` set, and with it the halt ends at once: no wake-up is lost.

mod bits;
mod ports;

#[cfg(not(test))]
mod machine;

#[cfg(not(test))]
pub(crate) use machine::{
    allocate, clear, close, halt, initialise, listen, notify, scan, set_masked, shared_info, wait, wakeups,
};
