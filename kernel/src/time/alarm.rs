//! What Xen's one timer is set for.

/// The timer's state, as far as this end knows it. Times are Xen's system time, in nanoseconds.
pub(super) struct Alarm {
    armed: Option<u64>,
}

impl Alarm {
    /// Not set.
    pub(super) const fn new() -> Self {
        Self { armed: None }
    }

    /// The timer's event has come: it is set no more, whatever our clock says. That may be a little behind the one that
    /// Xen's timers go by, and whoever is due a moment later needs the timer set anew.
    pub(super) fn fired(&mut self) {
        self.armed = None;
    }

    /// Whether the timer has to be set, so that it fires at `due` at the latest; `latest` is the last time that was read.
    ///
    /// A timer that is set for an earlier time, though nobody waits for that any more, wakes the CPU once for nothing. That
    /// is rarer than timers which are set and taken back, and those cost nothing this way.
    pub(super) fn must_be_set(&self, due: u64, latest: u64) -> bool {
        !self.armed.is_some_and(|armed| armed > latest && armed <= due)
    }

    /// The timer was set for `due`.
    pub(super) fn set(&mut self, due: u64) {
        self.armed = Some(due);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_set_only_for_an_earlier_time() {
        let mut alarm = Alarm::new();
        assert!(alarm.must_be_set(500, 0));
        alarm.set(500);
        assert!(!alarm.must_be_set(500, 100) && !alarm.must_be_set(900, 100));
        assert!(alarm.must_be_set(400, 100));
        assert!(alarm.must_be_set(900, 500), "its time has passed");
    }

    #[test]
    fn it_is_set_anew_when_it_fired_before_our_clock_got_there() {
        let mut alarm = Alarm::new();
        alarm.set(500);
        alarm.fired();
        assert!(alarm.must_be_set(500, 499));
    }
}
