//! A raw connection, for trying a back end out: any 64 bytes on any connector's ring, and whatever comes back.
//!
//! A [`Probe`] connects as the engine does, by [`crate::link`], and from then on does what it is told, right or wrong; it keeps
//! no buffers, matches no answers and never gives up by itself. `examples/conformance` is made of it. An appliance wants
//! [`crate::Display`].

use alloc::format;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use embassy_futures::select::select;
use vitrine_xen::Port;
use vitrine_xen::io::displif::nodes;
use vitrine_xen::platform::{FrontPlatform, Store, StoreError, Watch};
use vitrine_xen::ring::{RingError, RingFull, Slot};
use vitrine_xen::xenbus::XenbusState;

use crate::Error;
use crate::channel::Channel;
use crate::config::{self, Configuration, Location};
use crate::link::{Goal, Situation, Step, decide};
use crate::shared::Quarantine;

/// A connection to the back end of one vdispl device.
pub struct Probe<P: FrontPlatform, S: Store> {
    platform: P,
    store: S,
    location: Location,
    configuration: Configuration,
    version: Option<u32>,
    situation: Situation,
    channels: Vec<Channel<P>>,
    quarantine: Quarantine<P>,
}

/// Why the two ends do not meet, or do not part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unmet {
    /// A node can't be read or written, or there is no memory.
    Error(Error),
    /// The time is up; this end's state and the back end's.
    TimeOut(XenbusState, XenbusState),
}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) => error.fmt(f),
            Self::TimeOut(own, backend) => {
                write!(f, "the ends do not meet: this one is {own:?}, the back end is {backend:?}")
            }
        }
    }
}

impl core::error::Error for Unmet {}

impl From<Error> for Unmet {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl<P: FrontPlatform, S: Store> Probe<P, S> {
    /// Finds the domain's first vdispl device and reads its configuration.
    pub async fn find(platform: P, store: S) -> Result<Self, Error> {
        let numbers = config::devices(&store).await?;
        let location = config::locate(&store, numbers[0]).await?;
        let configuration = config::read_configuration(&store, &location.path).await?;
        let situation = Situation {
            goal: Goal::Connected,
            own: XenbusState::Unknown,
            backend: XenbusState::Unknown,
            online: true,
            holding: false,
            failed: false,
        };
        let quarantine = Quarantine::default();
        let channels = Vec::new();
        Ok(Self { platform, store, location, configuration, version: None, situation, channels, quarantine })
    }

    /// The domain that it is in.
    pub fn platform(&self) -> &P {
        &self.platform
    }

    /// Where the device and its back end are.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// What the toolstack has said of the device.
    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// The version of the protocol that was agreed on for this connection; `None` where the back end does not say.
    pub fn version(&self) -> Option<u32> {
        self.version
    }

    /// The back end's node `name`; `None` when it can't be read.
    pub async fn backend_node(&self, name: &str) -> Option<Vec<u8>> {
        self.store.read(&format!("{}/{name}", self.location.backend_path)).await.ok()
    }

    /// Connects, with new rings, within `time`.
    pub async fn connect(&mut self, time: Duration) -> Result<(), Unmet> {
        self.reach(Goal::Connected, time).await
    }

    /// Ends the connection in good order, within `time`.
    pub async fn close(&mut self, time: Duration) -> Result<(), Unmet> {
        self.reach(Goal::Closed, time).await
    }

    /// Grants of rings that the back end maps although the connection has ended.
    pub fn grants_in_quarantine(&mut self) -> usize {
        self.quarantine.retry();
        self.quarantine.grants()
    }

    /// Puts 64 bytes on a connector's control ring, and sends an event.
    ///
    /// # Panics
    /// When there is no such connector, or no connection.
    pub fn send(&mut self, connector: usize, slot: &Slot) -> Result<(), RingFull> {
        let channel = &mut self.channels[connector];
        channel.ring.push(slot)?;
        self.platform.notify(channel.request_port);
        Ok(())
    }

    /// The next response on a connector's control ring; `None` when none has come within `time`.
    ///
    /// # Panics
    /// When there is no such connector, or no connection.
    pub async fn answer(&mut self, connector: usize, time: Duration) -> Result<Option<Slot>, RingError> {
        let end = self.platform.now() + time;
        loop {
            let channel = &mut self.channels[connector];
            let answer = channel.ring.pop()?;
            if answer.is_some() || self.platform.now() >= end {
                return Ok(answer);
            }
            let port = channel.request_port;
            self.wait(port, end).await;
        }
    }

    /// The next event of a connector, as it came; `None` when none has come within `time`.
    ///
    /// # Panics
    /// When there is no such connector, or no connection.
    pub async fn event(&mut self, connector: usize, time: Duration) -> Result<Option<Slot>, RingError> {
        let end = self.platform.now() + time;
        loop {
            let channel = &mut self.channels[connector];
            let event = channel.events.pop()?;
            if event.is_some() || self.platform.now() >= end {
                return Ok(event);
            }
            let port = channel.event_port;
            self.wait(port, end).await;
        }
    }

    async fn wait(&self, port: Port, end: Duration) {
        select(self.platform.event(port), self.platform.sleep_until(end)).await;
    }

    async fn reach(&mut self, goal: Goal, time: Duration) -> Result<(), Unmet> {
        self.situation.goal = goal;
        let end = self.platform.now() + time;
        let folder = &self.location.backend_path;
        let mut watch = self.store.watch(folder).await.map_err(|error| Error::Node(folder.clone(), error))?;
        loop {
            let state = self.backend_node("state").await.unwrap_or_default();
            self.situation.backend = XenbusState::parse(&state);
            let Situation { own, backend, .. } = self.situation;
            match decide(&self.situation) {
                Step::Wait if self.has_reached(goal) => return Ok(()),
                Step::Wait if self.platform.now() >= end => return Err(Unmet::TimeOut(own, backend)),
                Step::Wait => {
                    select(watch.changed(), self.platform.sleep_until(end)).await;
                }
                step => self.take(step, end).await?,
            }
        }
    }

    fn has_reached(&self, goal: Goal) -> bool {
        match goal {
            Goal::Connected => self.situation.own == XenbusState::Connected && self.situation.holding,
            Goal::Closed => self.situation.own == XenbusState::Closed,
        }
    }

    async fn take(&mut self, step: Step, end: Duration) -> Result<(), Error> {
        match step {
            Step::Wait => Ok(()),
            Step::Publish if self.situation.holding => self.enter(XenbusState::Initialised).await,
            Step::Publish => self.publish(end).await,
            Step::Connect => self.enter(XenbusState::Connected).await,
            Step::Enter(state) => self.enter(state).await,
            Step::Release => {
                self.channels.drain(..).for_each(|channel| channel.release(&self.platform, &mut self.quarantine));
                self.situation.holding = false;
                Ok(())
            }
        }
    }

    async fn publish(&mut self, end: Duration) -> Result<(), Error> {
        self.situation.holding = true;
        self.version = config::read_version(&self.store, &self.location.backend_path).await?;
        let version =
            self.version.map(|version| (format!("{}/{}", self.location.path, nodes::VERSION), format!("{version}")));
        let mut published: Vec<_> = version.into_iter().collect();
        for connector in &self.configuration.connectors {
            let channel = Channel::new(&self.platform, self.location.backend)?;
            published.extend(channel.nodes(&connector.path));
            self.channels.push(channel);
        }
        let mut written = self.store.write_together(&published).await;
        while written == Err(StoreError::Again) && self.platform.now() < end {
            written = self.store.write_together(&published).await;
        }
        written.map_err(|error| Error::Node(self.location.path.clone(), error))
    }

    async fn enter(&mut self, state: XenbusState) -> Result<(), Error> {
        let path = format!("{}/state", self.location.path);
        self.store.write(&path, state.digit().as_bytes()).await.map_err(|error| Error::Node(path, error))?;
        self.situation.own = state;
        Ok(())
    }
}
