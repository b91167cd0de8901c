//! One vdispl device of one guest: its nodes, its state, its connectors and buffers.

use core::fmt;
use std::rc::Rc;

use log::Level;
use vitrine_xen::platform::{BackPlatform, BackStore, StoreError};
use vitrine_xen::ring::RingError;
use vitrine_xen::xenbus::XenbusState;
use vitrine_xen::{DomainId, Port};

use super::Limits;
use super::bucket::TokenBucket;
use super::buffers::Buffers;
use super::channel::{BindError, Channel};
use super::config::{self, ConfigError, ConnectorConfig};
use super::connector::{Connector, Context};
use super::guest_log::GuestLog;
use super::identity::Identity;
use super::link::{Situation, Step, decide};
use super::nodes;
use super::trace::Trace;
use super::turn::Next;
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
pub struct Environment<'a, P, S, O> {
    /// The host domain.
    pub platform: &'a P,
    /// The xenstore.
    pub store: &'a S,
    /// The output.
    pub output: &'a mut O,
    /// What a guest may ask for.
    pub limits: &'a Limits,
    /// Where messages are traced.
    pub trace: &'a Trace,
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
    /// Whether the guest may have pages of ours; read with the configuration.
    allocates: bool,
    connectors: Vec<Connector<P>>,
    buffers: Buffers<P>,
    /// What the guest may ask for in time, with all its devices.
    requests: Rc<TokenBucket>,
    log: Rc<GuestLog>,
    /// Whether the error node may be there; an earlier back end may have left one.
    reported: bool,
    /// Whether the last failure was the output's.
    lacks_connector: bool,
}

impl<P: BackPlatform> Device<P> {
    /// Takes note of the device below `path`. `None` while the toolstack has not filled the folder.
    pub fn discover<S: BackStore>(
        store: &S,
        id: DeviceId,
        path: String,
        requests: Rc<TokenBucket>,
    ) -> Result<Option<Self>, StoreError> {
        let guest = nodes::text(store, &format!("{path}/frontend-id"))?;
        let (Some(frontend), Some(guest)) = (nodes::text(store, &format!("{path}/frontend"))?, guest) else {
            return Ok(None);
        };
        if guest != id.guest.0.to_string() || !frontend.starts_with('/') {
            log::warn!("{path}: frontend {frontend:?} with frontend-id {guest:?} is not the front end of {id}");
            return Ok(None);
        }
        Ok(Some(Self {
            id,
            path,
            frontend,
            situation: Situation::new(),
            configuration: Vec::new(),
            allocates: false,
            connectors: Vec::new(),
            buffers: Buffers::new(false),
            requests,
            log: Rc::default(),
            reported: true,
            lacks_connector: false,
        }))
    }

    /// Which device it is.
    pub fn id(&self) -> DeviceId {
        self.id
    }

    /// What its guest may ask for in time.
    pub fn requests(&self) -> Rc<TokenBucket> {
        Rc::clone(&self.requests)
    }

    /// The node whose changes the device has to hear of, besides those in its own folder.
    pub fn watched(&self) -> String {
        format!("{}/state", self.frontend)
    }

    /// The connectors, while there is a connection.
    pub fn connectors_mut(&mut self) -> &mut [Connector<P>] {
        &mut self.connectors
    }

    /// How many of the output's connectors the device has now.
    pub fn connectors_in_use(&self) -> usize {
        self.connectors.len()
    }

    /// Lets a device that the output had no connector for be looked at anew, at the next [`Self::advance`]; `false` if it
    /// is no such one.
    pub fn try_again(&mut self) -> bool {
        let waits = self.situation.failed && self.lacks_connector;
        self.situation.failed &= !waits;
        waits
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
        environment: &mut Environment<'_, P, S, O>,
        leaving: bool,
    ) -> Result<(), StoreError> {
        self.look(environment)?;
        self.situation.leaving = leaving;
        loop {
            match decide(&self.situation) {
                Step::Wait => return Ok(()),
                Step::Offer => match self.offer(environment) {
                    Ok(()) => self.greet(environment)?,
                    Err(failure) => self.fail(environment, &failure)?,
                },
                Step::Connect => match self.connect(environment) {
                    Ok(()) => {
                        self.forget_error(environment.store)?;
                        self.enter(environment, XenbusState::Connected)?;
                    }
                    Err(failure) => {
                        self.release(environment.output);
                        self.fail(environment, &failure)?;
                    }
                },
                Step::Release => self.release(environment.output),
                Step::Enter(state) => self.enter(environment, state)?,
            }
        }
    }

    /// Serves each awake ring once. Returns when the next turn is due.
    pub fn serve<S: BackStore, O: Output>(
        &mut self,
        environment: &mut Environment<'_, P, S, O>,
    ) -> Result<Next, StoreError> {
        let mut next = Next::Event;
        let mut context = Context {
            guest: self.id.guest,
            buffers: &mut self.buffers,
            output: &mut *environment.output,
            limits: environment.limits,
            requests: &self.requests,
        };
        let mut broken = None;
        for connector in self.connectors.iter_mut().filter(|connector| connector.is_awake()) {
            match connector.serve(&mut context) {
                Ok(turn) => next = next.min(turn),
                Err(error) => broken = Some(error),
            }
        }
        if let Some(error) = broken {
            self.fail(environment, &Failure::Ring(error))?;
            self.advance(environment, self.situation.leaving)?;
        }
        Ok(next)
    }

    /// Lets go of everything; for a device that the toolstack has removed.
    pub fn release<O: Output>(&mut self, output: &mut O) {
        for connector in self.connectors.drain(..) {
            connector.release(output);
        }
        self.buffers = Buffers::new(self.allocates);
        self.situation.holding = false;
    }

    fn log<S, O>(&self, environment: &Environment<'_, P, S, O>, level: Level, line: fmt::Arguments<'_>) {
        self.log.write(environment.platform.now(), level, format_args!("{}: {line}", self.id));
    }

    fn look<S: BackStore, O>(&mut self, environment: &Environment<'_, P, S, O>) -> Result<(), StoreError> {
        let Environment { platform, store, trace, .. } = *environment;
        let frontend = XenbusState::parse(&nodes::value(store, &self.watched())?.unwrap_or_default());
        if frontend != self.situation.frontend {
            log::debug!("{}: the front end is {frontend:?}", self.id);
            trace.state(platform, self.id, "frontend", frontend);
            // What it offers now may be better.
            self.situation.failed = false;
        }
        self.situation.frontend = frontend;
        let own = XenbusState::parse(&nodes::value(store, &format!("{}/state", self.path))?.unwrap_or_default());
        if own != self.situation.own {
            // The toolstack has written it.
            trace.state(platform, self.id, "backend", own);
        }
        self.situation.own = own;
        if self.situation.own == XenbusState::Initialising {
            // Only the toolstack writes this: the device is a new one.
            self.configuration.clear();
            self.situation.configured = false;
        }
        self.situation.online = nodes::value(store, &format!("{}/online", self.path))?.as_deref() != Some(b"0");
        Ok(())
    }

    /// Reads the configuration, if that has not been done, and asks the output whether it can be shown.
    fn offer<S: BackStore, O: Output>(&mut self, environment: &mut Environment<'_, P, S, O>) -> Result<(), Failure> {
        if self.configuration.is_empty() {
            let limit = environment.limits.connectors;
            let configuration =
                config::read_connectors(environment.store, &self.frontend, limit).map_err(Failure::Config)?;
            for ConnectorConfig { name, resolution } in &configuration {
                self.log(environment, Level::Info, format_args!("wants {resolution} on connector {name}"));
                environment.output.check(name, *resolution).map_err(Failure::Output)?;
            }
            self.allocates = config::read_allocation(environment.store, &self.frontend).map_err(Failure::Config)?;
            self.configuration = configuration;
        }
        self.situation.configured = true;
        Ok(())
    }

    fn connect<S: BackStore, O: Output>(&mut self, environment: &mut Environment<'_, P, S, O>) -> Result<(), Failure> {
        self.situation.holding = true;
        self.buffers = Buffers::new(self.allocates);
        let version = config::read_version(environment.store, &self.frontend).map_err(Failure::Config)?;
        for (index, configuration) in self.configuration.iter().enumerate() {
            let transport =
                config::read_transport(environment.store, &self.frontend, index).map_err(Failure::Config)?;
            let identity = Identity {
                device: self.id,
                index,
                name: configuration.name.clone(),
                log: Rc::clone(&self.log),
                trace: environment.trace.clone(),
            };
            environment.trace.transport(environment.platform, identity.place(), &transport);
            let channel = Channel::bind(environment.platform, self.id.guest, &transport);
            let channel = channel.map_err(|error| Failure::Bind(index, error))?;
            let shape = (configuration.resolution, version);
            let connector = Connector::new(environment.platform, channel, identity, shape, environment.output);
            self.connectors.push(connector.map_err(Failure::Output)?);
        }
        Ok(())
    }

    /// Says which versions of the protocol there are, and waits for the front end.
    fn greet<S: BackStore, O>(&mut self, environment: &Environment<'_, P, S, O>) -> Result<(), StoreError> {
        self.write_own(environment.store, config::VERSIONS, config::VERSIONS_OFFERED)?;
        self.enter(environment, XenbusState::InitWait)
    }

    /// What the front end offers is of no use: says why, and waits for it to offer something else.
    fn fail<S: BackStore, O>(
        &mut self,
        environment: &Environment<'_, P, S, O>,
        failure: &Failure,
    ) -> Result<(), StoreError> {
        (self.situation.failed, self.reported) = (true, true);
        self.lacks_connector = matches!(failure, Failure::Output(_));
        self.log(environment, Level::Error, format_args!("{failure}"));
        nodes::write(environment.store, &format!("{}/error", self.error_path()), &format!("-22 {failure}"))
    }

    /// Removes the error node, if it was written.
    pub fn forget_error<S: BackStore>(&mut self, store: &S) -> Result<(), StoreError> {
        if core::mem::take(&mut self.reported) { nodes::remove(store, &self.error_path()) } else { Ok(()) }
    }

    /// Where people look for errors of the device: the place that Linux's `xenbus_dev_error` uses.
    fn error_path(&self) -> String {
        self.path.replacen("/backend/", "/error/backend/", 1)
    }

    /// Writes this end's state.
    fn enter<S: BackStore, O>(
        &mut self,
        environment: &Environment<'_, P, S, O>,
        state: XenbusState,
    ) -> Result<(), StoreError> {
        if self.write_own(environment.store, "state", state.digit())? {
            self.log(environment, Level::Info, format_args!("{state:?} (front end: {:?})", self.situation.frontend));
            environment.trace.state(environment.platform, self.id, "backend", state);
            self.situation.own = state;
        } else {
            self.situation.own = XenbusState::Unknown;
        }
        Ok(())
    }

    /// Writes a node of this end, unless the toolstack has removed the folder; `false` when it has.
    fn write_own<S: BackStore>(&self, store: &S, name: &str, value: &str) -> Result<bool, StoreError> {
        let exists = || Ok(nodes::value(store, &format!("{}/frontend", self.path))?.is_some());
        if !exists()? {
            return Ok(false);
        }
        nodes::write(store, &format!("{}/{name}", self.path), value)?;
        if exists()? {
            return Ok(true);
        }
        // Removed in between: the write has made the folder anew.
        nodes::remove(store, &self.path)?;
        Ok(false)
    }
}
