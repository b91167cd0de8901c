//! What the appliance does with the engine: frames lent out, presented, given back.

use core::time::Duration;

use vitrine_xen::io::displif::Operation;
use vitrine_xen::io::displif::nodes::Resolution;
use vitrine_xen::platform::FrontPlatform;

use super::{Device, Lent};
use crate::requests::Purpose;
use crate::swapchain::{Outcome, Pacing, Statistics, Swapchain};

impl<P: FrontPlatform> Device<P> {
    /// Shows pictures on a connector, in this and in every later connection, until [`Self::shut`]. `pacing` says when a
    /// frame counts as done.
    pub fn open(&mut self, connector: usize, pacing: Pacing) {
        if self.wishes.len() <= connector {
            self.wishes.resize(connector + 1, None);
        }
        self.wishes[connector] = Some(pacing);
        self.set_pacing(connector, pacing);
    }

    /// Sets when a frame counts as done, from the next frame on. Nothing happens on a connector that is not open.
    pub fn set_pacing(&mut self, connector: usize, pacing: Pacing) {
        if let Some(wish @ Some(_)) = self.wishes.get_mut(connector) {
            *wish = Some(pacing);
        }
        if let Some(chain) = self.swapchain_mut(connector) {
            chain.set_pacing(pacing);
        }
    }

    /// Counts of a connector, since its connection was made.
    pub fn statistics(&self, connector: usize) -> Statistics {
        self.swapchain(connector).map(Swapchain::statistics).unwrap_or_default()
    }

    /// An open connector's mode, once pictures can be shown on it.
    pub fn mode(&self, connector: usize) -> Option<Resolution> {
        let chain = self.swapchain(connector).filter(|chain| chain.is_usable())?;
        self.is_connected().then(|| chain.resolution())
    }

    /// Lends out a buffer of an open connector; `None` while there is none.
    pub fn lend(&mut self, connector: usize) -> Option<Lent<P>> {
        if !self.is_connected() {
            return None;
        }
        let generation = self.generation;
        let chain = self.swapchain_mut(connector)?;
        let (buffer, pages, age) = chain.lend()?;
        Some(Lent { generation, buffer, pages, age, resolution: chain.resolution() })
    }

    /// Takes a buffer back that is not to be shown.
    pub fn give_back(&mut self, connector: usize, generation: u64, buffer: usize) {
        if generation == self.generation
            && let Some(chain) = self.swapchain_mut(connector)
        {
            chain.give_back(buffer);
        }
    }

    /// Shows a lent buffer: one request and one event. Returns the flip's number, or `None` when its connection is gone.
    pub fn present(&mut self, connector: usize, generation: u64, buffer: usize, now: Duration) -> Option<u64> {
        if generation != self.generation || !self.is_connected() {
            return None;
        }
        let chain = self.swapchain_mut(connector)?;
        let number = chain.next_flip();
        let operation = chain.present(buffer, now);
        let purpose = match operation {
            Operation::PageFlip(_) => Purpose::PageFlip(connector),
            _ => Purpose::SetConfig(connector),
        };
        self.send(connector, operation, purpose, now);
        Some(number)
    }

    /// How a flip ended: `Some(Some(..))` when it has, `Some(None)` while it is in flight, `None` when its connection is
    /// gone.
    pub fn outcome(&self, connector: usize, generation: u64, number: u64) -> Option<Option<Outcome>> {
        let chain = self.swapchain(connector).filter(|_| generation == self.generation)?;
        if chain.failure().is_some() {
            return None;
        }
        Some(chain.outcome(number))
    }

    pub(super) fn swapchain(&self, connector: usize) -> Option<&Swapchain<P>> {
        self.connectors.get(connector)?.swapchain.as_ref()
    }

    pub(super) fn swapchain_mut(&mut self, connector: usize) -> Option<&mut Swapchain<P>> {
        self.connectors.get_mut(connector)?.swapchain.as_mut()
    }
}
