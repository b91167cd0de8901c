//! Why a request is not done: what the log says, and the status that the front end gets.

use core::fmt;

use vitrine_xen::PAGE_SIZE;
use vitrine_xen::io::displif::nodes::Resolution;
use vitrine_xen::io::displif::{EDID_BUFFER_SIZE, Status};
use vitrine_xen::platform::{AllocationError, MapError};

use crate::output::OutputError;

/// What is wrong with a request.
#[derive(Debug)]
pub enum Refusal {
    /// The operation's code means nothing.
    UnknownOperation(u8),
    /// The operation belongs on connector 0's ring.
    WrongRing,
    /// The toolstack does not let this guest have pages of the back end's.
    NotAllocating,
    /// An imported buffer, or one with an offset, can't be allocated by the back end.
    AllocatedImport,
    /// There are no pages that the guest could map.
    Allocate(AllocationError),
    /// No EDID can say this resolution.
    NoEdid(Resolution),
    /// The buffer for the EDID is smaller than the protocol wants it; its size in bytes.
    EdidBuffer(u32),
    /// Bytes are set that have to be 0.
    ReservedBytes,
    /// 0 is no cookie.
    ZeroCookie,
    /// The cookie names a living buffer or framebuffer.
    CookieTaken(u64),
    /// No display buffer has this cookie.
    NoBuffer(u64),
    /// No framebuffer has this cookie.
    NoFramebuffer(u64),
    /// The display buffer still has framebuffers.
    BufferInUse(u64),
    /// Flag bits that the protocol does not have.
    UnknownFlags(u32),
    /// The data's offset is not within the first page.
    DataOffset(u32),
    /// Some of width, height and bits per pixel are 0, or the depth is none that exists.
    Shape {
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
        /// Bits per pixel.
        bits_per_pixel: u32,
    },
    /// A framebuffer's row is longer than the buffer's stride.
    RowTooLong {
        /// Bytes in a row.
        row: usize,
        /// Bytes from one row of the buffer to the next.
        stride: usize,
    },
    /// The picture does not fit the buffer.
    BufferTooSmall {
        /// Bytes that the picture takes at least.
        needed: u64,
        /// Bytes that the buffer has.
        size: u32,
    },
    /// A buffer of no bytes.
    EmptyBuffer,
    /// The FourCC code is none that displif front ends use.
    UnknownFormat(u32),
    /// The page directory lists a grant 0, or ends too early.
    Directory,
    /// The directory's or the buffer's pages can't be mapped.
    Map(MapError),
    /// The device has all the display buffers that it may have.
    BufferLimit(usize),
    /// The device has all the framebuffers that it may have.
    FramebufferLimit(usize),
    /// The device would have more pages than it may have.
    PageLimit {
        /// Pages that the new buffer takes.
        wanted: usize,
        /// Pages that are still allowed.
        left: usize,
    },
    /// The visible part leaves the framebuffer.
    OutsideFramebuffer,
    /// The visible part is larger than the connector's resolution.
    OutsideConnector(Resolution),
    /// The depth is not that of the framebuffer's format.
    Depth {
        /// Bits per pixel that were given.
        given: u32,
        /// Bits per pixel of the format.
        format: u32,
    },
    /// The visible part begins between the two halves of a YUYV pair.
    OddStart,
    /// A page flip on a connector that shows nothing.
    NotConfigured,
    /// The flip before is not done.
    FlipPending,
    /// The output can't do it.
    Output(OutputError),
}

impl Refusal {
    /// The response's status.
    pub fn status(&self) -> Status {
        match self {
            Self::NotAllocating | Self::NoEdid(_) => Status::NOT_SUPPORTED,
            Self::CookieTaken(_) => Status::EXISTS,
            Self::NoBuffer(_) | Self::NoFramebuffer(_) => Status::NOT_FOUND,
            Self::BufferInUse(_) | Self::FlipPending => Status::BUSY,
            Self::Map(MapError::NoRoom(_))
            | Self::Allocate(_)
            | Self::BufferLimit(_)
            | Self::FramebufferLimit(_)
            | Self::PageLimit { .. } => Status::NO_MEMORY,
            Self::NotConfigured => Status::NOT_PERMITTED,
            Self::Output(_) => Status::IO,
            _ => Status::INVALID,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownOperation(code) => write!(f, "operation {code:#04x} does not exist"),
            Self::WrongRing => f.write_str("this operation belongs on connector 0's ring"),
            Self::NotAllocating => {
                f.write_str("the back end allocates no pages for this guest: set be-alloc=1 in vdispl")
            }
            Self::AllocatedImport => f.write_str(
                "a buffer that the back end allocates needs width, height and bits per pixel, and no offset",
            ),
            Self::Allocate(error) => error.fmt(f),
            Self::NoEdid(resolution) => write!(f, "{resolution} is more than an EDID can say"),
            Self::EdidBuffer(size) => write!(f, "{size} bytes for an EDID, instead of {EDID_BUFFER_SIZE} or more"),
            Self::ReservedBytes => f.write_str("reserved bytes are not 0"),
            Self::ZeroCookie => f.write_str("0 is no cookie"),
            Self::CookieTaken(cookie) => write!(f, "cookie {cookie:#x} is taken"),
            Self::NoBuffer(cookie) => write!(f, "no display buffer has cookie {cookie:#x}"),
            Self::NoFramebuffer(cookie) => write!(f, "no framebuffer has cookie {cookie:#x}"),
            Self::BufferInUse(cookie) => write!(f, "display buffer {cookie:#x} still has framebuffers"),
            Self::UnknownFlags(flags) => write!(f, "flags {flags:#x} have bits that do not exist"),
            Self::DataOffset(offset) => write!(f, "data offset {offset} is beyond the first page of {PAGE_SIZE} bytes"),
            Self::Shape { width, height, bits_per_pixel } => {
                write!(f, "{width}x{height} at {bits_per_pixel} bits per pixel is no picture")
            }
            Self::RowTooLong { row, stride } => {
                write!(f, "a row of {row} bytes in a buffer whose rows are {stride} bytes apart")
            }
            Self::BufferTooSmall { needed, size } => {
                write!(f, "the picture takes {needed} bytes, the buffer has {size}")
            }
            Self::EmptyBuffer => f.write_str("a buffer of 0 bytes"),
            Self::UnknownFormat(code) => write!(f, "pixel format {code:#010x} is not known"),
            Self::Directory => f.write_str("the page directory lists too few pages, or a grant 0"),
            Self::Map(error) => error.fmt(f),
            Self::BufferLimit(limit) => write!(f, "more than {limit} display buffers (--buffer-limit)"),
            Self::FramebufferLimit(limit) => write!(f, "more than {limit} framebuffers (--framebuffer-limit)"),
            Self::PageLimit { wanted, left } => {
                write!(f, "the buffer takes {wanted} pages, {left} are left (--page-limit)")
            }
            Self::OutsideFramebuffer => f.write_str("the visible part leaves the framebuffer"),
            Self::OutsideConnector(resolution) => write!(f, "the visible part is larger than {resolution}"),
            Self::Depth { given, format } => write!(f, "{given} bits per pixel, the framebuffer has {format}"),
            Self::OddStart => f.write_str("the visible part begins within a pair of YUYV pixels"),
            Self::NotConfigured => f.write_str("a page flip on a connector that shows nothing"),
            Self::FlipPending => f.write_str("the flip before is not done"),
            Self::Output(error) => error.fmt(f),
        }
    }
}
