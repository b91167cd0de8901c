//! What can go wrong, said so that a person knows what to do.

use alloc::string::String;
use core::fmt;
use core::time::Duration;

use vitrine_xen::io::displif::directory::BadDirectory;
use vitrine_xen::io::displif::{Status, opcode};
use vitrine_xen::platform::{GrantSpace, MapError, OutOfMemory, StoreError};

use crate::backing::BadImport;
use crate::config::{BadValue, MOST_CONNECTORS};
use crate::head::FRAME_DONE_TIME;
use crate::objects::{BufferId, FramebufferId};
use crate::requests::ANSWER_TIME;

/// Why there is no display, or no picture on it.
///
/// A back end that goes away is none of these: the device then waits for the next one, see [`crate::Display`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The guest's configuration has no `vdispl`.
    NoDevice,
    /// The configuration has no connector with this number.
    NoConnector(usize),
    /// A node that the connection needs can't be read or written; its path.
    Node(String, StoreError),
    /// A node's value can't be used; its path, how the value begins, in visible ASCII, and what is wrong with it.
    Value(String, String, BadValue),
    /// The connectors are not numbered from 0 on without a gap.
    ConnectorGap {
        /// The first number that is missing.
        missing: u32,
        /// The connector that is there all the same.
        found: u32,
    },
    /// There are more connectors than [`MOST_CONNECTORS`]; how many.
    TooManyConnectors(usize),
    /// The buffers of a mode do not fit in memory; the mode and what is missing.
    Memory {
        /// The connector's width in pixels.
        width: u32,
        /// The connector's height in pixels.
        height: u32,
        /// What was asked for and what is there.
        shortage: OutOfMemory,
    },
    /// The page directory of memory that is imported does not fit in memory.
    DirectoryMemory(OutOfMemory),
    /// A ring or event page does not fit in memory.
    RingMemory(OutOfMemory),
    /// The buffer for an EDID does not fit in memory.
    EdidMemory(OutOfMemory),
    /// The grant table is full.
    Grants {
        /// How many grants are needed at once.
        needed: usize,
        /// How many are free.
        free: usize,
        /// What `max_grant_frames` has to be at least.
        max_grant_frames: usize,
    },
    /// What the back end has written into the page directory of a buffer that it allocates makes no sense.
    Directory(BadDirectory),
    /// The pages that the back end has allocated can't be mapped.
    Mapping(MapError),
    /// A scatter list can't be imported as it was asked for.
    Import(BadImport),
    /// The buffer was imported: its bytes are in pages that the appliance has itself.
    Imported,
    /// Xen has no event channel left.
    Ports,
    /// The back end refused an operation; its code in displif.
    Refused(u8, Status),
    /// The back end did not answer an operation in time; its code in displif.
    NoAnswer(u8),
    /// The back end took a page flip and did not say in time that it was done.
    Unconfirmed,
    /// The control ring of the connector with this number is full of requests that the back end has not answered.
    RingFull(usize),
    /// There is no connection, or it has ended.
    Disconnected,
    /// A picture that has no pixel, or more bytes than displif can say.
    Picture {
        /// Its width in pixels.
        width: u32,
        /// Its height in pixels.
        height: u32,
    },
    /// A framebuffer would be larger than its buffer; in bytes.
    BeyondBuffer {
        /// What the framebuffer takes.
        needed: u32,
        /// What the buffer has.
        size: u32,
    },
    /// A view leaves its framebuffer.
    OutsideFramebuffer,
    /// There is no such buffer: it was destroyed, or its connection is gone.
    NoBuffer(BufferId),
    /// There is no such framebuffer: it was removed, or its connection is gone.
    NoFramebuffer(FramebufferId),
    /// The back end has not said yet that it knows the object.
    NotKnownYet,
    /// The buffer has framebuffers.
    BufferInUse(BufferId),
    /// The framebuffer is on a connector, or on its way there.
    FramebufferInUse(FramebufferId),
    /// The connector with this number is open, so that its swapchain decides what it shows.
    Open(usize),
    /// The connector with this number shows nothing that could be flipped.
    Dark(usize),
    /// The connector with this number is busy: a configuration or a page flip has to end first.
    Busy(usize),
    /// The connector with this number was shut before the operation had ended.
    Shut(usize),
}

impl Error {
    /// Whether it only says that the back end was silent for too long: what was asked may have been done, or be done later.
    pub fn is_silence(&self) -> bool {
        let busy = Self::Refused(opcode::PG_FLIP, Status::BUSY);
        matches!(self, Self::NoAnswer(_) | Self::Unconfirmed | Self::RingFull(_)) || *self == busy
    }

    /// Fewer than `needed` grants are free.
    pub(crate) fn no_grants(needed: usize, space: GrantSpace) -> Self {
        Self::Grants { needed, free: space.free, max_grant_frames: space.frames_for(needed) }
    }
}

impl Error {
    /// Whether it is about what xenstore says of the device, rather than about what this domain has.
    pub(crate) fn is_of_nodes(&self) -> bool {
        use Error::{ConnectorGap, NoConnector, Node, TooManyConnectors, Value};
        matches!(self, Node(..) | Value(..) | NoConnector(_) | ConnectorGap { .. } | TooManyConnectors(_))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoDevice => write!(
                f,
                "no display: the guest has no vdispl device; add to its configuration, for example, \
                 vdispl=['backend=0,be-alloc=0,connectors=Virtual-1:1024x768']"
            ),
            Self::NoConnector(index) => {
                write!(f, "the vdispl device has no connector {index}; add it to connectors= in the configuration")
            }
            Self::Node(path, error) => write!(f, "xenstore node {path}: {error}"),
            Self::Value(path, value, problem) => {
                write!(f, "xenstore node {path} is \"{value}\": {problem}")
            }
            Self::ConnectorGap { missing, found } => {
                write!(f, "the vdispl device has a connector {found}, but none with number {missing}")
            }
            Self::TooManyConnectors(count) => {
                write!(f, "the vdispl device has {count} connectors; at most {MOST_CONNECTORS} can be used")
            }
            Self::Memory { width, height, shortage } => {
                write!(f, "not enough memory for buffers of {width}x{height}: {shortage}")
            }
            Self::DirectoryMemory(shortage) => write!(f, "not enough memory for a page directory: {shortage}"),
            Self::RingMemory(shortage) => write!(f, "not enough memory for a ring: {shortage}"),
            Self::EdidMemory(shortage) => write!(f, "not enough memory for an EDID: {shortage}"),
            Self::Grants { needed, free, max_grant_frames } => write!(
                f,
                "the grant table is full: {needed} grants are needed and {free} are free; set max_grant_frames= in the \
                 guest's configuration to {max_grant_frames} or more, and gnttab_max_frames= on Xen's command line if it \
                 allows fewer, which is 64 by default"
            ),
            Self::Directory(problem) => write!(f, "the back end's page directory is wrong: {problem}"),
            Self::Mapping(error) => write!(f, "the back end's buffer can't be mapped: {error}"),
            Self::Imported => write!(f, "the buffer's bytes are in the pages that it was made of"),
            Self::Import(problem) => write!(f, "the memory can't be imported: {problem}"),
            Self::Ports => write!(f, "Xen has no event channel left for this guest"),
            Self::Refused(code, status) => write!(f, "the back end refused operation {code:#04x}: {status}"),
            Self::NoAnswer(code) => {
                write!(f, "the back end did not answer operation {code:#04x} within {} ms", milliseconds(ANSWER_TIME))
            }
            Self::Unconfirmed => {
                write!(f, "the back end did not report the frame done within {} ms", milliseconds(FRAME_DONE_TIME))
            }
            Self::RingFull(connector) => {
                write!(f, "the ring of connector {connector} is full of requests that the back end has not answered")
            }
            Self::Disconnected => write!(f, "there is no connection to a back end"),
            Self::Picture { width, height } => {
                write!(f, "a picture of {width}x{height} is not possible: it has no pixel, or 4 GiB and more")
            }
            Self::BeyondBuffer { needed, size } => {
                write!(f, "the framebuffer takes {needed} bytes, its buffer has {size}")
            }
            Self::OutsideFramebuffer => write!(f, "the view is empty or leaves its framebuffer"),
            Self::NoBuffer(_) => write!(f, "the buffer was destroyed, or its connection is gone"),
            Self::NoFramebuffer(_) => write!(f, "the framebuffer was removed, or its connection is gone"),
            Self::NotKnownYet => write!(f, "the back end has not said yet that it knows the object: wait for that"),
            Self::BufferInUse(_) => write!(f, "the buffer has framebuffers: remove them first"),
            Self::FramebufferInUse(_) => write!(f, "the framebuffer is on a connector: show another one there first"),
            Self::Open(connector) => {
                write!(f, "connector {connector} is open for frames: shut it before configuring it otherwise")
            }
            Self::Dark(connector) => write!(f, "connector {connector} shows nothing: set its configuration first"),
            Self::Busy(connector) => {
                write!(f, "connector {connector} is busy: wait for the configuration or page flip that was asked for")
            }
            Self::Shut(connector) => write!(f, "connector {connector} was shut meanwhile"),
        }
    }
}

/// Whole milliseconds of a time that is not long.
fn milliseconds(time: Duration) -> u32 {
    time.as_secs() as u32 * 1000 + time.subsec_millis()
}

impl core::error::Error for Error {}
