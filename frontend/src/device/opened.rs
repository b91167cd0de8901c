//! The life of the swapchains of open connectors: made, changed to another mode, retired.

use core::time::Duration;

use vitrine_xen::io::displif::Scanout;
use vitrine_xen::io::displif::nodes::Resolution;
use vitrine_xen::platform::FrontPlatform;

use super::{Connector, Device};
use crate::Error;
use crate::head::{Pacing, Party};
use crate::link::Goal;
use crate::requests::Purpose;
use crate::swapchain::Swapchain;
use crate::tickets::Ticket;

impl<P: FrontPlatform> Device<P> {
    /// Shows pictures on a connector, in this and in every later connection, until [`Self::shut`]. `pacing` says when a
    /// frame counts as done. What was shown there by [`Self::set_config`] goes. A connector that can't be used gets
    /// another chance.
    pub fn open(&mut self, connector: usize, pacing: Pacing) {
        if self.wishes.len() <= connector {
            self.wishes.resize(connector + 1, None);
        }
        self.wishes[connector] = Some(pacing);
        self.set_pacing(connector, pacing);
        if let Some(info) = self.infos.get_mut(connector) {
            info.error = None;
        }
    }

    /// Shows nothing on a connector any more: it goes dark, and when it is, its buffers are given back. It can be opened
    /// again at once.
    pub fn shut(&mut self, connector: usize) {
        if let Some(wish) = self.wishes.get_mut(connector) {
            *wish = None;
        }
    }

    /// Sets when a frame counts as done, from the next frame on.
    pub fn set_pacing(&mut self, connector: usize, pacing: Pacing) {
        if let Some(wish @ Some(_)) = self.wishes.get_mut(connector) {
            *wish = Some(pacing);
        }
        if let Some(connector) = self.connectors.get_mut(connector) {
            connector.head.set_pacing(pacing);
        }
    }

    /// Changes the mode of an open connector, for as long as the connection lasts. Buffers of the new size are made,
    /// the back end is asked to show the first of them, still black, and the old ones go; then the ticket has its result.
    /// After an error, at once or by the ticket, the old mode goes on.
    ///
    /// A frame that is lent out meanwhile can't be presented afterwards.
    pub fn set_mode(&mut self, connector: usize, mode: Resolution, now: Duration) -> Result<Ticket, Error> {
        if !self.is_connected() {
            return Err(Error::Disconnected);
        }
        let known = self.connectors.get(connector).ok_or(Error::NoConnector(connector))?;
        if known.coming.is_some() || !known.swapchain.as_ref().is_some_and(Swapchain::is_usable) {
            return Err(Error::Busy(connector));
        }
        let chain = Swapchain::new(&mut self.objects, connector, mode, now)?;
        let ticket = self.tickets.give(1);
        self.connectors[connector].coming = Some((chain, Some(ticket)));
        Ok(ticket)
    }

    /// Brings what is shown in line with what is wanted: ends what is wanted no more or of no use, and makes swapchains
    /// where there is room for them. For a back end that has connected.
    pub(super) fn follow_wishes(&mut self, now: Duration) {
        if self.situation.goal == Goal::Closed {
            return;
        }
        for index in 0..self.connectors.len() {
            let (wanted, failed) = (self.wish(index).is_some(), self.infos[index].error.is_some());
            let Connector { swapchain, head, retired, .. } = &self.connectors[index];
            match swapchain {
                Some(chain) if !wanted || (chain.failure().is_some() && !failed) => self.darken(index, now),
                // What the appliance has shown there by itself.
                None if wanted && head.is_lit() => self.darken(index, now),
                None if wanted && !failed && head.is_idle() && retired.is_empty() => self.make_swapchain(index, now),
                _ => {}
            }
        }
    }

    fn make_swapchain(&mut self, index: usize, now: Duration) {
        // Until the last one's buffers are gone there may be no room for others.
        if self.objects.holds_swapchain(index) || self.quarantine_is_full() {
            return;
        }
        let mode = self.first_mode(index);
        match Swapchain::new(&mut self.objects, index, mode, now) {
            Ok(chain) => self.connectors[index].swapchain = Some(chain),
            Err(error) => self.connector_failed(index, error),
        }
    }

    /// Ends everything that a connector shows, whoever has asked for it. What it showed while it was open is forgotten
    /// when it is dark.
    pub(super) fn darken(&mut self, index: usize, now: Duration) {
        let Some(connector) = self.connectors.get_mut(index) else { return };
        for party in connector.head.drop_flips() {
            if let Party::Ticket(ticket) | Party::Together(ticket) = party {
                self.tickets.part_ended(ticket, Err(Error::Shut(index)));
            }
        }
        let Connector { head, swapchain, coming, retired, .. } = connector;
        retired.extend(swapchain.take());
        if let Some((chain, ticket)) = coming.take() {
            retired.push(chain);
            ticket.into_iter().for_each(|ticket| self.tickets.part_ended(ticket, Err(Error::Shut(index))));
        }
        if head.is_lit() {
            if let Some(Party::Ticket(ticket)) = head.configuring() {
                self.tickets.part_ended(ticket, Err(Error::Shut(index)));
            }
            let request = head.configure(Scanout::default(), Party::Shut);
            self.ask(index, request, now);
        } else if head.configuring().is_none() {
            self.retire(index, now);
        }
    }

    /// The connector is dark, or as dark as the back end lets it be: what it showed is forgotten.
    pub(super) fn retire(&mut self, index: usize, now: Duration) {
        let connector = &mut self.connectors[index];
        connector.head.forget_configuration();
        for chain in connector.retired.drain(..) {
            chain.leave(&mut self.objects, now);
        }
    }

    /// Changes the mode as soon as the new buffers are known and nothing is in flight.
    pub(super) fn advance_mode(&mut self, index: usize, now: Duration) {
        let Some(connector) = self.connectors.get_mut(index) else { return };
        let Connector { head, coming: Some((coming, _)), .. } = connector else { return };
        if !coming.is_usable() || !head.is_idle() {
            return;
        }
        if head.is_lit() {
            let request = head.configure(coming.scanout(coming.first()), Party::ModeChange);
            self.ask(index, request, now);
        } else {
            self.mode_changed(index, Ok(()), now);
        }
    }

    /// The back end has agreed to show the new buffers, or has not.
    pub(super) fn mode_configured(&mut self, index: usize, result: Result<(), Error>, now: Duration) {
        let Connector { head, swapchain, .. } = &mut self.connectors[index];
        // A frame of the old mode that was presented meanwhile has nowhere to be shown.
        if let (Some((framebuffer, _)), Some(chain)) = (head.take_queued(), swapchain) {
            chain.finished(framebuffer, Err(Error::Unconfirmed));
        }
        if result.is_err() {
            // Nobody knows what is shown now: the next frame says it again.
            head.forget_configuration();
        }
        self.mode_changed(index, result, now);
    }

    /// The new buffers take the place of the old ones, or could not be made.
    fn mode_changed(&mut self, index: usize, result: Result<(), Error>, now: Duration) {
        let Connector { head, swapchain, coming, .. } = &mut self.connectors[index];
        let Some((mut chain, ticket)) = coming.take() else { return };
        if result.is_ok() {
            if let Some(before) = swapchain.take() {
                chain.follow(&before, head.is_lit());
                before.leave(&mut self.objects, now);
            }
            *swapchain = Some(chain);
        } else {
            chain.leave(&mut self.objects, now);
        }
        ticket.into_iter().for_each(|ticket| self.tickets.part_ended(ticket, result.clone()));
    }

    /// An object of a swapchain is made, or could not be.
    pub(super) fn swapchain_told(&mut self, index: usize, purpose: Purpose, result: &Result<(), Error>, now: Duration) {
        let Connector { swapchain, coming, .. } = &mut self.connectors[index];
        for chain in swapchain.iter_mut().chain(coming.iter_mut().map(|(chain, _)| chain)) {
            chain.made(purpose, result, &self.objects);
        }
        if let Some((chain, _)) = coming
            && let Some(error) = chain.failure().cloned()
        {
            return self.mode_changed(index, Err(error), now);
        }
        match swapchain.as_ref().and_then(Swapchain::failure).cloned() {
            // Not known in time: they are made anew as soon as the back end has forgotten these.
            Some(error) if error.is_silence() => self.darken(index, now),
            Some(error) => {
                self.connector_failed(index, error);
                self.darken(index, now);
            }
            None => {}
        }
    }

    /// Does something with a connector's swapchain, after which it may be of no more use.
    pub(super) fn with_swapchain(&mut self, index: usize, act: impl FnOnce(&mut Swapchain)) {
        let Some(chain) = &mut self.connectors[index].swapchain else { return };
        act(chain);
        if let Some(error) = chain.failure().cloned() {
            self.connector_failed(index, error);
        }
    }

    /// How an open connector is paced; `None` when it is not open.
    pub(super) fn wish(&self, index: usize) -> Option<Pacing> {
        self.wishes.get(index).copied().flatten()
    }

    fn connector_failed(&mut self, index: usize, error: Error) {
        self.report(&error);
        self.infos[index].error = Some(error);
    }
}
