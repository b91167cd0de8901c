//! One vdispl device of one guest: its nodes, its state, its connectors and buffers.

use core::fmt;
use std::rc::Rc;

use log::Level;
use vitrine_xen::io::displif::nodes::CLASS;
use vitrine_xen::platform::{BackPlatform, BackStore, StoreError};
use vitrine_xen::ring::RingError;
use vitrine_xen::xenbus::XenbusState;
use vitrine_xen::{DomainId, Port};

use super::Limits;
use super::buffers::Buffers;
use super::config::{self, ConfigError, ConnectorConfig};
use super::connector::{BindError, Connector, Context, Turn};
use super::guest_log::GuestLog;
use super::link::{Situation, Step, decide};
use crate::output::{HeadId, Output, OutputError};

/// Which device: the front end's domain, and the number that the toolstack has given the device there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceId {
    /// The front end's domain.
    pub guest: DomainId,
    /// The device's number in that domain.
    pub number: u32,
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.guest, self.number)
    }
}

/// What a device works with.
pub struct World<'a, P, S, O> {
    /// The host domain.
    pub platform: &'a P,
    /// The xenstore.
    pub store: &'a S,
    /// The output.
    pub output: &'a mut O,
    /// What a guest may ask for.
    pub limits: &'a Limits,
}

/// Why a device can't be used.
#[derive(Debug)]
enum Failure {
    Config(ConfigError),
    Output(OutputError),
    /// A connector's index, and why it can't be bound.
    Bind(usize, BindError),
    Ring(RingError),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::Output(error) => error.fmt(f),
            Self::Bind(index, error) => write!(f, "connector {index}: {error}"),
            Self::Ring(error) => error.fmt(f),
        }
    }
}

/// One device.
pub struct Device<P: BackPlatform> {
    id: DeviceId,
    /// Our folder in xenstore, and the front end's.
    path: String,
    frontend: String,
    situation: Situation,
    /// Read once, while the toolstack still holds the guest: later the guest can write some of these nodes.
    configuration: Vec<ConnectorConfig>,
    connectors: Vec<Connector<P>>,
    buffers: Buffers<P::Mapping>,
    log: Rc<GuestLog>,
}

impl<P: BackPlatform> Device<P> {
    /// Takes note of the device below `path`. `None` while the toolstack has not filled the folder.
    pub fn discover<S: BackStore>(store: &S, id: DeviceId, path: String) -> Result<Option<Self>, StoreError> {
        let guest = text(store, &format!("{path}/frontend-id"))?;
        let (Some(frontend), Some(guest)) = (text(store, &format!("{path}/frontend"))?, guest) else {
            return Ok(None);
        };
        if guest != id.guest.0.to_string() || !frontend.starts_with('/') {
            log::warn!("{path}: frontend {frontend:?} with frontend-id {guest:?} is not the front end of {id}");
            return Ok(None);
        }
        let situation = Situation {
            own: XenbusState::Unknown,
            frontend: XenbusState::Unknown,
            online: true,
            configured: false,
            holding: false,
            failed: false,
            leaving: false,
        };
        Ok(Some(Self {
            id,
            path,
            frontend,
            situation,
            configuration: Vec::new(),
            connectors: Vec::new(),
            buffers: Buffers::default(),
            log: Rc::default(),
        }))
    }

    /// The node whose changes the device has to hear of, besides those in its own folder.
    pub fn watched(&self) -> String {
        format!("{}/state", self.frontend)
    }

    /// The connectors, while there is a connection.
    pub fn connectors_mut(&mut self) -> &mut [Connector<P>] {
        &mut self.connectors
    }

    /// The connectors, while there is a connection.
    pub fn connectors(&self) -> &[Connector<P>] {
        &self.connectors
    }

    /// This end's state, as read or written last.
    pub fn state(&self) -> XenbusState {
        self.situation.own
    }

    /// The connector that a port belongs to.
    pub fn by_port(&mut self, port: Port) -> Option<&mut Connector<P>> {
        self.connectors.iter_mut().find(|connector| connector.request_port() == port)
    }

    /// The connector that a head belongs to.
    pub fn by_head(&mut self, head: HeadId) -> Option<&mut Connector<P>> {
        self.connectors.iter_mut().find(|connector| connector.head() == head)
    }

    /// Looks at both ends' nodes and takes the steps that are due. `leaving`: the back end is about to end.
    pub fn advance<S: BackStore, O: Output>(
        &mut self,
        world: &mut World<'_, P, S, O>,
        leaving: bool,
    ) -> Result<(), StoreError> {
        self.look(world.store)?;
        self.situation.leaving = leaving;
        loop {
            match decide(&self.situation) {
                Step::Wait => return Ok(()),
                Step::Offer => match self.offer(world) {
                    Ok(()) => self.enter(world, XenbusState::InitWait)?,
                    Err(failure) => self.fail(world, &failure)?,
                },
                Step::Connect => match self.connect(world) {
                    Ok(()) => self.enter(world, XenbusState::Connected)?,
                    Err(failure) => {
                        self.release(world.output);
                        self.fail(world, &failure)?;
                    }
                },
                Step::Release => self.release(world.output),
                Step::Enter(state) => self.enter(world, state)?,
            }
        }
    }

    /// Serves each awake ring once. Returns whether there is more to do.
    pub fn serve<S: BackStore, O: Output>(&mut self, world: &mut World<'_, P, S, O>) -> Result<bool, StoreError> {
        let mut more = false;
        let mut context = Context {
            guest: self.id.guest,
            buffers: &mut self.buffers,
            output: &mut *world.output,
            limits: world.limits,
        };
        let mut broken = None;
        for connector in self.connectors.iter_mut().filter(|connector| connector.is_awake()) {
            match connector.serve(&mut context) {
                Ok(turn) => more |= turn == Turn::More,
                Err(error) => broken = Some(error),
            }
        }
        if let Some(error) = broken {
            self.fail(world, &Failure::Ring(error))?;
            self.advance(world, self.situation.leaving)?;
        }
        Ok(more)
    }

    /// Lets go of everything; for a device that the toolstack has removed.
    pub fn release<O: Output>(&mut self, output: &mut O) {
        for connector in self.connectors.drain(..) {
            connector.release(output);
        }
        self.buffers = Buffers::default();
        self.situation.holding = false;
    }

    fn log<S, O>(&self, world: &World<'_, P, S, O>, level: Level, line: fmt::Arguments<'_>) {
        self.log.write(world.platform.now(), level, format_args!("{}: {line}", self.id));
    }

    fn look<S: BackStore>(&mut self, store: &S) -> Result<(), StoreError> {
        let frontend = XenbusState::parse(&value(store, &self.watched())?.unwrap_or_default());
        if frontend != self.situation.frontend {
            log::debug!("{}: the front end is {frontend:?}", self.id);
            // What it offers now may be better.
            self.situation.failed = false;
        }
        self.situation.frontend = frontend;
        self.situation.own = XenbusState::parse(&value(store, &format!("{}/state", self.path))?.unwrap_or_default());
        if self.situation.own == XenbusState::Initialising {
            // Only the toolstack writes this: the device is a new one.
            self.configuration.clear();
            self.situation.configured = false;
        }
        self.situation.online = value(store, &format!("{}/online", self.path))?.as_deref() != Some(b"0");
        Ok(())
    }

    /// Reads the configuration, if that has not been done, and asks the output whether it can be shown.
    fn offer<S: BackStore, O: Output>(&mut self, world: &mut World<'_, P, S, O>) -> Result<(), Failure> {
        if self.configuration.is_empty() {
            let limit = world.limits.connectors;
            let configuration = config::read_connectors(world.store, &self.frontend, limit).map_err(Failure::Config)?;
            for ConnectorConfig { name, resolution } in &configuration {
                self.log(world, Level::Info, format_args!("wants {resolution} on connector {name}"));
                world.output.check(name, *resolution).map_err(Failure::Output)?;
            }
            self.configuration = configuration;
        }
        self.situation.configured = true;
        Ok(())
    }

    fn connect<S: BackStore, O: Output>(&mut self, world: &mut World<'_, P, S, O>) -> Result<(), Failure> {
        self.situation.holding = true;
        for (index, configuration) in self.configuration.iter().enumerate() {
            let transport = config::read_transport(world.store, &self.frontend, index).map_err(Failure::Config)?;
            let label = format!("d{}-{}-{}", self.id.guest.0, self.id.number, configuration.name);
            let (platform, guest) = (world.platform, self.id.guest);
            let bound = Connector::bind(
                platform,
                guest,
                (index, configuration),
                &transport,
                world.output,
                (label, Rc::clone(&self.log)),
            );
            self.connectors.push(bound.map_err(|error| Failure::Bind(index, error))?);
        }
        Ok(())
    }

    fn fail<S: BackStore, O>(&mut self, world: &World<'_, P, S, O>, failure: &Failure) -> Result<(), StoreError> {
        self.situation.failed = true;
        self.log(world, Level::Error, format_args!("{failure}"));
        // Where people look for it: the place that Linux's xenbus_dev_error uses.
        if let Some((home, rest)) = self.path.split_once("/backend/") {
            let written =
                world.store.write(&format!("{home}/error/backend/{rest}/error"), format!("-22 {failure}").as_bytes());
            tolerate(written)?;
        }
        Ok(())
    }

    /// Writes this end's state, unless the toolstack has removed the folder.
    fn enter<S: BackStore, O>(&mut self, world: &World<'_, P, S, O>, state: XenbusState) -> Result<(), StoreError> {
        let store = world.store;
        let exists = |store: &S| Ok(value(store, &format!("{}/frontend", self.path))?.is_some());
        if exists(store)? {
            tolerate(store.write(&format!("{}/state", self.path), state.digit().as_bytes()))?;
            if exists(store)? {
                self.log(world, Level::Info, format_args!("{state:?} (front end: {:?})", self.situation.frontend));
                self.situation.own = state;
                return Ok(());
            }
            // Removed in between: the write has made the folder anew.
            tolerate(store.remove(&self.path))?;
        }
        self.situation.own = XenbusState::Unknown;
        Ok(())
    }
}

/// The path of the folder that holds all devices of the back end in domain `own`.
pub fn backend_root(own: DomainId) -> String {
    format!("/local/domain/{}/backend/{CLASS}", own.0)
}

/// A node's value; `None` when it is missing or can't be read. An error: the xenstore is gone.
fn value<S: BackStore>(store: &S, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
    match store.read(path) {
        Ok(value) => Ok(Some(value)),
        Err(StoreError::NotFound) => Ok(None),
        Err(StoreError::Disconnected) => Err(StoreError::Disconnected),
        Err(error) => {
            log::warn!("{path}: {error}");
            Ok(None)
        }
    }
}

fn text<S: BackStore>(store: &S, path: &str) -> Result<Option<String>, StoreError> {
    Ok(value(store, path)?.and_then(|value| String::from_utf8(value).ok()))
}

/// Goes on after any error but the loss of the xenstore.
fn tolerate(result: Result<(), StoreError>) -> Result<(), StoreError> {
    match result {
        Err(StoreError::Disconnected) => Err(StoreError::Disconnected),
        Err(error) => {
            log::warn!("xenstore: {error}");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}
