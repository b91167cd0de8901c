//! The real front end and the real back end, joined by the fake Xen, in virtual time; and each of them against an other
//! end that does what it should not.
//!
//! Where to begin reading: [`setup`] (the two domains), [`frames`] (what has to work), [`broken`] (that these tests notice
//! when it does not). In [`answers`] and [`hostile`] the test itself plays one end, by [`scripted`]; in [`displ_be`] and
//! [`linux`] it has the habits of those that others have.

extern crate alloc;

mod answers;
mod asking;
mod backing;
mod be_alloc;
mod broken;
mod card;
mod configuration;
mod conformance;
mod connection;
mod displ_be;
mod displays;
mod edid;
#[path = "../../../src/frame_memory.rs"]
mod frame_memory;
mod frames;
mod hostile;
mod hotplug;
mod interleavings;
mod linux;
mod malice;
mod modes;
mod opened;
mod rig;
mod screen;
mod scripted;
mod setup;
mod several;
mod shortage;
#[path = "../../../src/show.rs"]
mod show;
mod states;
mod views;
mod walk;
