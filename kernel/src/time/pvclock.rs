//! The arithmetic of Xen's paravirtual clock (`struct vcpu_time_info`, `xen.h`).

use vitrine_xen::abi::shared_info::{TIME, TimeInfo, WALL_CLOCK};
use vitrine_xen::memory::{SharedMemory, read_barrier};

/// The system time, in nanoseconds, when the time-stamp counter stands at `tsc`, which may be before the moment that
/// `info` was written.
pub(super) fn system_time(info: &TimeInfo, tsc: u64) -> u64 {
    // A guest's counter starts at 0 with the guest, so what was written before then is "negative", and wraps.
    let ticks = tsc.wrapping_sub(info.tsc_timestamp) as i64;
    let time = nanoseconds(info, ticks.unsigned_abs());
    match ticks >= 0 {
        true => info.system_time.saturating_add(time),
        false => info.system_time.saturating_sub(time),
    }
}

/// How long so many ticks of the time-stamp counter take.
pub(super) fn nanoseconds(info: &TimeInfo, ticks: u64) -> u64 {
    let ticks = u128::from(ticks);
    let shifted = match info.tsc_shift {
        // A sane shift is within a few places of 0; an insane one must not overflow.
        left @ 0.. => ticks << left.min(32),
        right => ticks >> right.unsigned_abs().min(64),
    };
    u64::try_from((shifted * u128::from(info.tsc_to_system_mul)) >> 32).unwrap_or(u64::MAX)
}

/// Copies vCPU 0's time out of shared_info, whole: the version is odd while Xen writes, and another one afterwards.
pub(super) fn read_time(shared_info: SharedMemory<'_>) -> TimeInfo {
    let page = shared_info.part(TIME, size_of::<TimeInfo>());
    read_versioned(page, || TimeInfo {
        version: 0,
        pad0: 0,
        tsc_timestamp: page.read_u64(8),
        system_time: page.read_u64(16),
        tsc_to_system_mul: page.read_u32(24),
        tsc_shift: page.read_u8(28) as i8,
        flags: page.read_u8(29),
        pad1: [0; 2],
    })
}

/// Copies the wall clock out of shared_info: seconds and nanoseconds since 1970 (UTC) when the system time was 0.
pub(super) fn read_wall_clock(shared_info: SharedMemory<'_>) -> (u64, u32) {
    let page = shared_info.part(WALL_CLOCK, 16);
    read_versioned(page, || {
        let seconds = u64::from(page.read_u32(4)) | u64::from(page.read_u32(12)) << 32;
        (seconds, page.read_u32(8))
    })
}

/// What `read` gives between two sights of the same even version, which is the first word of `page`.
fn read_versioned<T>(page: SharedMemory<'_>, read: impl Fn() -> T) -> T {
    loop {
        let before = page.read_u32(0);
        read_barrier();
        let value = read();
        read_barrier();
        if before & 1 == 0 && page.read_u32(0) == before {
            return value;
        }
        core::hint::spin_loop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::ptr::NonNull;
    use proptest::prelude::*;

    fn info(tsc_to_system_mul: u32, tsc_shift: i8) -> TimeInfo {
        TimeInfo {
            tsc_timestamp: 1_000_000,
            system_time: 5_000_000_000,
            tsc_to_system_mul,
            tsc_shift,
            ..TimeInfo::default()
        }
    }

    #[test]
    fn a_gigahertz_counts_nanoseconds() {
        // 1 GHz: half of 2^32 after a shift of one.
        let clock = info(1 << 31, 1);
        assert_eq!(system_time(&clock, 1_000_000), 5_000_000_000);
        assert_eq!(system_time(&clock, 1_000_123), 5_000_000_123);
        assert_eq!(system_time(&clock, 999_877), 4_999_999_877);
    }

    #[test]
    fn a_time_from_before_the_guest_counts() {
        let clock = TimeInfo { tsc_timestamp: 1000u64.wrapping_neg(), ..info(1 << 31, 1) };
        assert_eq!(system_time(&clock, 500), 5_000_001_500);
    }

    #[test]
    fn a_fast_clock_shifts_right() {
        // 4 GHz: two ticks make half a nanosecond.
        let clock = info(1 << 31, -1);
        assert_eq!(nanoseconds(&clock, 4_000_000_000), 1_000_000_000);
    }

    #[test]
    fn years_do_not_overflow() {
        let clock = info(u32::MAX, 0);
        assert_eq!(nanoseconds(&clock, u64::MAX), u64::MAX - (u64::MAX >> 32) - 1);
    }

    proptest! {
        #[test]
        fn any_parameters_give_some_time(mul: u32, shift: i8, tsc: u64) {
            system_time(&info(mul, shift), tsc);
        }
    }

    #[test]
    fn both_clocks_are_read_from_their_places() {
        let words = Box::leak(Box::new([0u64; 512]));
        // SAFETY: leaked, aligned, and from here on reached only through views.
        let page = unsafe { SharedMemory::new(NonNull::from(words).cast(), 4096) };
        page.write_u32(TIME, 6);
        page.write_u64(TIME + 8, 11);
        page.write_u64(TIME + 16, 12);
        page.write_u32(TIME + 24, 13);
        page.write_u8(TIME + 28, 0xff);
        let time = read_time(page);
        assert_eq!((time.tsc_timestamp, time.system_time), (11, 12));
        assert_eq!((time.tsc_to_system_mul, time.tsc_shift), (13, -1));
        page.write_u32(WALL_CLOCK + 4, 7);
        page.write_u32(WALL_CLOCK + 8, 8);
        page.write_u32(WALL_CLOCK + 12, 1);
        assert_eq!(read_wall_clock(page), ((1 << 32) + 7, 8));
    }
}
