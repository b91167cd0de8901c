//! The paravirtual console's ring page (`struct xencons_interface`, `io/console.h`).
//!
//! Byte offsets into the page, which xenconsoled in dom0 writes too. Indices run freely and wrap at 2^32.

/// Bytes of the ring that carries what the guest reads.
pub const IN_SIZE: usize = 1024;
/// Bytes of the ring that carries what the guest writes.
pub const OUT_SIZE: usize = 2048;
/// Offset of `in`.
pub const IN: usize = 0;
/// Offset of `out`.
pub const OUT: usize = IN_SIZE;
/// Offset of `in_cons`, which the guest writes.
pub const IN_CONS: usize = OUT + OUT_SIZE;
/// Offset of `in_prod`, which xenconsoled writes.
pub const IN_PROD: usize = IN_CONS + 4;
/// Offset of `out_cons`, which xenconsoled writes.
pub const OUT_CONS: usize = IN_PROD + 4;
/// Offset of `out_prod`, which the guest writes.
pub const OUT_PROD: usize = OUT_CONS + 4;
