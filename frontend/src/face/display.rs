//! One connector, on which frames are shown.

use alloc::rc::Rc;
use core::cell::Cell;

use vitrine_xen::io::displif::nodes::Resolution;
use vitrine_xen::platform::FrontPlatform;

use super::card::Shared;
use super::{Card, Frame};
use crate::Error;
use crate::device::{ConnectorInfo, Device};
use crate::head::{Pacing, Statistics};

/// A connector that pictures are shown on; see [`Card::display`].
pub struct Display<P: FrontPlatform> {
    pub(super) shared: Rc<Shared<P>>,
    pub(super) connector: usize,
    /// The connection that the last frame was presented on.
    pub(super) shown: Cell<u64>,
}

impl<P: FrontPlatform> Display<P> {
    pub(super) fn new(shared: Rc<Shared<P>>, connector: usize) -> Self {
        Self { shared, connector, shown: Cell::new(0) }
    }

    /// The device that the connector belongs to.
    pub fn card(&self) -> Card<P> {
        Card { shared: self.shared.clone() }
    }

    /// The connector's number in the device.
    pub fn connector(&self) -> usize {
        self.connector
    }

    /// What the toolstack and the back end say about the connector; `None` before that was read, or when the device that
    /// is there now has no such connector.
    pub fn info(&self) -> Option<ConnectorInfo> {
        self.shared.device.borrow().connectors().get(self.connector).cloned()
    }

    /// Waits until the connection is made and buffers are there, and tells the mode.
    pub async fn ready(&self) -> Result<Resolution, Error> {
        self.until(|device, connector| device.mode(connector)).await
    }

    /// Lends out the back buffer, once there is one. The frame's age says what is on it.
    pub async fn acquire(&mut self) -> Result<Frame<'_, P>, Error> {
        let lent = self.until(|device, connector| device.lend(connector)).await?;
        Ok(Frame::new(self, lent))
    }

    /// Resolves when the connection on which the last frame was shown is gone, and with it the picture. For appliances
    /// that draw only when they have to: the next [`Self::acquire`] waits for the next connection.
    pub async fn disconnected(&self) {
        let shown = self.shown.get();
        self.shared.until(|device| (!device.is_connected() || device.generation() != shown).then_some(())).await;
    }

    /// Whether both ends are connected now.
    pub fn is_connected(&self) -> bool {
        self.shared.device.borrow().is_connected()
    }

    /// Sets when a frame counts as done, from the next frame on.
    pub fn set_pacing(&self, pacing: Pacing) {
        self.shared.device.borrow_mut().set_pacing(self.connector, pacing);
    }

    /// Grants that a back end still maps although what they were for is gone; those of the whole card.
    pub fn grants_in_quarantine(&self) -> usize {
        self.shared.device.borrow().grants_in_quarantine()
    }

    /// Counts since the connection was made.
    pub fn statistics(&self) -> Statistics {
        self.shared.device.borrow().statistics(self.connector)
    }

    /// Asks the engine until there is an answer, or it says why there is no picture on the connector.
    async fn until<T>(&self, mut ask: impl FnMut(&mut Device<P>, usize) -> Option<T>) -> Result<T, Error> {
        let ask = |device: &mut Device<P>| match device.connector_error(self.connector) {
            Some(error) => Some(Err(error)),
            None => ask(device, self.connector).map(Ok),
        };
        self.shared.until(ask).await
    }
}
