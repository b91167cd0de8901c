//! One connector, on which frames are shown.

use alloc::vec::Vec;
use core::cell::Cell;
use core::future::poll_fn;

use vitrine_xen::edid::Mode;
use vitrine_xen::io::displif::nodes::Resolution;
use vitrine_xen::platform::FrontPlatform;

#[cfg(doc)]
use super::Presented;
use super::{Card, Frame};
use crate::Error;
use crate::device::ConnectorInfo;
use crate::head::{Pacing, Statistics};
use crate::swapchain::Flip;

/// A connector that pictures are shown on; see [`Card::display`].
pub struct Display<P: FrontPlatform> {
    pub(super) card: Card<P>,
    pub(super) connector: usize,
    /// The connection that the last frame was presented on.
    pub(super) shown: Cell<u64>,
    pacing: Cell<Pacing>,
}

impl<P: FrontPlatform> Display<P> {
    pub(super) fn new(card: Card<P>, connector: usize, pacing: Pacing) -> Self {
        Self { card, connector, shown: Cell::new(0), pacing: Cell::new(pacing) }
    }

    /// The device that the connector belongs to.
    pub fn card(&self) -> Card<P> {
        self.card.clone()
    }

    /// The connector's number in the device.
    pub fn connector(&self) -> usize {
        self.connector
    }

    /// What the toolstack and the back end say about the connector; `None` before that was read, or when the device that
    /// is there now has no such connector.
    pub fn info(&self) -> Option<ConnectorInfo> {
        self.card.shared.device.borrow().connectors().get(self.connector).cloned()
    }

    /// The modes that the display can be asked for; none before anything was read.
    pub fn modes(&self) -> Vec<Mode> {
        self.info().map_or(Vec::new(), |info| info.modes())
    }

    /// Changes the mode, and resolves when the back end shows pictures of that size: black ones, until the next frame. After
    /// an error the old mode goes on. The next connection begins with [`ConnectorInfo::first_mode`] again.
    ///
    /// A frame that is lent out meanwhile can't be presented afterwards: it is [`Presented::Disconnected`].
    pub async fn set_mode(&self, mode: Resolution) -> Result<(), Error> {
        self.card.shared.done(|device, now| device.set_mode(self.connector, mode, now)).await
    }

    /// Makes the connector dark, in this and in every later connection, and gives its buffers back. Until
    /// [`Self::switch_on`], [`Self::acquire`] waits, and a frame that is lent out can't be presented. It concerns all
    /// handles on the connector.
    pub fn switch_off(&self) {
        self.card.shared.tell(|device, _| device.shut(self.connector));
    }

    /// Shows pictures again; the first frame has age 0. A connector that can't be used gets another chance.
    pub fn switch_on(&self) {
        self.card.frames.open(self.connector, self.pacing.get());
    }

    /// Waits until the connection is made and buffers are there, and tells the mode.
    pub async fn ready(&self) -> Result<Resolution, Error> {
        poll_fn(|context| self.card.frames.poll_mode(self.connector, context)).await
    }

    /// Lends out the back buffer, once there is one. The frame's age says what is on it.
    pub async fn acquire(&mut self) -> Result<Frame<'_, P>, Error> {
        let lent = poll_fn(|context| self.card.frames.poll_lend(self.connector, context)).await?;
        Ok(Frame::new(self, lent))
    }

    /// The picture that is on the screen now, if it is one of a [`Frame`] and the back end has said that it is there.
    pub fn on_screen(&self) -> Option<Flip> {
        self.card.frames.on_screen(self.connector)
    }

    /// Resolves when the connection on which the last frame was shown is gone, and with it the picture. For appliances
    /// that draw only when they have to: the next [`Self::acquire`] waits for the next connection.
    pub async fn disconnected(&self) {
        poll_fn(|context| self.card.frames.poll_gone(self.shown.get(), context)).await;
    }

    /// Whether both ends are connected now.
    pub fn is_connected(&self) -> bool {
        self.card.frames.is_connected()
    }

    /// Sets when a frame counts as done, from the next frame on.
    pub fn set_pacing(&self, pacing: Pacing) {
        self.pacing.set(pacing);
        self.card.frames.set_pacing(self.connector, pacing);
    }

    /// Grants that a back end still maps although what they were for is gone; those of the whole card.
    pub fn grants_in_quarantine(&self) -> usize {
        self.card.grants_in_quarantine()
    }

    /// Counts since the connection was made.
    pub fn statistics(&self) -> Statistics {
        self.card.frames.statistics(self.connector)
    }
}
