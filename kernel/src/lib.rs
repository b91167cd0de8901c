//! The machine under an appliance: a PVH guest of Xen with one vCPU, from its first instruction to its last.
//!
//! It knows the CPU and Xen, and nothing of displays. It may import [`vitrine_xen`] only, and implements that crate's
//! [`platform`](vitrine_xen::platform) traits for real: [`Xen`] is the handle.
//!
//! An image names its first task with [`entry!`]. Everything else is a function of this crate, because there is one
//! machine: [`spawn`], [`now`], [`sleep`], [`milestone()`], [`command_line()`], [`shutdown`] and so on. Tasks are futures on
//! one executor; when none has anything to do the CPU halts, and nothing wakes it but an event or the next timer.
//!
//! Where to begin reading: `boot` for the order of things, `arch::entry` for the first instruction, `executor` and
//! `events` for how the machine sleeps and wakes, `memory` for who has which page, `store` for the xenstore.
//!
//! The modules without a machine under them (allocator, page tables, clock arithmetic, rings, grant table, mapping of
//! grants, xenstore client) are tested on the host; the rest is left out of such a test build.
#![cfg_attr(not(test), no_std)]
// Outside of an image the machine is missing, or part of it, and with it whoever uses the parts that are tested.
#![cfg_attr(any(test, not(image)), allow(dead_code, unused_imports))]

extern crate alloc;
// Beside the standard library, in anything but an image, there is one panic handler and one allocator already.
#[cfg(not(image))]
extern crate std;

mod arch;
mod console;
mod events;
mod grants;
mod mapping;
mod memory;
mod store;
mod time;

#[cfg(not(test))]
mod boot;
#[cfg(not(test))]
mod executor;
#[cfg(not(test))]
mod hypervisor;
#[cfg(not(test))]
mod last_words;
#[cfg(not(test))]
mod lifecycle;
#[cfg(not(test))]
mod logger;
#[cfg(not(test))]
mod machine;
#[cfg(not(test))]
mod milestone;
#[cfg(not(test))]
mod one_cpu;
#[cfg(image)]
mod panic;
#[cfg(not(test))]
mod platform;

pub use vitrine_xen::abi::sched::ShutdownReason;
pub use vitrine_xen::command_line::{CommandLine, Word, Words};
pub use vitrine_xen::figures::{Counters, MemoryFigures};

#[cfg(not(test))]
mod machine_api {
    pub use crate::arch::cpu::{CpuFeatures, features as cpu_features, simd_level};
    pub use crate::arch::entry::vitrine_entry;
    pub use crate::console::{Input as ConsoleInput, input as console_input};
    pub use crate::executor::spawn;
    pub use crate::lifecycle::{before_shutdown, request_shutdown, shutdown, shutdown_now};
    pub use crate::machine::{command_line, counters, cpu_time, memory};
    pub use crate::memory::{MappedPages, Pages};
    pub use crate::milestone::milestone;
    pub use crate::platform::Xen;
    pub use crate::store::{StoreWatch, Transaction};
    pub use crate::time::{Sleep, now, sleep, sleep_until, wall_clock};
}

#[cfg(not(test))]
pub use machine_api::*;

/// For [`entry!`].
#[doc(hidden)]
pub use pvh;

/// Makes an image of the crate: names its PVH entry point, and its first task.
///
/// `$main` is an expression that can be called without arguments and gives a future, such as the path of an
/// `async fn()`. When that is done, the domain powers off in order, as by [`shutdown`].
#[macro_export]
macro_rules! entry {
    ($main:expr) => {
        $crate::pvh::xen_elfnote_phys32_entry!($crate::vitrine_entry);

        #[unsafe(no_mangle)]
        fn vitrine_appliance() {
            $crate::spawn(async {
                ($main)().await;
                $crate::request_shutdown($crate::ShutdownReason::Poweroff);
            });
        }
    };
}
