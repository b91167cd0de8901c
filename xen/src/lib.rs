//! What both ends of a Xen device agree on, written once.
//!
//! This crate holds Xen's ABI and its device protocols from both sides: a message is encoded and decoded by the same
//! code in the appliance, in the back end, in the tests and in the fuzz targets. It knows nothing of the machine that it
//! runs on: what a front end or a back end needs from below is a trait in [`platform`], which the kernel, dom0's device
//! nodes and the fake Xen of the tests each implement.
//!
//! Where to begin reading: [`platform`] for the seams, [`memory`] for how memory is touched that another domain can
//! write, [`io::displif`] and [`ring`] for the display protocol, [`xenstore`] and [`xenbus`] for how two ends meet,
//! [`edid`] for what displays say of themselves, [`abi`] and [`hypercall`] for Xen itself, [`command_line`] and [`figures`] for
//! what a domain is told and can tell.
//!
//! It may import nothing of this workspace. Unsafe code is in [`memory`], [`hypercall`] and the fake's page allocator.
#![no_std]

extern crate alloc;
#[cfg(any(test, feature = "fake"))]
extern crate std;

pub mod abi;
pub mod command_line;
pub mod edid;
#[cfg(feature = "fake")]
pub mod fake;
pub mod figures;
pub mod hypercall;
pub mod io;
pub mod memory;
pub mod platform;
pub mod ring;
pub mod types;
pub mod xenbus;
pub mod xenstore;

pub use types::{Access, DomainId, Gfn, GrantRef, PAGE_SIZE, Port};
