//! Pages between two domains: grants of a peer that are mapped, and pages that were made for a peer to map.

use std::format;
use std::vec::Vec;

use super::domain::Domain;
use super::grants::MappingId;
use super::memory::POISON;
use super::pages::Run;
use crate::memory::SharedMemory;
use crate::platform::{AllocationError, GrantedPages, MapError, SharedPages};
use crate::{Access, DomainId, Gfn, GrantRef, PAGE_SIZE};

/// 32-bit words in a page.
const WORDS: usize = PAGE_SIZE / 4;

/// Grants of a peer, mapped into this domain as one run of memory; unmapped on drop.
pub struct Mapping {
    domain: Domain,
    peer: Domain,
    references: Vec<GrantRef>,
    run: Run,
    id: MappingId,
}

impl Mapping {
    pub(super) fn new(domain: &Domain, peer: DomainId, references: &[GrantRef]) -> Result<Self, MapError> {
        let peer = domain.world().find(peer).ok_or(MapError::BadReference(references[0]))?;
        let run = map_frames(domain, &peer, references)?;
        let id = domain.world().new_mapping();
        for reference in references {
            peer.state().grants.map(*reference, id);
        }
        domain.state().mapping += references.len();
        Ok(Self { domain: domain.clone(), peer, references: references.to_vec(), run, id })
    }
}

fn map_frames(domain: &Domain, peer: &Domain, references: &[GrantRef]) -> Result<Run, MapError> {
    let state = peer.state();
    let frame = |reference: &GrantRef| {
        let frame = state.grants.writable_by(domain.id(), *reference).ok_or(MapError::BadReference(*reference))?;
        Ok((&state.frames.backing, frame.0))
    };
    let frames: Vec<_> = references.iter().map(frame).collect::<Result<_, _>>()?;
    Run::map(&frames).map_err(|_| MapError::NoRoom(references.len()))
}

impl SharedPages for Mapping {
    /// Using a mapping of a grant that was ended by force is recorded as a violation.
    fn memory(&self) -> SharedMemory<'_> {
        if self.domain.world().is_revoked(self.id) {
            self.domain.violation(&format!("uses a mapping of {} after a grant in it has ended", self.peer.id()));
        }
        self.run.memory()
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        self.domain.consult(&super::Operation::Unmap(self.references.len()));
        self.domain.state().mapping -= self.references.len();
        for reference in &self.references {
            self.peer.state().grants.unmap(*reference, self.id);
            free_if_lingering(&self.peer, *reference);
        }
    }
}

/// Pages that a peer may map, as gntalloc makes them. When it is dropped, pages that nobody maps are freed at once, and the
/// others when they are unmapped.
pub struct Allocation {
    domain: Domain,
    frames: Vec<Gfn>,
    references: Vec<GrantRef>,
    run: Run,
}

impl Allocation {
    pub(super) fn new(domain: &Domain, peer: DomainId, count: usize) -> Result<Self, AllocationError> {
        let mut state = domain.state();
        if state.grants.space().free < count {
            return Err(AllocationError::NoGrants(count));
        }
        let frames = state.frames.take(count).map_err(|_| AllocationError::NoMemory(count))?;
        let places: Vec<_> = frames.iter().map(|frame| (&state.frames.backing, frame.0)).collect();
        let run = Run::map(&places).expect("the host has addresses left");
        run.memory().clear();
        let grant = |frame: &Gfn| state.grants.grant(peer, *frame, Access::ReadWrite).expect("enough grants are free");
        let references = frames.iter().map(grant).collect();
        drop(state);
        Ok(Self { domain: domain.clone(), frames, references, run })
    }
}

impl SharedPages for Allocation {
    fn memory(&self) -> SharedMemory<'_> {
        self.run.memory()
    }
}

impl GrantedPages for Allocation {
    fn references(&self) -> &[GrantRef] {
        &self.references
    }
}

impl Drop for Allocation {
    fn drop(&mut self) {
        for (page, (reference, frame)) in self.references.iter().zip(&self.frames).enumerate() {
            let mut state = self.domain.state();
            // A grant that is gone already was ended by force, or by the end of the domain.
            if let Some(Err(_)) = state.grants.end(*reference) {
                state.lingering.insert(*reference, *frame);
                continue;
            }
            self.run.memory().fill_words(page * PAGE_SIZE, WORDS, POISON);
            state.frames.give_back(&[*frame]);
        }
    }
}

/// A peer has unmapped a grant: if it was the last one, and the owner has let go of the page, the page is freed.
fn free_if_lingering(owner: &Domain, reference: GrantRef) {
    let mut state = owner.state();
    let Some(frame) = state.lingering.get(&reference).copied() else { return };
    if let Some(Ok(())) = state.grants.end(reference) {
        state.lingering.remove(&reference);
        let page = Run::map(&[(&state.frames.backing, frame.0)]).expect("the host has addresses left");
        page.memory().fill_words(0, WORDS, POISON);
        state.frames.give_back(&[frame]);
    }
}
