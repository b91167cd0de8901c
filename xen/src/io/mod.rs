//! The device protocols of `xen/include/public/io/`.

pub mod displif;
