//! The names of buffers and framebuffers.
//!
//! A cookie is a number that the front end chooses and the back end finds the object by (`io/displif.h`): not 0, and unique
//! in the guest. One counter serves all devices and is never set back, so a cookie of a connection that is gone can't mean
//! anything in a later one.

use core::sync::atomic::{AtomicU64, Ordering};

static LAST: AtomicU64 = AtomicU64::new(0);

/// A cookie that was never given before.
pub fn next() -> u64 {
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}
