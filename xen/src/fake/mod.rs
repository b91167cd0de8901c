//! An in-process Xen for tests: several domains on one thread, in virtual time, the same in every run.
//!
//! A [`World`] has [`Domain`]s, each with memory, a grant table, event channels and a view of one xenstore. A domain
//! implements [`FrontPlatform`](crate::platform::FrontPlatform) and [`BackPlatform`](crate::platform::BackPlatform);
//! [`Domain::store`] and [`Domain::sync_store`] give the two kinds of xenstore. So a real front end and a real back end
//! meet in one process, without knowing it.
//!
//! What it is strict about, so that forgetting something fails a test:
//! - Memory is really shared: a mapping shows the owner's bytes because the same pages are behind both, in the order of
//!   the references. What was not granted, was granted to another domain, or was granted to be read only can't be mapped.
//! - A grant that is mapped does not end. Freed pages are poisoned. A page of [`Allocation`] that a peer still maps when its
//!   owner lets go of it is freed, and poisoned, when it is unmapped.
//! - What a guest kernel or Xen would suffer from is recorded in [`World::violations`]: freeing pages that are still
//!   granted, granting what is not one's own, ending what is no grant, using a port that is not open, using a mapping
//!   after its grant was ended by force.
//! - Xenstore has owners and permissions, and tells watches only what their domain may read.
//! - Time passes when the test says so, or in [`World::run_for`], which jumps from timer to timer.
//!
//! [`World::set_faults`] is the one hook by which things go wrong; [`Domain::usage`] tells what has leaked and
//! [`Domain::counters`] what was done.
//!
//! Where to begin reading: [`world`], then [`domain`], which joins the small tables of `memory`, `grants` and `events`
//! with the platform's traits; [`store`] is the xenstore, [`executor`] runs tasks. All unsafe code is in `pages`.
//!
//! ```
//! use vitrine_xen::fake::World;
//! use vitrine_xen::platform::{FrontPlatform, GrantInUse, OwnPages, SharedPages};
//! use vitrine_xen::{Access, DomainId};
//!
//! let world = World::new();
//! let (dom0, guest) = (world.domain(DomainId(0)), world.domain(DomainId(5)));
//! let pages = guest.allocate(1).unwrap();
//! let reference = guest.grant(dom0.id(), pages.gfn(0), Access::ReadWrite).unwrap();
//!
//! let mapping = dom0.map(guest.id(), &[reference]).unwrap();
//! mapping.memory().write_u32(0, 7);
//! assert_eq!(pages.memory().read_u32(0), 7);
//! assert_eq!(guest.end_grant(reference), Err(GrantInUse));
//! drop(mapping);
//! assert_eq!(guest.end_grant(reference), Ok(()));
//! # drop(pages);
//! # assert!(world.violations().is_empty());
//! ```

mod clock;
pub mod domain;
mod events;
pub mod executor;
pub mod faults;
mod grants;
pub mod mapping;
pub mod memory;
mod pages;
pub mod store;
#[cfg(test)]
mod tests;
pub mod vdispl;
pub mod world;

pub use domain::{Domain, Usage};
pub use executor::{Handle, Tasks, Turn};
pub use faults::{Counters, Fault, Faults, Operation};
pub use mapping::{Allocation, Mapping};
pub use memory::{Frame, Pages};
pub use store::{AsyncStore, Permissions, Right, StoreWatch, SyncStore};
pub use vdispl::Vdispl;
pub use world::World;
