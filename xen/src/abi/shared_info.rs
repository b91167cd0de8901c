//! The page that Xen shares with a domain (`struct shared_info`, `xen.h`), by byte offsets.
//!
//! Xen writes the page at any moment, so nothing makes a structure of it: whoever reads it copies words out.

/// Offset of vCPU 0's `evtchn_upcall_pending`: one byte, set by Xen before it makes an upcall.
pub const UPCALL_PENDING: usize = 0;
/// Offset of vCPU 0's `evtchn_pending_sel`: bit N says that word N of [`PENDING`] has something new.
pub const PENDING_SEL: usize = 8;
/// Offset of vCPU 0's `time`, a `struct vcpu_time_info`: see [`TimeInfo`].
pub const TIME: usize = 32;
/// Offset of `evtchn_pending`: 64 words of 64 bits, one bit for each port. After 32 `vcpu_info` of 64 bytes.
pub const PENDING: usize = 32 * 64;
/// Offset of `evtchn_mask`, of the same shape: a port whose bit is set makes no upcalls.
pub const MASK: usize = PENDING + 512;
/// Offset of `wc_version`; `wc_sec`, `wc_nsec` and `wc_sec_hi` follow, 32 bits each.
pub const WALL_CLOCK: usize = MASK + 512;

/// `struct vcpu_time_info`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct TimeInfo {
    /// Odd while Xen writes the rest; different after each change.
    pub version: u32,
    /// Unused.
    pub pad0: u32,
    /// The TSC when the rest was written.
    pub tsc_timestamp: u64,
    /// The system time then, in nanoseconds.
    pub system_time: u64,
    /// Nanoseconds of a TSC tick after [`Self::tsc_shift`], times 2^32.
    pub tsc_to_system_mul: u32,
    /// Binary places to shift TSC ticks left, or right when negative.
    pub tsc_shift: i8,
    /// `XEN_PVCLOCK_*`.
    pub flags: u8,
    /// Unused.
    pub pad1: [u8; 2],
}

const _: () = assert!(size_of::<TimeInfo>() == 32);
