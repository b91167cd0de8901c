//! Timers that wait, and who waits for them.

use alloc::vec::Vec;
use core::task::Waker;

/// A timer of a [`TimerQueue`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TimerId(u64);

struct Timer {
    id: TimerId,
    /// When it is due, in nanoseconds.
    at: u64,
    waker: Waker,
    /// Whether it is the one that its task has by [`TimerQueue::set_for_task`].
    of_task: bool,
}

/// Timers, in no order: there are few, and finding the earliest is rarer than setting one.
pub(super) struct TimerQueue {
    timers: Vec<Timer>,
    next_id: u64,
}

impl TimerQueue {
    /// A queue without timers.
    pub(super) const fn new() -> Self {
        Self { timers: Vec::new(), next_id: 0 }
    }

    /// Adds a timer, which [`Self::remove`] can take back.
    pub(super) fn insert(&mut self, at: u64, waker: Waker) -> TimerId {
        self.push(at, waker, false)
    }

    /// Gives a timer another waker. Returns whether it still waits.
    pub(super) fn update(&mut self, id: TimerId, waker: &Waker) -> bool {
        let Some(timer) = self.timers.iter_mut().find(|timer| timer.id == id) else { return false };
        timer.waker.clone_from(waker);
        true
    }

    /// Takes a timer back. Nothing happens when it has expired.
    pub(super) fn remove(&mut self, id: TimerId) {
        self.timers.retain(|timer| timer.id != id);
    }

    /// Sees to it that the waker's task is woken by `at`: each task has one such timer, due at the earliest time that it
    /// was set for since it last expired.
    pub(super) fn set_for_task(&mut self, at: u64, waker: &Waker) {
        match self.timers.iter_mut().find(|timer| timer.of_task && timer.waker.will_wake(waker)) {
            Some(timer) => timer.at = timer.at.min(at),
            None => drop(self.push(at, waker.clone(), true)),
        }
    }

    /// Takes out one timer that is due at `now`.
    pub(super) fn take_due(&mut self, now: u64) -> Option<Waker> {
        let index = self.timers.iter().position(|timer| timer.at <= now)?;
        Some(self.timers.swap_remove(index).waker)
    }

    /// When the next timer is due.
    pub(super) fn earliest(&self) -> Option<u64> {
        self.timers.iter().map(|timer| timer.at).min()
    }

    fn push(&mut self, at: u64, waker: Waker, of_task: bool) -> TimerId {
        let id = TimerId(self.next_id);
        self.next_id += 1;
        self.timers.push(Timer { id, at, waker, of_task });
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn what_is_due_is_woken_once() {
        let count = Arc::new(Count::default());
        let mut queue = TimerQueue::new();
        queue.insert(10, count.clone().into());
        queue.insert(20, count.clone().into());
        assert_eq!(queue.earliest(), Some(10));
        while let Some(waker) = queue.take_due(15) {
            waker.wake();
        }
        assert_eq!(count.0.load(Ordering::Relaxed), 1);
        assert_eq!(queue.earliest(), Some(20));
    }

    #[test]
    fn a_timer_that_was_taken_back_is_gone() {
        let mut queue = TimerQueue::new();
        let id = queue.insert(10, Waker::noop().clone());
        assert!(queue.update(id, Waker::noop()));
        queue.remove(id);
        assert_eq!(queue.earliest(), None);
        assert!(!queue.update(id, Waker::noop()));
    }

    #[test]
    fn a_task_has_one_timer_at_its_earliest_time() {
        let waker: Waker = Arc::new(Count::default()).into();
        let mut queue = TimerQueue::new();
        queue.set_for_task(30, &waker);
        queue.set_for_task(20, &waker);
        queue.set_for_task(40, &waker);
        assert_eq!(queue.earliest(), Some(20));
        assert!(queue.take_due(20).is_some());
        assert_eq!(queue.earliest(), None);
    }
}
