//! One connector's configuration and page flips, without the buffers that they show.
//!
//! At most one page flip is in flight and one more is queued. A frame is done when its request is answered and its
//! frame-done event has come, in either order, and, unless [`Pacing::Free`] is set, not before the mode's next refresh.
//! Events are matched by cookie: identifiers may have gaps.

use core::time::Duration;

use vitrine_xen::io::displif::{Operation, Scanout, Status, opcode};

use crate::Error;
use crate::objects::FramebufferId;
use crate::requests::Purpose;
use crate::tickets::Ticket;

/// How long a frame-done event may take: a little longer than an answer, as in Linux.
pub const FRAME_DONE_TIME: Duration = Duration::from_millis(3100);

/// The refresh period of the one mode that `resolution` stands for: 60 a second.
pub const REFRESH: Duration = Duration::from_nanos(16_666_667);

/// When a frame counts as done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pacing {
    /// At most once a period. Some back ends say "done" at once, and an appliance that draws whenever it can would then draw
    /// thousands of frames that nobody sees.
    Refresh(Duration),
    /// As soon as the back end says so: for measuring.
    Free,
}

/// Counts since the connection was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Page flips that are done, unconfirmed ones included.
    pub flips: u64,
    /// Page flips whose answer or frame-done event did not come in time.
    pub unconfirmed: u64,
    /// Frame-done events for a framebuffer that was not being flipped to.
    pub stray_events: u64,
    /// Page flips that were asked for again, because the back end was still busy with the one before.
    pub retries: u64,
}

/// Who has asked for a configuration or a flip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// The connector's swapchain.
    Swapchain,
    /// The change of an open connector's mode.
    ModeChange,
    /// The connector is shut: it goes dark.
    Shut,
    /// Whoever has the ticket.
    Ticket(Ticket),
    /// Whoever has the ticket, on several connectors at once.
    Together(Ticket),
}

/// A flip that has ended.
pub struct Finished {
    /// Who has asked for it.
    pub party: Party,
    /// What it flipped to.
    pub framebuffer: FramebufferId,
    /// How it ended: [`Error::Unconfirmed`], [`Error::NoAnswer`], or what the back end said.
    pub result: Result<(), Error>,
}

struct Configuring {
    number: u64,
    scanout: Scanout,
    party: Party,
}

enum Stage {
    /// PG_FLIP is not answered.
    Asked,
    /// The back end is busy with another flip, whose frame-done event is to come.
    Blocked,
    /// That event has come: PG_FLIP is to be sent again.
    Again,
    /// PG_FLIP is answered.
    Taken,
    /// It has ended.
    Failed(Error),
}

struct Flip {
    number: u64,
    framebuffer: FramebufferId,
    party: Party,
    stage: Stage,
    /// Its frame-done event has come.
    done: bool,
    /// Some frame-done event has come since PG_FLIP was sent.
    another_done: bool,
    deadline: Duration,
    /// After this it is not tried again.
    last_try: Duration,
}

/// The state of a connector, from one connection to the next.
pub struct Head {
    /// What the back end has agreed to show, with the framebuffer that was flipped to last.
    scanout: Option<Scanout>,
    configuring: Option<Configuring>,
    flip: Option<Flip>,
    queued: Option<(FramebufferId, Party)>,
    last_number: u64,
    pacing: Pacing,
    /// Before this time no frame is done.
    refresh_at: Duration,
    /// Whether the back end's last frame-done event came before that. Then a timer will end the next frame too: it is set
    /// once, with the flip, and what the back end says meanwhile need not wake anybody.
    early: bool,
    /// Whether events are masked, so that it can't be said when they came.
    masked: bool,
    statistics: Statistics,
}

impl Head {
    /// A connector that is dark.
    pub fn new(pacing: Pacing) -> Self {
        Self {
            scanout: None,
            configuring: None,
            flip: None,
            queued: None,
            last_number: 0,
            pacing,
            refresh_at: Duration::ZERO,
            early: false,
            masked: false,
            statistics: Statistics::default(),
        }
    }

    /// Sets when a frame counts as done, from the next frame on.
    pub fn set_pacing(&mut self, pacing: Pacing) {
        (self.pacing, self.early) = (pacing, false);
    }

    /// Counts since the connection was made.
    pub fn statistics(&self) -> Statistics {
        self.statistics
    }

    /// What is shown, as far as the back end has agreed to it.
    pub fn scanout(&self) -> Option<&Scanout> {
        self.scanout.as_ref()
    }

    /// Whether the back end has agreed to show something, or is asked to.
    pub fn is_lit(&self) -> bool {
        self.target().is_some()
    }

    /// Who has asked for the configuration that is not answered yet.
    pub fn configuring(&self) -> Option<Party> {
        self.configuring.as_ref().map(|asked| asked.party)
    }

    /// Whether nothing is asked of the back end or about to be.
    pub fn is_idle(&self) -> bool {
        self.configuring.is_none() && self.flip.is_none() && self.queued.is_none()
    }

    /// Who has asked for the flip that waits for its turn, if one does.
    pub fn queued(&self) -> Option<Party> {
        self.queued.map(|(_, party)| party)
    }

    /// What is to be shown: what the back end is asked for, or else what it has agreed to.
    pub fn target(&self) -> Option<&Scanout> {
        let asked = self.configuring.as_ref().map(|asked| &asked.scanout);
        asked.or(self.scanout.as_ref()).filter(|scanout| **scanout != Scanout::default())
    }

    /// Whether a framebuffer is shown here, or on its way.
    pub fn uses(&self, framebuffer: FramebufferId) -> bool {
        let cookie = framebuffer.cookie();
        let configured = self.scanout.iter().chain(self.configuring.iter().map(|asked| &asked.scanout));
        let flips = self.flip.iter().map(|flip| flip.framebuffer).chain(self.queued.map(|(queued, _)| queued));
        configured.map(|scanout| scanout.fb_cookie).any(|shown| shown == cookie)
            || flips.into_iter().any(|flipped| flipped == framebuffer)
    }

    /// Asks for another configuration; [`Scanout::default`] is none. The answer to a configuration that was asked for
    /// before means nothing any more.
    pub fn configure(&mut self, scanout: Scanout, party: Party) -> (Operation, Purpose) {
        let number = self.next_number();
        self.configuring = Some(Configuring { number, scanout, party });
        (Operation::SetConfig(scanout), Purpose::Configure(number))
    }

    /// SET_CONFIG is answered: who wants to know that. After an error the configuration is what it was.
    pub fn configured(&mut self, number: u64, result: &Result<(), Error>) -> Option<Party> {
        let Configuring { scanout, party, .. } = self.configuring.take_if(|asked| asked.number == number)?;
        if result.is_ok() {
            self.scanout = (scanout != Scanout::default()).then_some(scanout);
        }
        Some(party)
    }

    /// Forgets what is shown, because nobody knows: the next picture needs a configuration.
    pub fn forget_configuration(&mut self) {
        self.scanout = None;
    }

    /// Drops the flips, and with them who has asked for them: whatever becomes of them, nobody is told.
    pub fn drop_flips(&mut self) -> impl Iterator<Item = Party> + use<> {
        let flip = self.flip.take().map(|flip| flip.party);
        flip.into_iter().chain(self.queued.take().map(|(_, party)| party))
    }

    /// Takes the flip that waits for its turn out again.
    pub fn take_queued(&mut self) -> Option<(FramebufferId, Party)> {
        self.queued.take()
    }

    /// Lets a flip wait for its turn, which comes with [`Self::start`]. Panics when one does already, see
    /// [`Self::queued`].
    pub fn queue(&mut self, framebuffer: FramebufferId, party: Party) {
        assert!(self.queued.is_none(), "one flip is queued at most");
        self.queued = Some((framebuffer, party));
    }

    /// The party of a queued flip whose turn has come.
    pub fn ready(&self) -> Option<Party> {
        let free = self.flip.is_none() && self.configuring.is_none() && self.scanout.is_some();
        self.queued.map(|(_, party)| party).filter(|_| free)
    }

    /// Starts the flip whose turn has come, if there is one: the request to send.
    pub fn start(&mut self, now: Duration) -> Option<(Operation, Purpose)> {
        self.ready()?;
        let (framebuffer, party) = self.queued.take()?;
        let number = self.next_number();
        let deadline = now + FRAME_DONE_TIME;
        let stage = Stage::Asked;
        let (done, another_done, last_try) = (false, false, deadline);
        self.flip = Some(Flip { number, framebuffer, party, stage, done, another_done, deadline, last_try });
        Some((Operation::PageFlip(framebuffer.cookie()), Purpose::Flip(number)))
    }

    /// Starts the flip in flight again, if the back end was busy and is no more: the request to send.
    pub fn start_again(&mut self, now: Duration) -> Option<(Operation, Purpose)> {
        let number = self.last_number + 1;
        let flip = self.flip.as_mut().filter(|flip| matches!(flip.stage, Stage::Again))?;
        (flip.number, flip.stage, flip.done, flip.another_done) = (number, Stage::Asked, false, false);
        flip.deadline = now + FRAME_DONE_TIME;
        self.last_number = number;
        self.statistics.retries += 1;
        Some((Operation::PageFlip(flip.framebuffer.cookie()), Purpose::Flip(number)))
    }

    /// PG_FLIP is answered, or its time is over.
    pub fn flip_answered(&mut self, number: u64, result: Result<(), Error>, now: Duration) {
        let Some(flip) = self.flip.as_mut().filter(|flip| flip.number == number) else { return };
        flip.stage = match result {
            Ok(()) => Stage::Taken,
            // Back ends differ in which cookie the event of the pending flip then carries, and it may be here already.
            Err(Error::Refused(_, Status::BUSY)) if flip.another_done && now < flip.last_try => Stage::Again,
            Err(Error::Refused(_, Status::BUSY)) if now < flip.last_try => Stage::Blocked,
            Err(error) => Stage::Failed(error),
        };
    }

    /// A frame-done event has come.
    pub fn frame_done(&mut self, fb_cookie: u64, now: Duration) {
        let early = self.masked || !self.refresh_reached(now);
        match &mut self.flip {
            Some(flip) if matches!(flip.stage, Stage::Blocked) => flip.stage = Stage::Again,
            Some(flip) if flip.framebuffer.cookie() == fb_cookie && !flip.done => {
                (flip.done, flip.another_done) = (true, true);
                self.early = early;
            }
            Some(flip) => {
                flip.another_done = true;
                self.statistics.stray_events += 1;
            }
            None => self.statistics.stray_events += 1,
        }
    }

    /// Ends the flip in flight when it is done and its time has come, or when the back end has let its time pass.
    pub fn poll(&mut self, now: Duration) -> Option<Finished> {
        let flip = self.flip.as_ref()?;
        let result = match &flip.stage {
            Stage::Taken if flip.done && self.refresh_reached(now) => Ok(()),
            Stage::Taken if !flip.done && flip.deadline <= now => Err(Error::Unconfirmed),
            Stage::Blocked if flip.last_try <= now => Err(Error::Refused(opcode::PG_FLIP, Status::BUSY)),
            Stage::Failed(error) => Err(error.clone()),
            _ => return None,
        };
        self.finish(result, now)
    }

    /// When to poll again.
    pub fn deadline(&self, now: Duration) -> Option<Duration> {
        let flip = self.flip.as_ref()?;
        match flip.stage {
            Stage::Taken if flip.done => Some(self.refresh_at),
            _ if self.early && now < self.refresh_at => Some(self.refresh_at),
            Stage::Taken => Some(flip.deadline),
            Stage::Blocked => Some(flip.last_try),
            // The answer has a time-out of its own.
            Stage::Asked => None,
            Stage::Again | Stage::Failed(_) => Some(now),
        }
    }

    /// Whether the back end's events can wait, because a timer will end the flip in flight, or because there is none and
    /// nothing else is `asked` of the back end.
    pub fn wants_mask(&mut self, asked: bool, now: Duration) -> bool {
        self.masked = self.early && if self.flip.is_some() { now < self.refresh_at } else { !asked };
        self.masked
    }

    /// Whether a frame may be done now. A back end that waits for the true vertical blank is a little early or late each
    /// time: an eighth of a period early counts, so that no timer is needed beside it.
    fn refresh_reached(&self, now: Duration) -> bool {
        match self.pacing {
            Pacing::Free => true,
            Pacing::Refresh(period) => now + period / 8 >= self.refresh_at,
        }
    }

    fn finish(&mut self, result: Result<(), Error>, now: Duration) -> Option<Finished> {
        let Flip { framebuffer, party, .. } = self.flip.take()?;
        match &result {
            Ok(()) => self.statistics.flips += 1,
            Err(error) if error.is_silence() => {
                log::warn!("a page flip: {error}; going on without");
                self.statistics.flips += 1;
                self.statistics.unconfirmed += 1;
            }
            Err(_) => {}
        }
        if let (Ok(()) | Err(Error::Unconfirmed), Some(scanout)) = (&result, &mut self.scanout) {
            scanout.fb_cookie = framebuffer.cookie();
        }
        if let Pacing::Refresh(period) = self.pacing {
            // In step with the refresh before, unless that is long past.
            self.refresh_at = (self.refresh_at + period).max(now + period / 2);
        }
        Some(Finished { party, framebuffer, result })
    }

    fn next_number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }
}
