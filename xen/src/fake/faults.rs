//! The one place where a test breaks something: before each operation the fake asks [`Faults`] whether it shall go wrong.

use std::string::String;
use std::vec::Vec;

use crate::platform::StoreError;
use crate::{DomainId, Gfn, GrantRef, Port};

/// What a domain is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation<'a> {
    /// Allocates this many pages.
    Allocate(usize),
    /// Grants a frame to a peer.
    Grant(DomainId, Gfn),
    /// Ends a grant.
    EndGrant(GrantRef),
    /// Makes a port that a peer may bind to.
    AllocatePort(DomainId),
    /// Binds to a peer's port.
    BindPort(DomainId, Port),
    /// Sends an event through a port.
    Notify(Port),
    /// Closes a port.
    ClosePort(Port),
    /// Maps grants of a peer.
    Map(DomainId, &'a [GrantRef]),
    /// Unmaps this many grants. Can't go wrong.
    Unmap(usize),
    /// Allocates this many pages that a peer may map.
    AllocateGranted(DomainId, usize),
    /// Reads a xenstore node.
    Read(&'a str),
    /// Lists a xenstore node's children.
    Directory(&'a str),
    /// Writes a xenstore node.
    Write(&'a str, &'a [u8]),
    /// Writes several xenstore nodes in one transaction.
    WriteTogether(&'a [(String, String)]),
    /// Removes a xenstore node.
    Remove(&'a str),
    /// Registers a xenstore watch.
    Watch(&'a str),
    /// Ends a xenstore watch. Can't go wrong.
    Unwatch(&'a str),
}

/// How an operation goes wrong. The fake panics when a fault does not fit the operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Xen says no: out of memory, no grant left, grant in use, no port left, bad reference (the first one).
    Refuse,
    /// Xen maps the references before this one, counted from 0, and refuses it: a mapping that is all or none is undone.
    RefuseAt(usize),
    /// The caller believes that it was done, and it was not: an event that is lost, a write that never arrives.
    Lose,
    /// xenstored answers with this error.
    Store(StoreError),
    /// xenstored answers a read with this value, whatever the node says.
    Value(Vec<u8>),
    /// xenstored answers a list with these names, whatever children there are.
    Names(Vec<String>),
}

/// Decides what goes wrong. It may use the world that it is called from (to write into a ring, say); what it does there
/// is not asked about again.
///
/// Any closure of this shape is one:
/// ```
/// use vitrine_xen::DomainId;
/// use vitrine_xen::fake::{Fault, Operation, World};
///
/// let world = World::new();
/// // The third event that domain 5 sends is lost.
/// let mut sent = 0;
/// world.set_faults(move |caller: DomainId, operation: &Operation<'_>| {
///     let hit = caller == DomainId(5) && matches!(operation, Operation::Notify(_));
///     sent += u32::from(hit);
///     (hit && sent == 3).then_some(Fault::Lose)
/// });
/// ```
pub trait Faults {
    /// What happens to this operation of `caller`; `None`: it works.
    fn before(&mut self, caller: DomainId, operation: &Operation<'_>) -> Option<Fault>;
}

impl<F: FnMut(DomainId, &Operation<'_>) -> Option<Fault>> Faults for F {
    fn before(&mut self, caller: DomainId, operation: &Operation<'_>) -> Option<Fault> {
        self(caller, operation)
    }
}

/// What one domain has asked of the world since the start, faults included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Page allocations, granted ones included.
    pub allocations: u64,
    /// Grants made. No hypercall: the table is shared memory.
    pub grants: u64,
    /// Attempts to end a grant. No hypercall either.
    pub grant_ends: u64,
    /// Ports made, bound and closed: one hypercall each.
    pub port_changes: u64,
    /// Events sent: one hypercall each.
    pub notifications: u64,
    /// Mappings made and undone: one hypercall each, for however many pages.
    pub map_changes: u64,
    /// Xenstore requests; a transaction counts as one.
    pub store_requests: u64,
}

impl Counters {
    /// The hypercalls that all this takes; what the xenstore's own ring needs is not counted.
    pub fn hypercalls(&self) -> u64 {
        self.port_changes + self.notifications + self.map_changes
    }

    pub(super) fn count(&mut self, operation: &Operation<'_>) {
        let counter = match operation {
            Operation::Allocate(_) | Operation::AllocateGranted(..) => &mut self.allocations,
            Operation::Grant(..) => &mut self.grants,
            Operation::EndGrant(_) => &mut self.grant_ends,
            Operation::AllocatePort(_) | Operation::BindPort(..) | Operation::ClosePort(_) => &mut self.port_changes,
            Operation::Notify(_) => &mut self.notifications,
            Operation::Map(..) | Operation::Unmap(_) => &mut self.map_changes,
            Operation::Read(_)
            | Operation::Directory(_)
            | Operation::Write(..)
            | Operation::WriteTogether(_)
            | Operation::Remove(_)
            | Operation::Watch(_)
            | Operation::Unwatch(_) => &mut self.store_requests,
        };
        *counter += 1;
    }
}

impl Fault {
    /// Ends the test: its fault makes no sense here.
    pub(super) fn does_not_fit(&self, operation: &str) -> ! {
        panic!("the fault {self:?} does not fit {operation}: mend the test")
    }
}
