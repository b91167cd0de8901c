//! The names that everything else is written in: domains, frames, grants, ports.

use core::fmt;

/// Bytes in a page of Xen's ABI on x86 (`XEN_PAGE_SIZE`). Grants, rings and page directories count in these.
pub const PAGE_SIZE: usize = 4096;

/// A domain's number (`domid_t`, `xen.h`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DomainId(pub u16);

impl DomainId {
    /// The domain that makes the call (`DOMID_SELF`, `xen.h`).
    pub const SELF: Self = Self(0x7ff0);
    /// Numbers from here on are reserved and name no domain (`DOMID_FIRST_RESERVED`, `xen.h`).
    pub const FIRST_RESERVED: u16 = 0x7ff0;
}

impl fmt::Display for DomainId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "d{}", self.0)
    }
}

/// The number of a 4 KiB frame in a domain's own physical address space: its address divided by [`PAGE_SIZE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gfn(pub u64);

/// An entry of a domain's grant table (`grant_ref_t`, `grant_table.h`). Entries 0 to 7 are reserved by Xen
/// (`GNTTAB_NR_RESERVED_ENTRIES`), and 0 means "none" in displif.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GrantRef(pub u32);

/// The local number of an event channel (`evtchn_port_t`, `event_channel.h`). Port 0 is never valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Port(pub u32);

/// What the peer may do with a granted page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// The peer may only read (`GTF_readonly`).
    ReadOnly,
    /// The peer may read and write.
    ReadWrite,
}
