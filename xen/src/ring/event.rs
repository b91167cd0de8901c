//! The event page: the back end produces, the front end consumes. No event goes back.

use super::{EVENT_SLOTS, RingError, RingFull, Slot, copy_out, distance, slot_offset};
use crate::memory::{full_barrier, write_barrier};
use crate::platform::SharedPages;

/// Byte offsets in `struct xendispl_event_page` (`io/displif.h`).
const CONSUMER: usize = 0;
const PRODUCER: usize = 4;

/// The front end's side.
pub struct EventConsumer<P> {
    pub(super) page: P,
    pub(super) consumer: u32,
}

impl<P: SharedPages> EventConsumer<P> {
    /// Takes a page that nobody uses yet and makes it an empty event page.
    pub fn new(page: P) -> Self {
        page.memory().clear();
        Self { page, consumer: 0 }
    }

    /// Takes the next event off the page. An error: the back end overran it.
    pub fn pop(&mut self) -> Result<Option<Slot>, RingError> {
        let memory = self.page.memory();
        if distance(memory, PRODUCER, self.consumer, EVENT_SLOTS)? == 0 {
            return Ok(None);
        }
        let event = copy_out(memory, slot_offset(self.consumer, EVENT_SLOTS));
        self.consumer = self.consumer.wrapping_add(1);
        full_barrier();
        memory.write_u32(CONSUMER, self.consumer);
        Ok(Some(event))
    }

    /// The page, when it is done with.
    pub fn into_page(self) -> P {
        self.page
    }

    /// The page that holds the events.
    pub fn page(&self) -> &P {
        &self.page
    }
}

/// The back end's side.
pub struct EventProducer<P> {
    pub(super) page: P,
    pub(super) producer: u32,
}

impl<P: SharedPages> EventProducer<P> {
    /// Attaches to a page that a front end has just made.
    pub fn new(page: P) -> Self {
        Self { page, producer: 0 }
    }

    /// Puts an event on the page; the front end is to be notified. A consumer index that makes no sense counts as a
    /// full page: the front end only loses events of its own.
    pub fn push(&mut self, event: &Slot) -> Result<(), RingFull> {
        let memory = self.page.memory();
        let waiting = self.producer.wrapping_sub(memory.read_u32(CONSUMER));
        if waiting >= EVENT_SLOTS {
            return Err(RingFull);
        }
        full_barrier();
        memory.write(slot_offset(self.producer, EVENT_SLOTS), event);
        self.producer = self.producer.wrapping_add(1);
        write_barrier();
        memory.write_u32(PRODUCER, self.producer);
        Ok(())
    }
}
