//! A frame: a buffer lent out, drawn on, presented.

use vitrine_xen::io::displif::nodes::Resolution;
use vitrine_xen::platform::FrontPlatform;

use super::Display;
use crate::Error;
use crate::backing::BufferMemory;
use crate::device::Lent;
use crate::swapchain::Outcome;

/// How [`Frame::present`] ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presented {
    /// The frame is on the screen.
    Shown,
    /// The back end took the frame and never said that it was done.
    Unconfirmed,
    /// The back end went away; the frame was not shown, or nobody knows.
    Disconnected,
}

/// A buffer that is lent out: the appliance draws on it, then presents it.
pub struct Frame<'a, P: FrontPlatform> {
    display: &'a Display<P>,
    lent: Option<Lent>,
}

impl<'a, P: FrontPlatform> Frame<'a, P> {
    pub(super) fn new(display: &'a Display<P>, lent: Lent) -> Self {
        Self { display, lent: Some(lent) }
    }

    fn lent(&self) -> &Lent {
        self.lent.as_ref().expect("a frame has its buffer until it is presented")
    }

    /// The mode: rows of 32-bit XRGB pixels, without gaps between the rows.
    pub fn resolution(&self) -> Resolution {
        self.lent().resolution
    }

    /// How many flips old the buffer's content is; 0 when it has none that counts.
    pub fn age(&self) -> u64 {
        self.lent().age
    }

    /// The buffer's bytes; they stay for as long as a clone of this exists.
    pub fn memory(&self) -> &BufferMemory {
        &self.lent().memory
    }

    /// Sends the frame to the screen; resolves when it is there, or when it is certain that this can't be said.
    pub async fn present(mut self) -> Result<Presented, Error> {
        let Some(lent) = self.lent.take() else { return Ok(Presented::Disconnected) };
        let Display { shared, connector, shown } = self.display;
        let (connector, now) = (*connector, shared.platform.now());
        let number = shared.device.borrow_mut().present(connector, lent.generation, lent.buffer, now);
        shown.set(lent.generation);
        shared.kick();
        let Some(number) = number else { return Ok(Presented::Disconnected) };
        let outcome = shared.until(|device| match device.outcome(connector, lent.generation, number) {
            Some(None) => None,
            Some(Some(outcome)) => Some(Ok(Some(outcome))),
            None => Some(device.connector_error(connector).map_or(Ok(None), Err)),
        });
        Ok(match outcome.await? {
            Some(Outcome::Shown) => Presented::Shown,
            Some(Outcome::Unconfirmed) => Presented::Unconfirmed,
            None => Presented::Disconnected,
        })
    }
}

impl<P: FrontPlatform> Drop for Frame<'_, P> {
    fn drop(&mut self) {
        if let Some(lent) = self.lent.take() {
            let Display { shared, connector, .. } = self.display;
            shared.device.borrow_mut().give_back(*connector, lent.generation, lent.buffer);
        }
    }
}
