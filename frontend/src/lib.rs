//! The display front end: it finds the device in xenstore, connects, shares buffers and flips them.
//!
//! Two layers. The engine, [`Device`], owns no executor and no clock: it is told what has happened (an event arrived, the
//! back end's state changed, a xenstore command is done) and what time it is, and says which xenstore command it wants
//! run and when it wants to be polled again. The [`face`] is the asynchronous handles that an appliance holds, and the
//! loop that feeds the engine. Both are written against the traits of [`vitrine_xen::platform`],
//! so they run unchanged on the bare machine and over the fake Xen of the tests.
//!
//! Where to begin reading: [`link`] (who goes to which state when), then [`device`] (the engine), [`objects`] (buffers and
//! framebuffers), [`head`] (page flips), [`swapchain`] (which buffer is drawn on), [`requests`] (what is in flight),
//! [`backing`] and [`shared`] (pages, grants and quarantine), [`face`].
//!
//! It may know `vitrine-xen` and nothing else of this workspace; in particular no pixels, no kernel and no executor.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod backing;
mod channel;
pub mod config;
mod cookie;
pub mod device;
pub mod edid;
mod error;
pub mod face;
pub mod head;
pub mod link;
pub mod objects;
pub mod probe;
pub mod requests;
pub mod shared;
pub mod swapchain;
pub mod tickets;

pub use config::Configuration;
pub use device::{Device, View};
pub use error::Error;
pub use face::{Card, Cards, Display, Frame, Presented};
pub use head::Pacing;
pub use objects::{BufferId, FramebufferId};
pub use swapchain::Flip;
pub use tickets::Ticket;
