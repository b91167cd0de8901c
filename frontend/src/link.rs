//! The connection's state machine: a pure function of both ends' states and of what is held, never of what changed.
//!
//! It is asked again whenever anything may have changed, so a watch event that was missed, doubled or merged with the next
//! one makes no difference. The states and the normal order are `io/displif.h`'s; how displ_be flaps through
//! 5, 6, 1, 2 when either end restarts is why every row stands for itself.

use vitrine_xen::xenbus::XenbusState;

/// What this end wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// A connection, for as long as there is a device.
    Connected,
    /// To end, in good order.
    Closed,
}

/// All that a decision rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Situation {
    /// What this end wants.
    pub goal: Goal,
    /// The state that this end has written last.
    pub own: XenbusState,
    /// The back end's state as read last.
    pub backend: XenbusState,
    /// Whether the toolstack wants the device to exist: the back end's `online` is not 0.
    pub online: bool,
    /// Whether rings, ports or buffers of a connection are held.
    pub holding: bool,
    /// Whether this end has given up on what the back end offers at the moment, for example because the configuration can't
    /// be used.
    pub failed: bool,
}

impl Situation {
    /// A device of which nothing is known yet, and which is wanted.
    pub const fn new() -> Self {
        let (own, backend) = (XenbusState::Unknown, XenbusState::Unknown);
        Self { goal: Goal::Connected, own, backend, online: true, holding: false, failed: false }
    }
}

impl Default for Situation {
    fn default() -> Self {
        Self::new()
    }
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing, until something changes.
    Wait,
    /// Read the configuration, make rings and ports, publish them, and go to Initialised.
    Publish,
    /// The back end has taken the rings: go to Connected and use them.
    Connect,
    /// Let go of everything that belongs to the connection; then decide again.
    Release,
    /// Write this state; then decide again.
    Enter(XenbusState),
}

/// Decides the next step.
pub fn decide(now: &Situation) -> Step {
    use XenbusState::{Closed, Connected, InitWait, Initialised, Initialising};
    if now.goal == Goal::Closed || now.failed || !now.online {
        return close(now);
    }
    match (now.own, now.backend) {
        (Connected, Connected) if now.holding => Step::Wait,
        // The back end has left: its next life must not meet our old rings.
        (Connected, _) if now.holding => Step::Release,
        (Initialised, Connected) => Step::Connect,
        // Rings that were never used are as good for a back end that has restarted meanwhile.
        (Initialised, Initialising | InitWait | Initialised) if now.holding => Step::Wait,
        (Initialised, _) if now.holding => Step::Release,
        (Initialising, InitWait) => Step::Publish,
        (Initialising, _) if now.holding => Step::Release,
        (Initialising, _) => Step::Wait,
        (Closed, _) if now.holding => Step::Release,
        // Closed stays closed until the toolstack offers the device anew.
        (Closed, Initialising | InitWait) => Step::Enter(Initialising),
        (Closed, _) => Step::Wait,
        (_, _) => Step::Enter(Initialising),
    }
}

/// The way to Closed: first Closing, so that the back end lets go, then everything back, then Closed.
fn close(now: &Situation) -> Step {
    use XenbusState::{Closed, Closing, Connected, Initialised};
    let backend_may_hold = matches!(now.backend, Initialised | Connected);
    match now.own {
        Connected | Initialised => Step::Enter(Closing),
        Closing if backend_may_hold => Step::Wait,
        _ if now.holding => Step::Release,
        Closed => Step::Wait,
        _ => Step::Enter(Closed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use XenbusState::*;

    fn situations() -> impl Iterator<Item = Situation> {
        let flags = [false, true];
        let pairs = XenbusState::ALL.into_iter().flat_map(|own| XenbusState::ALL.map(|backend| (own, backend)));
        pairs.flat_map(move |(own, backend)| {
            (0..16).map(move |bits| Situation {
                goal: if bits & 8 == 0 { Goal::Connected } else { Goal::Closed },
                own,
                backend,
                online: flags[bits & 1],
                holding: flags[bits >> 1 & 1],
                failed: flags[bits >> 2 & 1],
            })
        })
    }

    /// Follows the steps of this end alone, the back end standing still.
    fn settle(mut now: Situation) -> Situation {
        for _ in 0..8 {
            match decide(&now) {
                Step::Wait => return now,
                Step::Publish => (now.own, now.holding) = (Initialised, true),
                Step::Connect => now.own = Connected,
                Step::Release => now.holding = false,
                Step::Enter(state) => now.own = state,
            }
        }
        panic!("never comes to rest: {now:?}");
    }

    #[test]
    fn every_situation_comes_to_rest() {
        for now in situations() {
            settle(now);
        }
    }

    #[test]
    fn nothing_is_held_beside_a_back_end_that_is_gone() {
        for now in situations().filter(|now| matches!(now.backend, Unknown | Closing | Closed)) {
            let rest = settle(now);
            assert!(!rest.holding, "{now:?} rests in {rest:?}");
            assert!(!matches!(rest.own, Initialised | Connected), "{now:?} rests in {rest:?}");
        }
    }

    #[test]
    fn a_healthy_back_end_is_reached_from_everywhere() {
        for mut now in situations().filter(|now| now.goal == Goal::Connected && !now.failed) {
            now.online = true;
            // What a back end does: it closes a stale connection, waits, and connects to what is published.
            for backend in [Closing, Closed, Initialising, InitWait, Connected] {
                now.backend = backend;
                now = settle(now);
            }
            assert_eq!((now.own, now.holding), (Connected, true));
        }
    }

    #[test]
    fn a_detached_device_ends_closed() {
        for mut now in situations() {
            now.online = false;
            // A back end may offer the device once more before it is removed, as displ_be does.
            for backend in [Closing, Closed, Initialising, InitWait] {
                now.backend = backend;
                now = settle(now);
            }
            assert_eq!((now.own, now.holding), (Closed, false));
        }
    }

    #[test]
    fn a_stale_ring_is_never_connected() {
        for now in situations().filter(|now| now.own == Connected && now.backend != Connected && now.holding) {
            assert_ne!(decide(&now), Step::Wait, "{now:?}");
        }
    }
}
