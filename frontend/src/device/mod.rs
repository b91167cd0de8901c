//! The engine: one vdispl device with its connectors.
//!
//! It is fed with what happens ([`Device::backend_changed`], [`Device::configured`], [`Device::command_done`]) and polled
//! with the time; [`Device::poll`] looks at the rings and decides the next steps, [`Device::take_command`] says what
//! xenstore has to be asked, one command at a time.
//!
//! This file holds the state; `steps` is the way between the states of the connection, `rings` what goes over the rings.
//! An appliance that draws frames opens connectors: `opened` is the life of their swapchains, `frames` what is drawn.
//! One that wants less than that has `card`: buffers, framebuffers, configurations and page flips, by their own names.
//! `edid` asks what the connectors are.

mod card;
mod edid;
mod frames;
mod opened;
mod rings;
mod steps;

pub use card::View;
use edid::EdidRequest;

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use vitrine_xen::Port;
use vitrine_xen::edid::{Edid, Mode};
use vitrine_xen::io::displif::nodes::Resolution;
use vitrine_xen::platform::FrontPlatform;
use vitrine_xen::xenbus::XenbusState;

use crate::backing::BufferMemory;
use crate::channel::Channel;
use crate::config::Location;
use crate::head::{Head, Pacing};
use crate::link::{Goal, Situation, Step, decide};
use crate::objects::{FramebufferId, Objects};
use crate::requests::{Purpose, Requests};
use crate::swapchain::{Flip, Swapchain};
use crate::tickets::{Ticket, Tickets};
use crate::{Error, config};

/// How long the front end waits before it publishes again after a connection on which nothing was ever shown. Without it
/// two ends that can't agree would keep both domains busy.
const RETRY_TIME: Duration = Duration::from_secs(1);

/// How often pages in quarantine are tried again.
const QUARANTINE_PERIOD: Duration = Duration::from_secs(1);

/// What xenstore has to be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Read the configuration and hand it to [`Device::configured`].
    ReadConfiguration,
    /// Write these nodes in one transaction.
    Publish(Vec<(String, String)>),
    /// Write this end's state.
    WriteState(XenbusState),
    /// Leave a message for people in the device's error node.
    ReportError(String),
}

/// What is known about a connector, from the first configuration on, whether there is a connection or not.
#[derive(Clone, Debug)]
pub struct ConnectorInfo {
    /// What the toolstack has written about it.
    pub configuration: config::Connector,
    /// What it says of itself, once the back end has told, in this connection or the last one.
    pub edid: Option<Edid>,
    /// Why no picture can be shown on it, if that concerns this connector alone.
    pub error: Option<Error>,
}

impl ConnectorInfo {
    /// The mode that the connector begins with: the one that its display likes best, or what the toolstack says.
    pub fn first_mode(&self) -> Resolution {
        let preferred = self.edid.as_ref().and_then(Edid::preferred);
        preferred.map_or(self.configuration.resolution, |mode| Resolution { width: mode.width, height: mode.height })
    }

    /// The modes that the connector can be asked for, as its display lists them. One that lists none has the mode that the
    /// toolstack names, at 60 Hz.
    pub fn modes(&self) -> Vec<Mode> {
        match &self.edid {
            Some(edid) if !edid.modes.is_empty() => edid.modes.clone(),
            _ => {
                let Resolution { width, height } = self.configuration.resolution;
                [Mode { width, height, refresh_millihertz: 60_000, preferred: true }].into()
            }
        }
    }
}

/// A buffer lent out to be drawn on.
pub struct Lent {
    /// Which connection it belongs to.
    pub generation: u64,
    /// Which buffer it is.
    pub buffer: FramebufferId,
    /// Its bytes: rows of 32-bit XRGB pixels without gaps.
    pub memory: BufferMemory,
    /// How many flips old its content is; 0: undefined.
    pub age: u64,
    /// The picture that was flipped to last, and its bytes.
    pub front: Option<(Flip, BufferMemory)>,
    /// The mode.
    pub resolution: Resolution,
}

/// A connector's part of a connection.
struct Connector<P: FrontPlatform> {
    channel: Channel<P>,
    requests: Requests,
    masked: bool,
    edid: EdidRequest<P>,
    head: Head,
    /// What it shows while it is open.
    swapchain: Option<Swapchain>,
    /// What it shows as soon as its mode is changed, and who waits for that.
    coming: Option<(Swapchain, Option<Ticket>)>,
    /// What it showed, to be forgotten when it is dark.
    retired: Vec<Swapchain>,
}

impl<P: FrontPlatform> Connector<P> {
    fn new(channel: Channel<P>, pacing: Pacing) -> Self {
        let (requests, edid, head) = (Requests::default(), EdidRequest::None, Head::new(pacing));
        let (swapchain, coming, retired) = (None, None, Vec::new());
        Self { channel, requests, masked: false, edid, head, swapchain, coming, retired }
    }
}

/// The engine of one device.
pub struct Device<P: FrontPlatform> {
    platform: P,
    location: Location,
    situation: Situation,
    /// What the appliance wants of each connector, by number: pictures at this pace, or nothing.
    wishes: Vec<Option<Pacing>>,
    infos: Vec<ConnectorInfo>,
    connectors: Vec<Connector<P>>,
    objects: Objects<P>,
    tickets: Tickets,
    /// Requests that found no room on a ring, and have failed by that.
    unsent: Vec<(usize, Purpose)>,
    quarantine_at: Duration,
    /// How many grants the largest connection so far had. As many may be in quarantine while the next one is made: a back
    /// end that keeps what it maps can cost the memory of one connection, and no more.
    most_grants: usize,
    /// The command that is wanted, and the one that is being done.
    wanted: Option<Command>,
    running: Option<Command>,
    /// What is to be left in the error node when nothing else is wanted.
    message: Option<String>,
    publish_deadline: Duration,
    /// Before this time nothing is published.
    publish_at: Duration,
    error: Option<Error>,
    generation: u64,
    /// The version of the protocol that the back end has agreed to, if it has said anything.
    version: Option<u32>,
    /// When the farewell ends, if it was said.
    farewell: Option<Duration>,
    /// Whether the back end's state was ever read: nothing is decided before.
    looked: bool,
    /// Whether nodes that could not be used are to be looked at again, since something has changed.
    look_again: bool,
}
impl<P: FrontPlatform> Device<P> {
    /// An engine that wants to connect. Pictures are shown on the connectors that are opened, see [`Self::open`].
    pub fn new(platform: P, location: Location) -> Self {
        let objects = Objects::new(platform.clone(), location.backend);
        Self {
            platform,
            location,
            situation: Situation::new(),
            wishes: Vec::new(),
            infos: Vec::new(),
            connectors: Vec::new(),
            objects,
            tickets: Tickets::default(),
            unsent: Vec::new(),
            quarantine_at: Duration::ZERO,
            most_grants: 0,
            wanted: None,
            running: None,
            message: None,
            publish_deadline: Duration::ZERO,
            publish_at: Duration::ZERO,
            error: None,
            generation: 0,
            version: None,
            farewell: None,
            looked: false,
            look_again: false,
        }
    }

    /// Whether the device has ended: Closed, nothing held and nothing to be done.
    pub fn is_closed(&self) -> bool {
        let Situation { goal, own, holding, .. } = self.situation;
        goal == Goal::Closed && own == XenbusState::Closed && !holding && self.running.is_none()
    }

    /// Whether both ends are Connected.
    pub fn is_connected(&self) -> bool {
        (self.situation.own, self.situation.backend) == (XenbusState::Connected, XenbusState::Connected)
    }

    /// Whether both ends are Connected, and every connector has said what it is, or will not.
    pub fn is_ready(&self) -> bool {
        self.is_connected() && self.connectors.iter().all(|connector| !self.awaits_edid(connector))
    }

    /// Which connection this is: 0 before the first one.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Why there is no connection, if that is known.
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// Why there is no picture on a connector, if that is known: an error of the whole device, or its own.
    pub fn connector_error(&self, connector: usize) -> Option<Error> {
        let own = match self.infos.get(connector) {
            Some(info) => info.error.as_ref(),
            None if !self.infos.is_empty() => return Some(Error::NoConnector(connector)),
            None => None,
        };
        self.error.as_ref().or(own).cloned()
    }

    /// The connectors, by number; none before the first configuration was read.
    pub fn connectors(&self) -> &[ConnectorInfo] {
        &self.infos
    }

    /// Grants that the back end would not let go.
    pub fn grants_in_quarantine(&self) -> usize {
        self.objects.quarantine.grants()
    }

    /// Every port that the back end may send events to.
    pub fn ports(&self) -> impl Iterator<Item = Port> + '_ {
        self.connectors.iter().flat_map(|connector| [connector.channel.request_port, connector.channel.event_port])
    }

    /// The device's place in xenstore.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Looks at everything, takes the steps that are due, and says when it wants to be polled again; `None` when only an
    /// event can change anything.
    pub fn poll(&mut self, now: Duration) -> Option<Duration> {
        let more = self.poll_connectors(now);
        self.poll_quarantine(now);
        if self.is_connected() {
            self.follow_wishes(now);
        }
        while self.looked && self.running.is_none() && self.wanted.is_none() && self.step(now) {}
        self.send_waiting(now);
        // Last, since a step may have asked the back end something.
        self.mask(now);
        if more { Some(now) } else { self.deadline(now) }
    }

    fn poll_quarantine(&mut self, now: Duration) {
        if self.objects.quarantine.grants() > 0 && now >= self.quarantine_at {
            self.objects.quarantine.retry();
            self.quarantine_at = now + QUARANTINE_PERIOD;
        }
    }

    fn deadline(&self, now: Duration) -> Option<Duration> {
        // The rings are looked at while this end is connected.
        let connected = self.situation.own == XenbusState::Connected;
        let used = if connected { &self.connectors[..] } else { &[] };
        let connectors =
            used.iter().flat_map(|connector| [connector.requests.deadline(), connector.head.deadline(now)]);
        let quarantine = (self.objects.quarantine.grants() > 0).then_some(self.quarantine_at);
        let waiting = !self.situation.holding && now < self.publish_at;
        let publish = (waiting && decide(&self.situation) == Step::Publish).then_some(self.publish_at);
        // What waits for the ring waits for the connection first.
        let waiting = self.objects.deadline().filter(|_| self.is_connected());
        let unsent = (connected && !self.unsent.is_empty()).then_some(now);
        let farewell = self.farewell.filter(|until| *until > now);
        connectors.chain([quarantine, publish, waiting, unsent, farewell]).flatten().min()
    }

    /// How many pages are granted for the connection.
    fn grants(&self) -> usize {
        let edids: usize = self.connectors.iter().map(|connector| connector.edid.grants()).sum();
        Channel::<P>::GRANTS * self.connectors.len() + edids + self.objects.grants()
    }
}
