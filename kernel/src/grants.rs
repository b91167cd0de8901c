//! The grant table, version 1: letting another domain map a frame is a write to memory that Xen reads.

use alloc::vec::Vec;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicU16, Ordering};

use vitrine_xen::abi::grant_table::{
    ENTRIES_PER_FRAME, EntryV1, PERMIT_ACCESS, READING, READONLY, RESERVED_ENTRIES, WRITING,
};
use vitrine_xen::platform::{GrantInUse, GrantSpace, NoGrantLeft};
use vitrine_xen::{Access, DomainId, Gfn, GrantRef};

/// A grant table that grows by frames, up to the size that Xen allows.
pub(crate) struct GrantTable {
    /// The mapped frames, in the order of the table.
    frames: Vec<NonNull<u8>>,
    max_frames: u32,
    /// The lowest entry that was never used.
    unused: u32,
    /// Entries that were used and are free again.
    freed: Vec<u32>,
    /// Maps frame N of the table, or says that it can't be had.
    map: fn(u32) -> Option<NonNull<u8>>,
}

impl GrantTable {
    /// A table without frames. `map` must give page-aligned frames of the table that stay mapped for good and are
    /// reached through this value alone.
    pub(crate) const fn new(max_frames: u32, map: fn(u32) -> Option<NonNull<u8>>) -> Self {
        Self { frames: Vec::new(), max_frames, unused: RESERVED_ENTRIES, freed: Vec::new(), map }
    }

    /// Lets `peer` map `frame`.
    pub(crate) fn grant(&mut self, peer: DomainId, frame: Gfn, access: Access) -> Result<GrantRef, NoGrantLeft> {
        // Version 1 entries hold 32 bits of a frame number: 16 TiB, far above the page tables' 512 GiB.
        let frame = u32::try_from(frame.0).map_err(|_| NoGrantLeft)?;
        let index = self.free_entry()?;
        let entry = self.entry(index);
        let readonly = if access == Access::ReadOnly { READONLY } else { 0 };
        // SAFETY: the entry is in the table and nobody uses it; Xen looks at it only once the flags say so.
        unsafe {
            (&raw mut (*entry).domid).write_volatile(peer.0);
            (&raw mut (*entry).frame).write_volatile(frame);
        }
        self.flags(index).store(PERMIT_ACCESS | readonly, Ordering::Release);
        Ok(GrantRef(index))
    }

    /// Takes a grant back, unless it is mapped. Panics when `reference` is none of [`Self::grant`].
    pub(crate) fn end(&mut self, reference: GrantRef) -> Result<(), GrantInUse> {
        let GrantRef(index) = reference;
        assert!((RESERVED_ENTRIES..self.unused).contains(&index), "grant reference {index} was never given");
        let flags = self.flags(index);
        let mut seen = flags.load(Ordering::Relaxed);
        assert!(seen & PERMIT_ACCESS != 0, "grant reference {index} is ended twice");
        // Xen sets the two bits by compare-and-exchange too, so it either maps the frame before or not at all.
        loop {
            if seen & (READING | WRITING) != 0 {
                return Err(GrantInUse);
            }
            match flags.compare_exchange(seen, 0, Ordering::SeqCst, Ordering::Relaxed) {
                Ok(_) => break,
                Err(now) => seen = now,
            }
        }
        self.freed.push(index);
        Ok(())
    }

    /// How full the table is.
    pub(crate) fn space(&self) -> GrantSpace {
        let total = self.max_frames as usize * ENTRIES_PER_FRAME as usize;
        let used = self.unused as usize - self.freed.len();
        GrantSpace { free: total.saturating_sub(used), total }
    }

    /// An entry that nobody uses; the table grows when it has none.
    fn free_entry(&mut self) -> Result<u32, NoGrantLeft> {
        if let Some(index) = self.freed.pop() {
            return Ok(index);
        }
        let entries = self.frames.len() as u32 * ENTRIES_PER_FRAME;
        if self.unused >= entries {
            self.grow()?;
        }
        self.unused += 1;
        Ok(self.unused - 1)
    }

    fn grow(&mut self) -> Result<(), NoGrantLeft> {
        let next = self.frames.len() as u32;
        if next >= self.max_frames {
            return Err(NoGrantLeft);
        }
        self.frames.push((self.map)(next).ok_or(NoGrantLeft)?);
        Ok(())
    }

    fn entry(&self, index: u32) -> *mut EntryV1 {
        let frame = self.frames[(index / ENTRIES_PER_FRAME) as usize];
        // SAFETY: an index below 512 is inside the frame.
        unsafe { frame.cast::<EntryV1>().add((index % ENTRIES_PER_FRAME) as usize).as_ptr() }
    }

    fn flags(&self, index: u32) -> &AtomicU16 {
        // SAFETY: inside a mapped frame, aligned; Xen, the only other writer, uses atomic operations.
        unsafe { AtomicU16::from_ptr(&raw mut (*self.entry(index)).flags) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leak(_frame: u32) -> Option<NonNull<u8>> {
        Some(NonNull::from(Box::leak(Box::new([0u64; 512]))).cast())
    }

    const PEER: DomainId = DomainId(3);

    fn table() -> GrantTable {
        GrantTable::new(2, leak)
    }

    #[test]
    fn a_grant_is_an_entry_for_xen_to_read() {
        let mut table = table();
        let read_only = table.grant(PEER, Gfn(0x1234), Access::ReadOnly).unwrap();
        let read_write = table.grant(PEER, Gfn(0x5678), Access::ReadWrite).unwrap();
        assert_eq!((read_only, read_write), (GrantRef(8), GrantRef(9)));
        // SAFETY: the entries are in leaked frames.
        let (first, second) = unsafe { (table.entry(8).read(), table.entry(9).read()) };
        assert_eq!((first.flags, first.domid, first.frame), (PERMIT_ACCESS | READONLY, 3, 0x1234));
        assert_eq!((second.flags, second.domid, second.frame), (PERMIT_ACCESS, 3, 0x5678));
    }

    #[test]
    fn a_mapped_grant_does_not_end() {
        let mut table = table();
        let reference = table.grant(PEER, Gfn(1), Access::ReadWrite).unwrap();
        table.flags(reference.0).fetch_or(WRITING, Ordering::SeqCst);
        assert_eq!(table.end(reference), Err(GrantInUse));
        table.flags(reference.0).fetch_and(!WRITING, Ordering::SeqCst);
        assert_eq!(table.end(reference), Ok(()));
        assert_eq!(table.flags(reference.0).load(Ordering::SeqCst), 0);
        assert_eq!(table.grant(PEER, Gfn(2), Access::ReadOnly), Ok(reference));
    }

    #[test]
    fn the_table_grows_to_its_limit() {
        let mut table = table();
        assert_eq!(table.space(), GrantSpace { free: 2 * 512 - 8, total: 2 * 512 });
        for granted in 0..2 * 512 - 8 {
            assert_eq!(table.space().free, 2 * 512 - 8 - granted);
            table.grant(PEER, Gfn(1), Access::ReadOnly).unwrap();
        }
        assert_eq!(table.grant(PEER, Gfn(1), Access::ReadOnly), Err(NoGrantLeft));
        assert_eq!(table.frames.len(), 2);
    }

    #[test]
    fn a_frame_that_cannot_be_mapped_is_no_grant() {
        let mut table = GrantTable::new(2, |_| None);
        assert_eq!(table.grant(PEER, Gfn(1), Access::ReadOnly), Err(NoGrantLeft));
    }

    #[test]
    #[should_panic(expected = "ended twice")]
    fn a_grant_ends_once() {
        let mut table = table();
        let reference = table.grant(PEER, Gfn(1), Access::ReadWrite).unwrap();
        let _ = table.end(reference);
        let _ = table.end(reference);
    }
}
