//! The lab behind `cargo xtask`: boots real Xen in QEMU, without KVM and without root, and drives it.
//!
//! It knows files, commands and Debian's packages, and none of the project's crates. Boot tests use it as a library.
//! Begin reading at [`lab::Lab`], which fetches what is needed, and [`machine::Machine`], which boots it.

#![forbid(unsafe_code)]

pub mod disassembly;
pub mod host;
pub mod images;
pub mod lab;
pub mod machine;
pub mod picture;
pub mod preview;
pub mod progress;
pub mod say;
pub mod signals;
pub mod unsafe_code;
