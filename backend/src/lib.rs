//! A displif back end: it shows Xen guests on a screen, or writes their frames into files.
//!
//! Three parts. [`engine`] is the protocol: devices, states, rings, and every check of what a guest says; it runs on
//! anything that implements the traits of [`vitrine_xen::platform`]. [`output`] is where pictures go. [`device`] is dom0:
//! Xen's device nodes, and all unsafe code. [`daemon`] joins them in a loop, [`options`] is the command line.
//!
//! Where to begin reading: [`engine`], then [`output`].
//!
//! It may know `vitrine-xen` and nothing else of this workspace: what it shares with the front end are the wire formats.
#![deny(unsafe_code)]

pub mod daemon;
#[allow(unsafe_code, reason = "the device nodes are reached by ioctl and mmap")]
pub mod device;
#[forbid(unsafe_code)]
pub mod engine;
pub mod logger;
pub mod options;
#[forbid(unsafe_code)]
pub mod output;
#[forbid(unsafe_code)]
pub mod trace_file;
