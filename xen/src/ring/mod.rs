//! The rings of displif, both ends of each: requests and responses on one page, events on another.
//!
//! The page is shared, so nothing in it is believed: each end keeps its own copy of every index that it owns, copies a
//! slot out once, and checks what the peer says against what the protocol can mean. An index that means nothing is a
//! [`RingError`], after which the ring is of no more use.
//!
//! Layouts: `io/ring.h` (`DEFINE_RING_TYPES(xen_displif, ...)`) and `io/displif.h` (`struct xendispl_event_page`).

mod control;
mod event;

pub use control::{BackRing, FrontRing};
pub use event::{EventConsumer, EventProducer};

use crate::memory::{SharedMemory, read_barrier};

/// Bytes in a slot of either ring.
pub const SLOT_SIZE: usize = 64;
/// Slots of the control ring: the largest power of two that fits a page.
pub const CONTROL_SLOTS: u32 = 32;
/// Slots of the event page: all that fit behind its header; not a power of two (`XENDISPL_IN_RING_LEN`).
pub const EVENT_SLOTS: u32 = 63;
/// Byte offset of slot 0 on either page.
const SLOTS_OFFSET: usize = 64;

/// One packet, copied out of or into a ring.
pub type Slot = [u8; SLOT_SIZE];

/// The peer's index says something that the protocol can't mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RingError {
    /// The peer's index, as read.
    pub theirs: u32,
    /// Our own index that it was compared with.
    pub ours: u32,
}

impl core::fmt::Display for RingError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "the peer's ring index {} does not fit ours, {}", self.theirs, self.ours)
    }
}

/// Every slot is taken: the peer has not kept up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RingFull;

fn slot_offset(index: u32, slots: u32) -> usize {
    SLOTS_OFFSET + SLOT_SIZE * (index % slots) as usize
}

/// How many packets lie between our index and the peer's, or an error when that is more than `most`.
fn distance(memory: SharedMemory<'_>, offset: usize, ours: u32, most: u32) -> Result<u32, RingError> {
    let theirs = memory.read_u32(offset);
    read_barrier();
    let count = theirs.wrapping_sub(ours);
    if count > most { Err(RingError { theirs, ours }) } else { Ok(count) }
}

fn copy_out(memory: SharedMemory<'_>, offset: usize) -> Slot {
    let mut slot = [0; SLOT_SIZE];
    memory.read(offset, &mut slot);
    slot
}

#[cfg(test)]
mod tests;
