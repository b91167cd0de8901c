//! The grant table, version 1 (`grant_table.h`).

use core::mem::offset_of;

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

const _: () = assert!(size_of::<EntryV1>() == 8);
const _: () = assert!(offset_of!(EntryV1, domid) == 2 && offset_of!(EntryV1, frame) == 4);
const _: () = assert!(size_of::<QuerySize>() == 16);
const _: () = assert!(offset_of!(QuerySize, nr_frames) == 4 && offset_of!(QuerySize, status) == 12);
