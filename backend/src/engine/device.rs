//! One vdispl device of one guest: its nodes, its state, its connectors and buffers.

use core::fmt;
use std::rc::Rc;

use log::Level;
use vitrine_xen::platform::{BackPlatform, BackStore, StoreError};
use vitrine_xen::xenbus::XenbusState;
use vitrine_xen::{DomainId, Port};

use super::Limits;
use super::bucket::TokenBucket;
use super::buffers::Buffers;
use super::channel::Channel;
use super::config::{self, ConnectorConfig};
use super::connector::{Connector, Context};
use super::failure::Failure;
use super::folder::Folder;
use super::guest_log::GuestLog;
use super::identity::Identity;
use super::link::{Situation, Step, decide};
use super::trace::Trace;
use super::turn::Next;
use crate::output::{HeadId, Output};

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

/// One device.
pub struct Device<P: BackPlatform> {
    id: DeviceId,
    folder: Folder,
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
        let folder = Folder::find(store, id, path)?;
        Ok(folder.map(|folder| Self {
            id,
            folder,
            situation: Situation::new(),
            configuration: Vec::new(),
            allocates: false,
            connectors: Vec::new(),
            buffers: Buffers::new(false),
            requests,
            log: Rc::default(),
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
        self.folder.frontend_state()
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
                        self.folder.remove_error(environment.store)?;
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

    /// For a device that the toolstack has removed.
    pub fn forget<S: BackStore, O: Output>(&mut self, store: &S, output: &mut O) -> Result<(), StoreError> {
        self.release(output);
        self.folder.remove_error(store)
    }

    /// Lets go of everything that belongs to the connection.
    fn release<O: Output>(&mut self, output: &mut O) {
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
        let [own, frontend] = self.folder.states(store)?;
        if frontend != self.situation.frontend {
            log::debug!("{}: the front end is {frontend:?}", self.id);
            trace.state(platform, self.id, "frontend", frontend);
            // What it offers now may be better.
            self.situation.failed = false;
        }
        self.situation.frontend = frontend;
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
        self.situation.online = self.folder.is_online(store)?;
        Ok(())
    }

    /// Reads the configuration, if that has not been done, and asks the output whether it can be shown.
    fn offer<S: BackStore, O: Output>(&mut self, environment: &mut Environment<'_, P, S, O>) -> Result<(), Failure> {
        if self.configuration.is_empty() {
            let limit = environment.limits.connectors;
            let configuration =
                config::read_connectors(environment.store, self.folder.frontend(), limit).map_err(Failure::Config)?;
            for ConnectorConfig { name, resolution } in &configuration {
                self.log(environment, Level::Info, format_args!("wants {resolution} on connector {name}"));
                environment.output.check(name, *resolution).map_err(Failure::Output)?;
            }
            self.allocates =
                config::read_allocation(environment.store, self.folder.frontend()).map_err(Failure::Config)?;
            self.configuration = configuration;
        }
        self.situation.configured = true;
        Ok(())
    }

    fn connect<S: BackStore, O: Output>(&mut self, environment: &mut Environment<'_, P, S, O>) -> Result<(), Failure> {
        self.situation.holding = true;
        self.buffers = Buffers::new(self.allocates);
        let version = config::read_version(environment.store, self.folder.frontend()).map_err(Failure::Config)?;
        environment.trace.version(environment.platform, self.id, version);
        for (index, configuration) in self.configuration.iter().enumerate() {
            let transport =
                config::read_transport(environment.store, self.folder.frontend(), index).map_err(Failure::Config)?;
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
        self.folder.write(environment.store, config::VERSIONS, config::VERSIONS_OFFERED)?;
        self.enter(environment, XenbusState::InitWait)
    }

    /// What the front end offers is of no use: says why, and waits for it to offer something else.
    fn fail<S: BackStore, O>(
        &mut self,
        environment: &Environment<'_, P, S, O>,
        failure: &Failure,
    ) -> Result<(), StoreError> {
        self.situation.failed = true;
        self.lacks_connector = matches!(failure, Failure::Output(_));
        self.log(environment, Level::Error, format_args!("{failure}"));
        self.folder.write_error(environment.store, &format!("-22 {failure}"))
    }

    /// Writes this end's state.
    fn enter<S: BackStore, O>(
        &mut self,
        environment: &Environment<'_, P, S, O>,
        state: XenbusState,
    ) -> Result<(), StoreError> {
        if self.folder.write(environment.store, "state", state.digit())? {
            self.log(environment, Level::Info, format_args!("{state:?} (front end: {:?})", self.situation.frontend));
            environment.trace.state(environment.platform, self.id, "backend", state);
            self.situation.own = state;
        } else {
            self.situation.own = XenbusState::Unknown;
        }
        Ok(())
    }
}
