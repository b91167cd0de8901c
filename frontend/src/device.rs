//! The engine: one vdispl device with its connectors.
//!
//! It is fed with what happens ([`Device::backend_changed`], [`Device::configured`], [`Device::command_done`]) and polled
//! with the time; [`Device::poll`] looks at the rings and decides the next steps, [`Device::take_command`] says what
//! xenstore has to be asked, one command at a time.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use vitrine_xen::Port;
use vitrine_xen::io::displif::nodes::Resolution;
use vitrine_xen::io::displif::{Event, Operation, Response, Scanout};
use vitrine_xen::platform::{FrontPlatform, StoreError};
use vitrine_xen::ring::EVENT_SLOTS;
use vitrine_xen::xenbus::XenbusState;

use crate::channel::Channel;
use crate::config::{Configuration, Location};
use crate::link::{Goal, Situation, Step, decide};
use crate::requests::{ANSWER_TIME, Purpose, Requests};
use crate::shared::Quarantine;
use crate::swapchain::{Outcome, Pacing, Statistics, Swapchain};
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

/// A buffer lent out to be drawn on.
pub struct Lent<P: FrontPlatform> {
    /// Which connection it belongs to.
    pub generation: u64,
    /// Which buffer it is.
    pub buffer: usize,
    /// Its memory: rows of 32-bit XRGB pixels without gaps.
    pub pages: Rc<P::Pages>,
    /// How many flips old its content is; 0: undefined.
    pub age: u64,
    /// The mode.
    pub resolution: Resolution,
}

struct Connector<P: FrontPlatform> {
    configuration: config::Connector,
    channel: Channel<P>,
    requests: Requests,
    masked: bool,
    swapchain: Option<Swapchain<P>>,
}

impl<P: FrontPlatform> Connector<P> {
    /// How many pages are granted for it.
    fn grants(&self) -> usize {
        Channel::<P>::GRANTS + self.swapchain.as_ref().map_or(0, Swapchain::grants)
    }
}

/// The engine of one device.
pub struct Device<P: FrontPlatform> {
    platform: P,
    location: Location,
    pacing: Pacing,
    situation: Situation,
    connectors: Vec<Connector<P>>,
    quarantine: Quarantine<P>,
    quarantine_at: Duration,
    /// How many grants the largest connection so far had. As many may be in quarantine while the next one is made: a back
    /// end that keeps what it maps can cost the memory of one connection, and no more.
    most_grants: usize,
    /// The command that is wanted, and the one that is being done.
    wanted: Option<Command>,
    running: Option<Command>,
    publish_deadline: Duration,
    /// Before this time nothing is published.
    publish_at: Duration,
    /// The connector that the appliance shows its picture on.
    opened: usize,
    error: Option<Error>,
    generation: u64,
    last_cookie: u64,
    farewell_said: bool,
    /// Whether the back end's state was ever read: nothing is decided before.
    looked: bool,
}

impl<P: FrontPlatform> Device<P> {
    /// An engine that wants to connect, and to show pictures on connector `opened`.
    pub fn new(platform: P, location: Location, opened: usize, pacing: Pacing) -> Self {
        let situation = Situation {
            goal: Goal::Connected,
            own: XenbusState::Unknown,
            backend: XenbusState::Unknown,
            online: true,
            holding: false,
            failed: false,
        };
        Self {
            platform,
            location,
            pacing,
            situation,
            connectors: Vec::new(),
            quarantine: Quarantine::default(),
            quarantine_at: Duration::ZERO,
            most_grants: 0,
            wanted: None,
            running: None,
            publish_deadline: Duration::ZERO,
            publish_at: Duration::ZERO,
            opened,
            error: None,
            generation: 0,
            last_cookie: 0,
            farewell_said: false,
            looked: false,
        }
    }

    /// The back end's `state` and `online`, read again.
    pub fn backend_changed(&mut self, state: XenbusState, online: bool) {
        if state != self.situation.backend {
            log::debug!("the back end is {state:?}");
            // What can't be used may be mended when the back end starts anew.
            if state != XenbusState::InitWait && state != XenbusState::Connected {
                self.situation.failed = false;
            }
        }
        (self.situation.backend, self.situation.online) = (state, online);
        self.looked = true;
    }

    /// This end's `state`, read again: where it is Initialising although something else was written, the toolstack has made
    /// the device anew, and nothing of it was published.
    pub fn own_changed(&mut self, state: XenbusState, now: Duration) {
        if state == XenbusState::Initialising && self.situation.own != state && self.running.is_none() {
            self.wanted = None;
            if self.situation.holding {
                log::warn!("{}: made anew by the toolstack", self.location.path);
                self.release(now);
            }
            self.situation.own = state;
        }
    }

    /// Begins to end the connection in good order.
    pub fn close(&mut self) {
        self.situation.goal = Goal::Closed;
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

    /// This end's state, as written last.
    pub fn state(&self) -> XenbusState {
        self.situation.own
    }

    /// The back end's state, as read last.
    pub fn backend_state(&self) -> XenbusState {
        self.situation.backend
    }

    /// Which connection this is: 0 before the first one.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Why there is no picture, if that is known.
    pub fn error(&self) -> Option<&Error> {
        let chain = self.connectors.get(self.opened).and_then(|connector| connector.swapchain.as_ref());
        self.error.as_ref().or_else(|| chain.and_then(Swapchain::failure))
    }

    /// Grants that the back end would not let go.
    pub fn grants_in_quarantine(&self) -> usize {
        self.quarantine.grants()
    }

    /// Counts of the opened connector, since its connection was made.
    pub fn statistics(&self) -> Statistics {
        self.swapchain().map(Swapchain::statistics).unwrap_or_default()
    }

    /// Every port that the back end may send events to.
    pub fn ports(&self) -> impl Iterator<Item = Port> + '_ {
        self.connectors.iter().flat_map(|connector| [connector.channel.request_port, connector.channel.event_port])
    }

    /// Sets when a frame counts as done, from the next frame on.
    pub fn set_pacing(&mut self, pacing: Pacing) {
        self.pacing = pacing;
        if let Some(chain) = self.swapchain_mut() {
            chain.set_pacing(pacing);
        }
    }

    /// The device's place in xenstore.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// The xenstore command to run now. It is to be answered with [`Self::configured`] or [`Self::command_done`].
    pub fn take_command(&mut self) -> Option<Command> {
        if self.running.is_some() {
            return None;
        }
        self.running = self.wanted.take();
        self.running.clone()
    }

    /// The answer to [`Command::ReadConfiguration`].
    pub fn configured(&mut self, answer: Result<Configuration, Error>, now: Duration) {
        self.running = None;
        match answer.and_then(|configuration| self.make_channels(configuration)) {
            Ok(nodes) => {
                self.publish_deadline = now + ANSWER_TIME;
                self.wanted = Some(Command::Publish(nodes));
            }
            Err(error) => self.fail(error),
        }
    }

    /// The answer to every other command.
    pub fn command_done(&mut self, answer: Result<(), StoreError>, now: Duration) {
        let Some(command) = self.running.take() else { return };
        match (command, answer) {
            (Command::Publish(nodes), Err(StoreError::Again)) if now < self.publish_deadline => {
                self.wanted = Some(Command::Publish(nodes));
            }
            (Command::Publish(_), Err(error)) => self.fail(Error::Node(self.location.path.clone(), error)),
            (Command::WriteState(state), Ok(())) => self.entered(state, now),
            // A device that was detached has no folder any more: there is nobody left to tell.
            (Command::WriteState(state), Err(error)) => {
                log::warn!("{}/state can't be written: {error}", self.location.path);
                self.entered(state, now);
            }
            (Command::ReportError(_), Err(error)) => log::debug!("the error node can't be written: {error}"),
            (Command::Publish(_) | Command::ReportError(_), Ok(())) | (Command::ReadConfiguration, _) => {}
        }
    }

    /// Looks at everything, takes the steps that are due, and says when it wants to be polled again; `None` when only an
    /// event can change anything.
    pub fn poll(&mut self, now: Duration) -> Option<Duration> {
        let more = self.poll_connectors(now);
        self.poll_quarantine(now);
        self.mask(now);
        while self.looked && self.running.is_none() && self.wanted.is_none() && self.step(now) {}
        if more { Some(now) } else { self.deadline(now) }
    }

    /// The opened connector's mode, once pictures can be shown on it.
    pub fn mode(&self) -> Option<Resolution> {
        let chain = self.swapchain().filter(|chain| chain.is_usable())?;
        self.is_connected().then(|| chain.resolution())
    }

    /// Lends out a buffer of the opened connector; `None` while there is none.
    pub fn lend(&mut self) -> Option<Lent<P>> {
        if !self.is_connected() {
            return None;
        }
        let generation = self.generation;
        let chain = self.connectors.get_mut(self.opened)?.swapchain.as_mut()?;
        let (buffer, pages, age) = chain.lend()?;
        Some(Lent { generation, buffer, pages, age, resolution: chain.resolution() })
    }

    /// Takes a buffer back that is not to be shown.
    pub fn give_back(&mut self, generation: u64, buffer: usize) {
        if generation == self.generation
            && let Some(chain) = self.swapchain_mut()
        {
            chain.give_back(buffer);
        }
    }

    /// Shows a lent buffer: one request and one event. Returns the flip's number, or `None` when its connection is gone.
    pub fn present(&mut self, generation: u64, buffer: usize, now: Duration) -> Option<u64> {
        if generation != self.generation || !self.is_connected() {
            return None;
        }
        let opened = self.opened;
        let chain = self.swapchain_mut()?;
        let number = chain.next_flip();
        let operation = chain.present(buffer, now);
        let purpose = match operation {
            Operation::PageFlip(_) => Purpose::PageFlip(opened),
            _ => Purpose::SetConfig(opened),
        };
        self.send(opened, operation, purpose, now);
        Some(number)
    }

    /// How a flip ended: `Some(Some(..))` when it has, `Some(None)` while it is in flight, `None` when its connection is
    /// gone.
    pub fn outcome(&self, generation: u64, number: u64) -> Option<Option<Outcome>> {
        let chain = self.swapchain().filter(|_| generation == self.generation)?;
        if chain.failure().is_some() {
            return None;
        }
        Some(chain.outcome(number))
    }

    fn swapchain(&self) -> Option<&Swapchain<P>> {
        self.connectors.get(self.opened)?.swapchain.as_ref()
    }

    fn swapchain_mut(&mut self) -> Option<&mut Swapchain<P>> {
        self.connectors.get_mut(self.opened)?.swapchain.as_mut()
    }

    /// Takes one step of the state machine; `false` when there is nothing to do now.
    fn step(&mut self, now: Duration) -> bool {
        let step = decide(&self.situation);
        match step {
            Step::Wait => return false,
            Step::Enter(XenbusState::Closing) if self.parting(now) => return false,
            Step::Publish if self.situation.holding => {
                // Published, and the back end still waits: now it is told.
                self.wanted = Some(Command::WriteState(XenbusState::Initialised));
            }
            Step::Publish if now < self.publish_at || self.quarantine_is_full() => return false,
            Step::Publish => self.wanted = Some(Command::ReadConfiguration),
            Step::Connect => match self.make_swapchain() {
                Ok(()) => self.wanted = Some(Command::WriteState(XenbusState::Connected)),
                Err(error) => self.fail(error),
            },
            Step::Release => self.release(now),
            Step::Enter(state) => self.wanted = Some(Command::WriteState(state)),
        }
        true
    }

    fn entered(&mut self, state: XenbusState, now: Duration) {
        log::debug!("{}: {state:?}", self.location.path);
        self.situation.own = state;
        if state == XenbusState::Connected {
            self.generation += 1;
            self.farewell_said = false;
            self.error = None;
            self.announce_buffers(now);
        }
    }

    fn fail(&mut self, error: Error) {
        log::error!("{error}");
        self.situation.failed = true;
        self.wanted = Some(Command::ReportError(format!("{error}")));
        self.error = Some(error);
    }

    fn make_channels(&mut self, configuration: Configuration) -> Result<Vec<(String, String)>, Error> {
        if configuration.connectors.len() <= self.opened {
            return Err(Error::NoConnector(self.opened));
        }
        let mut published = Vec::new();
        self.situation.holding = true;
        for configuration in configuration.connectors {
            let channel = Channel::new(&self.platform, self.location.backend)?;
            published.extend(channel.nodes(&configuration.path));
            self.connectors.push(Connector {
                configuration,
                channel,
                requests: Requests::default(),
                masked: false,
                swapchain: None,
            });
        }
        Ok(published)
    }

    /// Makes the buffers; the back end hears of them when both ends are connected.
    fn make_swapchain(&mut self) -> Result<(), Error> {
        let resolution = self.connectors[self.opened].configuration.resolution;
        let (platform, peer, last_cookie) = (&self.platform, self.location.backend, &mut self.last_cookie);
        let next_cookie = || {
            *last_cookie += 1;
            *last_cookie
        };
        let chain = Swapchain::new(platform, peer, resolution, self.pacing, next_cookie)?;
        self.connectors[self.opened].swapchain = Some(chain);
        Ok(())
    }

    /// Sends what makes the buffers known.
    fn announce_buffers(&mut self, now: Duration) {
        let operations: Vec<Operation> = match self.swapchain() {
            Some(chain) => chain.creation().collect(),
            None => return,
        };
        for operation in operations {
            let purpose = match operation {
                Operation::BufferCreate(_) => Purpose::CreateBuffer(self.opened),
                _ => Purpose::AttachFramebuffer(self.opened),
            };
            self.send(0, operation, purpose, now);
        }
    }

    /// Tells the back end that the buffers go away, and waits for its answers. `false` when that is over.
    fn parting(&mut self, now: Duration) -> bool {
        if !self.is_connected() {
            return false;
        }
        if !self.farewell_said {
            self.farewell_said = true;
            self.send(self.opened, Operation::SetConfig(Scanout::default()), Purpose::Farewell, now);
            let operations: Vec<Operation> = self.swapchain().into_iter().flat_map(Swapchain::destruction).collect();
            for operation in operations {
                self.send(0, operation, Purpose::Farewell, now);
            }
        }
        self.connectors.iter().any(|connector| !connector.requests.is_empty())
    }

    fn release(&mut self, now: Duration) {
        if self.statistics().flips == 0 {
            self.publish_at = now + RETRY_TIME;
        }
        if self.situation.own == XenbusState::Connected {
            log::warn!("the back end has gone ({:?}): waiting for it to come back", self.situation.backend);
        }
        self.most_grants = self.most_grants.max(self.connectors.iter().map(Connector::grants).sum());
        for mut connector in self.connectors.drain(..) {
            if let Some(chain) = connector.swapchain.take() {
                chain.release(&mut self.quarantine);
            }
            connector.channel.release(&self.platform, &mut self.quarantine);
        }
        self.situation.holding = false;
        if self.quarantine_is_full() {
            let grants = self.quarantine.grants();
            log::warn!("the back end still maps {grants} pages of earlier connections: waiting until it lets go");
        }
    }

    fn quarantine_is_full(&self) -> bool {
        self.quarantine.grants() > self.most_grants
    }

    /// Pushes a request and notifies. A full ring means that the back end has let 32 requests lie: it is lost.
    fn send(&mut self, on: usize, operation: Operation, purpose: Purpose, now: Duration) {
        let connector = &mut self.connectors[on];
        if connector.channel.ring.free() == 0 {
            return self.lose("its ring is full of requests that it has not answered", now);
        }
        let request = connector.requests.issue(operation, purpose, now);
        if connector.channel.ring.push(&request.encode()) == Ok(true) {
            self.platform.notify(connector.channel.request_port);
        }
    }

    /// Ends the connection because of what the back end does or does not do.
    fn lose(&mut self, why: &str, now: Duration) {
        if self.situation.holding {
            log::warn!("the connection to the back end is closed: {why}");
            self.release(now);
        }
    }

    /// Whether there is more to do at once: work per poll is bounded.
    fn poll_connectors(&mut self, now: Duration) -> bool {
        if self.situation.own != XenbusState::Connected {
            return false;
        }
        let mut more = false;
        for index in 0..self.connectors.len() {
            more |= self.poll_events(index, now);
            self.poll_responses(index, now);
            if let Some(connector) = self.connectors.get_mut(index) {
                if let Some(chain) = &mut connector.swapchain {
                    chain.poll(now);
                }
                if let Some(code) = connector.requests.overdue(now) {
                    let milliseconds = ANSWER_TIME.as_millis();
                    self.lose(&format!("no answer to operation {code:#04x} within {milliseconds} ms"), now);
                }
            }
        }
        more
    }

    /// Masks the opened connector's ports while nothing that comes on them is urgent.
    fn mask(&mut self, now: Duration) {
        let Some(connector) = self.connectors.get_mut(self.opened) else { return };
        let Some(chain) = &mut connector.swapchain else { return };
        let masked = chain.wants_mask(!connector.requests.is_empty(), now);
        if core::mem::replace(&mut connector.masked, masked) != masked {
            self.platform.set_masked(connector.channel.request_port, masked);
            self.platform.set_masked(connector.channel.event_port, masked);
        }
    }

    fn poll_events(&mut self, index: usize, now: Duration) -> bool {
        for _ in 0..EVENT_SLOTS {
            let Some(connector) = self.connectors.get_mut(index) else { return false };
            match connector.channel.events.pop() {
                Ok(Some(slot)) => match (Event::decode(&slot), &mut connector.swapchain) {
                    (Event::PageFlip { fb_cookie, .. }, Some(chain)) => chain.frame_done(fb_cookie, now),
                    (event, _) => log::debug!("an event for nobody: {event:?}"),
                },
                Ok(None) => return false,
                Err(error) => {
                    self.lose(&format!("event page: {error}"), now);
                    return false;
                }
            }
        }
        true
    }

    /// Takes every response; there are at most as many as requests in flight.
    fn poll_responses(&mut self, index: usize, now: Duration) {
        while let Some(connector) = self.connectors.get_mut(index) {
            let response = match connector.channel.ring.pop() {
                Ok(Some(slot)) => Response::decode(&slot),
                Ok(None) => return,
                Err(error) => return self.lose(&format!("control ring: {error}"), now),
            };
            match connector.requests.answer(&response) {
                Ok((purpose, _)) => self.answered(purpose, &response, now),
                Err(error) => return self.lose(&format!("control ring: {error}"), now),
            }
        }
    }

    fn answered(&mut self, purpose: Purpose, response: &Response, now: Duration) {
        let (code, status) = (response.code, response.status);
        if !status.is_ok() {
            log::warn!("the back end refused operation {code:#04x}: {status}");
        }
        match purpose {
            Purpose::CreateBuffer(index) | Purpose::AttachFramebuffer(index) => {
                self.with_chain(index, |chain| chain.created(code, status));
            }
            Purpose::SetConfig(index) => {
                let flip = self.with_chain(index, |chain| chain.configured(code, status, now)).flatten();
                if let Some(flip) = flip {
                    self.send(index, flip, Purpose::PageFlip(index), now);
                }
            }
            Purpose::PageFlip(index) => {
                self.with_chain(index, |chain| chain.flip_answered(code, status));
            }
            Purpose::Farewell => {}
        }
    }

    fn with_chain<R>(&mut self, index: usize, act: impl FnOnce(&mut Swapchain<P>) -> R) -> Option<R> {
        self.connectors.get_mut(index)?.swapchain.as_mut().map(act)
    }

    fn poll_quarantine(&mut self, now: Duration) {
        if self.quarantine.grants() > 0 && now >= self.quarantine_at {
            self.quarantine.retry();
            self.quarantine_at = now + QUARANTINE_PERIOD;
        }
    }

    fn deadline(&self, now: Duration) -> Option<Duration> {
        let connectors = self.connectors.iter().flat_map(|connector| {
            let flip = connector.swapchain.as_ref().and_then(|chain| chain.deadline(now));
            [connector.requests.deadline(), flip]
        });
        let quarantine = (self.quarantine.grants() > 0).then_some(self.quarantine_at);
        let waiting = !self.situation.holding && now < self.publish_at;
        let publish = (waiting && decide(&self.situation) == Step::Publish).then_some(self.publish_at);
        connectors.chain([quarantine, publish]).flatten().min()
    }
}
