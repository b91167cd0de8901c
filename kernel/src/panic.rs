//! What happens on a Rust panic: it is said with its place, and the domain crashes.

use core::arch::asm;
use core::fmt::Write;
use core::panic::PanicInfo;

use vitrine_xen::abi::sched::ShutdownReason;

use crate::arch::report;
use crate::last_words::LastWords;

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    let mut out = LastWords::begin();
    // Writing last words can't fail.
    let _ = match info.location() {
        Some(place) => writeln!(out, "vitrine: panic at {place}: {}", info.message()),
        None => writeln!(out, "vitrine: panic: {}", info.message()),
    };
    let (rip, rbp): (u64, u64);
    // SAFETY: reads two registers.
    unsafe {
        asm!("lea {rip}, [rip]", "mov {rbp}, rbp", rip = out(reg) rip, rbp = out(reg) rbp, options(nomem, nostack));
    }
    let _ = report::backtrace(&mut out, rip, rbp);
    out.end(ShutdownReason::Crash)
}
