//! The asynchronous face: a [`Display`] for the appliance, and the loop that keeps its connection.
//!
//! [`Display::open`] finds the device. [`Display::drive`] gives the loop, to be run beside the appliance for as long as the
//! display is wanted; it needs no particular executor. When the back end goes away, [`Display::acquire`] waits until one
//! is back; what is lent out then has age 0 and wants to be drawn whole.

use alloc::boxed::Box;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};

use embassy_futures::join::join;
use vitrine_xen::Port;
use vitrine_xen::io::displif::nodes::Resolution;
use vitrine_xen::platform::{FrontPlatform, Store, StoreError, Watch};
use vitrine_xen::xenbus::XenbusState;

use crate::Error;
use crate::config::{self, Location};
use crate::device::{Command, Device, Lent};
use crate::swapchain::{Outcome, Pacing, Statistics};

/// A connector that pictures are shown on.
pub struct Display<P: FrontPlatform> {
    shared: Rc<Shared<P>>,
}

struct Shared<P: FrontPlatform> {
    platform: P,
    device: RefCell<Device<P>>,
    /// The connection that the last frame was presented on.
    shown: Cell<u64>,
    /// Something for the loop to look at, and the loop's waker.
    kicked: Cell<bool>,
    driver: Cell<Option<Waker>>,
    /// The appliance, when it waits for the engine.
    waiter: Cell<Option<Waker>>,
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
    pub async fn open<S: Store>(platform: P, store: &S, connector: usize, pacing: Pacing) -> Result<Self, Error> {
        let numbers = config::devices(store).await?;
        let location = config::locate(store, numbers[0]).await?;
        let device = RefCell::new(Device::new(platform.clone(), location, connector, pacing));
        let (driver, waiter, shown) = (Cell::new(None), Cell::new(None), Cell::new(0));
        Ok(Self { shared: Rc::new(Shared { platform, device, shown, kicked: Cell::new(false), driver, waiter }) })
    }

    /// The loop that keeps the connection. It ends once [`Self::close`] was called and the device is closed, or when
    /// the back end's folder can't be watched.
    pub fn drive<S: Store>(&self, store: S) -> impl Future<Output = Result<(), Error>> + use<P, S> {
        let shared = self.shared.clone();
        async move { drive(&shared, &store).await }
    }

    /// Waits until the connection is made and buffers are there, and tells the mode.
    pub async fn ready(&self) -> Result<Resolution, Error> {
        self.shared
            .until(|device| match device.error() {
                Some(error) => Some(Err(error.clone())),
                None => device.mode().map(Ok),
            })
            .await
    }

    /// Lends out the back buffer, once there is one. The frame's age says what is on it.
    pub async fn acquire(&mut self) -> Result<Frame<'_, P>, Error> {
        let lent = self
            .shared
            .until(|device| match device.error() {
                Some(error) => Some(Err(error.clone())),
                None => device.lend().map(Ok),
            })
            .await?;
        Ok(Frame { shared: &self.shared, lent: Some(lent) })
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
        self.shared.device.borrow_mut().set_pacing(pacing);
    }

    /// Counts since the connection was made.
    pub fn statistics(&self) -> Statistics {
        self.shared.device.borrow().statistics()
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

/// A buffer that is lent out: the appliance draws on it, then presents it.
pub struct Frame<'a, P: FrontPlatform> {
    shared: &'a Rc<Shared<P>>,
    lent: Option<Lent<P>>,
}

impl<P: FrontPlatform> Frame<'_, P> {
    fn lent(&self) -> &Lent<P> {
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

    /// The buffer's memory, whole pages; they stay allocated for as long as a clone of this exists.
    pub fn pages(&self) -> &Rc<P::Pages> {
        &self.lent().pages
    }

    /// Sends the frame to the screen; resolves when it is there, or when it is certain that this can't be said.
    pub async fn present(mut self) -> Result<Presented, Error> {
        let Some(lent) = self.lent.take() else { return Ok(Presented::Disconnected) };
        let shared = self.shared;
        let now = shared.platform.now();
        let number = shared.device.borrow_mut().present(lent.generation, lent.buffer, now);
        shared.shown.set(lent.generation);
        shared.kick();
        let Some(number) = number else { return Ok(Presented::Disconnected) };
        let outcome = shared.until(|device| match device.outcome(lent.generation, number) {
            Some(None) => None,
            Some(Some(outcome)) => Some(Ok(Some(outcome))),
            None => Some(device.error().cloned().map_or(Ok(None), Err)),
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
            self.shared.device.borrow_mut().give_back(lent.generation, lent.buffer);
        }
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

    /// Asks the engine whenever it may have changed, until there is an answer.
    async fn until<T>(&self, mut ask: impl FnMut(&mut Device<P>) -> Option<T>) -> T {
        poll_fn(|context| match ask(&mut self.device.borrow_mut()) {
            Some(answer) => Poll::Ready(answer),
            None => {
                self.waiter.set(Some(context.waker().clone()));
                Poll::Pending
            }
        })
        .await
    }
}

async fn drive<P: FrontPlatform, S: Store>(shared: &Shared<P>, store: &S) -> Result<(), Error> {
    let location = shared.device.borrow().location().clone();
    let watched = store.watch(&location.backend_path).await;
    let mut watch = watched.map_err(|error| Error::Node(location.backend_path.clone(), error))?;
    let mut bells = Bells { ports: Vec::new(), rung: Rc::new(Cell::new(false)), pending: Vec::new() };
    loop {
        let now = shared.platform.now();
        let deadline = shared.device.borrow_mut().poll(now);
        bells.follow(shared);
        if let Some(waiter) = shared.waiter.take() {
            waiter.wake();
        }
        let command = shared.device.borrow_mut().take_command();
        if let Some(command) = command {
            log::trace!("cmd {command:?}");
            run(shared, store, &location, command).await;
        } else if shared.device.borrow().is_closed() {
            return Ok(());
        } else if wait(shared, &mut watch, &mut bells, deadline).await {
            let (own, (state, online)) = join(read_own_state(store, &location), read_back_end(store, &location)).await;
            let now = shared.platform.now();
            let mut device = shared.device.borrow_mut();
            device.own_changed(own, now);
            device.backend_changed(state, online);
        }
    }
}

async fn run<P: FrontPlatform, S: Store>(shared: &Shared<P>, store: &S, location: &Location, command: Command) {
    let answer = match command {
        Command::ReadConfiguration => {
            let answer = config::read_configuration(store, &location.path).await;
            let now = shared.platform.now();
            return shared.device.borrow_mut().configured(answer, now);
        }
        Command::Publish(nodes) => store.write_together(&nodes).await,
        Command::WriteState(state) => store.write(&format!("{}/state", location.path), state.digit().as_bytes()).await,
        Command::ReportError(message) => {
            store.write(&error_path(&location.path), format!("-22 {message}").as_bytes()).await
        }
    };
    let now = shared.platform.now();
    shared.device.borrow_mut().command_done(answer, now);
}

/// Where Linux's front ends leave their messages too, in the form `-ERRNO TEXT` (`xenbus_dev_error`).
fn error_path(device: &str) -> String {
    format!("error/{device}/error")
}

/// This end's state as xenstore has it.
async fn read_own_state<S: Store>(store: &S, location: &Location) -> XenbusState {
    let state = store.read(&format!("{}/state", location.path)).await;
    state.map_or(XenbusState::Unknown, |value| XenbusState::parse(&value))
}

/// The back end's level, whatever has changed. A folder that is gone is a device that was detached.
async fn read_back_end<S: Store>(store: &S, location: &Location) -> (XenbusState, bool) {
    let (state, online) = (format!("{}/state", location.backend_path), format!("{}/online", location.backend_path));
    let (state, online) = join(store.read(&state), store.read(&online)).await;
    let state = state.map_or(XenbusState::Unknown, |value| XenbusState::parse(&value));
    let online = match online {
        Ok(value) => value != b"0",
        Err(StoreError::NotFound) => state != XenbusState::Unknown,
        Err(_) => true,
    };
    (state, online)
}

/// Waits until there is something to do; `true` when the back end's folder has changed.
async fn wait<P: FrontPlatform, W: Watch>(
    shared: &Shared<P>,
    watch: &mut W,
    bells: &mut Bells,
    deadline: Option<core::time::Duration>,
) -> bool {
    let mut changed = pin!(watch.changed());
    let mut timer = pin!(async {
        match deadline {
            Some(time) => shared.platform.sleep_until(time).await,
            None => core::future::pending().await,
        }
    });
    poll_fn(|context| {
        if changed.as_mut().poll(context).is_ready() {
            return Poll::Ready(true);
        }
        let rung = bells.poll(context);
        if rung || shared.kicked.take() || timer.as_mut().poll(context).is_ready() {
            return Poll::Ready(false);
        }
        shared.driver.set(Some(context.waker().clone()));
        Poll::Pending
    })
    .await
}

/// Listens to the device's ports. The futures are made once a connection, so that a frame allocates nothing.
struct Bells {
    ports: Vec<Port>,
    rung: Rc<Cell<bool>>,
    pending: Vec<Pin<Box<dyn Future<Output = ()>>>>,
}

impl Bells {
    /// Listens to the ports that the device has now.
    fn follow<P: FrontPlatform>(&mut self, shared: &Shared<P>) {
        let device = shared.device.borrow();
        if device.ports().eq(self.ports.iter().copied()) {
            return;
        }
        self.ports = device.ports().collect();
        let listen = |port: &Port| listen(shared.platform.clone(), *port, self.rung.clone());
        self.pending = self.ports.iter().map(listen).collect();
    }

    /// Whether any port has rung since the last call.
    fn poll(&mut self, context: &mut Context<'_>) -> bool {
        for pending in &mut self.pending {
            let _ = pending.as_mut().poll(context);
        }
        self.rung.take()
    }
}

/// Rings for each event of a port, once a poll at most: a port that was closed would ring for ever.
fn listen<P: FrontPlatform>(platform: P, port: Port, rung: Rc<Cell<bool>>) -> Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(async move {
        loop {
            platform.event(port).await;
            rung.set(true);
            let mut rested = false;
            poll_fn(|_| match core::mem::replace(&mut rested, true) {
                true => Poll::Ready(()),
                false => Poll::Pending,
            })
            .await;
        }
    })
}
