//! What this machine says about itself.

use core::time::Duration;

use vitrine_xen::command_line::CommandLine;
use vitrine_xen::figures::{Counters, MemoryFigures};
use vitrine_xen::hypercall;

use crate::events;
use crate::one_cpu::OneCpu;

static COMMAND_LINE: OneCpu<Option<&'static CommandLine>> = OneCpu::new(None);

/// Keeps the command line for as long as the domain lives.
pub(crate) fn keep_command_line(command_line: CommandLine) -> &'static CommandLine {
    let command_line: &'static CommandLine = alloc::boxed::Box::leak(alloc::boxed::Box::new(command_line));
    *COMMAND_LINE.borrow() = Some(command_line);
    command_line
}

/// The domain's command line (`cmdline=` or `extra=` in its configuration).
pub fn command_line() -> &'static CommandLine {
    COMMAND_LINE.borrow().expect("the command line is kept before the first task runs")
}

/// The counters, now. Reading them makes no hypercall.
pub fn counters() -> Counters {
    Counters {
        hypercalls: hypercall::counts(),
        allocations: crate::memory::heap::allocations(),
        wakeups: events::wakeups(),
    }
}

/// CPU time that this domain's vCPU has had since its creation, by Xen's account (`VCPUOP_get_runstate_info`). It takes
/// one hypercall. `None` when Xen refuses.
pub fn cpu_time() -> Option<Duration> {
    // The call itself brings the time of the state that the vCPU is in up to date.
    let [running, ..] = hypercall::runstate().ok()?.time;
    Some(Duration::from_nanos(running))
}

/// How much memory there is, and where it went.
pub fn memory() -> MemoryFigures {
    crate::memory::figures()
}
