//! A frame: a buffer lent out, drawn on, presented.

use alloc::vec::Vec;
use core::future::poll_fn;

use vitrine_xen::io::displif::nodes::Resolution;
use vitrine_xen::platform::FrontPlatform;

use super::Display;
use crate::Error;
use crate::backing::BufferMemory;
use crate::device::Lent;
use crate::swapchain::Flip;

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
    lent: Lent,
    /// The number of the flip that shows it.
    flip: Option<u64>,
}

impl<'a, P: FrontPlatform> Frame<'a, P> {
    pub(super) fn new(display: &'a Display<P>, lent: Lent) -> Self {
        Self { display, lent, flip: None }
    }

    /// The mode: rows of 32-bit XRGB pixels, without gaps between the rows.
    pub fn resolution(&self) -> Resolution {
        self.lent.resolution
    }

    /// How many flips old the buffer's content is; 0 when it has none that counts.
    pub fn age(&self) -> u64 {
        self.lent.age
    }

    /// The buffer's bytes; they stay for as long as a clone of this exists.
    pub fn memory(&self) -> &BufferMemory {
        &self.lent.memory
    }

    /// The picture that was presented last, and its bytes, which may be read as long as this frame is there: on the screen is
    /// what they hold. `None` when there was none in this mode and connection.
    pub fn front(&self) -> Option<(Flip, &BufferMemory)> {
        self.lent.front.as_ref().map(|(flip, memory)| (*flip, memory))
    }

    /// Sends the frame to the screen; resolves when it is there, or when it is certain that this can't be said.
    pub async fn present(mut self) -> Result<Presented, Error> {
        self.send();
        self.sent().await
    }

    /// Sends frames to several screens, one right after the other, and resolves when all are there. What is told is how the
    /// first of them ended that is not on its screen.
    pub async fn present_together(mut frames: Vec<Self>) -> Result<Presented, Error> {
        for frame in &mut frames {
            frame.send();
        }
        let mut all = Ok(Presented::Shown);
        for frame in &frames {
            let presented = frame.sent().await;
            if all == Ok(Presented::Shown) {
                all = presented;
            }
        }
        all
    }

    /// Sends the frame to the screen, once, without waiting until it is there; that is [`Self::sent`]. `None` when it can't be
    /// shown any more.
    pub fn send(&mut self) -> Option<Flip> {
        let Display { card, connector, shown, .. } = self.display;
        self.flip = card.frames.present(*connector, &self.lent);
        shown.set(self.lent.generation);
        self.flip.map(|number| Flip::new(self.lent.buffer, number))
    }

    /// Resolves when the frame that was sent is on the screen, or when it is certain that this can't be said.
    pub async fn sent(&self) -> Result<Presented, Error> {
        let Display { card, connector, .. } = self.display;
        let Some(flip) = self.flip else { return Ok(Presented::Disconnected) };
        poll_fn(|context| card.frames.poll_outcome(*connector, self.lent.generation, flip, context)).await
    }
}

impl<P: FrontPlatform> Drop for Frame<'_, P> {
    fn drop(&mut self) {
        // What was presented may have been lent to somebody else by now.
        if self.flip.is_none() {
            self.display.card.frames.give_back(self.display.connector, &self.lent);
        }
    }
}
