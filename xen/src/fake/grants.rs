//! A domain's grant table, and who maps what is in it.

use std::collections::{BTreeMap, BTreeSet};
use std::vec::Vec;

use crate::platform::{GrantInUse, GrantSpace, NoGrantLeft};
use crate::{Access, DomainId, Gfn, GrantRef};

/// Entries of version 1 in one frame of the table (`grant_entry_v1_t` is 8 bytes).
const ENTRIES_PER_FRAME: u32 = 512;
/// Xen keeps the first entries for itself (`GNTTAB_NR_RESERVED_ENTRIES`).
const RESERVED: u32 = 8;

/// A mapping, by a number that is never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct MappingId(pub(super) u64);

struct Entry {
    peer: DomainId,
    frame: Gfn,
    access: Access,
    mappings: Vec<MappingId>,
}

/// The grant table of one domain.
pub(super) struct GrantTable {
    entries: BTreeMap<GrantRef, Entry>,
    /// References that were in use and are free again; the last one goes first.
    free: Vec<GrantRef>,
    /// The first reference that was never in use.
    unused: u32,
    frames: u32,
}

impl GrantTable {
    pub(super) fn new(frames: u32) -> Self {
        Self { entries: BTreeMap::new(), free: Vec::new(), unused: RESERVED, frames }
    }

    /// Sets the table's largest size. Panics when a reference that would go has been in use.
    pub(super) fn set_frames(&mut self, frames: u32) {
        assert!(self.unused <= frames * ENTRIES_PER_FRAME, "a grant table can't shrink below what was in use");
        self.frames = frames;
    }

    pub(super) fn space(&self) -> GrantSpace {
        let total = (self.frames * ENTRIES_PER_FRAME) as usize;
        GrantSpace { free: total - self.unused as usize + self.free.len(), total }
    }

    pub(super) fn live(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn mapped(&self) -> usize {
        self.entries.values().filter(|entry| !entry.mappings.is_empty()).count()
    }

    pub(super) fn grant(&mut self, peer: DomainId, frame: Gfn, access: Access) -> Result<GrantRef, NoGrantLeft> {
        let reference = match self.free.pop() {
            Some(reference) => reference,
            None if self.unused == self.frames * ENTRIES_PER_FRAME => return Err(NoGrantLeft),
            None => {
                self.unused += 1;
                GrantRef(self.unused - 1)
            }
        };
        self.entries.insert(reference, Entry { peer, frame, access, mappings: Vec::new() });
        Ok(reference)
    }

    /// Ends a grant that nobody maps; `None` when there is none of this number.
    pub(super) fn end(&mut self, reference: GrantRef) -> Option<Result<(), GrantInUse>> {
        if !self.entries.get(&reference)?.mappings.is_empty() {
            return Some(Err(GrantInUse));
        }
        self.end_by_force(reference).map(|_| Ok(()))
    }

    /// Ends a grant whoever maps it, and says who did.
    pub(super) fn end_by_force(&mut self, reference: GrantRef) -> Option<Vec<MappingId>> {
        let entry = self.entries.remove(&reference)?;
        self.free.push(reference);
        Some(entry.mappings)
    }

    /// The grants of any of these frames.
    pub(super) fn grants_of(&self, frames: &[Gfn]) -> impl Iterator<Item = (GrantRef, Gfn)> + use<'_> {
        let frames: BTreeSet<Gfn> = frames.iter().copied().collect();
        let granted = self.entries.iter().filter(move |(_, entry)| frames.contains(&entry.frame));
        granted.map(|(reference, entry)| (*reference, entry.frame))
    }

    /// The granted frame, whoever may map it.
    pub(super) fn frame(&self, reference: GrantRef) -> Option<Gfn> {
        self.entries.get(&reference).map(|entry| entry.frame)
    }

    /// The frame, if `caller` may map it readable and writable.
    pub(super) fn writable_by(&self, caller: DomainId, reference: GrantRef) -> Option<Gfn> {
        let entry = self.entries.get(&reference)?;
        (entry.peer == caller && entry.access == Access::ReadWrite).then_some(entry.frame)
    }

    pub(super) fn map(&mut self, reference: GrantRef, mapping: MappingId) {
        self.entries.get_mut(&reference).expect("only a live grant is mapped").mappings.push(mapping);
    }

    /// Forgets a mapping; a grant that was ended by force meanwhile has forgotten it already.
    pub(super) fn unmap(&mut self, reference: GrantRef, mapping: MappingId) {
        if let Some(entry) = self.entries.get_mut(&reference)
            && let Some(place) = entry.mappings.iter().position(|known| *known == mapping)
        {
            entry.mappings.swap_remove(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOM0: DomainId = DomainId(0);

    #[test]
    fn references_are_never_the_reserved_ones_and_run_out() {
        let mut table = GrantTable::new(1);
        assert_eq!(table.space(), GrantSpace { free: 504, total: 512 });
        for index in 0..504 {
            let reference = table.grant(DOM0, Gfn(index), Access::ReadWrite).unwrap();
            assert!(reference.0 >= RESERVED && reference.0 < 512);
        }
        assert_eq!(table.grant(DOM0, Gfn(1), Access::ReadWrite), Err(NoGrantLeft));
        assert_eq!(table.end(GrantRef(100)), Some(Ok(())));
        assert_eq!(table.space().free, 1);
        assert_eq!(table.grant(DOM0, Gfn(1), Access::ReadWrite), Ok(GrantRef(100)));
    }

    #[test]
    fn a_mapped_grant_does_not_end() {
        let mut table = GrantTable::new(1);
        let reference = table.grant(DOM0, Gfn(1), Access::ReadWrite).unwrap();
        table.map(reference, MappingId(1));
        table.map(reference, MappingId(2));
        assert_eq!(table.end(reference), Some(Err(GrantInUse)));
        table.unmap(reference, MappingId(1));
        assert_eq!(table.end(reference), Some(Err(GrantInUse)));
        table.unmap(reference, MappingId(2));
        assert_eq!(table.end(reference), Some(Ok(())));
        assert_eq!(table.end(reference), None);
    }

    #[test]
    fn only_the_peer_maps_and_only_what_is_writable() {
        let mut table = GrantTable::new(1);
        let writable = table.grant(DOM0, Gfn(1), Access::ReadWrite).unwrap();
        let readable = table.grant(DOM0, Gfn(2), Access::ReadOnly).unwrap();
        assert_eq!(table.writable_by(DOM0, writable), Some(Gfn(1)));
        assert_eq!(table.writable_by(DOM0, readable), None);
        assert_eq!(table.writable_by(DomainId(2), writable), None);
        assert_eq!(table.writable_by(DOM0, GrantRef(0)), None);
    }
}
