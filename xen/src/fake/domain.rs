//! One domain: the handle by which a front end or a back end, and the test, use it.

use core::future::poll_fn;
use core::task::Poll;
use std::cell::{RefCell, RefMut};
use std::collections::BTreeMap;
use std::format;
use std::rc::Rc;
use std::task::Waker;
use std::time::Duration;
use std::vec::Vec;

use super::events::{End, Ports};
use super::faults::{Counters, Fault, Operation};
use super::grants::GrantTable;
use super::mapping::{Allocation, Mapping};
use super::memory::{Frame, Frames, Pages};
use super::pages::Run;
use super::store::{AsyncStore, SyncStore};
use super::world::World;
use crate::platform::{
    AllocationError, BackPlatform, FrontPlatform, GrantInUse, GrantSpace, MapError, NoGrantLeft, NoPortLeft,
    OutOfMemory,
};
use crate::{Access, DomainId, Gfn, GrantRef, Port};

/// Pages of a domain that nobody has said anything about: 64 MiB.
const DEFAULT_PAGES: usize = 16384;
/// Frames of a grant table that nobody has said anything about (`gnttab_max_frames`).
const DEFAULT_GRANT_FRAMES: u32 = 64;

/// A domain of a [`World`]: a handle, cheap to clone. It implements [`FrontPlatform`] and [`BackPlatform`].
///
/// The handle stays with the domain that it was taken from: after [`World::destroy`] it is that of a dead domain, even
/// when a new one has the same number.
#[derive(Clone)]
pub struct Domain {
    world: World,
    id: DomainId,
    state: Rc<RefCell<DomainState>>,
}

pub(super) struct DomainState {
    alive: bool,
    pub(super) frames: Frames,
    pub(super) grants: GrantTable,
    ports: Ports,
    counters: Counters,
    /// Grants of peers that this domain maps.
    pub(super) mapping: usize,
    /// Frames that are freed when a peer unmaps them.
    pub(super) lingering: BTreeMap<GrantRef, Gfn>,
}

/// What a domain holds at the moment. After a clean teardown all of it is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Pages allocated.
    pub pages: usize,
    /// Grants made and not ended.
    pub grants: usize,
    /// Those of the grants that a peer maps.
    pub mapped: usize,
    /// Ports open.
    pub ports: usize,
    /// Grants of peers that this domain maps.
    pub mapping: usize,
    /// Xenstore watches registered.
    pub watches: usize,
}

impl DomainState {
    pub(super) fn new() -> Self {
        Self {
            alive: true,
            frames: Frames::new(DEFAULT_PAGES),
            grants: GrantTable::new(DEFAULT_GRANT_FRAMES),
            ports: Ports::default(),
            counters: Counters::default(),
            mapping: 0,
            lingering: BTreeMap::new(),
        }
    }
}

/// What a test asks of a domain, beside the platform traits.
impl Domain {
    pub(super) fn new(world: World, id: DomainId, state: Rc<RefCell<DomainState>>) -> Self {
        Self { world, id, state }
    }

    /// The domain's number.
    pub fn id(&self) -> DomainId {
        self.id
    }

    /// The world that it is in.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Whether it has not been destroyed.
    pub fn is_alive(&self) -> bool {
        self.state().alive
    }

    /// The domain's xenstore, as a front end uses it.
    pub fn store(&self) -> AsyncStore {
        AsyncStore::new(self.clone())
    }

    /// The domain's xenstore, as a back end uses it.
    pub fn sync_store(&self) -> SyncStore {
        SyncStore::new(self.clone())
    }

    /// Gives it `pages` pages of memory in all (at first 16,384). Panics when that is less than what is in use.
    pub fn set_memory(&self, pages: usize) {
        self.state().frames.set_limit(pages);
    }

    /// Sets the largest size of the grant table, in frames of 512 entries (at first 64). Panics when an entry that
    /// would go was in use.
    pub fn set_grant_frames(&self, frames: u32) {
        self.state().grants.set_frames(frames);
    }

    /// Sets how many ports there can be (at first 4,096, port 0 included).
    pub fn set_ports(&self, ports: u32) {
        self.state().ports.set_limit(ports);
    }

    /// Makes the pages of each allocation lie in no helpful order, so that nobody gets by with the first frame's number.
    pub fn scatter_frames(&self, scattered: bool) {
        self.state().frames.scattered = scattered;
    }

    /// What it holds now.
    pub fn usage(&self) -> Usage {
        let watches = self.world.state().xenstored.watches(self.id);
        let state = self.state();
        Usage {
            pages: state.frames.in_use(),
            grants: state.grants.live(),
            mapped: state.grants.mapped(),
            ports: state.ports.open(),
            mapping: state.mapping,
            watches,
        }
    }

    /// What it has asked for since the start.
    pub fn counters(&self) -> Counters {
        self.state().counters
    }

    /// The frame behind one of this domain's grants, for looking at it and for breaking what is in it; `None` when
    /// nothing is granted by that reference.
    pub fn granted(&self, reference: GrantRef) -> Option<Frame> {
        let state = self.state();
        let frame = state.grants.frame(reference)?;
        let run = Run::map(&[(&state.frames.backing, frame.0)]);
        Some(Frame::new(run.expect("the host has addresses left")))
    }

    /// Ends a grant without asking whether it is mapped, as a broken front end would. Whoever still uses the mapping is
    /// recorded as a violation.
    pub fn end_grant_by_force(&self, reference: GrantRef) {
        let ended = self.state().grants.end_by_force(reference);
        let lingering = self.state().lingering.remove(&reference);
        self.state().frames.give_back(lingering.as_slice());
        match ended {
            Some(mappings) => self.world.revoke(&mappings),
            None => self.violation(&format!("ends grant {}, which is none", reference.0)),
        }
    }

    /// Closes every port and ends every watch, as a kernel and xenstored do for a process that ends, whether or not it meant
    /// to. For the process that a back end is in; its mappings end with the values that hold them.
    pub fn end_process(&self) {
        let closed = self.state().ports.close_all();
        closed.into_iter().for_each(|closed| self.closed(closed));
        self.world.state().xenstored.end_watches(self.id);
    }

    /// Marks a port of this domain although nobody has sent an event.
    pub fn raise(&self, port: Port) {
        let wakers = self.state().ports.raise(port);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Takes the marks of all ports with events: the ports, ascending. For a back end's main loop.
    pub fn take_events(&self) -> Vec<Port> {
        self.state().ports.take_pending()
    }

    /// Whether any port is marked.
    pub fn has_events(&self) -> bool {
        self.state().ports.any_pending()
    }
}

/// What both platform traits have, under its own name here, so that a caller who has both in scope is understood.
impl Domain {
    /// Sends an event to the other end of the port. A port that is not open is a violation.
    pub fn notify(&self, port: Port) {
        match self.consult(&Operation::Notify(port)) {
            None => {}
            Some(Fault::Lose) => return,
            Some(fault) => fault.does_not_fit("an event"),
        }
        let end = self.state().ports.end(port);
        match end {
            None => self.violation(&format!("sends an event through port {}, which is not open", port.0)),
            Some(End::Unbound(_)) => {}
            Some(End::Bound(peer, remote)) => {
                if let Some(peer) = self.world.find(peer) {
                    peer.raise(remote);
                }
            }
        }
    }

    /// Closes a port; the other end, if there is one, is unbound again. A port that is not open is a violation.
    pub fn close_port(&self, port: Port) {
        if let Some(fault) = self.consult(&Operation::ClosePort(port)) {
            fault.does_not_fit("the end of a port");
        }
        let closed = self.state().ports.close(port);
        match closed {
            None => self.violation(&format!("closes port {}, which is not open", port.0)),
            Some(closed) => self.closed(closed),
        }
    }

    /// Maps grants of a peer as one run of memory, in this order; all or none. Panics when there are no references: nothing
    /// that a peer says may lead to that.
    pub fn map(&self, peer: DomainId, references: &[GrantRef]) -> Result<Mapping, MapError> {
        match self.consult(&Operation::Map(peer, references)) {
            None => Mapping::new(self, peer, references),
            Some(Fault::Refuse) => Err(MapError::BadReference(references[0])),
            Some(Fault::RefuseAt(page)) if page < references.len() => {
                // What was mapped until then is unmapped again, and has been seen by its owner meanwhile.
                let begun = if page > 0 { Some(Mapping::new(self, peer, &references[..page])?) } else { None };
                drop(begun);
                Err(MapError::BadReference(references[page]))
            }
            Some(fault) => fault.does_not_fit("a mapping"),
        }
    }

    /// Time since the world began.
    pub fn now(&self) -> Duration {
        self.world.now()
    }
}

/// What the other modules of the fake need.
impl Domain {
    /// Counts and records an operation, and asks whether it shall go wrong.
    pub(super) fn consult(&self, operation: &Operation<'_>) -> Option<Fault> {
        self.state().counters.count(operation);
        self.world.consult(self.id, operation)
    }

    /// Waits in virtual time.
    pub(super) async fn sleep(&self, time: Duration) {
        let sleeper = self.world.state().clock.sleeper();
        let _forget = Forget { world: &self.world, time, sleeper };
        poll_fn(|context| match self.world.state().clock.poll(time, sleeper, context.waker()) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        })
        .await;
    }

    /// Pages that have been poisoned come back. What is still granted then is a violation.
    pub(super) fn take_back(&self, frames: &[Gfn]) {
        let granted: Vec<(GrantRef, Gfn)> = self.state().grants.grants_of(frames).collect();
        for (reference, frame) in granted {
            self.violation(&format!("frees frame {:#x}, which is still granted by {}", frame.0, reference.0));
        }
        self.state().frames.give_back(frames);
    }

    /// Ends the domain as Xen does: its ports close; its grants are gone, but what peers have mapped stays.
    pub(super) fn die(&self) {
        let closed = {
            let mut state = self.state();
            state.alive = false;
            state.grants = GrantTable::new(DEFAULT_GRANT_FRAMES);
            state.lingering.clear();
            state.ports.close_all()
        };
        closed.into_iter().for_each(|closed| self.closed(closed));
    }

    fn closed(&self, (end, wakers): (End, Vec<Waker>)) {
        if let End::Bound(peer, remote) = end
            && let Some(peer) = self.world.find(peer)
        {
            peer.state().ports.set_end(remote, End::Unbound(self.id));
        }
        wakers.into_iter().for_each(Waker::wake);
    }

    pub(super) fn state(&self) -> RefMut<'_, DomainState> {
        self.state.borrow_mut()
    }

    /// Records that the domain broke a rule. The dead break none: their values are dropped when the test drops them.
    pub(super) fn violation(&self, what: &str) {
        if self.is_alive() {
            self.world.violation(format!("{} {what}", self.id));
        }
    }
}

impl FrontPlatform for Domain {
    type Pages = Pages;
    type Mapped = Mapping;

    fn allocate(&self, count: usize) -> Result<Pages, OutOfMemory> {
        match self.consult(&Operation::Allocate(count)) {
            None => {}
            Some(Fault::Refuse) => return Err(OutOfMemory { wanted: count, free: 0 }),
            Some(fault) => fault.does_not_fit("an allocation"),
        }
        let (frames, run) = {
            let mut state = self.state();
            let frames = state.frames.take(count)?;
            let places: Vec<_> = frames.iter().map(|frame| (&state.frames.backing, frame.0)).collect();
            let run = Run::map(&places).expect("the host has addresses left");
            (frames, run)
        };
        Ok(Pages::new(self.clone(), frames, run))
    }

    fn grant(&self, peer: DomainId, frame: Gfn, access: Access) -> Result<GrantRef, NoGrantLeft> {
        match self.consult(&Operation::Grant(peer, frame)) {
            None => {}
            Some(Fault::Refuse) => return Err(NoGrantLeft),
            Some(fault) => fault.does_not_fit("a grant"),
        }
        if !self.state().frames.contains(frame) {
            self.violation(&format!("grants frame {:#x}, which it has not allocated", frame.0));
        }
        self.state().grants.grant(peer, frame, access)
    }

    fn end_grant(&self, reference: GrantRef) -> Result<(), GrantInUse> {
        match self.consult(&Operation::EndGrant(reference)) {
            None => {}
            Some(Fault::Refuse) => return Err(GrantInUse),
            Some(fault) => fault.does_not_fit("the end of a grant"),
        }
        let ended = self.state().grants.end(reference);
        ended.unwrap_or_else(|| {
            self.violation(&format!("ends grant {}, which is none", reference.0));
            Ok(())
        })
    }

    fn grant_space(&self) -> GrantSpace {
        self.state().grants.space()
    }

    fn map(&self, peer: DomainId, references: &[GrantRef]) -> Result<Mapping, MapError> {
        self.map(peer, references)
    }

    fn allocate_port(&self, peer: DomainId) -> Result<Port, NoPortLeft> {
        match self.consult(&Operation::AllocatePort(peer)) {
            None => self.state().ports.make(End::Unbound(peer)),
            Some(Fault::Refuse) => Err(NoPortLeft),
            Some(fault) => fault.does_not_fit("a port"),
        }
    }

    fn notify(&self, port: Port) {
        self.notify(port);
    }

    fn close_port(&self, port: Port) {
        self.close_port(port);
    }

    fn set_masked(&self, port: Port, masked: bool) {
        let waiting = self.state().ports.set_masked(port, masked);
        waiting.into_iter().for_each(std::task::Waker::wake);
    }

    async fn event(&self, port: Port) {
        poll_fn(|context| match self.state().ports.poll(port, context.waker()) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        })
        .await;
    }

    fn now(&self) -> Duration {
        self.now()
    }

    async fn sleep_until(&self, time: Duration) {
        self.sleep(time).await;
    }
}

impl BackPlatform for Domain {
    type Mapping = Mapping;
    type Allocation = Allocation;

    fn map(&self, peer: DomainId, references: &[GrantRef]) -> Result<Mapping, MapError> {
        self.map(peer, references)
    }

    fn allocate_granted(&self, peer: DomainId, count: usize) -> Result<Allocation, AllocationError> {
        match self.consult(&Operation::AllocateGranted(peer, count)) {
            None => Allocation::new(self, peer, count),
            Some(Fault::Refuse) => Err(AllocationError::NoGrants(count)),
            Some(fault) => fault.does_not_fit("an allocation of granted pages"),
        }
    }

    fn bind_port(&self, peer: DomainId, remote: Port) -> Result<Port, NoPortLeft> {
        match self.consult(&Operation::BindPort(peer, remote)) {
            None => {}
            Some(Fault::Refuse) => return Err(NoPortLeft),
            Some(fault) => fault.does_not_fit("a binding"),
        }
        let other = self.world.find(peer).ok_or(NoPortLeft)?;
        if other.state().ports.end(remote) != Some(End::Unbound(self.id)) {
            return Err(NoPortLeft);
        }
        let local = self.state().ports.make(End::Bound(peer, remote))?;
        other.state().ports.set_end(remote, End::Bound(self.id, local));
        // Xen marks the new port: events from before the binding would be lost otherwise.
        self.raise(local);
        Ok(local)
    }

    fn notify(&self, port: Port) {
        self.notify(port);
    }

    fn close_port(&self, port: Port) {
        self.close_port(port);
    }

    fn now(&self) -> Duration {
        self.now()
    }
}

/// A sleep that ends, also when nobody waits for it any more.
struct Forget<'a> {
    world: &'a World,
    time: Duration,
    sleeper: u64,
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        self.world.state().clock.forget(self.time, self.sleeper);
    }
}
