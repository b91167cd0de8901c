//! Memory operations (`memory.h`).

use core::mem::offset_of;

/// `XENMEM_add_to_physmap`.
pub const ADD_TO_PHYSMAP: u64 = 7;

/// What [`AddToPhysmap`] can place in the guest's physical address space (`enum phys_map_space`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum MapSpace {
    /// `XENMAPSPACE_shared_info`: the page of [`super::shared_info`].
    SharedInfo = 0,
    /// `XENMAPSPACE_grant_table`: a frame of the grant table, which grows if it is not that long yet.
    GrantTable = 1,
}

/// `struct xen_add_to_physmap`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct AddToPhysmap {
    /// In: whose address space.
    pub domid: u16,
    /// In: unused for the spaces above.
    pub size: u16,
    /// In: a [`MapSpace`].
    pub space: u32,
    /// In: which page of the space.
    pub idx: u64,
    /// In: the guest's frame where it shall appear.
    pub gpfn: u64,
}

const _: () = assert!(size_of::<AddToPhysmap>() == 24);
const _: () = assert!(offset_of!(AddToPhysmap, space) == 4 && offset_of!(AddToPhysmap, gpfn) == 16);
