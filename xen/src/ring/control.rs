//! The control ring: the front end's requests, the back end's responses, in the same 32 slots.

use super::{CONTROL_SLOTS, RingError, RingFull, Slot, copy_out, distance, slot_offset};
use crate::memory::{full_barrier, write_barrier};
use crate::platform::SharedPages;

/// Byte offsets in `struct xen_displif_sring` (`io/ring.h`).
const REQUEST_PRODUCER: usize = 0;
const REQUEST_EVENT: usize = 4;
const RESPONSE_PRODUCER: usize = 8;
const RESPONSE_EVENT: usize = 12;

/// The front end's side: pushes requests, pops responses.
pub struct FrontRing<P> {
    page: P,
    request_producer: u32,
    response_consumer: u32,
}

impl<P: SharedPages> FrontRing<P> {
    /// Takes a page that nobody uses yet and makes it an empty ring (`SHARED_RING_INIT`, `FRONT_RING_INIT`).
    pub fn new(page: P) -> Self {
        let memory = page.memory();
        memory.clear();
        memory.write_u32(REQUEST_EVENT, 1);
        memory.write_u32(RESPONSE_EVENT, 1);
        Self { page, request_producer: 0, response_consumer: 0 }
    }

    /// How many requests can be pushed now: slots that hold neither a request nor a response that was not popped.
    pub fn free(&self) -> u32 {
        CONTROL_SLOTS - self.in_flight()
    }

    /// Requests pushed whose responses were not popped.
    pub fn in_flight(&self) -> u32 {
        self.request_producer.wrapping_sub(self.response_consumer)
    }

    /// Puts a request on the ring. `Ok(true)`: the back end sleeps and wants an event.
    pub fn push(&mut self, request: &Slot) -> Result<bool, RingFull> {
        if self.free() == 0 {
            return Err(RingFull);
        }
        let memory = self.page.memory();
        let old = self.request_producer;
        memory.write(slot_offset(old, CONTROL_SLOTS), request);
        self.request_producer = old.wrapping_add(1);
        write_barrier();
        memory.write_u32(REQUEST_PRODUCER, self.request_producer);
        full_barrier();
        Ok(wants_event(memory.read_u32(REQUEST_EVENT), old, self.request_producer))
    }

    /// Takes the next response off the ring. `Ok(None)`: there is none, and the back end will send an event with the
    /// next one. An error: the back end claims to have answered what was never asked.
    pub fn pop(&mut self) -> Result<Option<Slot>, RingError> {
        let memory = self.page.memory();
        let mine = self.response_consumer;
        if distance(memory, RESPONSE_PRODUCER, mine, self.in_flight())? == 0 {
            memory.write_u32(RESPONSE_EVENT, mine.wrapping_add(1));
            full_barrier();
            if distance(memory, RESPONSE_PRODUCER, mine, self.in_flight())? == 0 {
                return Ok(None);
            }
        }
        let response = copy_out(memory, slot_offset(mine, CONTROL_SLOTS));
        self.response_consumer = mine.wrapping_add(1);
        Ok(Some(response))
    }

    /// The page, when the ring is done with.
    pub fn into_page(self) -> P {
        self.page
    }

    /// The page that holds the ring.
    pub fn page(&self) -> &P {
        &self.page
    }
}

/// The back end's side: pops requests, pushes responses.
pub struct BackRing<P> {
    page: P,
    request_consumer: u32,
    response_producer: u32,
}

impl<P: SharedPages> BackRing<P> {
    /// Attaches to a ring that a front end has just made (`BACK_RING_INIT`).
    pub fn new(page: P) -> Self {
        Self { page, request_consumer: 0, response_producer: 0 }
    }

    /// Takes the next request off the ring. `Ok(None)`: there is none, or every slot waits for its response; in the
    /// first case the front end will send an event with the next one. An error: the front end overran the ring.
    pub fn pop(&mut self) -> Result<Option<Slot>, RingError> {
        let memory = self.page.memory();
        let mine = self.request_consumer;
        let unanswered = mine.wrapping_sub(self.response_producer);
        let most = CONTROL_SLOTS - unanswered;
        if distance(memory, REQUEST_PRODUCER, mine, most)? == 0 {
            memory.write_u32(REQUEST_EVENT, mine.wrapping_add(1));
            full_barrier();
            if distance(memory, REQUEST_PRODUCER, mine, most)? == 0 {
                return Ok(None);
            }
        }
        let request = copy_out(memory, slot_offset(mine, CONTROL_SLOTS));
        self.request_consumer = mine.wrapping_add(1);
        Ok(Some(request))
    }

    /// Puts a response on the ring. `true`: the front end sleeps and wants an event. Panics when there are more
    /// responses than requests were popped: the caller answers each request once.
    pub fn push(&mut self, response: &Slot) -> bool {
        assert!(self.response_producer != self.request_consumer, "a response without a request");
        let memory = self.page.memory();
        let old = self.response_producer;
        memory.write(slot_offset(old, CONTROL_SLOTS), response);
        self.response_producer = old.wrapping_add(1);
        write_barrier();
        memory.write_u32(RESPONSE_PRODUCER, self.response_producer);
        full_barrier();
        wants_event(memory.read_u32(RESPONSE_EVENT), old, self.response_producer)
    }
}

/// Whether the index at which the peer wants to be woken was passed (`RING_PUSH_*_AND_CHECK_NOTIFY`).
fn wants_event(event: u32, old: u32, new: u32) -> bool {
    new.wrapping_sub(event) < new.wrapping_sub(old)
}
