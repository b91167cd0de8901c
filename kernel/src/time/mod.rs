//! Time: Xen's clock, the wall clock, and timers without a tick.
//!
//! [`now`] counts from the image's first instruction. A timer costs a hypercall only when it is due earlier than
//! whatever is armed already; with no timer set, nothing ever wakes the CPU.

mod alarm;
mod pvclock;
mod queue;

#[cfg(not(test))]
mod machine;

#[cfg(not(test))]
pub use machine::{Sleep, now, sleep, sleep_until, wall_clock};
#[cfg(not(test))]
pub(crate) use machine::{
    arm, expire, initialise, microseconds, microseconds_at, nanoseconds, schedule_wake, system_time,
};
