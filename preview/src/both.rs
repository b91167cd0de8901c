//! The appliance with its front end, and the back end with its screens, taking turns on one thread.

use std::time::Duration;

use vitrine_backend::engine::{Engine, Limits};
use vitrine_xen::abi::sched::ShutdownReason;
use vitrine_xen::fake::{Domain, SyncStore, Tasks, Vdispl, World};

use crate::lifecycle;
use crate::machine::{self, DOM0, GUEST, guest};
use crate::options::Options;
use crate::screens::{Screens, connector};

/// The time from one vertical blank to the next, as the front end counts it.
const REFRESH: Duration = Duration::from_nanos(16_666_667);

/// More rounds at one time than an appliance needs that waits for anything.
const MOST_ROUNDS: u32 = 20_000;

/// Both ends, and what is between them.
pub struct Both {
    pub screens: Screens,
    /// How many screens are in a row.
    pub columns: usize,
    world: World,
    tasks: Tasks,
    back_end: BackEnd,
    /// When the screens' next vertical blank is, while a flip waits for it.
    blank_at: Option<Duration>,
}

/// Why both ends have come to rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Nobody has anything to do before this time; `None` if ever.
    Until(Option<Duration>),
    /// They have not: somebody always has something to do.
    Never,
    /// The domain has ended.
    Ended(ShutdownReason),
}

impl Both {
    /// A back end that waits for guests, and a guest that has a display but no task yet.
    pub fn new(options: &Options) -> Self {
        let world = guest().world().clone();
        let screens = Screens::new(options.screens());
        let back_end = BackEnd::new(&world.domain(DOM0), screens.clone());
        let connectors = options.screens().enumerate().map(|(index, size)| (connector(index), size.to_string()));
        world.add_vdispl(GUEST, DOM0, 0, &Vdispl { be_alloc: "0".to_owned(), connectors: connectors.collect() });
        Self { screens, columns: options.columns(), world, tasks: Tasks::default(), back_end, blank_at: None }
    }

    /// Does all that is to be done at this time.
    pub fn settle(&mut self) -> Rest {
        for _ in 0..MOST_ROUNDS {
            if let Some(reason) = lifecycle::ended() {
                return Rest::Ended(reason);
            }
            self.blank();
            for task in machine::take_new_tasks() {
                self.tasks.spawn(task);
            }
            let ran = self.tasks.run_woken();
            let moved = self.back_end.turn();
            if !ran && !moved && !self.tasks.any_woken() {
                return Rest::Until(self.next());
            }
        }
        Rest::Never
    }

    /// Ends the flips whose vertical blank has come, and sees when the next one is.
    fn blank(&mut self) {
        if self.blank_at.is_some_and(|time| time <= machine::now()) {
            self.screens.vertical_blank();
            self.blank_at = None;
        }
        if self.screens.is_flipping() && self.blank_at.is_none() {
            self.blank_at = Some(next_blank(machine::now()));
        }
    }

    /// When somebody wants to do something next.
    fn next(&self) -> Option<Duration> {
        [self.blank_at, self.world.next_timer(), self.back_end.engine.wake_at()].into_iter().flatten().min()
    }

    /// Lets virtual time pass.
    pub fn advance_to(&self, time: Duration) {
        self.world.advance_to(time);
    }
}

/// The first vertical blank after `time`.
fn next_blank(time: Duration) -> Duration {
    let refresh = REFRESH.as_nanos();
    Duration::from_nanos(((time.as_nanos() / refresh + 1) * refresh) as u64)
}

/// The real back end, without its main loop.
struct BackEnd {
    engine: Engine<Domain, SyncStore, Screens>,
    domain: Domain,
    store: SyncStore,
    screens: Screens,
}

impl BackEnd {
    fn new(domain: &Domain, screens: Screens) -> Self {
        let (domain, store) = (domain.clone(), domain.sync_store());
        let engine = Engine::new(domain.clone(), store.clone(), screens.clone(), domain.id(), Limits::default());
        let engine = engine.expect("the fake's xenstore lets domain 0 watch");
        Self { engine, domain, store, screens }
    }

    /// One round of the main loop; whether there was, or is, anything to do.
    fn turn(&mut self) -> bool {
        let (ports, watches) = (self.domain.take_events(), self.store.take_events());
        let moved = !ports.is_empty() || !watches.is_empty() || self.screens.has_done();
        ports.into_iter().for_each(|port| self.engine.port_event(port));
        watches.iter().for_each(|(path, token)| self.engine.watch_event(path, token));
        let more = self.engine.poll().expect("the fake's xenstore is always there");
        moved || more
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_on_a_grid() {
        assert_eq!(next_blank(Duration::ZERO), REFRESH);
        assert_eq!(next_blank(REFRESH - Duration::from_nanos(1)), REFRESH);
        assert_eq!(next_blank(REFRESH), 2 * REFRESH);
    }
}
