//! Signals and panics: neither may leave a QEMU or its files behind.

use crate::machine;
use anyhow::{Context, Result};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// Exit status after a signal, as shells count: 128 and SIGINT.
const INTERRUPTED: i32 = 130;

/// Whether a signal came, and another thread ends this program.
static ENDING: AtomicBool = AtomicBool::new(false);

/// From now on SIGINT, SIGTERM and SIGHUP end all machines, and then this program with status 130.
///
/// # Errors
///
/// It was called before.
pub fn end_on_signals() -> Result<()> {
    ctrlc::set_handler(|| {
        ENDING.store(true, Ordering::Relaxed);
        machine::stop_all();
        std::process::exit(INTERRUPTED);
    })
    .context("can't watch for signals")
}

/// From now on a panic ends all machines: xtask is built to abort then, and drops nothing.
pub fn end_on_panics() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        report(panic);
        machine::stop_all();
    }));
}

/// For what follows a failure: does not return after a signal. What failed then did so because its machine was ended, and
/// is not worth a message.
pub fn wait_if_ending() {
    while ENDING.load(Ordering::Relaxed) {
        thread::park();
    }
}
