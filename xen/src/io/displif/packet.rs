//! Requests, responses and events: 64 bytes each, little endian, what is not used is 0.

use crate::GrantRef;
use crate::ring::{SLOT_SIZE, Slot};
use core::fmt;

/// The operations' codes (`XENDISPL_OP_*`). 0 to 15 are reserved and must not be used.
pub mod opcode {
    #![allow(missing_docs, reason = "the names are those of displif.h, XENDISPL_OP_ left off")]
    pub const DBUF_CREATE: u8 = 0x10;
    pub const DBUF_DESTROY: u8 = 0x11;
    pub const FB_ATTACH: u8 = 0x12;
    pub const FB_DETACH: u8 = 0x13;
    pub const SET_CONFIG: u8 = 0x14;
    pub const PG_FLIP: u8 = 0x15;
    pub const GET_EDID: u8 = 0x16;
}

/// The type of the only event there is (`XENDISPL_EVT_PG_FLIP`).
const EVENT_PAGE_FLIP: u8 = 0;

/// A display buffer, as the front end describes it (`struct xendispl_dbuf_create_req`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DisplayBuffer {
    /// The buffer's name from now on; not 0, unique in the guest.
    pub dbuf_cookie: u64,
    /// Pixels in a row; 0, with height and bits per pixel, when the buffer is imported and has no shape of its own.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Bits per pixel.
    pub bits_per_pixel: u32,
    /// The buffer's length in bytes, not counting `data_offset`.
    pub buffer_size: u32,
    /// [`super::FLAG_REQUEST_ALLOCATION`] or 0.
    pub flags: u32,
    /// The grant of the first page of the page directory.
    pub directory: GrantRef,
    /// Where in the first page the picture begins, in bytes (version 2; 0 in version 1).
    pub data_offset: u32,
}

/// A framebuffer: how a display buffer's bytes are to be read (`struct xendispl_fb_attach_req`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Framebuffer {
    /// The display buffer's cookie.
    pub dbuf_cookie: u64,
    /// The framebuffer's name from now on; not 0, unique in the guest.
    pub fb_cookie: u64,
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// The FourCC code, see [`super::PixelFormat`]; any number may come from a peer.
    pub pixel_format: u32,
}

/// What a connector shows (`struct xendispl_set_config_req`). All zero: nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scanout {
    /// The framebuffer, or 0.
    pub fb_cookie: u64,
    /// Where on the framebuffer the visible part begins, in pixels from the left.
    pub x: u32,
    /// The same from the top.
    pub y: u32,
    /// Pixels in a visible row.
    pub width: u32,
    /// Visible rows.
    pub height: u32,
    /// Bits per pixel. The header's drawing ends it at byte 40; its struct, which counts, has it at 32 to 36.
    pub bits_per_pixel: u32,
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Make a display buffer known; on connector 0's ring only.
    BufferCreate(DisplayBuffer),
    /// Forget the display buffer with this cookie; on connector 0's ring only.
    BufferDestroy(u64),
    /// Make a framebuffer known; on connector 0's ring only.
    FramebufferAttach(Framebuffer),
    /// Forget the framebuffer with this cookie; on connector 0's ring only.
    FramebufferDetach(u64),
    /// Set or reset what the ring's connector shows.
    SetConfig(Scanout),
    /// Show the framebuffer with this cookie on the ring's connector.
    PageFlip(u64),
    /// Write the ring's connector's EDID into a buffer (version 2).
    GetEdid {
        /// The buffer's length in bytes, at least [`super::EDID_BUFFER_SIZE`].
        buffer_size: u32,
        /// The grant of the first page of the buffer's page directory.
        directory: GrantRef,
    },
}

impl Operation {
    /// The code by which requests and responses name it.
    pub const fn code(&self) -> u8 {
        match self {
            Self::BufferCreate(_) => opcode::DBUF_CREATE,
            Self::BufferDestroy(_) => opcode::DBUF_DESTROY,
            Self::FramebufferAttach(_) => opcode::FB_ATTACH,
            Self::FramebufferDetach(_) => opcode::FB_DETACH,
            Self::SetConfig(_) => opcode::SET_CONFIG,
            Self::PageFlip(_) => opcode::PG_FLIP,
            Self::GetEdid { .. } => opcode::GET_EDID,
        }
    }
}

/// A request of the front end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// Chosen by the front end and returned in the response.
    pub id: u16,
    /// What is asked.
    pub operation: Operation,
}

/// A request whose operation code means nothing; it wants an answer all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadRequest {
    /// The request's identifier.
    pub id: u16,
    /// The operation code, as it came.
    pub code: u8,
}

impl Request {
    /// The packet, every byte of it written.
    pub fn encode(&self) -> Slot {
        let mut packet = Packet([0; SLOT_SIZE]);
        packet.set_u16(0, self.id);
        packet.0[2] = self.operation.code();
        match self.operation {
            Operation::BufferCreate(buffer) => {
                packet.set_u64(8, buffer.dbuf_cookie);
                let DisplayBuffer { width, height, bits_per_pixel, buffer_size, flags, data_offset, .. } = buffer;
                let words = [width, height, bits_per_pixel, buffer_size, flags, buffer.directory.0, data_offset];
                packet.set_words(16, &words);
            }
            Operation::FramebufferAttach(framebuffer) => {
                packet.set_u64(8, framebuffer.dbuf_cookie);
                packet.set_u64(16, framebuffer.fb_cookie);
                packet.set_words(24, &[framebuffer.width, framebuffer.height, framebuffer.pixel_format]);
            }
            Operation::SetConfig(Scanout { fb_cookie, x, y, width, height, bits_per_pixel }) => {
                packet.set_u64(8, fb_cookie);
                packet.set_words(16, &[x, y, width, height, bits_per_pixel]);
            }
            Operation::BufferDestroy(cookie) | Operation::FramebufferDetach(cookie) | Operation::PageFlip(cookie) => {
                packet.set_u64(8, cookie)
            }
            Operation::GetEdid { buffer_size, directory } => packet.set_words(8, &[buffer_size, directory.0]),
        }
        packet.0
    }

    /// Reads a packet. Bytes that the operation does not use are not looked at: see [`Self::stray_bytes`].
    pub fn decode(slot: &Slot) -> Result<Self, BadRequest> {
        let packet = Packet(*slot);
        let (id, code) = (packet.u16(0), packet.0[2]);
        let operation = match code {
            opcode::DBUF_CREATE => Operation::BufferCreate(packet.display_buffer()),
            opcode::DBUF_DESTROY => Operation::BufferDestroy(packet.u64(8)),
            opcode::FB_ATTACH => Operation::FramebufferAttach(packet.framebuffer()),
            opcode::FB_DETACH => Operation::FramebufferDetach(packet.u64(8)),
            opcode::SET_CONFIG => Operation::SetConfig(packet.scanout()),
            opcode::PG_FLIP => Operation::PageFlip(packet.u64(8)),
            opcode::GET_EDID => Operation::GetEdid { buffer_size: packet.u32(8), directory: GrantRef(packet.u32(12)) },
            _ => return Err(BadRequest { id, code }),
        };
        Ok(Self { id, operation })
    }

    /// Whether the packet that this request was decoded from has bytes set that must be 0. Linux leaves there what the
    /// slot's last response said, so a back end may want to mention it, but can't refuse it.
    pub fn stray_bytes(&self, slot: &Slot) -> bool {
        self.encode() != *slot
    }
}

/// An answer of the back end (`struct xendispl_resp`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Response {
    /// The request's identifier.
    pub id: u16,
    /// The request's operation code; any byte may come from a peer.
    pub code: u8,
    /// How it went.
    pub status: Status,
    /// The length of the EDID in bytes; 0 in every other answer.
    pub edid_size: u32,
}

impl Response {
    /// The packet, every byte of it written.
    pub fn encode(&self) -> Slot {
        let mut packet = Packet([0; SLOT_SIZE]);
        packet.set_u16(0, self.id);
        packet.0[2] = self.code;
        packet.set_words(4, &[self.status.0 as u32, self.edid_size]);
        packet.0
    }

    /// Reads a packet; every packet can be read.
    pub fn decode(slot: &Slot) -> Self {
        let packet = Packet(*slot);
        Self { id: packet.u16(0), code: packet.0[2], status: Status(packet.u32(4) as i32), edid_size: packet.u32(8) }
    }
}

/// An event of the back end (`struct xendispl_evt`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The framebuffer is on the screen: the frame is done, the buffer shown before it is free.
    PageFlip {
        /// Counts the back end's events; gaps say that some were dropped.
        id: u16,
        /// The framebuffer.
        fb_cookie: u64,
    },
    /// An event of a type that the protocol does not have; to be ignored.
    Unknown(u8),
}

impl Event {
    /// The packet, every byte of it written.
    pub fn encode(&self) -> Slot {
        let mut packet = Packet([0; SLOT_SIZE]);
        match *self {
            Self::PageFlip { id, fb_cookie } => {
                packet.set_u16(0, id);
                packet.0[2] = EVENT_PAGE_FLIP;
                packet.set_u64(8, fb_cookie);
            }
            Self::Unknown(kind) => packet.0[2] = kind,
        }
        packet.0
    }

    /// Reads a packet; every packet can be read.
    pub fn decode(slot: &Slot) -> Self {
        let packet = Packet(*slot);
        match packet.0[2] {
            EVENT_PAGE_FLIP => Self::PageFlip { id: packet.u16(0), fb_cookie: packet.u64(8) },
            kind => Self::Unknown(kind),
        }
    }
}

/// The status of a response: 0, or a negative number of Xen's `errno.h`; any number may come from a peer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Status(pub i32);

impl Status {
    /// Done.
    pub const OK: Self = Self(0);
    /// -EPERM: not now, for example a page flip on a connector that shows nothing.
    pub const NOT_PERMITTED: Self = Self(-1);
    /// -ENOENT: no buffer or framebuffer has this cookie.
    pub const NOT_FOUND: Self = Self(-2);
    /// -EIO: the back end's own device failed.
    pub const IO: Self = Self(-5);
    /// -ENOMEM: over a limit.
    pub const NO_MEMORY: Self = Self(-12);
    /// -EBUSY: a page flip is pending, or the buffer is in use.
    pub const BUSY: Self = Self(-16);
    /// -EEXIST: the cookie is taken.
    pub const EXISTS: Self = Self(-17);
    /// -EINVAL: something in the request is not possible.
    pub const INVALID: Self = Self(-22);
    /// -EOPNOTSUPP: the back end doesn't do this.
    pub const NOT_SUPPORTED: Self = Self(-95);
    /// -ETIMEDOUT.
    pub const TIMED_OUT: Self = Self(-110);

    /// Whether the request was done.
    pub const fn is_ok(self) -> bool {
        self.0 == 0
    }

    /// The name in `errno.h`, if this is one that displif ends use.
    pub const fn name(self) -> &'static str {
        match self.0 {
            0 => "done",
            -1 => "EPERM",
            -2 => "ENOENT",
            -5 => "EIO",
            -12 => "ENOMEM",
            -16 => "EBUSY",
            -17 => "EEXIST",
            -22 => "EINVAL",
            -25 => "ENOTTY",
            -95 => "EOPNOTSUPP",
            -110 => "ETIMEDOUT",
            _ => "unnamed",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.0, self.name())
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Status({self})")
    }
}

/// Little-endian fields at byte offsets.
struct Packet(Slot);

impl Packet {
    fn bytes<const N: usize>(&self, at: usize) -> [u8; N] {
        core::array::from_fn(|index| self.0[at + index])
    }

    fn u16(&self, at: usize) -> u16 {
        u16::from_le_bytes(self.bytes(at))
    }

    fn u32(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.bytes(at))
    }

    fn u64(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.bytes(at))
    }

    fn set_u16(&mut self, at: usize, value: u16) {
        self.0[at..at + 2].copy_from_slice(&value.to_le_bytes());
    }

    fn set_u64(&mut self, at: usize, value: u64) {
        self.0[at..at + 8].copy_from_slice(&value.to_le_bytes());
    }

    fn set_words(&mut self, at: usize, words: &[u32]) {
        for (index, word) in words.iter().enumerate() {
            self.0[at + 4 * index..at + 4 * index + 4].copy_from_slice(&word.to_le_bytes());
        }
    }

    fn display_buffer(&self) -> DisplayBuffer {
        DisplayBuffer {
            dbuf_cookie: self.u64(8),
            width: self.u32(16),
            height: self.u32(20),
            bits_per_pixel: self.u32(24),
            buffer_size: self.u32(28),
            flags: self.u32(32),
            directory: GrantRef(self.u32(36)),
            data_offset: self.u32(40),
        }
    }

    fn framebuffer(&self) -> Framebuffer {
        Framebuffer {
            dbuf_cookie: self.u64(8),
            fb_cookie: self.u64(16),
            width: self.u32(24),
            height: self.u32(28),
            pixel_format: self.u32(32),
        }
    }

    fn scanout(&self) -> Scanout {
        Scanout {
            fb_cookie: self.u64(8),
            x: self.u32(16),
            y: self.u32(20),
            width: self.u32(24),
            height: self.u32(28),
            bits_per_pixel: self.u32(32),
        }
    }
}

#[cfg(test)]
#[path = "packet_tests.rs"]
mod tests;
