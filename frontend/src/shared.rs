//! Pages that are granted to the back end, and what becomes of them afterwards.
//!
//! A page goes back to the allocator only when its grant has truly ended. A grant that the back end still maps stays, with
//! its pages, in the [`Quarantine`], which asks again later.

use alloc::rc::Rc;
use alloc::vec::Vec;

use vitrine_xen::memory::SharedMemory;
use vitrine_xen::platform::{FrontPlatform, OutOfMemory, OwnPages, SharedPages};
use vitrine_xen::{Access, DomainId, GrantRef};

use crate::Error;

/// Pages and their grants, one a page, in order.
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
        let space = platform.grant_space();
        if count > space.free {
            return Err(Error::Grants { needed: count, free: space.free });
        }
        let pages = platform.allocate(count).map_err(shortage)?;
        let references = Vec::with_capacity(count);
        let mut granted = Self { platform: platform.clone(), pages: Rc::new(pages), references };
        for index in 0..count {
            match platform.grant(peer, granted.pages.gfn(index), Access::ReadWrite) {
                Ok(reference) => granted.references.push(reference),
                Err(_) => {
                    drop(granted);
                    return Err(Error::Grants { needed: count, free: platform.grant_space().free });
                }
            }
        }
        Ok(granted)
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
