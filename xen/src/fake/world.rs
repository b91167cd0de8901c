//! The world: all domains, the time, the xenstore, and the record of what was done and what went against the rules.

use std::boxed::Box;
use std::cell::{RefCell, RefMut};
use std::collections::{BTreeMap, BTreeSet};
use std::format;
use std::rc::Rc;
use std::string::String;
use std::task::Waker;
use std::time::Duration;
use std::vec::Vec;

use super::clock::Clock;
use super::domain::{Domain, DomainState};
use super::faults::{Fault, Faults, Operation};
use super::grants::MappingId;
use super::store::{Permissions, Xenstored, home};
use crate::DomainId;

/// A fake Xen with its domains: a handle, cheap to clone. See the [module](super) for what it does.
#[derive(Clone)]
pub struct World {
    shared: Rc<Shared>,
}

struct Shared {
    state: RefCell<State>,
    faults: RefCell<Option<Box<dyn Faults>>>,
}

pub(super) struct State {
    pub(super) clock: Clock,
    pub(super) xenstored: Xenstored,
    domains: BTreeMap<DomainId, Rc<RefCell<DomainState>>>,
    /// Mappings in which a grant was ended by force.
    revoked: BTreeSet<MappingId>,
    last_mapping: u64,
    violations: Vec<String>,
    trace: Option<Vec<String>>,
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// A world at time 0 with domain 0 and an almost empty xenstore.
    pub fn new() -> Self {
        let state = State {
            clock: Clock::default(),
            xenstored: Xenstored::default(),
            domains: BTreeMap::new(),
            revoked: BTreeSet::new(),
            last_mapping: 0,
            violations: Vec::new(),
            trace: None,
        };
        let world = Self { shared: Rc::new(Shared { state: RefCell::new(state), faults: RefCell::new(None) }) };
        world.domain(DomainId(0));
        world
    }

    /// The domain of this number; it is made, with its folder in xenstore, if there is none.
    pub fn domain(&self, id: DomainId) -> Domain {
        assert!(id.0 < DomainId::FIRST_RESERVED, "{id} is reserved by Xen");
        if let Some(domain) = self.find(id) {
            return domain;
        }
        let state = Rc::new(RefCell::new(DomainState::new()));
        self.state().domains.insert(id, state.clone());
        self.make_home(id);
        Domain::new(self.clone(), id, state)
    }

    /// Ends a domain at once, as `xl destroy` does: its ports close, its grants go (what peers have mapped stays mapped),
    /// its folder in xenstore is removed. Whatever the test still holds of it lives on without effect.
    ///
    /// The back ends' folders stay, as they do until the toolstack has seen to them.
    pub fn destroy(&self, id: DomainId) {
        let Some(domain) = self.find(id) else { return };
        domain.die();
        self.state().domains.remove(&id);
        let released = self.state().xenstored.release(id);
        self.store_remove(&home(id));
        released.into_iter().for_each(Waker::wake);
    }

    /// Time since the world began.
    pub fn now(&self) -> Duration {
        self.state().clock.now
    }

    /// Lets time pass, and wakes whose time has come.
    pub fn advance(&self, time: Duration) {
        self.advance_to(self.now() + time);
    }

    /// Lets time pass until `time`; never goes back.
    pub fn advance_to(&self, time: Duration) {
        let wakers = self.state().clock.advance_to(time);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// When the next sleeper wants to be woken.
    pub fn next_timer(&self) -> Option<Duration> {
        self.state().clock.next()
    }

    /// Sets what goes wrong from now on.
    pub fn set_faults(&self, faults: impl Faults + 'static) {
        self.shared.faults.replace(Some(Box::new(faults)));
    }

    /// Lets everything work again.
    pub fn clear_faults(&self) {
        self.shared.faults.replace(None);
    }

    /// What was done against the rules so far, each as a sentence. A test of correct code asserts that there is none.
    pub fn violations(&self) -> Vec<String> {
        self.state().violations.clone()
    }

    /// Records every operation from now on, for [`Self::trace`].
    pub fn record(&self) {
        self.state().trace.get_or_insert_default();
    }

    /// What was done since [`Self::record`], one line an operation.
    pub fn trace(&self) -> Vec<String> {
        self.state().trace.clone().unwrap_or_default()
    }
}

/// What a toolstack, or the test itself, does with the xenstore: as domain 0, and without faults.
impl World {
    /// Sets how long xenstored takes for each answer to an asynchronous client; 0 at first. A transaction that takes time
    /// can meet another change.
    pub fn set_answer_time(&self, time: Duration) {
        self.state().xenstored.answer_time = time;
    }

    /// Sets whether watch events that nobody has taken yet merge with new ones that say the same; not so at first.
    pub fn set_watch_coalescing(&self, coalescing: bool) {
        self.state().xenstored.set_coalescing(coalescing);
    }

    /// A node's value; `None` when there is no such node.
    pub fn store_read(&self, path: &str) -> Option<Vec<u8>> {
        self.state().xenstored.value(path)
    }

    /// Writes a node with whatever permissions it has or inherits. Panics when xenstored would refuse.
    pub fn store_write(&self, path: &str, value: impl AsRef<[u8]>) {
        self.write_nodes(&[(path, value.as_ref(), None)]);
    }

    /// Removes a node and everything below it, if it is there.
    pub fn store_remove(&self, path: &str) {
        let wakers = self.state().xenstored.remove(DomainId(0), path);
        wakers.into_iter().flatten().for_each(Waker::wake);
    }

    /// A node's permissions; `None` when there is no such node.
    pub fn store_permissions(&self, path: &str) -> Option<Permissions> {
        self.state().xenstored.permissions(path).cloned()
    }

    /// Sets a node's permissions. Panics when there is no such node.
    pub fn store_set_permissions(&self, path: &str, permissions: Permissions) {
        self.state().xenstored.set_permissions(path, permissions);
    }

    /// Writes nodes in one transaction, setting permissions where they are given. Panics when xenstored would refuse.
    pub(super) fn write_nodes(&self, nodes: &[(&str, &[u8], Option<Permissions>)]) {
        let mut wakers = Vec::new();
        for (path, value, permissions) in nodes {
            let written = self.state().xenstored.write(DomainId(0), &[((*path).into(), value)]);
            wakers.extend(written.unwrap_or_else(|error| panic!("{path:?} can't be written: {error}")));
            if let Some(permissions) = permissions {
                self.store_set_permissions(path, permissions.clone());
            }
        }
        wakers.into_iter().for_each(Waker::wake);
    }

    /// A domain's folder, as libxl makes it: the toolstack's own, readable by the domain, with places for the domain to
    /// write to.
    fn make_home(&self, id: DomainId) {
        let home = home(id);
        let path = |name: &str| format!("{home}/{name}");
        let readable = Permissions::readable_by(DomainId(0), id);
        let own = Permissions::private(id);
        self.write_nodes(&[
            (&home, b"", Some(readable)),
            (&path("domid"), format!("{}", id.0).as_bytes(), None),
            (&path("device"), b"", None),
            (&path("control"), b"", None),
            (&path("control/shutdown"), b"", Some(own.clone())),
            (&path("data"), b"", Some(own.clone())),
            (&path("error"), b"", Some(own)),
        ]);
        let introduced = self.state().xenstored.introduce();
        introduced.into_iter().for_each(Waker::wake);
    }
}

/// What the other modules of the fake need.
impl World {
    pub(super) fn state(&self) -> RefMut<'_, State> {
        self.shared.state.borrow_mut()
    }

    /// A domain that is alive.
    pub(super) fn find(&self, id: DomainId) -> Option<Domain> {
        let state = self.state().domains.get(&id)?.clone();
        Some(Domain::new(self.clone(), id, state))
    }

    /// Records an operation and asks whether it shall go wrong. Nothing is asked while something is being asked.
    pub(super) fn consult(&self, caller: DomainId, operation: &Operation<'_>) -> Option<Fault> {
        if let Some(trace) = &mut self.state().trace {
            trace.push(format!("{caller} {operation:?}"));
        }
        let mut faults = self.shared.faults.take()?;
        let fault = faults.before(caller, operation);
        // Unless it has set others in its place.
        self.shared.faults.borrow_mut().get_or_insert(faults);
        fault
    }

    pub(super) fn violation(&self, what: String) {
        self.state().violations.push(what);
    }

    pub(super) fn new_mapping(&self) -> MappingId {
        let mut state = self.state();
        state.last_mapping += 1;
        MappingId(state.last_mapping)
    }

    pub(super) fn revoke(&self, mappings: &[MappingId]) {
        self.state().revoked.extend(mappings);
    }

    pub(super) fn is_revoked(&self, mapping: MappingId) -> bool {
        self.state().revoked.contains(&mapping)
    }
}
