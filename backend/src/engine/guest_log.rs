//! The lines that a guest can make the back end log: a few at a time, so that no guest fills dom0's log.

use core::fmt;
use core::time::Duration;
use std::cell::Cell;

use log::Level;

use super::bucket::TokenBucket;

/// Lines that may come at once.
const BURST: u32 = 20;
/// After that, one line in this time.
const PERIOD: Duration = Duration::from_secs(1);

/// The log of one device. Lines that come too fast are counted instead; the next one that is written says how many.
#[derive(Debug)]
pub struct GuestLog {
    lines: TokenBucket,
    suppressed: Cell<u64>,
}

impl Default for GuestLog {
    fn default() -> Self {
        Self { lines: TokenBucket::new(BURST, PERIOD), suppressed: Cell::new(0) }
    }
}

impl GuestLog {
    /// Writes a line, or counts it. `now` never goes back.
    pub fn write(&self, now: Duration, level: Level, line: fmt::Arguments<'_>) {
        match self.admit(now) {
            None => {}
            Some(0) => log::log!(level, "{line}"),
            Some(suppressed) => log::log!(level, "{line} ({suppressed} lines before this one were left out)"),
        }
    }

    /// Whether a line may be written now, and if so, how many were left out before it.
    fn admit(&self, now: Duration) -> Option<u64> {
        if self.lines.take(now, 1) {
            return Some(self.suppressed.take());
        }
        self.suppressed.set(self.suppressed.get() + 1);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_a_flood_does_not() {
        let log = GuestLog::default();
        let second = Duration::from_secs(1);
        for _ in 0..BURST {
            assert_eq!(log.admit(second), Some(0));
        }
        for _ in 0..1000 {
            assert_eq!(log.admit(second + second / 2), None);
        }
        assert_eq!(log.admit(2 * second), Some(1000));
        assert_eq!(log.admit(2 * second), None);
        for _ in 0..BURST {
            assert!(log.admit(3600 * second).is_some());
        }
        assert_eq!(log.admit(3600 * second), None);
    }
}
