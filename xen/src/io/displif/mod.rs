//! The display protocol, `io/displif.h`, version 1 and what version 2 adds to its packets.
//!
//! [`Request`], [`Response`] and [`Event`] are the packets, encoded and decoded here for both ends. [`directory`] is how
//! a buffer's grants are listed, [`format`](mod@format) the pixel formats and strides, [`nodes`] the names and values in
//! xenstore.

pub mod directory;
pub mod format;
pub mod nodes;
mod packet;

pub use format::PixelFormat;
pub use packet::{
    BadRequest, DisplayBuffer, Event, Framebuffer, Operation, Request, Response, Scanout, Status, opcode,
};

/// The bit of [`DisplayBuffer::flags`] by which the front end asks the back end to allocate the buffer
/// (`XENDISPL_DBUF_FLG_REQ_ALLOC`).
pub const FLAG_REQUEST_ALLOCATION: u32 = 1;

/// The least size of a buffer for an EDID, in bytes: 256 blocks of 128 (`XENDISPL_EDID_MAX_SIZE`).
pub const EDID_BUFFER_SIZE: u32 = 32768;
