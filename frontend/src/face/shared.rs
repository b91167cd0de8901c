//! What the handles on a device, and its loop, have in common: the engine, and who waits for it.

use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::future::poll_fn;
use core::task::{Context, Poll, Waker};

use vitrine_xen::io::displif::nodes::Resolution;
use vitrine_xen::platform::FrontPlatform;

use super::Presented;
use super::cards::Claims;
use super::objects::OnScreen;
use crate::Error;
use crate::config::Location;
use crate::device::{Device, Lent};
use crate::head::{Pacing, Statistics};
use crate::swapchain::{Flip, Outcome};

/// An engine that handles share.
pub struct Shared<P: FrontPlatform> {
    pub platform: P,
    pub device: RefCell<Device<P>>,
    /// The numbers that the domain's cards have, this one's among them.
    pub claims: Claims,
    /// What is on the connectors that have no display.
    pub on_screen: RefCell<OnScreen>,
    /// Something for the loop to look at, and the loop's waker.
    pub kicked: Cell<bool>,
    pub driver: Cell<Option<Waker>>,
    /// Whoever waits for the engine.
    waiters: RefCell<Vec<Waker>>,
}

impl<P: FrontPlatform> Shared<P> {
    pub fn new(platform: P, location: Location, claims: Claims) -> Self {
        let device = RefCell::new(Device::new(platform.clone(), location));
        let (on_screen, waiters) = (RefCell::default(), RefCell::default());
        Self { platform, device, claims, on_screen, kicked: Cell::new(false), driver: Cell::new(None), waiters }
    }

    /// Makes the loop look at the engine.
    pub fn kick(&self) {
        self.kicked.set(true);
        if let Some(waker) = self.driver.take() {
            waker.wake();
        }
    }

    /// Lets go of what was on the connectors of a connection that has ended.
    pub fn drop_dead(&self) {
        if !self.device.borrow().is_connected() {
            let dead = self.on_screen.take();
            drop(dead);
        }
    }

    /// Lets everybody who waits ask the engine again.
    pub fn wake_waiters(&self) {
        self.waiters.borrow_mut().drain(..).for_each(Waker::wake);
    }

    /// Asks the engine whenever it may have changed, until there is an answer.
    pub async fn until<T>(&self, mut ask: impl FnMut(&mut Device<P>) -> Option<T>) -> T {
        poll_fn(|context| self.poll(context, &mut ask)).await
    }

    /// Asks the engine; who gets no answer is woken when that may have changed.
    fn poll<T>(&self, context: &mut Context<'_>, ask: impl FnOnce(&mut Device<P>) -> Option<T>) -> Poll<T> {
        let answer = ask(&mut self.device.borrow_mut());
        match answer {
            Some(answer) => Poll::Ready(answer),
            None => {
                self.remember(context.waker());
                Poll::Pending
            }
        }
    }

    /// Asks the engine about a connector, unless it says why there is no picture there.
    fn poll_connector<T>(
        &self,
        connector: usize,
        context: &mut Context<'_>,
        ask: impl FnOnce(&mut Device<P>) -> Option<T>,
    ) -> Poll<Result<T, Error>> {
        self.poll(context, |device| match device.connector_error(connector) {
            Some(error) => Some(Err(error)),
            None => ask(device).map(Ok),
        })
    }

    fn remember(&self, waker: &Waker) {
        let mut waiters = self.waiters.borrow_mut();
        if !waiters.iter().any(|known| known.will_wake(waker)) {
            waiters.push(waker.clone());
        }
    }
}

/// What every display needs of its device, whatever that runs on. This is where the engine's code meets the appliance's:
/// behind it there is one copy of the engine, compiled as the package wants that has made the card.
pub trait Frames {
    fn open(&self, connector: usize, pacing: Pacing);
    fn set_pacing(&self, connector: usize, pacing: Pacing);
    fn statistics(&self, connector: usize) -> Statistics;
    fn is_connected(&self) -> bool;
    /// The picture that is on a connector's screen.
    fn on_screen(&self, connector: usize) -> Option<Flip>;
    fn poll_mode(&self, connector: usize, context: &mut Context<'_>) -> Poll<Result<Resolution, Error>>;
    fn poll_lend(&self, connector: usize, context: &mut Context<'_>) -> Poll<Result<Lent, Error>>;
    fn give_back(&self, connector: usize, lent: &Lent);
    /// The flip's number; `None` when the frame can't be shown any more.
    fn present(&self, connector: usize, lent: &Lent) -> Option<u64>;
    /// How a flip has ended.
    fn poll_outcome(
        &self,
        connector: usize,
        generation: u64,
        number: u64,
        context: &mut Context<'_>,
    ) -> Poll<Result<Presented, Error>>;
    /// Whether a connection is gone.
    fn poll_gone(&self, generation: u64, context: &mut Context<'_>) -> Poll<()>;
}

impl<P: FrontPlatform> Frames for Shared<P> {
    fn open(&self, connector: usize, pacing: Pacing) {
        self.device.borrow_mut().open(connector, pacing);
        self.kick();
    }

    fn set_pacing(&self, connector: usize, pacing: Pacing) {
        self.device.borrow_mut().set_pacing(connector, pacing);
    }

    fn statistics(&self, connector: usize) -> Statistics {
        self.device.borrow().statistics(connector)
    }

    fn is_connected(&self) -> bool {
        self.device.borrow().is_connected()
    }

    fn on_screen(&self, connector: usize) -> Option<Flip> {
        self.device.borrow().on_screen(connector)
    }

    fn poll_mode(&self, connector: usize, context: &mut Context<'_>) -> Poll<Result<Resolution, Error>> {
        self.poll_connector(connector, context, |device| device.mode(connector))
    }

    fn poll_lend(&self, connector: usize, context: &mut Context<'_>) -> Poll<Result<Lent, Error>> {
        self.poll_connector(connector, context, |device| device.lend(connector))
    }

    fn give_back(&self, connector: usize, lent: &Lent) {
        self.device.borrow_mut().give_back(connector, lent.generation, lent.buffer);
    }

    fn present(&self, connector: usize, lent: &Lent) -> Option<u64> {
        let now = self.platform.now();
        let number = self.device.borrow_mut().present(connector, lent.generation, lent.buffer, now);
        self.kick();
        number
    }

    fn poll_outcome(
        &self,
        connector: usize,
        generation: u64,
        number: u64,
        context: &mut Context<'_>,
    ) -> Poll<Result<Presented, Error>> {
        self.poll(context, |device| match device.outcome(connector, generation, number) {
            Some(None) => None,
            Some(Some(Outcome::Shown)) => Some(Ok(Presented::Shown)),
            Some(Some(Outcome::Unconfirmed)) => Some(Ok(Presented::Unconfirmed)),
            None => Some(device.connector_error(connector).map_or(Ok(Presented::Disconnected), Err)),
        })
    }

    fn poll_gone(&self, generation: u64, context: &mut Context<'_>) -> Poll<()> {
        self.poll(context, |device| (!device.is_connected() || device.generation() != generation).then_some(()))
    }
}
