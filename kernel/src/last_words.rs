//! What is said when nothing else works any more: panics and traps.
//!
//! Last words go to Xen's own console (port 0xE9) and to the paravirtual one, and then the domain crashes, so that
//! `on_crash` in its configuration decides what happens.

use core::fmt;
use core::sync::atomic::{AtomicU8, Ordering};

use vitrine_xen::abi::sched::ShutdownReason;

use crate::arch::port;
use crate::{console, lifecycle};

/// A place to write last words to. Beginning a second one means that the first failed.
pub(crate) struct LastWords {
    console: bool,
}

/// How many times last words were begun.
static BEGUN: AtomicU8 = AtomicU8::new(0);

impl LastWords {
    /// Stops everything else and begins.
    pub(crate) fn begin() -> Self {
        x86_64::instructions::interrupts::disable();
        match BEGUN.fetch_add(1, Ordering::Relaxed) {
            0 => {
                // What was said before the console was up has been heard by nobody yet.
                console::with_unheard(port::write);
                Self { console: true }
            }
            // Whatever failed while speaking may have been the console, so Xen's own has to do.
            1 => {
                port::write(b"vitrine: failed again while reporting a failure\n");
                Self { console: false }
            }
            _ => lifecycle::stop(ShutdownReason::Crash),
        }
    }

    /// Ends the domain.
    pub(crate) fn end(self, reason: ShutdownReason) -> ! {
        if self.console {
            console::flush_last_words();
        }
        lifecycle::stop(reason)
    }
}

impl fmt::Write for LastWords {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        port::write(text.as_bytes());
        if self.console {
            console::write_last_words(text);
        }
        Ok(())
    }
}
