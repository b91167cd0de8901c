//! The domain's end of the xenstore's ring page (`struct xenstore_domain_interface`): bytes in, bytes out.

use vitrine_xen::memory::{SharedMemory, full_barrier, read_barrier, write_barrier};
use vitrine_xen::xenstore::ring;

/// The page, and our own copy of the indices that we own: xenstored can write the whole page.
pub(super) struct StoreRing {
    page: SharedMemory<'static>,
    req_prod: u32,
    rsp_cons: u32,
}

/// xenstored's index can't be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadIndex {
    /// The bytes that it says are in the ring.
    pub(super) bytes: usize,
}

impl StoreRing {
    /// The ring on this page, continued where it is.
    pub(super) fn new(page: SharedMemory<'static>) -> Self {
        Self { page, req_prod: page.read_u32(ring::REQ_PROD), rsp_cons: page.read_u32(ring::RSP_CONS) }
    }

    /// Begins on a new connection, where xenstored has put the indices.
    pub(super) fn restart(&mut self) {
        *self = Self::new(self.page);
    }

    /// Takes all that xenstored has sent, into the front of `buffer`. The answer is how much that is, at most
    /// [`ring::SIZE`]; when the ring was full, xenstored may be waiting for room.
    pub(super) fn receive(&mut self, buffer: &mut [u8; ring::SIZE]) -> Result<usize, BadIndex> {
        let produced = self.page.read_u32(ring::RSP_PROD);
        let count = produced.wrapping_sub(self.rsp_cons) as usize;
        if count > ring::SIZE {
            return Err(BadIndex { bytes: count });
        }
        read_barrier();
        let start = self.rsp_cons as usize % ring::SIZE;
        let (first, second) = buffer[..count].split_at_mut(count.min(ring::SIZE - start));
        self.page.read(ring::RSP + start, first);
        self.page.read(ring::RSP, second);
        full_barrier();
        self.rsp_cons = produced;
        self.page.write_u32(ring::RSP_CONS, produced);
        Ok(count)
    }

    /// Sends as many of `bytes` as there is room for, and says how many those are.
    pub(super) fn send(&mut self, bytes: &[u8]) -> Result<usize, BadIndex> {
        let waiting = self.req_prod.wrapping_sub(self.page.read_u32(ring::REQ_CONS)) as usize;
        if waiting > ring::SIZE {
            return Err(BadIndex { bytes: waiting });
        }
        full_barrier();
        let bytes = &bytes[..bytes.len().min(ring::SIZE - waiting)];
        let start = self.req_prod as usize % ring::SIZE;
        let (first, second) = bytes.split_at(bytes.len().min(ring::SIZE - start));
        self.page.write(ring::REQ + start, first);
        self.page.write(ring::REQ, second);
        write_barrier();
        self.req_prod = self.req_prod.wrapping_add(bytes.len() as u32);
        self.page.write_u32(ring::REQ_PROD, self.req_prod);
        Ok(bytes.len())
    }

    /// The error by which xenstored has given up this connection, where it can say so.
    pub(super) fn error(&self) -> Option<u32> {
        let error = self.page.read_u32(ring::ERROR);
        (self.has_feature(ring::FEATURE_ERROR) && error != 0).then_some(error)
    }

    /// Asks for a new connection. Returns whether this xenstored knows how to give one.
    pub(super) fn ask_for_reconnection(&self) -> bool {
        let possible = self.has_feature(ring::FEATURE_RECONNECTION);
        if possible {
            self.page.write_u32(ring::CONNECTION, ring::RECONNECT);
        }
        possible
    }

    /// Whether xenstored has given the connection that was asked for.
    pub(super) fn is_connected(&self) -> bool {
        self.page.read_u32(ring::CONNECTION) == ring::CONNECTED
    }

    fn has_feature(&self, feature: u32) -> bool {
        self.page.read_u32(ring::SERVER_FEATURES) & feature != 0
    }
}
