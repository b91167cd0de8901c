//! The connection's state machine: a pure function of both ends' states and of what is held, never of what changed.
//!
//! It is asked again whenever anything may have changed, so it makes no difference whether a watch event was missed,
//! doubled, or merged with others. The states and their normal order are those of `io/displif.h`. Two rules come from
//! what front ends do:
//!
//! - A back end that starts and finds a front end still in Connected goes to Closed and stays there until the front end
//!   has left that state: its rings belong to an earlier life of the back end, and are never bound.
//! - After a front end has closed, the back end waits for it in InitWait, not in Closed: Linux's driver, when it is
//!   removed, polls for that state.

use vitrine_xen::xenbus::XenbusState;

/// All that a decision rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Situation {
    /// This end's state, as xenstore has it: the toolstack may have written it.
    pub own: XenbusState,
    /// The front end's state.
    pub frontend: XenbusState,
    /// Whether the toolstack wants the device to exist: `online` is not 0.
    pub online: bool,
    /// Whether the device's configuration was read and can be shown.
    pub configured: bool,
    /// Whether rings, ports or buffers of a connection are held.
    pub holding: bool,
    /// Whether what the front end offers at the moment has turned out to be of no use.
    pub failed: bool,
    /// Whether the back end is about to end.
    pub leaving: bool,
}

impl Situation {
    /// A device of which nothing is known yet.
    pub const fn new() -> Self {
        let (own, frontend) = (XenbusState::Unknown, XenbusState::Unknown);
        Self { own, frontend, online: true, configured: false, holding: false, failed: false, leaving: false }
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
    /// Read and check the configuration, and go to InitWait.
    Offer,
    /// Bind what the front end has published, and go to Connected.
    Connect,
    /// Let go of everything that belongs to the connection; then decide again.
    Release,
    /// Write this state; then decide again.
    Enter(XenbusState),
}

/// Decides the next step.
pub fn decide(now: &Situation) -> Step {
    use XenbusState::{Closed, Closing, Connected, InitWait, Initialised, Initialising, Unknown};
    let usable = !now.leaving && !now.failed;
    match now.own {
        // The toolstack has removed the device.
        Unknown if now.holding => Step::Release,
        Unknown => Step::Wait,
        Connected if usable && now.holding && matches!(now.frontend, Initialised | Connected) => Step::Wait,
        Initialising | InitWait if !usable => Step::Enter(Closing),
        // The toolstack has set the device back.
        Initialising | InitWait if now.holding => Step::Release,
        Initialising => Step::Offer,
        InitWait if !now.configured => Step::Offer,
        InitWait if now.frontend == Initialised => Step::Connect,
        InitWait => Step::Wait,
        Closing | Closed if now.holding => Step::Release,
        Closing => Step::Enter(Closed),
        Closed if usable && now.online && matches!(now.frontend, Initialising | Initialised | Closing) => Step::Offer,
        Closed => Step::Wait,
        _ => Step::Enter(Closing),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use XenbusState::*;

    fn situations() -> impl Iterator<Item = Situation> {
        let pairs = XenbusState::ALL.into_iter().flat_map(|own| XenbusState::ALL.map(|frontend| (own, frontend)));
        pairs.flat_map(|(own, frontend)| {
            (0..32).map(move |bits| Situation {
                own,
                frontend,
                online: bits & 1 != 0,
                configured: bits & 2 != 0,
                holding: bits & 4 != 0,
                failed: bits & 8 != 0,
                leaving: bits & 16 != 0,
            })
        })
    }

    fn take(now: &mut Situation) -> bool {
        match decide(now) {
            Step::Wait => return false,
            Step::Offer => (now.own, now.configured) = (InitWait, true),
            Step::Connect => (now.own, now.holding) = (Connected, true),
            Step::Release => now.holding = false,
            Step::Enter(state) => now.own = state,
        }
        true
    }

    /// Follows the steps of this end alone, the front end standing still.
    fn settle(mut now: Situation) -> Situation {
        for _ in 0..8 {
            if !take(&mut now) {
                return now;
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
    fn nothing_is_held_beside_a_front_end_that_is_gone() {
        for now in situations().filter(|now| !matches!(now.frontend, Initialised | Connected)) {
            let rest = settle(now);
            assert!(!rest.holding, "{now:?} rests in {rest:?}");
            assert_ne!(rest.own, Connected, "{now:?} rests in {rest:?}");
        }
    }

    #[test]
    fn a_ring_of_an_earlier_life_is_never_bound() {
        for mut now in situations().filter(|now| now.frontend == Connected && !now.holding) {
            while decide(&now) != Step::Wait {
                assert_ne!(decide(&now), Step::Connect, "{now:?}");
                take(&mut now);
            }
        }
    }

    #[test]
    fn a_healthy_front_end_is_reached_from_everywhere() {
        for mut now in situations().filter(|now| !now.leaving && now.own != Unknown) {
            now.online = true;
            // What a front end does: it leaves a connection that the back end has left, and starts anew.
            for frontend in [Closed, Initialising, Initialised, Connected] {
                now.failed &= frontend == now.frontend;
                now.frontend = frontend;
                now = settle(now);
            }
            assert_eq!((now.own, now.holding), (Connected, true), "{now:?}");
        }
    }

    #[test]
    fn linux_finds_the_back_end_waiting_when_its_driver_is_removed() {
        for mut now in situations().filter(|now| now.own == Connected && now.online && !now.leaving && !now.failed) {
            now.frontend = Closing;
            assert_eq!(settle(now).own, InitWait);
        }
    }

    #[test]
    fn a_back_end_that_leaves_ends_closed() {
        for now in situations().filter(|now| now.leaving && now.own != Unknown) {
            let rest = settle(now);
            assert_eq!((rest.own, rest.holding), (Closed, false));
        }
    }

    #[test]
    fn a_detached_device_ends_closed() {
        for now in situations().filter(|now| !now.online && matches!(now.own, Closing | Closed)) {
            assert_eq!(settle(now).own, Closed);
        }
    }
}
