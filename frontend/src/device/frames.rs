//! What the appliance does with the engine: frames lent out, presented, given back.

use core::time::Duration;

use vitrine_xen::io::displif::Operation;
use vitrine_xen::io::displif::nodes::Resolution;
use vitrine_xen::platform::FrontPlatform;

use super::{Device, Lent};
use crate::requests::Purpose;
use crate::swapchain::{Outcome, Swapchain};

impl<P: FrontPlatform> Device<P> {
    /// The opened connector's mode, once pictures can be shown on it.
    pub fn mode(&self) -> Option<Resolution> {
        let chain = self.swapchain().filter(|chain| chain.is_usable())?;
        self.is_connected().then(|| chain.resolution())
    }

    /// Lends out a buffer of the opened connector; `None` while there is none.
    pub fn lend(&mut self) -> Option<Lent<P>> {
        if !self.is_connected() {
            return None;
        }
        let generation = self.generation;
        let chain = self.connectors.get_mut(self.opened)?.swapchain.as_mut()?;
        let (buffer, pages, age) = chain.lend()?;
        Some(Lent { generation, buffer, pages, age, resolution: chain.resolution() })
    }

    /// Takes a buffer back that is not to be shown.
    pub fn give_back(&mut self, generation: u64, buffer: usize) {
        if generation == self.generation
            && let Some(chain) = self.swapchain_mut()
        {
            chain.give_back(buffer);
        }
    }

    /// Shows a lent buffer: one request and one event. Returns the flip's number, or `None` when its connection is gone.
    pub fn present(&mut self, generation: u64, buffer: usize, now: Duration) -> Option<u64> {
        if generation != self.generation || !self.is_connected() {
            return None;
        }
        let opened = self.opened;
        let chain = self.swapchain_mut()?;
        let number = chain.next_flip();
        let operation = chain.present(buffer, now);
        let purpose = match operation {
            Operation::PageFlip(_) => Purpose::PageFlip(opened),
            _ => Purpose::SetConfig(opened),
        };
        self.send(opened, operation, purpose, now);
        Some(number)
    }

    /// How a flip ended: `Some(Some(..))` when it has, `Some(None)` while it is in flight, `None` when its connection is
    /// gone.
    pub fn outcome(&self, generation: u64, number: u64) -> Option<Option<Outcome>> {
        let chain = self.swapchain().filter(|_| generation == self.generation)?;
        if chain.failure().is_some() {
            return None;
        }
        Some(chain.outcome(number))
    }

    pub(super) fn swapchain(&self) -> Option<&Swapchain<P>> {
        self.connectors.get(self.opened)?.swapchain.as_ref()
    }

    pub(super) fn swapchain_mut(&mut self) -> Option<&mut Swapchain<P>> {
        self.connectors.get_mut(self.opened)?.swapchain.as_mut()
    }
}
