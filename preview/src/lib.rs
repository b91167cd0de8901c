//! Appliances on a desktop: the same source, as a program with a window, or one that takes a picture and ends.
//!
//! With its feature `preview` the package `vitrine` stands on this crate instead of on `vitrine-kernel`. It has the same
//! names: [`Xen`], [`spawn`], [`memory`], [`shutdown`], [`entry!`] and so on. Below them is the fake Xen of the tests, with the
//! real front end in the appliance's domain and the real back end in domain 0; only the machine and the screen are made up.
//! So the same pixels take the same way as under Xen, up to the back end's output, which is [`screens`].
//!
//! Where to begin reading: [`run`], then `both` for how the two ends take turns, `shot` for a picture in virtual time and
//! `window` for a window in real time. `machine` is what the appliance calls.
//!
//! It may know `vitrine-xen` with its fake, `vitrine-backend`, and `vitrine-kit` for the events that a window gives;
//! not the front end, and no pixels but those that are shown.
#![forbid(unsafe_code)]

mod both;
mod console;
mod entry;
mod error;
mod events;
mod lifecycle;
mod logger;
mod machine;
mod options;
mod picture;
mod screens;
mod script;
mod shot;
mod window;
mod xen;

use std::ffi::c_int;
use std::future::Future;

use both::Both;
use clap::Parser;
use error::Error;
use options::Options;

pub use console::{ConsoleInput, console_input};
pub use events::{Events, events};
pub use lifecycle::{before_shutdown, request_shutdown, shutdown};
pub use machine::{command_line, counters, cpu_time, memory, milestone, simd_level, spawn, wall_clock};
pub use vitrine_xen::abi::sched::ShutdownReason;
pub use vitrine_xen::command_line::{CommandLine, Word, Words};
pub use vitrine_xen::fake::Mapping as MappedPages;
pub use vitrine_xen::fake::Pages;
pub use vitrine_xen::figures::{Counters, MemoryFigures};
pub use xen::Xen;

/// Runs an appliance as the command line of this process says; [`entry!`] calls it. Returns the process's exit status: 0 when
/// the appliance or its user has ended it, 1 when something failed.
pub fn run<F: Future<Output = ()> + 'static>(appliance: impl FnOnce() -> F) -> c_int {
    match show(&Options::parse(), appliance) {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("error: {error}");
            1
        }
    }
}

fn show<F: Future<Output = ()> + 'static>(options: &Options, appliance: impl FnOnce() -> F) -> Result<(), Error> {
    machine::start(options);
    logger::start(machine::command_line());
    let both = Both::new(options);
    let appliance = appliance();
    spawn(async move {
        appliance.await;
        request_shutdown(ShutdownReason::Poweroff);
    });
    match &options.shot {
        Some(file) => shot::take(both, options)?.write(file),
        None => window::show(both, options),
    }
}
