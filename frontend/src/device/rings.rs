//! Requests, responses and events, on the rings of all connectors.

use alloc::format;
use core::time::Duration;

use vitrine_xen::io::displif::{Event, Operation, Response};
use vitrine_xen::platform::FrontPlatform;
use vitrine_xen::ring::EVENT_SLOTS;
use vitrine_xen::xenbus::XenbusState;

use super::Device;
use crate::requests::{ANSWER_TIME, Purpose};
use crate::swapchain::Swapchain;

impl<P: FrontPlatform> Device<P> {
    /// Pushes a request and notifies. A full ring means that the back end has let 32 requests lie: it is lost.
    pub(super) fn send(&mut self, on: usize, operation: Operation, purpose: Purpose, now: Duration) {
        let connector = &mut self.connectors[on];
        if connector.channel.ring.free() == 0 {
            return self.lose("its ring is full of requests that it has not answered", now);
        }
        let request = connector.requests.issue(operation, purpose, now);
        if connector.channel.ring.push(&request.encode()) == Ok(true) {
            self.platform.notify(connector.channel.request_port);
        }
    }

    /// Ends the connection because of what the back end does or does not do.
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
        let mut more = false;
        for index in 0..self.connectors.len() {
            more |= self.poll_events(index, now);
            self.poll_responses(index, now);
            if let Some(connector) = self.connectors.get_mut(index) {
                if let Some(chain) = &mut connector.swapchain {
                    chain.poll(now);
                }
                if let Some(code) = connector.requests.overdue(now) {
                    let milliseconds = ANSWER_TIME.as_millis();
                    self.lose(&format!("no answer to operation {code:#04x} within {milliseconds} ms"), now);
                }
            }
        }
        more
    }

    /// Masks the ports of connectors while nothing that comes on them is urgent.
    pub(super) fn mask(&mut self, now: Duration) {
        for connector in &mut self.connectors {
            let Some(chain) = &mut connector.swapchain else { continue };
            let masked = chain.wants_mask(!connector.requests.is_empty(), now);
            if core::mem::replace(&mut connector.masked, masked) != masked {
                self.platform.set_masked(connector.channel.request_port, masked);
                self.platform.set_masked(connector.channel.event_port, masked);
            }
        }
    }

    fn poll_events(&mut self, index: usize, now: Duration) -> bool {
        for _ in 0..EVENT_SLOTS {
            let Some(connector) = self.connectors.get_mut(index) else { return false };
            match connector.channel.events.pop() {
                Ok(Some(slot)) => match (Event::decode(&slot), &mut connector.swapchain) {
                    (Event::PageFlip { fb_cookie, .. }, Some(chain)) => chain.frame_done(fb_cookie, now),
                    (event, _) => log::debug!("an event for nobody: {event:?}"),
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
            match connector.requests.answer(&response) {
                Ok((purpose, _)) => self.answered(purpose, &response, now),
                Err(error) => return self.lose(&format!("control ring: {error}"), now),
            }
        }
    }

    fn answered(&mut self, purpose: Purpose, response: &Response, now: Duration) {
        let (code, status) = (response.code, response.status);
        if !status.is_ok() {
            log::warn!("the back end refused operation {code:#04x}: {status}");
        }
        match purpose {
            Purpose::CreateBuffer(index) | Purpose::AttachFramebuffer(index) => {
                self.with_chain(index, |chain| chain.created(code, status));
                self.note_failure(index);
            }
            Purpose::SetConfig(index) => {
                let flip = self.with_chain(index, |chain| chain.configured(code, status, now)).flatten();
                self.note_failure(index);
                if let Some(flip) = flip {
                    self.send(index, flip, Purpose::PageFlip(index), now);
                }
            }
            Purpose::PageFlip(index) => {
                self.with_chain(index, |chain| chain.flip_answered(code, status));
                self.note_failure(index);
            }
            Purpose::Farewell => {}
        }
    }

    fn with_chain<R>(&mut self, index: usize, act: impl FnOnce(&mut Swapchain<P>) -> R) -> Option<R> {
        self.connectors.get_mut(index)?.swapchain.as_mut().map(act)
    }

    fn note_failure(&mut self, index: usize) {
        let failure = self.swapchain(index).and_then(Swapchain::failure).cloned();
        if failure.is_some() {
            self.infos[index].error = failure;
        }
    }
}
