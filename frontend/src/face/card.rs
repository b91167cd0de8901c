//! A vdispl device: what all handles on it share.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::future::{Future, poll_fn};
use core::task::{Poll, Waker};

use vitrine_xen::platform::{FrontPlatform, Store};

use super::cards::Claims;
use super::objects::OnScreen;
use super::{Display, drive};
use crate::Error;
use crate::config::Location;
use crate::device::{ConnectorInfo, Device};
use crate::head::Pacing;

/// A vdispl device; a handle, and any number of them are one.
///
/// It outlives the device: when that is detached, the next one that is attached takes its place, preferably one with the
/// same number, and never one that another card has.
pub struct Card<P: FrontPlatform> {
    pub(super) shared: Rc<Shared<P>>,
}

impl<P: FrontPlatform> Clone for Card<P> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone() }
    }
}

impl<P: FrontPlatform> Card<P> {
    pub(super) fn new(platform: P, location: Location, claims: Claims) -> Self {
        let device = RefCell::new(Device::new(platform.clone(), location));
        let (kicked, driver, waiters) = (Cell::new(false), Cell::new(None), RefCell::new(Vec::new()));
        Self {
            shared: Rc::new(Shared {
                platform,
                device,
                claims,
                on_screen: RefCell::default(),
                kicked,
                driver,
                waiters,
            }),
        }
    }

    /// The loop that keeps the connection, to be run once. It ends after [`Self::close`], when the device is closed, or
    /// when xenstore won't watch what has to be watched.
    pub fn drive<S: Store>(&self, store: S) -> impl Future<Output = Result<(), Error>> + use<P, S> {
        let shared = self.shared.clone();
        async move { drive::drive(&shared, &store).await }
    }

    /// The number of the device in `device/vdispl`; that of the last one, while there is none.
    pub fn number(&self) -> u32 {
        self.shared.device.borrow().location().number
    }

    /// What the toolstack and the back end say about each connector, by number; waits until that was read for the first
    /// time.
    pub async fn connectors(&self) -> Result<Vec<ConnectorInfo>, Error> {
        let ask = |device: &mut Device<P>| match (device.error(), device.connectors()) {
            (Some(error), []) => Some(Err(error.clone())),
            (None, []) => None,
            (_, connectors) => Some(Ok(connectors.to_vec())),
        };
        self.shared.until(ask).await
    }

    /// Shows frames on a connector, which `pacing` tells when they count as done. Frames that are shown on the same
    /// connector by another handle come in between.
    pub fn display(&self, connector: usize, pacing: Pacing) -> Display<P> {
        self.shared.device.borrow_mut().open(connector, pacing);
        self.shared.kick();
        Display::new(self.shared.clone(), connector)
    }

    /// Whether both ends are connected now.
    pub fn is_connected(&self) -> bool {
        self.shared.device.borrow().is_connected()
    }

    /// Grants that a back end still maps although what they were for is gone.
    pub fn grants_in_quarantine(&self) -> usize {
        self.shared.device.borrow().grants_in_quarantine()
    }

    /// Takes leave of the back end, gives everything back and resolves when the device is closed. A back end that does
    /// not answer delays this by its time-outs; whoever is in a hurry limits the time.
    pub async fn close(&self) {
        self.begin_to_close();
        self.shared.until(|device| device.is_closed().then_some(())).await;
    }

    pub(super) fn begin_to_close(&self) {
        self.shared.device.borrow_mut().close();
        self.shared.kick();
    }
}

/// What the handles on a device, and its loop, have in common.
pub(super) struct Shared<P: FrontPlatform> {
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
        poll_fn(|context| match ask(&mut self.device.borrow_mut()) {
            Some(answer) => Poll::Ready(answer),
            None => {
                let mut waiters = self.waiters.borrow_mut();
                if !waiters.iter().any(|known| known.will_wake(context.waker())) {
                    waiters.push(context.waker().clone());
                }
                Poll::Pending
            }
        })
        .await
    }
}
