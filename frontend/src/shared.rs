//! Pages that are granted to the back end, and what becomes of them afterwards.
//!
//! A page goes back to the allocator only when its grant has truly ended. A grant that the back end still maps stays, with
//! its pages, in the [`Quarantine`], which asks again later.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::ops::Range;

use vitrine_xen::memory::SharedMemory;
use vitrine_xen::platform::{FrontPlatform, OutOfMemory, OwnPages, SharedPages};
use vitrine_xen::{Access, DomainId, GrantRef};

use crate::Error;

/// Pages and the grants of all or some of them, one a page, in order.
///
/// Dropping it ends the grants. Pages that the peer still maps then are never used again: whoever can wait for them ends
/// the grants with [`Self::end`] and keeps the rest in quarantine.
pub struct Granted<P: FrontPlatform> {
    platform: P,
    pages: Rc<P::Pages>,
    references: Vec<GrantRef>,
}

impl<P: FrontPlatform> Granted<P> {
    /// Allocates zeroed pages and grants each of them to `peer`, readable and writable. All or nothing.
    pub fn new(
        platform: &P,
        peer: DomainId,
        count: usize,
        shortage: impl FnOnce(OutOfMemory) -> Error,
    ) -> Result<Self, Error> {
        expect_free_grants(platform, count)?;
        // The list first: when the pages have taken all memory, none is left for it.
        let references = Vec::with_capacity(count);
        let pages = Rc::new(platform.allocate(count).map_err(shortage)?);
        Self { platform: platform.clone(), pages, references }.grant(peer, 0..count)
    }

    /// Grants some of the pages that somebody has already to `peer`, readable and writable. All or nothing. Panics when there
    /// are no such pages.
    pub fn of(platform: &P, peer: DomainId, pages: Rc<P::Pages>, which: Range<usize>) -> Result<Self, Error> {
        expect_free_grants(platform, which.len())?;
        let references = Vec::with_capacity(which.len());
        Self { platform: platform.clone(), pages, references }.grant(peer, which)
    }

    fn grant(mut self, peer: DomainId, which: Range<usize>) -> Result<Self, Error> {
        let needed = which.len();
        for index in which {
            match self.platform.grant(peer, self.pages.gfn(index), Access::ReadWrite) {
                Ok(reference) => self.references.push(reference),
                Err(_) => {
                    let platform = self.platform.clone();
                    drop(self);
                    return Err(Error::no_grants(needed, platform.grant_space()));
                }
            }
        }
        Ok(self)
    }

    /// The grants, one a page, in the order of the pages.
    pub fn references(&self) -> &[GrantRef] {
        &self.references
    }

    /// The pages, which stay allocated for as long as a clone of this exists.
    pub fn pages(&self) -> &Rc<P::Pages> {
        &self.pages
    }

    /// Ends the grants. What the peer still maps comes back and belongs into quarantine.
    #[must_use]
    pub fn end(mut self) -> Option<Self> {
        self.end_what_can_be();
        if self.references.is_empty() { None } else { Some(self) }
    }

    fn end_what_can_be(&mut self) {
        self.references.retain(|reference| self.platform.end_grant(*reference).is_err());
    }
}

/// Fails when fewer than `needed` grants are free, before anything is made that would have to be undone.
pub fn expect_free_grants<P: FrontPlatform>(platform: &P, needed: usize) -> Result<(), Error> {
    let space = platform.grant_space();
    if needed > space.free { Err(Error::no_grants(needed, space)) } else { Ok(()) }
}

impl<P: FrontPlatform> Drop for Granted<P> {
    fn drop(&mut self) {
        self.end_what_can_be();
        if !self.references.is_empty() {
            log::warn!("{} pages are lost: the back end still maps them", self.references.len());
            core::mem::forget(self.pages.clone());
        }
    }
}

impl<P: FrontPlatform> SharedPages for Granted<P> {
    fn memory(&self) -> SharedMemory<'_> {
        self.pages.memory()
    }
}

/// Granted pages that the back end would not let go.
pub struct Quarantine<P: FrontPlatform> {
    held: Vec<Granted<P>>,
}

impl<P: FrontPlatform> Default for Quarantine<P> {
    fn default() -> Self {
        Self { held: Vec::new() }
    }
}

impl<P: FrontPlatform> Quarantine<P> {
    /// Ends the grants of `granted`, and keeps what can't be ended yet.
    pub fn end(&mut self, granted: Granted<P>) {
        self.held.extend(granted.end());
    }

    /// Tries again.
    pub fn retry(&mut self) {
        let held = core::mem::take(&mut self.held);
        self.held = held.into_iter().filter_map(Granted::end).collect();
    }

    /// How many grants are in here.
    pub fn grants(&self) -> usize {
        self.held.iter().map(|granted| granted.references.len()).sum()
    }
}
