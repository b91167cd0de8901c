//! The asynchronous face: a [`Display`] for the appliance, and the loop that keeps its connection.
//!
//! [`Display::open`] finds the device. [`Display::drive`] gives the loop, to be run beside the appliance for as long as the
//! display is wanted; it needs no particular executor. When the back end goes away, or the whole device is
//! detached, [`Display::acquire`] waits until one is back; what is lent out then has age 0 and wants to be drawn whole.
//! [`Hotplug`] tells which devices there are.

mod drive;
mod frame;
mod hotplug;

pub use frame::Frame;
pub use hotplug::{Attached, Hotplug};

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::future::{Future, poll_fn};
use core::task::{Poll, Waker};

use vitrine_xen::io::displif::nodes::Resolution;
use vitrine_xen::platform::{FrontPlatform, Store};

use crate::Error;
use crate::config;
use crate::device::Device;
use crate::swapchain::{Pacing, Statistics};

/// A connector that pictures are shown on.
pub struct Display<P: FrontPlatform> {
    shared: Rc<Shared<P>>,
}

struct Shared<P: FrontPlatform> {
    platform: P,
    device: RefCell<Device<P>>,
    connector: usize,
    /// The connection that the last frame was presented on.
    shown: Cell<u64>,
    /// Something for the loop to look at, and the loop's waker.
    kicked: Cell<bool>,
    driver: Cell<Option<Waker>>,
    /// Whoever waits for the engine: the appliance, and the one who closes the display.
    waiters: RefCell<Vec<Waker>>,
}

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

impl<P: FrontPlatform> Display<P> {
    /// Finds connector `connector` of the first vdispl device. Nothing happens on it until [`Self::drive`] runs.
    ///
    /// The display outlives the device: when that is detached, the next one that is attached takes its place, preferably
    /// one with the same number.
    pub async fn open<S: Store>(platform: P, store: &S, connector: usize, pacing: Pacing) -> Result<Self, Error> {
        let numbers = config::devices(store).await?;
        let location = config::locate(store, *numbers.first().ok_or(Error::NoDevice)?).await?;
        let mut device = Device::new(platform.clone(), location);
        device.open(connector, pacing);
        let device = RefCell::new(device);
        let (kicked, shown) = (Cell::new(false), Cell::new(0));
        let (driver, waiters) = (Cell::new(None), RefCell::new(Vec::new()));
        Ok(Self { shared: Rc::new(Shared { platform, device, connector, shown, kicked, driver, waiters }) })
    }

    /// The loop that keeps the connection. It ends once [`Self::close`] was called and the device is closed, or when
    /// the back end's folder can't be watched.
    pub fn drive<S: Store>(&self, store: S) -> impl Future<Output = Result<(), Error>> + use<P, S> {
        let shared = self.shared.clone();
        async move { drive::drive(&shared, &store).await }
    }

    /// Waits until the connection is made and buffers are there, and tells the mode.
    pub async fn ready(&self) -> Result<Resolution, Error> {
        self.shared
            .until(|device| match device.connector_error(self.shared.connector) {
                Some(error) => Some(Err(error)),
                None => device.mode(self.shared.connector).map(Ok),
            })
            .await
    }

    /// Lends out the back buffer, once there is one. The frame's age says what is on it.
    pub async fn acquire(&mut self) -> Result<Frame<'_, P>, Error> {
        let lent = self
            .shared
            .until(|device| match device.connector_error(self.shared.connector) {
                Some(error) => Some(Err(error)),
                None => device.lend(self.shared.connector).map(Ok),
            })
            .await?;
        Ok(Frame::new(&self.shared, lent))
    }

    /// Resolves when the connection on which the last frame was shown is gone, and with it the picture. For appliances
    /// that draw only when they have to: the next [`Self::acquire`] waits for the next connection.
    pub async fn disconnected(&self) {
        let shown = self.shared.shown.get();
        self.shared.until(|device| (!device.is_connected() || device.generation() != shown).then_some(())).await;
    }

    /// Whether both ends are connected now.
    pub fn is_connected(&self) -> bool {
        self.shared.device.borrow().is_connected()
    }

    /// Sets when a frame counts as done, from the next frame on.
    pub fn set_pacing(&self, pacing: Pacing) {
        self.shared.device.borrow_mut().set_pacing(self.shared.connector, pacing);
    }

    /// Counts since the connection was made.
    pub fn statistics(&self) -> Statistics {
        self.shared.device.borrow().statistics(self.shared.connector)
    }

    /// Grants that a back end still maps although their buffers are gone.
    pub fn grants_in_quarantine(&self) -> usize {
        self.shared.device.borrow().grants_in_quarantine()
    }

    /// Something that ends the connection in good order, and can be handed to whoever has to do that.
    pub fn closer(&self) -> Closer<P> {
        Closer { shared: self.shared.clone() }
    }
}

/// Ends a display's connection.
pub struct Closer<P: FrontPlatform> {
    shared: Rc<Shared<P>>,
}

impl<P: FrontPlatform> Closer<P> {
    /// Takes leave of the back end, gives everything back and resolves when the device is closed. A back end that does
    /// not answer delays this by its time-outs; whoever is in a hurry limits the time.
    pub async fn close(&self) {
        self.shared.device.borrow_mut().close();
        self.shared.kick();
        self.shared.until(|device| device.is_closed().then_some(())).await;
    }
}

impl<P: FrontPlatform> Shared<P> {
    /// Makes the loop look at the engine.
    fn kick(&self) {
        self.kicked.set(true);
        if let Some(waker) = self.driver.take() {
            waker.wake();
        }
    }

    /// Lets everybody who waits ask the engine again.
    fn wake_waiters(&self) {
        self.waiters.borrow_mut().drain(..).for_each(Waker::wake);
    }

    /// Asks the engine whenever it may have changed, until there is an answer.
    async fn until<T>(&self, mut ask: impl FnMut(&mut Device<P>) -> Option<T>) -> T {
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
