//! What the appliance does with open connectors: frames lent out, presented, given back.

use core::time::Duration;

use vitrine_xen::io::displif::nodes::Resolution;
use vitrine_xen::platform::FrontPlatform;

use super::{Connector, Device, Lent};
use crate::head::{Party, Statistics};
use crate::objects::FramebufferId;
use crate::swapchain::{Flip, Outcome, Swapchain};

/// How many slots of a connector's ring are left for what is not a frame.
const RESERVE: u32 = 4;

impl<P: FrontPlatform> Device<P> {
    /// Counts of a connector, since its connection was made.
    pub fn statistics(&self, connector: usize) -> Statistics {
        self.connectors.get(connector).map(|connector| connector.head.statistics()).unwrap_or_default()
    }

    /// An open connector's mode, once pictures can be shown on it.
    pub fn mode(&self, connector: usize) -> Option<Resolution> {
        let known = self.connectors.get(connector).filter(|known| self.is_connected() && !self.awaits_edid(known))?;
        known.swapchain.as_ref().filter(|chain| chain.is_usable()).map(Swapchain::resolution)
    }

    /// Lends out a buffer of an open connector; `None` while there is none. One is lent at a time.
    pub fn lend(&mut self, connector: usize) -> Option<Lent> {
        if self.wish(connector).is_none() || self.mode(connector).is_none() {
            return None;
        }
        let generation = self.generation;
        let connector = self.connectors.get_mut(connector)?;
        // A back end that has fallen so far behind gets no more work.
        if !connector.head.is_idle() || connector.channel.ring.free() < RESERVE {
            return None;
        }
        let chain = connector.swapchain.as_mut()?;
        let (buffer, memory, age) = chain.lend()?;
        let front = chain.front().map(|(flip, memory)| (flip, memory.clone()));
        Some(Lent { generation, buffer, memory, age, front, resolution: chain.resolution() })
    }

    /// The picture of an open connector's swapchain that is on its screen now, as far as the back end has said.
    pub fn on_screen(&self, connector: usize) -> Option<Flip> {
        self.mode(connector)?;
        let known = self.connectors.get(connector).filter(|known| known.head.scanout().is_some())?;
        known.swapchain.as_ref()?.on_screen()
    }

    /// Takes a buffer back that is not to be shown.
    pub fn give_back(&mut self, connector: usize, generation: u64, buffer: FramebufferId) {
        if generation == self.generation
            && let Some(chain) = self.swapchain_mut(connector)
        {
            chain.give_back(buffer);
        }
    }

    /// Shows a lent buffer: one request and one event. Returns the flip's number, or `None` when the buffer's connection is
    /// gone, the connector was shut, or its mode has changed.
    pub fn present(&mut self, connector: usize, generation: u64, buffer: FramebufferId, now: Duration) -> Option<u64> {
        if generation != self.generation || !self.is_connected() {
            return None;
        }
        let Connector { swapchain, head, .. } = self.connectors.get_mut(connector)?;
        let chain = swapchain.as_mut()?;
        let number = chain.present(buffer)?;
        head.queue(buffer, Party::Swapchain);
        if head.is_lit() {
            self.start_flip(connector, now);
        } else {
            let request = head.configure(chain.scanout(buffer), Party::Swapchain);
            self.ask(connector, request, now);
        }
        Some(number)
    }

    /// How a flip ended: `Some(Some(..))` when it has, `Some(None)` while it is in flight, `None` when its connection is
    /// gone, or the connector can't be used any more.
    pub fn outcome(&self, connector: usize, generation: u64, number: u64) -> Option<Option<Outcome>> {
        let chain = self.swapchain(connector).filter(|_| generation == self.generation)?;
        if chain.failure().is_some() {
            return None;
        }
        Some(chain.outcome(number))
    }

    fn swapchain(&self, connector: usize) -> Option<&Swapchain> {
        self.connectors.get(connector)?.swapchain.as_ref()
    }

    fn swapchain_mut(&mut self, connector: usize) -> Option<&mut Swapchain> {
        self.connectors.get_mut(connector)?.swapchain.as_mut()
    }
}
