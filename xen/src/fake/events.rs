//! A domain's event channels. What binding and closing do to the other end is Xen's way (`event_channel.h`).

use std::collections::BTreeMap;
use std::task::Waker;
use std::vec::Vec;

use crate::platform::NoPortLeft;
use crate::{DomainId, Port};

/// Ports of the 2-level ABI on x86-64 (`EVTCHN_2L_NR_CHANNELS`).
const MOST_PORTS: u32 = 4096;

/// Who is at the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Nobody yet; this domain may bind.
    Unbound(DomainId),
    /// That domain's port.
    Bound(DomainId, Port),
}

struct Channel {
    end: End,
    pending: bool,
    masked: bool,
    wakers: Vec<Waker>,
}

/// The event channels of one domain.
pub(super) struct Ports {
    channels: BTreeMap<Port, Channel>,
    limit: u32,
}

impl Default for Ports {
    fn default() -> Self {
        Self { channels: BTreeMap::new(), limit: MOST_PORTS }
    }
}

impl Ports {
    /// Sets how many ports there can be at once.
    pub(super) fn set_limit(&mut self, limit: u32) {
        self.limit = limit.min(MOST_PORTS);
    }

    pub(super) fn open(&self) -> usize {
        self.channels.len()
    }

    /// Makes a port, the lowest that is free.
    pub(super) fn make(&mut self, end: End) -> Result<Port, NoPortLeft> {
        // Port 0 is never valid, so it takes one of the numbers.
        let free = (1..self.limit).map(Port).find(|port| !self.channels.contains_key(port)).ok_or(NoPortLeft)?;
        self.channels.insert(free, Channel { end, pending: false, masked: false, wakers: Vec::new() });
        Ok(free)
    }

    pub(super) fn end(&self, port: Port) -> Option<End> {
        self.channels.get(&port).map(|channel| channel.end)
    }

    pub(super) fn set_end(&mut self, port: Port, end: End) {
        if let Some(channel) = self.channels.get_mut(&port) {
            channel.end = end;
        }
    }

    /// Marks a port, and returns who waits for it.
    pub(super) fn raise(&mut self, port: Port) -> Vec<Waker> {
        let Some(channel) = self.channels.get_mut(&port) else { return Vec::new() };
        channel.pending = true;
        if channel.masked { Vec::new() } else { core::mem::take(&mut channel.wakers) }
    }

    /// Masks or unmasks a port; returns who waits for it, if its mark shows now.
    pub(super) fn set_masked(&mut self, port: Port, masked: bool) -> Vec<Waker> {
        let Some(channel) = self.channels.get_mut(&port) else { return Vec::new() };
        channel.masked = masked;
        if channel.pending && !masked { core::mem::take(&mut channel.wakers) } else { Vec::new() }
    }

    /// Removes a port; returns its other end and who waits for it.
    pub(super) fn close(&mut self, port: Port) -> Option<(End, Vec<Waker>)> {
        self.channels.remove(&port).map(|channel| (channel.end, channel.wakers))
    }

    /// Removes every port.
    pub(super) fn close_all(&mut self) -> Vec<(End, Vec<Waker>)> {
        core::mem::take(&mut self.channels).into_values().map(|channel| (channel.end, channel.wakers)).collect()
    }

    /// Takes the mark of one port: `true` when there was one, or when the port is closed. Else `waker` will be woken.
    pub(super) fn poll(&mut self, port: Port, waker: &Waker) -> bool {
        let Some(channel) = self.channels.get_mut(&port) else { return true };
        let shows = channel.pending && !channel.masked;
        if !shows && !channel.wakers.iter().any(|known| known.will_wake(waker)) {
            channel.wakers.push(waker.clone());
        }
        channel.pending &= !shows;
        shows
    }

    /// Takes all marks: the marked ports, ascending.
    pub(super) fn take_pending(&mut self) -> Vec<Port> {
        let take = |(port, channel): (&Port, &mut Channel)| core::mem::take(&mut channel.pending).then_some(*port);
        self.channels.iter_mut().filter_map(take).collect()
    }

    pub(super) fn any_pending(&self) -> bool {
        self.channels.values().any(|channel| channel.pending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNBOUND: End = End::Unbound(DomainId(0));

    #[test]
    fn the_lowest_free_port_is_given_and_never_port_0() {
        let mut ports = Ports::default();
        ports.set_limit(4);
        assert_eq!([(); 3].map(|()| ports.make(UNBOUND)), [1, 2, 3].map(|port| Ok(Port(port))));
        assert_eq!(ports.make(UNBOUND), Err(NoPortLeft));
        ports.close(Port(2));
        assert_eq!(ports.make(UNBOUND), Ok(Port(2)));
    }

    #[test]
    fn several_events_count_as_one_mark() {
        let mut ports = Ports::default();
        let (first, second) = (ports.make(UNBOUND).unwrap(), ports.make(UNBOUND).unwrap());
        ports.raise(second);
        ports.raise(second);
        assert_eq!(ports.take_pending(), [second]);
        assert!(ports.take_pending().is_empty() && !ports.any_pending());
        assert!(!ports.poll(first, Waker::noop()));
        assert_eq!(ports.raise(first).len(), 1);
        assert!(ports.poll(first, Waker::noop()));
    }

    #[test]
    fn a_masked_mark_shows_when_it_is_unmasked() {
        let mut ports = Ports::default();
        let port = ports.make(UNBOUND).unwrap();
        let waker = Waker::noop();
        assert!(!ports.poll(port, waker));
        ports.set_masked(port, true);
        assert!(ports.raise(port).is_empty() && !ports.poll(port, waker));
        // Not exactly one: a clone of the waker that does nothing need not be known as the same waker.
        assert!(!ports.set_masked(port, false).is_empty());
        assert!(ports.poll(port, waker) && !ports.poll(port, waker));
    }

    #[test]
    fn a_closed_port_never_blocks() {
        assert!(Ports::default().poll(Port(9), Waker::noop()));
    }
}
