//! The loop that keeps a device's connection: it feeds the engine, runs its xenstore commands, and sleeps. When the device
//! is detached, it waits for one to be attached, and goes on with that.

use alloc::boxed::Box;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;
use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::task::{Context, Poll};
use core::time::Duration;

use embassy_futures::join::join;
use vitrine_xen::Port;
use vitrine_xen::platform::{FrontPlatform, Store, StoreError, Watch};
use vitrine_xen::xenbus::XenbusState;

use super::shared::Shared;
use crate::Error;
use crate::config::{self, Location};
use crate::device::Command;

/// Runs until the device is closed, or xenstore won't watch what has to be watched.
pub(super) async fn drive<P: FrontPlatform, S: Store>(shared: &Shared<P>, store: &S) -> Result<(), Error> {
    let mut bells = Bells { ports: Vec::new(), rung: Rc::new(Cell::new(false)), pending: Vec::new() };
    let mut location = shared.device.borrow().location().clone();
    let mut watches = Watches { back_end: watch(store, &location.backend_path).await?, devices: None };
    loop {
        let now = shared.platform.now();
        let deadline = shared.device.borrow_mut().poll(now);
        bells.follow(shared);
        shared.drop_dead();
        shared.wake_waiters();
        let command = shared.device.borrow_mut().take_command();
        if let Some(command) = command {
            run(shared, store, &location, command).await;
            continue;
        }
        if shared.device.borrow().is_closed() {
            return Ok(());
        }
        watches.follow(shared, store).await?;
        match wait(shared, &mut watches, &mut bells, deadline).await {
            Woken::BackEnd => look(shared, store, &location).await,
            Woken::Devices => {
                if let Some(found) = find_attached(shared, store, location.number).await {
                    watches.back_end = watch(store, &found.backend_path).await?;
                    shared.device.borrow_mut().attached(found.clone());
                    location = found;
                }
            }
            Woken::Due => {}
        }
    }
}

async fn watch<S: Store>(store: &S, path: &str) -> Result<S::Watch, Error> {
    store.watch(path).await.map_err(|error| Error::Node(path.into(), error))
}

/// Runs a command. When it fails, the engine is told what the folders say now before it is told of the failure: a device
/// that is gone is no error.
async fn run<P: FrontPlatform, S: Store>(shared: &Shared<P>, store: &S, location: &Location, command: Command) {
    let answer = match command {
        Command::ReadConfiguration => {
            let configuration = config::read_configuration(store, &location.path);
            let version = config::read_version(store, &location.backend_path);
            let (configuration, version) = join(configuration, version).await;
            let answer = configuration.and_then(|configuration| Ok((configuration, version?)));
            if answer.is_err() {
                look(shared, store, location).await;
            }
            let now = shared.platform.now();
            return shared.device.borrow_mut().configured(answer, now);
        }
        Command::Publish(nodes) => store.write_together(&nodes).await,
        Command::WriteState(state) => store.write(&format!("{}/state", location.path), state.digit().as_bytes()).await,
        Command::ReportError(message) => {
            store.write(&error_path(&location.path), format!("-22 {message}").as_bytes()).await
        }
    };
    if answer.is_err() {
        look(shared, store, location).await;
    }
    let now = shared.platform.now();
    shared.device.borrow_mut().command_done(answer, now);
}

/// Where Linux's front ends leave their messages too, in the form `-ERRNO TEXT` (`xenbus_dev_error`).
fn error_path(device: &str) -> String {
    format!("error/{device}/error")
}

/// Tells the engine what both ends' folders say now, whatever has changed.
async fn look<P: FrontPlatform, S: Store>(shared: &Shared<P>, store: &S, location: &Location) {
    let (own, (state, online)) = join(read_own_state(store, location), read_back_end(store, location)).await;
    let now = shared.platform.now();
    let mut device = shared.device.borrow_mut();
    device.own_changed(own, now);
    device.backend_changed(state, online);
}

/// This end's state as xenstore has it.
async fn read_own_state<S: Store>(store: &S, location: &Location) -> XenbusState {
    let state = store.read(&format!("{}/state", location.path)).await;
    state.map_or(XenbusState::Unknown, |value| XenbusState::parse(&value))
}

/// The back end's state, and whether the toolstack wants the device to exist. A folder that is gone is a device that was
/// detached; xenstored answers EACCES for it, since the folder above is not for this domain to read.
async fn read_back_end<S: Store>(store: &S, location: &Location) -> (XenbusState, bool) {
    let (state, online) = (format!("{}/state", location.backend_path), format!("{}/online", location.backend_path));
    let (state, online) = join(store.read(&state), store.read(&online)).await;
    let state = state.map_or(XenbusState::Unknown, |value| XenbusState::parse(&value));
    let online = match online {
        Ok(value) => value != b"0",
        Err(StoreError::NotFound | StoreError::Denied) => state != XenbusState::Unknown,
        Err(_) => true,
    };
    (state, online)
}

/// Whether the toolstack wants the device to exist.
pub(super) async fn is_attached<S: Store>(store: &S, location: &Location) -> bool {
    read_back_end(store, location).await.1
}

/// The device to go on with after the one that is detached: the one with its number if it is there again, else the first
/// that no other card has. What is about to be removed, or is not whole yet, is none; the watch tells when that changes.
async fn find_attached<P: FrontPlatform, S: Store>(shared: &Shared<P>, store: &S, number: u32) -> Option<Location> {
    let numbers = config::devices(store).await.inspect_err(|error| log::warn!("{error}")).unwrap_or_default();
    let same_first = numbers.iter().filter(|other| **other == number);
    for candidate in same_first.chain(numbers.iter().filter(|other| **other != number)) {
        let location = match config::locate(store, *candidate).await {
            Ok(location) if is_attached(store, &location).await => location,
            Ok(_) => continue,
            Err(error) => {
                log::debug!("passed over: {error}");
                continue;
            }
        };
        if take_over(&mut shared.claims.borrow_mut(), number, *candidate) {
            return Some(location);
        }
    }
    None
}

/// Gives up one number for another; `false` if another card has that.
fn take_over(claims: &mut [u32], old: u32, new: u32) -> bool {
    if old != new && claims.contains(&new) {
        return false;
    }
    claims.iter_mut().filter(|claim| **claim == old).for_each(|claim| *claim = new);
    true
}

/// What is watched: the back end's folder, and while the device is detached the folder of all devices.
struct Watches<W> {
    back_end: W,
    devices: Option<W>,
}

impl<W: Watch> Watches<W> {
    /// Begins or ends to watch the folder of all devices, as the engine's state wants it. A watch that begins fires at once.
    async fn follow<P: FrontPlatform, S: Store<Watch = W>>(
        &mut self,
        shared: &Shared<P>,
        store: &S,
    ) -> Result<(), Error> {
        let detached = shared.device.borrow().is_detached();
        if detached && self.devices.is_none() {
            log::warn!("the display device is detached: waiting for one to be attached");
            self.devices = Some(watch(store, &config::folder()).await?);
        } else if !detached {
            self.devices = None;
        }
        Ok(())
    }
}

/// Why the loop goes on.
enum Woken {
    /// The back end's folder has changed.
    BackEnd,
    /// The folder of all devices has changed.
    Devices,
    /// A port has rung, somebody has asked for something, or it is time.
    Due,
}

/// Waits until there is something to do.
async fn wait<P: FrontPlatform, W: Watch>(
    shared: &Shared<P>,
    watches: &mut Watches<W>,
    bells: &mut Bells,
    deadline: Option<Duration>,
) -> Woken {
    let mut back_end = pin!(watches.back_end.changed());
    let mut devices = pin!(async {
        match &mut watches.devices {
            Some(watch) => watch.changed().await,
            None => core::future::pending().await,
        }
    });
    let mut timer = pin!(async {
        match deadline {
            Some(time) => shared.platform.sleep_until(time).await,
            None => core::future::pending().await,
        }
    });
    poll_fn(|context| {
        if back_end.as_mut().poll(context).is_ready() {
            return Poll::Ready(Woken::BackEnd);
        }
        if devices.as_mut().poll(context).is_ready() {
            return Poll::Ready(Woken::Devices);
        }
        let rung = bells.poll(context);
        if rung || shared.kicked.take() || timer.as_mut().poll(context).is_ready() {
            return Poll::Ready(Woken::Due);
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
