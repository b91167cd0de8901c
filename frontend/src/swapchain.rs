//! The buffers of one connector, and the page flips between them.
//!
//! Two buffers: one is on the screen, the other is free, lent out to be drawn on, or on its way to the screen. At most
//! one page flip is in flight. A frame is done when its request is answered and its frame-done event has come, in either
//! order, and, unless [`Pacing::Free`] is set, not before the mode's next refresh.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::time::Duration;

use vitrine_xen::io::displif::nodes::Resolution;
use vitrine_xen::io::displif::{DisplayBuffer, Framebuffer, Operation, PixelFormat, Scanout, Status};
use vitrine_xen::io::displif::{directory, format};
use vitrine_xen::platform::{FrontPlatform, SharedPages};
use vitrine_xen::{DomainId, PAGE_SIZE};

use crate::Error;
use crate::shared::{Granted, Quarantine};

/// How many buffers a connector has.
pub const BUFFERS: usize = 2;

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

/// How a presented frame ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is on the screen.
    Shown,
    /// The back end took it but never said that it was done; after [`FRAME_DONE_TIME`] the connector goes on without.
    Unconfirmed,
}

/// Counts since the connection was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Page flips that are done.
    pub flips: u64,
    /// Page flips whose frame-done event never came.
    pub unconfirmed: u64,
    /// Frame-done events for a framebuffer that was not being flipped to.
    pub stray_events: u64,
}

enum Use {
    /// Free since it was shown, or never used.
    Free,
    /// Being drawn on.
    Lent,
    /// On its way to the screen.
    Flipping,
    /// On the screen.
    Shown,
}

struct Buffer<P: FrontPlatform> {
    memory: Granted<P>,
    directory: Granted<P>,
    dbuf_cookie: u64,
    fb_cookie: u64,
    state: Use,
    /// The number of the last flip that showed this buffer; 0 before the first.
    shown: u64,
}

struct Flip {
    buffer: usize,
    answered: bool,
    done: bool,
    deadline: Duration,
}

#[derive(PartialEq)]
enum Stage {
    /// The back end does not know all buffers yet; how many answers are missing.
    Creating(usize),
    /// Ready, and nothing was ever shown.
    Dark,
    /// The first picture's SET_CONFIG is in flight.
    Configuring,
    /// Pictures are shown.
    Live,
    /// It can't be used.
    Failed(Error),
}

/// A connector's buffers and flips.
pub struct Swapchain<P: FrontPlatform> {
    resolution: Resolution,
    buffers: Vec<Buffer<P>>,
    stage: Stage,
    flip: Option<Flip>,
    pacing: Pacing,
    /// Before this time no frame is done.
    refresh_at: Duration,
    /// Whether the back end's last frame-done event came before that. Then a timer will end the next frame too: it is set
    /// once, with the flip, and what the back end says meanwhile need not wake anybody.
    early: bool,
    /// Whether events are masked, so that it can't be said when they came.
    masked: bool,
    /// The number of the last flip that ended, and how it did.
    ended: (u64, Outcome),
    statistics: Statistics,
}

impl<P: FrontPlatform> Swapchain<P> {
    /// Allocates and grants the buffers. `next_cookie` gives names that are unique in the guest.
    pub fn new(
        platform: &P,
        peer: DomainId,
        resolution: Resolution,
        pacing: Pacing,
        mut next_cookie: impl FnMut() -> u64,
    ) -> Result<Self, Error> {
        let mut chain = Self {
            resolution,
            buffers: Vec::with_capacity(BUFFERS),
            stage: Stage::Creating(2 * BUFFERS),
            flip: None,
            pacing,
            refresh_at: Duration::ZERO,
            early: false,
            masked: false,
            ended: (0, Outcome::Shown),
            statistics: Statistics::default(),
        };
        for _ in 0..BUFFERS {
            chain.buffers.push(Buffer::new(platform, peer, resolution, &mut next_cookie)?);
        }
        Ok(chain)
    }

    /// The mode.
    pub fn resolution(&self) -> Resolution {
        self.resolution
    }

    /// Sets when a frame counts as done, from the next frame on.
    pub fn set_pacing(&mut self, pacing: Pacing) {
        (self.pacing, self.early) = (pacing, false);
    }

    /// Counts since the connection was made.
    pub fn statistics(&self) -> Statistics {
        self.statistics
    }

    /// What to ask of the back end to make the buffers known, in this order, on connector 0's ring.
    pub fn creation(&self) -> impl Iterator<Item = Operation> + '_ {
        let creates = self.buffers.iter().map(|buffer| Operation::BufferCreate(self.display_buffer(buffer)));
        let attaches = self.buffers.iter().map(|buffer| Operation::FramebufferAttach(self.framebuffer(buffer)));
        creates.chain(attaches)
    }

    /// What to tell the back end before the buffers go away, on connector 0's ring.
    pub fn destruction(&self) -> impl Iterator<Item = Operation> + '_ {
        let detaches = self.buffers.iter().map(|buffer| Operation::FramebufferDetach(buffer.fb_cookie));
        detaches.chain(self.buffers.iter().map(|buffer| Operation::BufferDestroy(buffer.dbuf_cookie)))
    }

    /// One of the requests of [`Self::creation`] is answered.
    pub fn created(&mut self, code: u8, status: Status) {
        match &mut self.stage {
            Stage::Creating(_) if !status.is_ok() => self.stage = Stage::Failed(Error::Refused(code, status)),
            Stage::Creating(1) => self.stage = Stage::Dark,
            Stage::Creating(missing) => *missing -= 1,
            _ => {}
        }
    }

    /// Whether the back end knows the buffers.
    pub fn is_usable(&self) -> bool {
        !matches!(self.stage, Stage::Creating(_) | Stage::Failed(_))
    }

    /// Why the connector can't be used, if it can't.
    pub fn failure(&self) -> Option<&Error> {
        match &self.stage {
            Stage::Failed(error) => Some(error),
            _ => None,
        }
    }

    /// Lends out a buffer that may be drawn on: its number, its pages, and its age, which is how many flips old its content
    /// is, 0 when it has none yet. `None` while there is no such buffer.
    pub fn lend(&mut self) -> Option<(usize, Rc<P::Pages>, u64)> {
        if !matches!(self.stage, Stage::Dark | Stage::Live) || self.flip.is_some() {
            return None;
        }
        let number = self.buffers.iter().position(|buffer| matches!(buffer.state, Use::Free))?;
        let flips = self.ended.0;
        let buffer = &mut self.buffers[number];
        buffer.state = Use::Lent;
        let age = if buffer.shown == 0 { 0 } else { flips + 1 - buffer.shown };
        Some((number, buffer.memory.pages().clone(), age))
    }

    /// Takes a buffer back that was lent out and is not to be shown. Its content counts as undefined.
    pub fn give_back(&mut self, number: usize) {
        let buffer = &mut self.buffers[number];
        if matches!(buffer.state, Use::Lent) {
            (buffer.state, buffer.shown) = (Use::Free, 0);
        }
    }

    /// Starts to show a buffer that was lent out: the request to send on the connector's own ring. The flip has number
    /// [`Self::next_flip`].
    pub fn present(&mut self, number: usize, now: Duration) -> Operation {
        self.buffers[number].state = Use::Flipping;
        self.flip = Some(Flip { buffer: number, answered: false, done: false, deadline: now + FRAME_DONE_TIME });
        let fb_cookie = self.buffers[number].fb_cookie;
        if self.stage == Stage::Live {
            return Operation::PageFlip(fb_cookie);
        }
        self.stage = Stage::Configuring;
        let Resolution { width, height } = self.resolution;
        let bits_per_pixel = PixelFormat::Xrgb8888.bits_per_pixel();
        Operation::SetConfig(Scanout { fb_cookie, x: 0, y: 0, width, height, bits_per_pixel })
    }

    /// The number of the flip that is in flight, or will be the next one.
    pub fn next_flip(&self) -> u64 {
        self.ended.0 + 1
    }

    /// How flip `number` ended, if it has.
    pub fn outcome(&self, number: u64) -> Option<Outcome> {
        (number <= self.ended.0).then_some(self.ended.1)
    }

    /// SET_CONFIG is answered: the page flip to send, which is what makes the back end report the first frame.
    pub fn configured(&mut self, code: u8, status: Status, now: Duration) -> Option<Operation> {
        if self.stage != Stage::Configuring {
            return None;
        }
        if !status.is_ok() {
            self.stage = Stage::Failed(Error::Refused(code, status));
            return None;
        }
        self.stage = Stage::Live;
        let flip = self.flip.as_mut()?;
        flip.deadline = now + FRAME_DONE_TIME;
        Some(Operation::PageFlip(self.buffers[flip.buffer].fb_cookie))
    }

    /// PG_FLIP is answered.
    pub fn flip_answered(&mut self, code: u8, status: Status) {
        if !status.is_ok() {
            self.stage = Stage::Failed(Error::Refused(code, status));
        } else if let Some(flip) = &mut self.flip {
            flip.answered = true;
        }
    }

    /// A frame-done event has come. It is matched by cookie: identifiers may have gaps.
    pub fn frame_done(&mut self, fb_cookie: u64, now: Duration) {
        let early = self.masked || !self.refresh_reached(now);
        let buffers = &self.buffers;
        let meant = |flip: &&mut Flip| buffers[flip.buffer].fb_cookie == fb_cookie && !flip.done;
        match self.flip.as_mut().filter(meant) {
            // Before SET_CONFIG is answered no flip was asked for.
            Some(flip) if self.stage == Stage::Live => {
                flip.done = true;
                self.early = early;
            }
            _ => self.statistics.stray_events += 1,
        }
    }

    /// Ends the flip in flight when it is done and its time has come, or when the back end has let its time pass.
    pub fn poll(&mut self, now: Duration) {
        let Some(flip) = &self.flip else { return };
        if flip.answered && flip.done && self.refresh_reached(now) {
            self.finish(Outcome::Shown, now);
        } else if self.stage == Stage::Live && !flip.done && flip.answered && flip.deadline <= now {
            log::warn!("no frame-done event within {} ms: going on without", FRAME_DONE_TIME.as_millis());
            self.statistics.unconfirmed += 1;
            self.finish(Outcome::Unconfirmed, now);
        }
    }

    /// When to poll again.
    pub fn deadline(&self, now: Duration) -> Option<Duration> {
        let flip = self.flip.as_ref()?;
        if (flip.answered && flip.done) || (self.early && now < self.refresh_at) {
            Some(self.refresh_at)
        } else {
            // The answer has a time-out of its own.
            flip.answered.then_some(flip.deadline)
        }
    }

    /// How many pages are granted for it.
    pub fn grants(&self) -> usize {
        let granted = |buffer: &Buffer<P>| buffer.memory.references().len() + buffer.directory.references().len();
        self.buffers.iter().map(granted).sum()
    }

    /// Whether the back end's events can wait, because a timer will end the flip in flight, or because there is none and
    /// nothing else is `asked` of the back end.
    pub fn wants_mask(&mut self, asked: bool, now: Duration) -> bool {
        self.masked = self.early && if self.flip.is_some() { now < self.refresh_at } else { !asked };
        self.masked
    }

    /// Takes the buffers back.
    pub fn release(self, quarantine: &mut Quarantine<P>) {
        for buffer in self.buffers {
            quarantine.end(buffer.memory);
            quarantine.end(buffer.directory);
        }
    }

    /// Whether a frame may be done now. A back end that waits for the true vertical blank is a little early or late each
    /// time: an eighth of a period early counts, so that no timer is needed beside it.
    fn refresh_reached(&self, now: Duration) -> bool {
        match self.pacing {
            Pacing::Free => true,
            Pacing::Refresh(period) => now + period / 8 >= self.refresh_at,
        }
    }

    fn finish(&mut self, outcome: Outcome, now: Duration) {
        let Some(flip) = self.flip.take() else { return };
        for buffer in &mut self.buffers {
            if matches!(buffer.state, Use::Shown) {
                buffer.state = Use::Free;
            }
        }
        let number = self.ended.0 + 1;
        let shown = &mut self.buffers[flip.buffer];
        (shown.state, shown.shown) = (Use::Shown, number);
        self.ended = (number, outcome);
        self.statistics.flips += 1;
        if let Pacing::Refresh(period) = self.pacing {
            // In step with the refresh before, unless that is long past.
            self.refresh_at = (self.refresh_at + period).max(now + period / 2);
        }
    }

    fn display_buffer(&self, buffer: &Buffer<P>) -> DisplayBuffer {
        let Resolution { width, height } = self.resolution;
        DisplayBuffer {
            dbuf_cookie: buffer.dbuf_cookie,
            width,
            height,
            bits_per_pixel: PixelFormat::Xrgb8888.bits_per_pixel(),
            buffer_size: width * height * 4,
            flags: 0,
            directory: buffer.directory.references()[0],
            data_offset: 0,
        }
    }

    fn framebuffer(&self, buffer: &Buffer<P>) -> Framebuffer {
        let Resolution { width, height } = self.resolution;
        let pixel_format = PixelFormat::Xrgb8888.code();
        Framebuffer { dbuf_cookie: buffer.dbuf_cookie, fb_cookie: buffer.fb_cookie, width, height, pixel_format }
    }
}

impl<P: FrontPlatform> Buffer<P> {
    fn new(
        platform: &P,
        peer: DomainId,
        resolution: Resolution,
        mut next_cookie: impl FnMut() -> u64,
    ) -> Result<Self, Error> {
        let Resolution { width, height } = resolution;
        let memory_error = |shortage| Error::Memory { width, height, shortage };
        let too_large = vitrine_xen::platform::OutOfMemory { wanted: usize::MAX / PAGE_SIZE, free: 0 };
        let size = format::picture_size(width, height, PixelFormat::Xrgb8888.bits_per_pixel());
        let pages = directory::buffer_pages(0, size.ok_or(memory_error(too_large))?);
        let memory = Granted::new(platform, peer, pages, memory_error)?;
        let directory = Granted::new(platform, peer, directory::directory_pages(pages), memory_error)?;
        directory::write(directory.memory(), directory.references(), memory.references());
        let (dbuf_cookie, fb_cookie) = (next_cookie(), next_cookie());
        Ok(Self { memory, directory, dbuf_cookie, fb_cookie, state: Use::Free, shown: 0 })
    }
}
