//! Requests, responses and events, on the rings of all connectors.

use alloc::format;
use core::time::Duration;

use vitrine_xen::io::displif::{Event, Operation, Response, Status, opcode};
use vitrine_xen::platform::FrontPlatform;
use vitrine_xen::ring::EVENT_SLOTS;
use vitrine_xen::xenbus::XenbusState;

use super::Device;
use crate::Error;
use crate::head::{Finished, Party};
use crate::objects::Owner;
use crate::requests::Purpose;

impl<P: FrontPlatform> Device<P> {
    /// Asks the back end something, on a connector's ring. When that is full, the request has failed by that, which is
    /// told with the next poll: the way of a frame stays short, in steps and in code.
    pub(super) fn ask(&mut self, on: usize, (operation, purpose): (Operation, Purpose), now: Duration) {
        let connector = &mut self.connectors[on];
        if connector.channel.ring.free() == 0 {
            return self.unsent.push((on, purpose));
        }
        let request = connector.requests.issue(operation, purpose, now);
        if connector.channel.ring.push(&request.encode()) == Ok(true) {
            self.platform.notify(connector.channel.request_port);
        }
    }

    /// Asks what waits for room on connector 0's ring, as long as there is some.
    pub(super) fn send_waiting(&mut self, now: Duration) {
        if !self.is_connected() {
            return;
        }
        while self.connectors.first().is_some_and(|first| first.channel.ring.free() > 0) && self.objects.waiting() > 0 {
            if let Some(request) = self.objects.next_request() {
                self.ask(0, request, now);
            }
        }
        while let Some(purpose) = self.objects.take_overdue(now) {
            self.ended(0, purpose, Err(Error::RingFull(0)), now);
        }
    }

    /// Ends the connection because of what the back end does.
    pub(super) fn lose(&mut self, why: &str, now: Duration) {
        if self.situation.holding {
            log::warn!("the connection to the back end is closed: {why}");
            self.release(now);
        }
    }

    /// Whether there is more to do at once: work per poll is bounded.
    pub(super) fn poll_connectors(&mut self, now: Duration) -> bool {
        if self.situation.own != XenbusState::Connected {
            return false;
        }
        while let Some((on, purpose)) = self.unsent.pop() {
            self.ended(on, purpose, Err(Error::RingFull(on)), now);
        }
        let mut more = false;
        for index in 0..self.connectors.len() {
            more |= self.poll_events(index, now);
            self.poll_responses(index, now);
            self.poll_time_outs(index, now);
            self.poll_flip(index, now);
            self.advance_mode(index, now);
        }
        self.start_flips(now);
        more
    }

    /// Masks the ports of connectors while nothing that comes on them is urgent.
    pub(super) fn mask(&mut self, now: Duration) {
        for connector in &mut self.connectors {
            let masked = connector.head.wants_mask(connector.requests.is_waiting(), now);
            if core::mem::replace(&mut connector.masked, masked) != masked {
                self.platform.set_masked(connector.channel.request_port, masked);
                self.platform.set_masked(connector.channel.event_port, masked);
            }
        }
    }

    /// Starts the flips whose turn has come. Those that belong together start together.
    pub(super) fn start_flips(&mut self, now: Duration) {
        for index in 0..self.connectors.len() {
            let Some(connector) = self.connectors.get_mut(index) else { return };
            if let Some(request) = connector.head.start_again(now) {
                self.ask(index, request, now);
            }
            match self.connectors[index].head.ready() {
                Some(together @ Party::Together(_)) => self.start_together(together, now),
                Some(_) => self.start_flip(index, now),
                None => {}
            }
        }
    }

    /// Starts a connector's queued flip, if its turn has come.
    pub(super) fn start_flip(&mut self, index: usize, now: Duration) {
        if let Some(request) = self.connectors[index].head.start(now) {
            self.ask(index, request, now);
        }
    }

    fn start_together(&mut self, party: Party, now: Duration) {
        let belongs = |index: &usize| self.connectors[*index].head.queued() == Some(party);
        let ready = |index: usize| self.connectors[index].head.ready() == Some(party);
        if (0..self.connectors.len()).filter(belongs).all(ready) {
            for index in 0..self.connectors.len() {
                if self.connectors[index].head.ready() == Some(party) {
                    self.start_flip(index, now);
                }
            }
        }
    }

    fn poll_events(&mut self, index: usize, now: Duration) -> bool {
        for _ in 0..EVENT_SLOTS {
            let Some(connector) = self.connectors.get_mut(index) else { return false };
            match connector.channel.events.pop() {
                Ok(Some(slot)) => match Event::decode(&slot) {
                    Event::PageFlip { fb_cookie, .. } => connector.head.frame_done(fb_cookie, now),
                    Event::Unknown(kind) => log::debug!("an event of type {kind}, which displif does not have"),
                },
                Ok(None) => return false,
                Err(error) => {
                    self.lose(&format!("event page: {error}"), now);
                    return false;
                }
            }
        }
        true
    }

    /// Takes every response; there are at most as many as requests in flight.
    fn poll_responses(&mut self, index: usize, now: Duration) {
        while let Some(connector) = self.connectors.get_mut(index) {
            let response = match connector.channel.ring.pop() {
                Ok(Some(slot)) => Response::decode(&slot),
                Ok(None) => return,
                Err(error) => return self.lose(&format!("control ring: {error}"), now),
            };
            let Response { id, code, status, .. } = response;
            match connector.requests.answer(&response) {
                Ok(_) if code == opcode::GET_EDID => self.edid_answered(index, &response, now),
                Ok(Some(purpose)) if status.is_ok() => self.ended(index, purpose, Ok(()), now),
                Ok(Some(purpose)) => self.ended(index, purpose, Err(Error::Refused(code, status)), now),
                Ok(None) => log::debug!("the answer to request {id}, operation {code:#04x}, comes too late"),
                Err(error) => return self.lose(&format!("control ring: {error}"), now),
            }
        }
    }

    fn poll_time_outs(&mut self, index: usize, now: Duration) {
        while let Some(connector) = self.connectors.get_mut(index) {
            let Some((code, purpose)) = connector.requests.take_overdue(now) else { return };
            self.ended(index, purpose, Err(Error::NoAnswer(code)), now);
        }
    }

    fn poll_flip(&mut self, index: usize, now: Duration) {
        let Some(connector) = self.connectors.get_mut(index) else { return };
        let Some(Finished { party, framebuffer, result }) = connector.head.poll(now) else { return };
        match party {
            Party::Ticket(ticket) | Party::Together(ticket) => self.tickets.part_ended(ticket, result),
            _ => self.with_swapchain(index, |chain| chain.finished(framebuffer, result)),
        }
    }

    /// A request has ended: it is answered, its time is over, or it could not be sent.
    fn ended(&mut self, on: usize, purpose: Purpose, result: Result<(), Error>, now: Duration) {
        match &result {
            Err(Error::Refused(_, Status::BUSY)) => log::debug!("connector {on}: busy"),
            Err(error) => log::warn!("connector {on}: {error}"),
            Ok(()) => {}
        }
        match purpose {
            Purpose::Configure(number) => self.config_set(on, number, result, now),
            Purpose::Edid => self.edid_overdue(on),
            Purpose::Flip(number) => self.connectors[on].head.flip_answered(number, result, now),
            _ => self.object_told(purpose, result, now),
        }
    }

    fn config_set(&mut self, on: usize, number: u64, result: Result<(), Error>, now: Duration) {
        let head = &mut self.connectors[on].head;
        let Some(party) = head.configured(number, &result) else { return };
        // A flip that was to follow has nothing to flip.
        if let (Err(error), None) = (&result, head.scanout())
            && let Some((framebuffer, party)) = head.take_queued()
        {
            let result = Err(error.clone());
            match party {
                Party::Ticket(ticket) | Party::Together(ticket) => self.tickets.part_ended(ticket, result),
                _ => self.with_swapchain(on, |chain| chain.finished(framebuffer, result)),
            }
        }
        match party {
            Party::Swapchain => {}
            Party::ModeChange => self.mode_configured(on, result, now),
            Party::Shut => self.retire(on, now),
            Party::Ticket(ticket) | Party::Together(ticket) => self.tickets.part_ended(ticket, result),
        }
    }

    fn object_told(&mut self, purpose: Purpose, result: Result<(), Error>, now: Duration) {
        let Some(told) = self.objects.answered(purpose, result, now) else { return };
        match told.owner {
            Owner::Appliance(ticket) => self.tickets.part_ended(ticket, told.result),
            Owner::Swapchain(connector) => self.swapchain_told(connector, purpose, &told.result, now),
        }
    }
}
