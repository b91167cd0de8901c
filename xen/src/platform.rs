//! The seams: what a front end, and what a back end, needs from the world below it.
//!
//! The kernel implements [`FrontPlatform`] and [`Store`] on the bare machine; the back end's device module implements
//! [`BackPlatform`] and [`BackStore`] on dom0's device nodes; the fake Xen (feature `fake`) implements all four in one process.
//!
//! All methods take `&self`: an implementation is a handle, cheap to clone, and everything runs on one thread.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::future::Future;
use core::time::Duration;

use crate::abi::grant_table;
use crate::memory::SharedMemory;
use crate::{Access, DomainId, Gfn, GrantRef, Port};

/// Whole pages of memory that another domain may be able to write, kept mapped for as long as this value lives.
pub trait SharedPages {
    /// The pages as one run of bytes, a multiple of [`crate::PAGE_SIZE`] long unless the implementer says less.
    fn memory(&self) -> SharedMemory<'_>;
}

/// Pages that this domain owns and can grant. They go back to the allocator when this value is dropped, so whoever
/// granted them keeps it until every grant has truly ended.
pub trait OwnPages: SharedPages {
    /// How many pages there are; at least 1.
    fn count(&self) -> usize;

    /// The frame of page `index`. Panics unless `index < count()`.
    fn gfn(&self, index: usize) -> Gfn;
}

/// Pages of this domain that a peer may map, with their grants.
pub trait GrantedPages: SharedPages {
    /// The grants, one a page, in the order of the pages.
    fn references(&self) -> &[GrantRef];
}

/// What the display front end needs from its domain.
pub trait FrontPlatform: Clone + 'static {
    /// Pages from this domain's memory.
    type Pages: OwnPages + 'static;
    /// Pages of a peer, mapped into frames of this domain that hold no RAM; unmapped on drop.
    type Mapped: SharedPages + 'static;

    /// Allocates `count` zeroed pages, `count` at least 1, in one run of addresses. Their frames need not be neighbours.
    fn allocate(&self, count: usize) -> Result<Self::Pages, OutOfMemory>;

    /// Lets `peer` map the frame. No hypercall: the grant table is shared with Xen.
    fn grant(&self, peer: DomainId, frame: Gfn, access: Access) -> Result<GrantRef, NoGrantLeft>;

    /// Takes a grant back. While the peer still maps the frame nothing changes and [`GrantInUse`] is the answer: the
    /// caller keeps the frame and the reference in quarantine and asks again later.
    fn end_grant(&self, reference: GrantRef) -> Result<(), GrantInUse>;

    /// How many grants are free, and how many the table can hold at its largest.
    fn grant_space(&self) -> GrantSpace;

    /// Maps the pages of several grants of `peer`, readable and writable, as one run of memory in this order. All or none:
    /// what was mapped before a reference failed is unmapped again. The references come from the peer and may be anything.
    fn map(&self, peer: DomainId, references: &[GrantRef]) -> Result<Self::Mapped, MapError>;

    /// Makes an event channel that `peer` may bind to (`EVTCHNOP_alloc_unbound`).
    fn allocate_port(&self, peer: DomainId) -> Result<Port, NoPortLeft>;

    /// Sends an event to the other end of the port (`EVTCHNOP_send`). Nothing happens while nobody has bound it.
    fn notify(&self, port: Port);

    /// Closes a port of [`Self::allocate_port`]; whoever waits for it in [`Self::event`] is woken.
    fn close_port(&self, port: Port);

    /// Resolves once the peer has sent an event to the port since this was last called for it, or when it was closed.
    /// Several events may count as one.
    fn event(&self, port: Port) -> impl Future<Output = ()>;

    /// Masks a port, or unmasks it: events on a masked port neither wake this domain nor resolve [`Self::event`]; when it is
    /// unmasked they count as one. No hypercall.
    fn set_masked(&self, port: Port, masked: bool);

    /// Time since the domain began to run; never goes back, and doesn't stop while the CPU is idle.
    fn now(&self) -> Duration;

    /// Resolves when [`Self::now`] has reached `time`; at once if that has passed.
    fn sleep_until(&self, time: Duration) -> impl Future<Output = ()>;
}

/// The xenstore, as a front end sees it. Paths are absolute, or relative to the domain's own home
/// (`/local/domain/<domid>`), and at most 3,072 bytes long.
pub trait Store: Clone + 'static {
    /// A registered watch. Dropping it ends it.
    type Watch: Watch + 'static;

    /// The value of a node. It comes from another domain, so it can be anything up to 4,096 bytes.
    fn read(&self, path: &str) -> impl Future<Output = Result<Vec<u8>, StoreError>>;

    /// The names of a node's children, in no certain order.
    fn directory(&self, path: &str) -> impl Future<Output = Result<Vec<String>, StoreError>>;

    /// Writes one node, and makes it and its parents where they are missing.
    fn write(&self, path: &str, value: &[u8]) -> impl Future<Output = Result<(), StoreError>>;

    /// Writes several nodes in one transaction: all or none. [`StoreError::Again`] says that the transaction met
    /// another one and that nothing was written.
    fn write_together(&self, nodes: &[(String, String)]) -> impl Future<Output = Result<(), StoreError>>;

    /// Removes a node and everything below it.
    fn remove(&self, path: &str) -> impl Future<Output = Result<(), StoreError>>;

    /// Watches a node and everything below it. The watch counts as fired once at the start.
    fn watch(&self, path: &str) -> impl Future<Output = Result<Self::Watch, StoreError>>;
}

/// A registered xenstore watch.
pub trait Watch {
    /// Resolves when something at or below the watched path may have changed since the last call. Several changes may
    /// count as one, so the caller reads the nodes again, whatever they are.
    fn changed(&mut self) -> impl Future<Output = ()>;
}

/// What a back end needs from the domain that it runs in.
pub trait BackPlatform: Clone + 'static {
    /// Pages of a front end, mapped into this address space; unmapped on drop.
    type Mapping: SharedPages + 'static;
    /// Pages of our own that a front end may map. Dropping it takes the grants back; a page that the front end still maps
    /// goes back to the kernel when it is unmapped.
    type Allocation: GrantedPages + 'static;

    /// Maps the pages of several grants of `peer` as one run of memory, in this order. All or none.
    fn map(&self, peer: DomainId, references: &[GrantRef]) -> Result<Self::Mapping, MapError>;

    /// Allocates `count` zeroed pages, at least 1, in one run of addresses, and lets `peer` map them, readable and writable
    /// (`/dev/xen/gntalloc`). All or none.
    fn allocate_granted(&self, peer: DomainId, count: usize) -> Result<Self::Allocation, AllocationError>;

    /// Binds to a port that `peer` has allocated for this domain (`EVTCHNOP_bind_interdomain`).
    fn bind_port(&self, peer: DomainId, remote: Port) -> Result<Port, NoPortLeft>;

    /// Sends an event to the other end of the port.
    fn notify(&self, port: Port);

    /// Closes a port of [`Self::bind_port`].
    fn close_port(&self, port: Port);

    /// Time since some fixed moment; never goes back.
    fn now(&self) -> Duration;
}

/// The xenstore, as a back end in dom0 sees it: absolute paths, answers at once.
pub trait BackStore: Clone + 'static {
    /// The value of a node. A guest may have written it, so it can be anything up to 4,096 bytes.
    fn read(&self, path: &str) -> Result<Vec<u8>, StoreError>;

    /// The names of a node's children, in no certain order.
    fn directory(&self, path: &str) -> Result<Vec<String>, StoreError>;

    /// Writes one node, and makes it and its parents where they are missing.
    fn write(&self, path: &str, value: &[u8]) -> Result<(), StoreError>;

    /// Removes a node and everything below it.
    fn remove(&self, path: &str) -> Result<(), StoreError>;

    /// Asks for a watch event with this token whenever something at or below the path changes, and once at the start.
    /// The events reach the back end through its main loop, as (path, token).
    fn watch(&self, path: &str, token: &str) -> Result<(), StoreError>;

    /// Ends a watch of [`Self::watch`].
    fn unwatch(&self, path: &str, token: &str) -> Result<(), StoreError>;
}

/// There are too few free pages, or no addresses to put them side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfMemory {
    /// How many pages were asked for.
    pub wanted: usize,
    /// How many pages are free in all.
    pub free: usize,
}

impl fmt::Display for OutOfMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { wanted, free } = self;
        let missing = (wanted.saturating_sub(*free) * crate::PAGE_SIZE).div_ceil(1 << 20);
        write!(f, "{wanted} pages wanted, {free} are free: raise memory= in the guest's configuration")?;
        if missing > 0 { write!(f, " by at least {missing} MiB") } else { Ok(()) }
    }
}

/// How full the grant table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrantSpace {
    /// Grants that can still be made, the table's growth included.
    pub free: usize,
    /// Entries that the table has at its largest (`max_grant_frames` frames of 512), those that Xen reserves included.
    pub total: usize,
}

impl GrantSpace {
    /// What `max_grant_frames` has to be for `needed` grants beside those that are in use.
    pub fn frames_for(&self, needed: usize) -> usize {
        let in_use = self.total.saturating_sub(self.free);
        in_use.saturating_add(needed).div_ceil(grant_table::ENTRIES_PER_FRAME as usize)
    }
}

/// The grant table is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoGrantLeft;

/// The peer still maps the granted frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrantInUse;

/// Xen gave no event channel: none is left, or the peer named a port that it has not offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoPortLeft;

/// Grants of a peer could not be mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapError {
    /// The peer has not granted this page to us.
    BadReference(GrantRef),
    /// This domain has no room for the mapping; the number of pages asked for.
    NoRoom(usize),
}

impl fmt::Display for MapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadReference(reference) => write!(f, "grant reference {} can't be mapped", reference.0),
            Self::NoRoom(pages) => write!(f, "no room to map {pages} granted pages"),
        }
    }
}

/// Pages that a peer may map could not be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllocationError {
    /// This domain has not the memory; the number of pages asked for.
    NoMemory(usize),
    /// No grants are left, or the kernel does not give so many (gntalloc's `limit`); the number of pages asked for.
    NoGrants(usize),
    /// The device that grants pages can't be used (`/dev/xen/gntalloc` is missing).
    NoDevice,
}

impl fmt::Display for AllocationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMemory(pages) => write!(f, "no memory for {pages} pages that a guest may map"),
            Self::NoGrants(pages) => write!(
                f,
                "{pages} more pages for guests to map are more than this domain can grant: raise \
                 /sys/module/xen_gntalloc/parameters/limit, or gnttab_max_frames= on Xen's command line"
            ),
            Self::NoDevice => f.write_str("no /dev/xen/gntalloc: load the module xen-gntalloc"),
        }
    }
}

/// Why the xenstore did not do what it was asked; the names are those of `xs_wire.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// ENOENT: no such node.
    NotFound,
    /// EACCES: the node's permissions do not allow it.
    Denied,
    /// EINVAL: the request makes no sense to xenstored, for example a path with bad characters.
    Invalid,
    /// EAGAIN: the transaction met another one; start it again.
    Again,
    /// EEXIST: for example a watch that is already there.
    Exists,
    /// E2BIG, ENOSPC or EDQUOT: over a limit of xenstored.
    TooBig,
    /// EBUSY: xenstored can't do it now.
    Busy,
    /// The request, or the answer, does not fit the wire format.
    Malformed,
    /// The connection to xenstored is gone.
    Disconnected,
    /// Any other error name that xenstored sent.
    Other,
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "no such node (ENOENT)",
            Self::Denied => "permission denied (EACCES)",
            Self::Invalid => "invalid request (EINVAL)",
            Self::Again => "the transaction has to be started again (EAGAIN)",
            Self::Exists => "exists already (EEXIST)",
            Self::TooBig => "over a limit of xenstored (E2BIG, ENOSPC or EDQUOT)",
            Self::Busy => "xenstored is busy (EBUSY)",
            Self::Malformed => "an answer that does not fit the protocol",
            Self::Disconnected => "the connection to xenstored is gone",
            Self::Other => "an error that has no name here",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_larger_grant_table_has_room_for_what_is_needed() {
        let space = GrantSpace { free: 500, total: 1024 };
        assert_eq!([0, 500, 501, 1012, 1013].map(|needed| space.frames_for(needed)), [2, 2, 3, 3, 4]);
        let fresh = GrantSpace { free: 32768 - 8, total: 32768 };
        // Four buffers of 3840x2160, with their directories.
        assert_eq!(fresh.frames_for(4 * 8108), 64);
        assert_eq!(fresh.frames_for(4 * 8108 + 400), 65);
    }
}
