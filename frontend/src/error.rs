//! What can go wrong, said so that a person knows what to do.

use alloc::string::String;
use core::fmt;

use vitrine_xen::io::displif::Status;
use vitrine_xen::io::displif::directory::BadDirectory;
use vitrine_xen::platform::{GrantSpace, MapError, OutOfMemory, StoreError};

use crate::backing::BadImport;
use crate::config::{BadValue, MOST_CONNECTORS};

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
    /// A node's value can't be used; its path, how the value begins, and what is wrong with it.
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
    /// `be-alloc=1`: the back end wants to allocate the buffers, which this front end does not take.
    BackendAllocates,
    /// The buffers of a mode do not fit in memory; the mode and what is missing.
    Memory {
        /// The connector's width in pixels.
        width: u32,
        /// The connector's height in pixels.
        height: u32,
        /// What was asked for and what is there.
        shortage: OutOfMemory,
    },
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
    /// Xen has no event channel left.
    Ports,
    /// The back end refused an operation; its code in displif.
    Refused(u8, Status),
}

impl Error {
    /// Fewer than `needed` grants are free.
    pub(crate) fn no_grants(needed: usize, space: GrantSpace) -> Self {
        Self::Grants { needed, free: space.free, max_grant_frames: space.frames_for(needed) }
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
            Self::Value(path, value, problem) => write!(f, "xenstore node {path} is {value:?}: {problem}"),
            Self::ConnectorGap { missing, found } => {
                write!(f, "the vdispl device has a connector {found}, but none with number {missing}")
            }
            Self::TooManyConnectors(count) => {
                write!(f, "the vdispl device has {count} connectors; at most {MOST_CONNECTORS} can be used")
            }
            Self::BackendAllocates => {
                write!(f, "the configuration says be-alloc=1, which is not supported yet: set be-alloc=0")
            }
            Self::Memory { width, height, shortage } => {
                write!(f, "not enough memory for two buffers of {width}x{height}: {shortage}")
            }
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
            Self::Import(problem) => write!(f, "the memory can't be imported: {problem}"),
            Self::Ports => write!(f, "Xen has no event channel left for this guest"),
            Self::Refused(code, status) => write!(f, "the back end refused operation {code:#04x}: {status}"),
        }
    }
}

impl core::error::Error for Error {}
