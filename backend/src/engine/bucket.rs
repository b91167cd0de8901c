//! A bucket of tokens that fills with time: so much at once, and so much in the long run.

use core::time::Duration;
use std::cell::Cell;

/// Tokens for something that a guest may do only so often. It begins full.
#[derive(Debug)]
pub struct TokenBucket {
    capacity: u32,
    /// The time in which a token comes.
    period: Duration,
    left: Cell<u32>,
    /// Until when the tokens that have come are counted.
    counted: Cell<Duration>,
}

impl TokenBucket {
    /// A bucket that holds `capacity` tokens, at least 1, and gets one in each `period`, which is not zero.
    pub const fn new(capacity: u32, period: Duration) -> Self {
        Self { capacity, period, left: Cell::new(capacity), counted: Cell::new(Duration::ZERO) }
    }

    /// Takes tokens, or all that there are when they are fewer; `false` when there is none. `now` never goes back.
    pub fn take(&self, now: Duration, tokens: u32) -> bool {
        self.refill(now);
        let left = self.left.get();
        self.left.set(left.saturating_sub(tokens));
        left > 0
    }

    /// Whether there is a token. The clock is read only when none was left.
    pub fn has(&self, now: impl FnOnce() -> Duration) -> bool {
        if self.left.get() == 0 {
            self.refill(now());
        }
        self.left.get() > 0
    }

    /// When there will have come `tokens` more than there were when this was last asked for one.
    pub fn time_of(&self, tokens: u32) -> Duration {
        self.counted.get() + self.period * tokens
    }

    fn refill(&self, now: Duration) {
        let passed = now.saturating_sub(self.counted.get());
        let missing = self.capacity - self.left.get();
        if passed >= self.period * missing {
            self.left.set(self.capacity);
            self.counted.set(now);
            return;
        }
        // Fewer than are missing, so it fits. What has passed of the next token's period is not lost.
        let periods = (passed.as_nanos() as u64 / self.period.as_nanos() as u64) as u32;
        self.left.set(self.left.get() + periods);
        self.counted.set(self.counted.get() + self.period * periods);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLISECOND: Duration = Duration::from_millis(1);

    #[test]
    fn a_burst_and_then_one_in_each_period() {
        let bucket = TokenBucket::new(3, MILLISECOND);
        let taken = |at: Duration| core::iter::repeat_with(|| bucket.take(at, 1)).take_while(|taken| *taken).count();
        assert_eq!(taken(Duration::ZERO), 3);
        assert_eq!(taken(MILLISECOND / 2), 0);
        assert_eq!(taken(MILLISECOND * 3 / 2), 1);
        assert_eq!(taken(MILLISECOND * 2), 1, "half a period was kept");
        assert_eq!(bucket.time_of(2), MILLISECOND * 4);
        assert!(!bucket.has(|| MILLISECOND * 5 / 2) && bucket.has(|| MILLISECOND * 3));
        assert_eq!(taken(MILLISECOND * 1000), 3, "no more than fits");
        assert_eq!(taken(Duration::MAX), 3);
    }

    #[test]
    fn a_full_bucket_counts_from_when_it_is_used() {
        let bucket = TokenBucket::new(1, MILLISECOND);
        assert!(bucket.take(MILLISECOND * 10, 1));
        assert!(!bucket.take(MILLISECOND * 10, 1));
        assert!(!bucket.take(MILLISECOND * 21 / 2, 1) && bucket.take(MILLISECOND * 11, 1));
    }

    #[test]
    fn many_can_be_taken_together() {
        let bucket = TokenBucket::new(10, MILLISECOND);
        assert!(bucket.take(Duration::ZERO, 7) && bucket.take(Duration::ZERO, 7), "3 are better than none");
        assert!(!bucket.take(Duration::ZERO, 1) && !bucket.has(|| MILLISECOND / 2));
        assert!(bucket.has(|| MILLISECOND));
    }
}
