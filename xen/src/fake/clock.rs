//! Virtual time: it stands still until the test moves it.

use std::collections::BTreeMap;
use std::task::Waker;
use std::time::Duration;
use std::vec::Vec;

/// The time, and who sleeps until when.
#[derive(Default)]
pub(super) struct Clock {
    pub(super) now: Duration,
    sleepers: BTreeMap<(Duration, u64), Waker>,
    last_sleeper: u64,
}

impl Clock {
    /// A number for one sleep.
    pub(super) fn sleeper(&mut self) -> u64 {
        self.last_sleeper += 1;
        self.last_sleeper
    }

    /// `true` when `time` is reached; else `waker` will be woken then.
    pub(super) fn poll(&mut self, time: Duration, sleeper: u64, waker: &Waker) -> bool {
        if time <= self.now {
            return true;
        }
        self.sleepers.insert((time, sleeper), waker.clone());
        false
    }

    /// A sleep that nobody waits for any more.
    pub(super) fn forget(&mut self, time: Duration, sleeper: u64) {
        self.sleepers.remove(&(time, sleeper));
    }

    /// When the first sleeper wants to be woken.
    pub(super) fn next(&self) -> Option<Duration> {
        self.sleepers.keys().next().map(|(time, _)| *time)
    }

    /// Sets the time, never back, and returns whom to wake.
    pub(super) fn advance_to(&mut self, time: Duration) -> Vec<Waker> {
        self.now = self.now.max(time);
        let later = self.sleepers.split_off(&(self.now, u64::MAX));
        core::mem::replace(&mut self.sleepers, later).into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sleepers_wake_when_their_time_has_come_and_not_before() {
        let mut clock = Clock::default();
        let second = Duration::from_secs(1);
        for time in [second, second, 2 * second] {
            let sleeper = clock.sleeper();
            assert!(!clock.poll(time, sleeper, Waker::noop()));
        }
        assert_eq!(clock.next(), Some(second));
        assert!(clock.advance_to(second - Duration::from_nanos(1)).is_empty());
        assert_eq!(clock.advance_to(second).len(), 2);
        assert!(clock.poll(second, 9, Waker::noop()));
        clock.forget(2 * second, 3);
        assert_eq!(clock.next(), None);
    }

    #[test]
    fn time_never_goes_back() {
        let mut clock = Clock::default();
        clock.advance_to(Duration::from_secs(2));
        clock.advance_to(Duration::from_secs(1));
        assert_eq!(clock.now, Duration::from_secs(2));
    }
}
