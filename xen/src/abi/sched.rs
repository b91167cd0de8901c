//! Scheduler operations (`sched.h`).

/// `SCHEDOP_shutdown`.
pub const SHUTDOWN: u64 = 2;
/// `SCHEDOP_poll`.
pub const POLL: u64 = 3;

/// Why a domain stops (`SHUTDOWN_*`): what `on_poweroff`, `on_reboot` and `on_crash` in its configuration decide by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum ShutdownReason {
    /// `SHUTDOWN_poweroff`: the domain is done.
    Poweroff = 0,
    /// `SHUTDOWN_reboot`: start it again.
    Reboot = 1,
    /// `SHUTDOWN_crash`: something went wrong.
    Crash = 3,
}

/// `struct sched_shutdown`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Shutdown {
    /// In: a [`ShutdownReason`].
    pub reason: u32,
}

/// `struct sched_poll`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Poll {
    /// In: the address of an array of ports.
    pub ports: u64,
    /// In: how many.
    pub nr_ports: u32,
    /// In: system time in nanoseconds; 0 for none.
    pub timeout: u64,
}

const _: () = assert!(size_of::<Poll>() == 24);
const _: () = assert!(size_of::<Shutdown>() == 4);
