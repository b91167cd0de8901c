//! The way between the states: what is told to the engine, what it asks of xenstore, what it takes and gives back.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::time::Duration;

use vitrine_xen::io::displif::nodes;
use vitrine_xen::platform::{FrontPlatform, StoreError};
use vitrine_xen::xenbus::XenbusState;

use super::{Command, Connector, ConnectorInfo, Device, RETRY_TIME};
use crate::Error;
use crate::channel::Channel;
use crate::config::{Configuration, Location};
use crate::head::Pacing;
use crate::link::{Goal, Situation, Step, decide};
use crate::requests::ANSWER_TIME;

impl<P: FrontPlatform> Device<P> {
    /// The back end's `state` and `online`, read again.
    pub fn backend_changed(&mut self, state: XenbusState, online: bool) {
        if state != self.situation.backend {
            log::debug!("the back end is {state:?}");
            // What can't be used may be mended when the back end starts anew.
            if state != XenbusState::InitWait && state != XenbusState::Connected {
                self.situation.failed = false;
            }
            // Before it closes, it unmaps: what is in quarantine may be free now.
            self.quarantine_at = Duration::ZERO;
        }
        (self.situation.backend, self.situation.online) = (state, online);
        self.looked = true;
        // The nodes may be another device's by now: one that was attached in the place of the one that failed, with a back
        // end that is in the same state.
        self.look_again = self.situation.failed;
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

    /// Whether the toolstack has taken the device away, and nothing of it is held any more. What comes next is
    /// [`Self::attached`], or the back end's `online` being 1 again.
    pub fn is_detached(&self) -> bool {
        let Situation { goal, own, online, holding, .. } = self.situation;
        let at_rest = own == XenbusState::Closed && !holding && self.wanted.is_none() && self.running.is_none();
        goal == Goal::Connected && !online && at_rest
    }

    /// A device was attached in the place of the one that [`Self::is_detached`]: the same one again or another, with a back
    /// end in the same domain or another. Connections are counted on, so what belongs to an earlier one stays dead.
    pub fn attached(&mut self, location: Location) {
        log::info!("{} is attached, served by {}", location.path, location.backend_path);
        self.objects.set_peer(location.backend);
        self.location = location;
        self.situation = Situation::new();
        self.publish_at = Duration::ZERO;
        (self.looked, self.error) = (false, None);
        self.infos.iter_mut().for_each(|info| info.error = None);
    }

    /// Begins to end the connection in good order.
    pub fn close(&mut self) {
        self.situation.goal = Goal::Closed;
    }

    /// The xenstore command to run now. It is to be answered with [`Self::configured`] or [`Self::command_done`].
    pub fn take_command(&mut self) -> Option<Command> {
        if self.running.is_some() {
            return None;
        }
        self.running = self.wanted.take().or_else(|| self.message.take().map(Command::ReportError));
        self.running.clone()
    }

    /// The answer to [`Command::ReadConfiguration`]: what the toolstack says, and the version that both ends speak.
    pub fn configured(&mut self, answer: Result<(Configuration, Option<u32>), Error>, now: Duration) {
        self.running = None;
        if self.situation.failed {
            return self.looked_again(answer.map(drop));
        }
        match answer.and_then(|(configuration, version)| self.make_channels(configuration, version)) {
            Ok(nodes) => {
                self.publish_deadline = now + ANSWER_TIME;
                self.wanted = Some(Command::Publish(nodes));
            }
            Err(error) => self.fail_to_publish(error),
        }
    }

    /// The nodes were read again after a failure. Only another answer changes anything, so that two ends that can't agree
    /// come to rest.
    fn looked_again(&mut self, answer: Result<(), Error>) {
        // Whoever read the nodes has told of the back end in between; a later change has an event of its own.
        self.look_again = false;
        match answer {
            Err(error) if self.error.as_ref() != Some(&error) => self.fail(error),
            Ok(()) if self.error.as_ref().is_some_and(Error::is_of_nodes) => {
                (self.situation.failed, self.error) = (false, None);
            }
            _ => {}
        }
    }

    /// The answer to every other command.
    pub fn command_done(&mut self, answer: Result<(), StoreError>, now: Duration) {
        let Some(command) = self.running.take() else { return };
        match (command, answer) {
            (Command::Publish(nodes), Err(StoreError::Again)) if now < self.publish_deadline => {
                self.wanted = Some(Command::Publish(nodes));
            }
            (Command::Publish(_), Err(error)) => {
                self.fail_to_publish(Error::Node(self.location.path.clone(), error));
            }
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

    /// Takes one step of the state machine; `false` when there is nothing to do now.
    pub(super) fn step(&mut self, now: Duration) -> bool {
        let step = decide(&self.situation);
        match step {
            Step::Wait if self.look_again => {
                self.look_again = false;
                self.wanted = Some(Command::ReadConfiguration);
            }
            Step::Wait => return false,
            Step::Enter(XenbusState::Closing) if self.parting(now) => return false,
            Step::Publish if self.situation.holding => {
                // Published, and the back end still waits: now it is told.
                self.wanted = Some(Command::WriteState(XenbusState::Initialised));
            }
            Step::Publish if now < self.publish_at || self.quarantine_is_full() => return false,
            Step::Publish => self.wanted = Some(Command::ReadConfiguration),
            Step::Connect => {
                // The back end hears of the buffers when both ends are connected; they take the longest to make.
                self.follow_wishes(now);
                self.wanted = Some(Command::WriteState(XenbusState::Connected));
            }
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
            (self.farewell, self.error) = (None, None);
            self.send_waiting(now);
            self.ask_edids(now);
        }
    }

    /// A failure that counts only if the device is still there to be published: one that was detached, or made anew, in the
    /// meantime has no nodes that could be read or written.
    fn fail_to_publish(&mut self, error: Error) {
        match decide(&self.situation) {
            Step::Publish => self.fail(error),
            _ => log::debug!("the device has changed meanwhile: {error}"),
        }
    }

    fn fail(&mut self, error: Error) {
        self.report(&error);
        self.situation.failed = true;
        self.error = Some(error);
    }

    /// Says an error where people look for it.
    pub(super) fn report(&mut self, error: &Error) {
        log::error!("{error}");
        self.message = Some(format!("{error}"));
    }

    fn make_channels(
        &mut self,
        configuration: Configuration,
        version: Option<u32>,
    ) -> Result<Vec<(String, String)>, Error> {
        self.objects.set_back_end_allocates(configuration.be_alloc);
        self.version = version;
        let version =
            version.map(|version| (format!("{}/{}", self.location.path, nodes::VERSION), version.to_string()));
        let mut published: Vec<_> = version.into_iter().collect();
        self.situation.holding = true;
        self.infos.clear();
        for configuration in configuration.connectors {
            let channel = Channel::new(&self.platform, self.location.backend)?;
            published.extend(channel.nodes(&configuration.path));
            self.infos.push(ConnectorInfo { configuration, edid: None, error: None });
            let pacing = self.wish(self.connectors.len()).unwrap_or(Pacing::Free);
            self.connectors.push(Connector::new(channel, pacing));
        }
        Ok(published)
    }

    /// Tells the back end that everything goes away, and waits for its answers. `false` when that is over.
    fn parting(&mut self, now: Duration) -> bool {
        if !self.is_connected() {
            return false;
        }
        let until = match self.farewell {
            Some(until) => until,
            None => {
                (0..self.connectors.len()).for_each(|connector| self.darken(connector, now));
                *self.farewell.insert(now + ANSWER_TIME)
            }
        };
        if self.connectors.iter().all(|connector| connector.head.is_idle()) {
            self.objects.leave_all(now);
        }
        let asked = self.connectors.iter().any(|connector| connector.requests.is_waiting());
        now < until && (asked || !self.objects.is_empty())
    }

    pub(super) fn release(&mut self, now: Duration) {
        if self.connectors.iter().all(|connector| connector.head.statistics().flips == 0) {
            self.publish_at = now + RETRY_TIME;
        }
        if self.situation.own == XenbusState::Connected {
            log::warn!("the back end has gone ({:?}): waiting for it to come back", self.situation.backend);
        }
        self.most_grants = self.most_grants.max(self.grants());
        self.tickets.end_all(&Error::Disconnected);
        self.unsent.clear();
        self.objects.release();
        for Connector { channel, edid, .. } in self.connectors.drain(..) {
            edid.release(&mut self.objects.quarantine);
            channel.release(&self.platform, &mut self.objects.quarantine);
        }
        self.farewell = None;
        self.situation.holding = false;
        if self.quarantine_is_full() {
            let grants = self.objects.quarantine.grants();
            log::warn!("the back end still maps {grants} pages of earlier connections: waiting until it lets go");
        }
    }

    /// Whether the back end keeps so much that nothing more is shared with it.
    pub(super) fn quarantine_is_full(&self) -> bool {
        self.objects.quarantine.grants() > self.most_grants.max(self.grants())
    }
}
