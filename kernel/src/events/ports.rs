//! What is known of each port: whether it fired, and who waits for it.

use alloc::vec::Vec;
use core::task::{Poll, Waker};

use vitrine_xen::Port;

/// A port that somebody listens to.
#[derive(Default)]
struct Slot {
    /// An event came since the last wait ended.
    fired: bool,
    waker: Option<Waker>,
}

/// All ports that somebody listens to, by number.
pub(crate) struct Ports {
    slots: Vec<Option<Slot>>,
}

impl Ports {
    /// None yet.
    pub(crate) const fn new() -> Self {
        Self { slots: Vec::new() }
    }

    /// Begins to listen to a port. `fired` says whether it has fired already.
    pub(crate) fn open(&mut self, port: Port, fired: bool) {
        let index = port.0 as usize;
        if self.slots.len() <= index {
            self.slots.resize_with(index + 1, || None);
        }
        self.slots[index] = Some(Slot { fired, waker: None });
    }

    /// Forgets a port; the answer is who waited for it, to be woken.
    pub(crate) fn close(&mut self, port: Port) -> Option<Waker> {
        self.slots.get_mut(port.0 as usize)?.take()?.waker
    }

    /// Notes an event. The answer is who waits for it, to be woken; an error when nobody listens to the port.
    pub(crate) fn fire(&mut self, port: Port) -> Result<Option<Waker>, NotOpen> {
        let slot = self.slot(port).ok_or(NotOpen)?;
        slot.fired = true;
        Ok(slot.waker.take())
    }

    /// Forgets that the port fired; whether it had.
    pub(crate) fn clear(&mut self, port: Port) -> bool {
        self.slot(port).is_some_and(|slot| core::mem::take(&mut slot.fired))
    }

    /// Ready once the port has fired since this was last ready, or when nobody listens to it any more. A second one who
    /// waits displaces the first, who is given back to be woken.
    pub(crate) fn poll(&mut self, port: Port, waker: &Waker) -> (Poll<()>, Option<Waker>) {
        let Some(slot) = self.slot(port) else { return (Poll::Ready(()), None) };
        if core::mem::take(&mut slot.fired) {
            return (Poll::Ready(()), None);
        }
        match &slot.waker {
            Some(waiting) if waiting.will_wake(waker) => (Poll::Pending, None),
            _ => (Poll::Pending, slot.waker.replace(waker.clone())),
        }
    }

    fn slot(&mut self, port: Port) -> Option<&mut Slot> {
        self.slots.get_mut(port.0 as usize)?.as_mut()
    }
}

/// Nobody listens to the port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotOpen;

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::task::Wake;

    struct Nothing;

    impl Wake for Nothing {
        fn wake(self: Arc<Self>) {}
    }

    #[test]
    fn an_event_ends_one_wait() {
        let mut ports = Ports::new();
        ports.open(Port(3), false);
        assert!(ports.poll(Port(3), Waker::noop()).0.is_pending());
        assert!(ports.fire(Port(3)).unwrap().is_some());
        assert!(ports.fire(Port(3)).unwrap().is_none());
        assert!(ports.poll(Port(3), Waker::noop()).0.is_ready());
        assert!(ports.poll(Port(3), Waker::noop()).0.is_pending());
    }

    #[test]
    fn an_event_before_the_wait_counts() {
        let mut ports = Ports::new();
        ports.open(Port(3), true);
        assert!(ports.poll(Port(3), Waker::noop()).0.is_ready());
    }

    #[test]
    fn closing_wakes_and_ends_waits() {
        let mut ports = Ports::new();
        ports.open(Port(3), false);
        assert!(ports.poll(Port(3), Waker::noop()).0.is_pending());
        assert!(ports.close(Port(3)).is_some());
        assert!(ports.poll(Port(3), Waker::noop()).0.is_ready());
        assert_eq!(ports.fire(Port(3)).unwrap_err(), NotOpen);
        assert_eq!(ports.fire(Port(99)).unwrap_err(), NotOpen);
    }

    #[test]
    fn a_second_waiter_displaces_the_first() {
        let (first, second): (Waker, Waker) = (Arc::new(Nothing).into(), Arc::new(Nothing).into());
        let mut ports = Ports::new();
        ports.open(Port(1), false);
        assert!(ports.poll(Port(1), &first).1.is_none());
        assert!(ports.poll(Port(1), &second).1.is_some_and(|displaced| displaced.will_wake(&first)));
    }
}
