//! Asking the back end for a connector's EDID: the buffer into which it writes, and what may be believed of the answer.
//!
//! The engine sends [`EdidBuffer::operation`] on the connector's own ring and hands the answer to [`EdidBuffer::read`]. A
//! back end of version 1 may never answer, so the request has a time-out of its own, and a connector does without an EDID: its
//! `resolution` node then says all.

use alloc::vec;
use core::fmt;

use vitrine_xen::edid::{self, BLOCK_SIZE, Edid, EdidError};
use vitrine_xen::io::displif::{EDID_BUFFER_SIZE, Operation, Response, Status, directory};
use vitrine_xen::platform::{FrontPlatform, SharedPages};
use vitrine_xen::{DomainId, PAGE_SIZE};

use crate::Error;
use crate::shared::{Granted, Quarantine};

/// Why a connector has no EDID that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoEdid {
    /// The back end refused to give one.
    Refused(Status),
    /// The back end says that it has written this many bytes: none, not whole blocks, or more than the buffer has.
    Size(u32),
    /// What it has written can't be believed.
    Unreadable(EdidError),
}

impl fmt::Display for NoEdid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(status) => write!(f, "the back end refused: {status}"),
            Self::Size(size) => write!(
                f,
                "the back end says that it has {size} bytes; it has to be a multiple of {BLOCK_SIZE} from {BLOCK_SIZE} to \
                 {EDID_BUFFER_SIZE}"
            ),
            Self::Unreadable(error) => write!(f, "{error}"),
        }
    }
}

impl core::error::Error for NoEdid {}

/// Memory for one EDID, granted to the back end. It is kept until the answer has come or the connection has ended: the back
/// end may write into it until then.
pub struct EdidBuffer<P: FrontPlatform> {
    /// The page directory, then the buffer.
    pages: Granted<P>,
}

impl<P: FrontPlatform> EdidBuffer<P> {
    /// How many pages are granted for it.
    pub const GRANTS: usize = 1 + EDID_BUFFER_SIZE as usize / PAGE_SIZE;

    /// Makes the buffer, zeroed.
    pub fn new(platform: &P, peer: DomainId) -> Result<Self, Error> {
        let pages = Granted::new(platform, peer, Self::GRANTS, Error::EdidMemory)?;
        let (own, buffer) = pages.references().split_at(1);
        directory::write(pages.memory().part(0, PAGE_SIZE), own, buffer);
        Ok(Self { pages })
    }

    /// The request for the EDID.
    pub fn operation(&self) -> Operation {
        Operation::GetEdid { buffer_size: EDID_BUFFER_SIZE, directory: self.pages.references()[0] }
    }

    /// Takes the answer: the EDID is copied out once, then checked and read.
    pub fn read(&self, response: &Response) -> Result<Edid, NoEdid> {
        if !response.status.is_ok() {
            return Err(NoEdid::Refused(response.status));
        }
        let size = response.edid_size;
        if size == 0 || size > EDID_BUFFER_SIZE || !size.is_multiple_of(BLOCK_SIZE as u32) {
            return Err(NoEdid::Size(size));
        }
        let mut bytes = vec![0; size as usize];
        self.pages.memory().read(PAGE_SIZE, &mut bytes);
        edid::parse(&bytes).map_err(NoEdid::Unreadable)
    }

    /// Takes the pages back.
    pub fn release(self, quarantine: &mut Quarantine<P>) {
        quarantine.end(self.pages);
    }
}
