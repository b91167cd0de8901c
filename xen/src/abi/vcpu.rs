//! vCPU operations (`vcpu.h`).

/// `VCPUOP_get_runstate_info`.
pub const GET_RUNSTATE_INFO: u64 = 4;
/// `VCPUOP_stop_periodic_timer`.
pub const STOP_PERIODIC_TIMER: u64 = 7;
/// `VCPUOP_set_singleshot_timer`.
pub const SET_SINGLESHOT_TIMER: u64 = 8;

/// `struct vcpu_set_singleshot_timer`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct SetSingleshotTimer {
    /// In: when, in nanoseconds of system time. A time that has passed fires at once.
    pub timeout_abs_ns: u64,
    /// In: `VCPU_SSHOTTMR_*`.
    pub flags: u32,
}

/// `struct vcpu_runstate_info`. All times are nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct RunstateInfo {
    /// `RUNSTATE_*`: the index into [`Self::time`] of the state that the vCPU is in.
    pub state: i32,
    /// System time when it got into that state.
    pub state_entry_time: u64,
    /// Time spent running, runnable, blocked and offline, in this order.
    pub time: [u64; 4],
}

const _: () = assert!(size_of::<SetSingleshotTimer>() == 16);
const _: () = assert!(size_of::<RunstateInfo>() == 48);
