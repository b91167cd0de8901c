//! The loop that keeps a connection: it feeds the engine, runs its xenstore commands, and sleeps.

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

use super::Shared;
use crate::Error;
use crate::config::{self, Location};
use crate::device::Command;

/// Runs until the device is closed, or its back end's folder can't be watched.
pub(super) async fn drive<P: FrontPlatform, S: Store>(shared: &Shared<P>, store: &S) -> Result<(), Error> {
    let location = shared.device.borrow().location().clone();
    let watched = store.watch(&location.backend_path).await;
    let mut watch = watched.map_err(|error| Error::Node(location.backend_path.clone(), error))?;
    let mut bells = Bells { ports: Vec::new(), rung: Rc::new(Cell::new(false)), pending: Vec::new() };
    loop {
        let now = shared.platform.now();
        let deadline = shared.device.borrow_mut().poll(now);
        bells.follow(shared);
        shared.wake_waiters();
        let command = shared.device.borrow_mut().take_command();
        if let Some(command) = command {
            log::trace!("xenstore: {command:?}");
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
    deadline: Option<Duration>,
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
