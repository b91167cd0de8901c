//! The grant table, version 1 (`grant_table.h`).

use core::mem::offset_of;

/// `GNTTABOP_map_grant_ref`.
pub const MAP_GRANT_REF: u64 = 0;
/// `GNTTABOP_unmap_grant_ref`.
pub const UNMAP_GRANT_REF: u64 = 1;
/// `GNTTABOP_query_size`.
pub const QUERY_SIZE: u64 = 6;

/// `GTF_permit_access`: the entry grants access to a frame.
pub const PERMIT_ACCESS: u16 = 1;
/// `GTF_readonly`: the grant is for reading only.
pub const READONLY: u16 = 1 << 2;
/// `GTF_reading`: Xen says that the frame is mapped for reading.
pub const READING: u16 = 1 << 3;
/// `GTF_writing`: Xen says that the frame is mapped for writing.
pub const WRITING: u16 = 1 << 4;

/// Entries at the start of the table that belong to the tools (`GNTTAB_NR_RESERVED_ENTRIES`).
pub const RESERVED_ENTRIES: u32 = 8;
/// Version 1 entries in a frame of the table.
pub const ENTRIES_PER_FRAME: u32 = 512;

/// `struct grant_entry_v1`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct EntryV1 {
    /// `GTF_*`. Written last when a grant is made, compared and exchanged when it ends.
    pub flags: u16,
    /// Who may map the frame.
    pub domid: u16,
    /// The frame's number in the granting domain.
    pub frame: u32,
}

/// `struct gnttab_query_size`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct QuerySize {
    /// In: whose table.
    pub dom: u16,
    /// Out: frames that the table has now.
    pub nr_frames: u32,
    /// Out: frames that it can have.
    pub max_nr_frames: u32,
    /// Out: `GNTST_*`, 0 when all is well.
    pub status: i16,
}

/// `GNTMAP_host_map`: map the frame for the CPU, at a guest-physical address.
pub const MAP_HOST: u32 = 1 << 1;
/// `GNTST_okay`: the operation is done. Every other status is negative.
pub const STATUS_OKAY: i16 = 0;

/// `struct gnttab_map_grant_ref`.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct MapGrantRef {
    /// In: the guest-physical address where the frame shall appear.
    pub host_addr: u64,
    /// In: `GNTMAP_*`; readable and writable unless `GNTMAP_readonly` is set.
    pub flags: u32,
    /// In: the grant reference.
    pub reference: u32,
    /// In: who has granted it.
    pub dom: u16,
    /// Out: `GNTST_*`.
    pub status: i16,
    /// Out: what the mapping is undone by.
    pub handle: u32,
    /// Out: the machine address, for devices.
    pub dev_bus_addr: u64,
}

/// `struct gnttab_unmap_grant_ref`.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct UnmapGrantRef {
    /// In: the guest-physical address that the frame was mapped at.
    pub host_addr: u64,
    /// In: 0, since it was not mapped for a device.
    pub dev_bus_addr: u64,
    /// In: the handle that mapping it gave.
    pub handle: u32,
    /// Out: `GNTST_*`.
    pub status: i16,
}

/// The name of a `GNTST_*` code, as far as mapping and unmapping give it.
pub fn status_name(status: i16) -> &'static str {
    match status {
        STATUS_OKAY => "GNTST_okay",
        -1 => "GNTST_general_error",
        -2 => "GNTST_bad_domain",
        -3 => "GNTST_bad_gntref",
        -4 => "GNTST_bad_handle",
        -5 => "GNTST_bad_virt_addr",
        -6 => "GNTST_bad_dev_addr",
        -7 => "GNTST_no_device_space",
        -8 => "GNTST_permission_denied",
        -9 => "GNTST_bad_page",
        -11 => "GNTST_address_too_big",
        -12 => "GNTST_eagain",
        -13 => "GNTST_no_space",
        _ => "an unknown GNTST code",
    }
}

const _: () = assert!(size_of::<EntryV1>() == 8);
const _: () = assert!(offset_of!(EntryV1, domid) == 2 && offset_of!(EntryV1, frame) == 4);
const _: () = assert!(size_of::<QuerySize>() == 16);
const _: () = assert!(offset_of!(QuerySize, nr_frames) == 4 && offset_of!(QuerySize, status) == 12);
const _: () = assert!(size_of::<MapGrantRef>() == 32);
const _: () = assert!(offset_of!(MapGrantRef, flags) == 8 && offset_of!(MapGrantRef, reference) == 12);
const _: () = assert!(offset_of!(MapGrantRef, dom) == 16 && offset_of!(MapGrantRef, status) == 18);
const _: () = assert!(offset_of!(MapGrantRef, handle) == 20 && offset_of!(MapGrantRef, dev_bus_addr) == 24);
const _: () = assert!(size_of::<UnmapGrantRef>() == 24);
const _: () = assert!(offset_of!(UnmapGrantRef, dev_bus_addr) == 8 && offset_of!(UnmapGrantRef, handle) == 16);
const _: () = assert!(offset_of!(UnmapGrantRef, status) == 20);
