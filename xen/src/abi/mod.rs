//! Xen's ABI on x86-64: the numbers and structures that cross the border between a guest and Xen.
//!
//! Names, values and layouts are those of Xen's public headers (`xen/include/public`), which each module names. Layouts
//! are asserted at compile time. Nothing here does anything: [`crate::hypercall`] calls Xen with these.

pub mod console;
pub mod event_channel;
pub mod grant_table;
pub mod hvm;
pub mod memory;
pub mod sched;
pub mod shared_info;
pub mod vcpu;

/// Hypercall numbers (`__HYPERVISOR_*`, `xen.h`), as far as an appliance uses them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Hypercall {
    /// `__HYPERVISOR_memory_op`: commands of [`memory`].
    MemoryOp = 12,
    /// `__HYPERVISOR_xen_version`.
    XenVersion = 17,
    /// `__HYPERVISOR_grant_table_op`: commands of [`grant_table`].
    GrantTableOp = 20,
    /// `__HYPERVISOR_vcpu_op`: commands of [`vcpu`].
    VcpuOp = 24,
    /// `__HYPERVISOR_sched_op`: commands of [`sched`].
    SchedOp = 29,
    /// `__HYPERVISOR_event_channel_op`: commands of [`event_channel`].
    EventChannelOp = 32,
    /// `__HYPERVISOR_hvm_op`: commands of [`hvm`].
    HvmOp = 34,
}

/// The first CPUID leaf where a hypervisor may announce itself (`XEN_CPUID_FIRST_LEAF`, `arch-x86/cpuid.h`).
pub const CPUID_FIRST_LEAF: u32 = 0x4000_0000;
/// The distance between two leaves where one may (`arch-x86/cpuid.h`: Xen can hide behind another interface).
pub const CPUID_LEAF_STEP: u32 = 0x100;
/// Past the last leaf where one may.
pub const CPUID_LAST_LEAF: u32 = 0x4001_0000;
/// What EBX, ECX and EDX of Xen's leaf spell (`XEN_CPUID_SIGNATURE_*`).
pub const CPUID_SIGNATURE: &[u8; 12] = b"XenVMMXenVMM";
