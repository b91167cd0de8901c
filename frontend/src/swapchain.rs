//! The buffers of one open connector: two, of which one is on the screen, and the other is free, lent out to be drawn on,
//! or on its way to the screen.
//!
//! They are dumb buffers and framebuffers like any others (`objects`); what is flipped when is the connector's
//! `head`. Here is which of them may be drawn on, and how old its content is.

use alloc::vec::Vec;
use core::time::Duration;

use vitrine_xen::io::displif::nodes::Resolution;
use vitrine_xen::io::displif::{PixelFormat, Scanout};
use vitrine_xen::platform::FrontPlatform;

use crate::Error;
use crate::backing::BufferMemory;
use crate::objects::{BufferId, FramebufferId, Objects, Owner, Picture};
use crate::requests::Purpose;

/// How many buffers a connector has.
pub const BUFFERS: usize = 2;

/// The format of their pixels.
const FORMAT: PixelFormat = PixelFormat::Xrgb8888;

/// How a presented frame ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is on the screen.
    Shown,
    /// The back end did not say in time that it was; the connector goes on without.
    Unconfirmed,
}

/// A page flip, by what it flipped to and its number: no two flips in a domain are the same, and so it is a name for the picture
/// too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flip {
    framebuffer: FramebufferId,
    number: u64,
}

impl Flip {
    /// The flip of this number of the swapchain that the framebuffer belongs to.
    pub fn new(framebuffer: FramebufferId, number: u64) -> Self {
        Self { framebuffer, number }
    }

    /// The two numbers that it consists of.
    pub fn numbers(self) -> (u64, u64) {
        (self.framebuffer.cookie(), self.number)
    }
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

struct Buffer {
    buffer: BufferId,
    framebuffer: FramebufferId,
    /// `None` until it can be drawn on.
    memory: Option<BufferMemory>,
    state: Use,
    /// The number of the last flip that showed this buffer; 0 before the first.
    shown: u64,
}

/// A connector's buffers.
pub struct Swapchain {
    resolution: Resolution,
    buffers: Vec<Buffer>,
    /// How many answers are missing until the back end knows them.
    missing: usize,
    /// Why they can't be used.
    failure: Option<Error>,
    /// The number of the last flip that ended, and how it did.
    ended: (u64, Outcome),
}

impl Swapchain {
    /// Allocates and grants the buffers, and has the back end told of them. All or nothing.
    pub fn new<P: FrontPlatform>(
        objects: &mut Objects<P>,
        connector: usize,
        resolution: Resolution,
        now: Duration,
    ) -> Result<Self, Error> {
        let Resolution { width, height } = resolution;
        let picture = Picture { width, height, format: FORMAT };
        let owner = Owner::Swapchain(connector);
        let first = objects.create(picture, owner, now)?;
        let second = objects.create(picture, owner, now).inspect_err(|_| objects.leave_buffer(first, now))?;
        let mut buffers = Vec::with_capacity(BUFFERS);
        for buffer in [first, second] {
            let framebuffer = objects.attach(buffer, picture, owner, now)?;
            buffers.push(Buffer { buffer, framebuffer, memory: None, state: Use::Free, shown: 0 });
        }
        let ended = (0, Outcome::Shown);
        Ok(Self { resolution, buffers, missing: 2 * BUFFERS, failure: None, ended })
    }

    /// The mode.
    pub fn resolution(&self) -> Resolution {
        self.resolution
    }

    /// One of its objects is made, or could not be. Nothing happens when it is none of its own.
    pub fn made<P: FrontPlatform>(&mut self, purpose: Purpose, result: &Result<(), Error>, objects: &Objects<P>) {
        let place = self.buffers.iter().position(|own| match purpose {
            Purpose::Create(buffer) => own.buffer == buffer,
            Purpose::Attach(framebuffer) => own.framebuffer == framebuffer,
            _ => false,
        });
        let Some(place) = place else { return };
        match result {
            Ok(()) => self.missing -= 1,
            Err(error) => self.fail(error.clone()),
        }
        if let Purpose::Create(buffer) = purpose {
            self.buffers[place].memory = objects.memory(buffer);
        }
    }

    /// It can't be used from now on; the first reason counts.
    pub fn fail(&mut self, error: Error) {
        self.failure.get_or_insert(error);
    }

    /// Whether the back end knows the buffers.
    pub fn is_usable(&self) -> bool {
        self.missing == 0 && self.failure.is_none()
    }

    /// Why the connector can't be used, if it can't.
    pub fn failure(&self) -> Option<&Error> {
        self.failure.as_ref()
    }

    /// Lends out a buffer that may be drawn on: its framebuffer, its memory, and its age, which is how many flips old its
    /// content is, 0 when it has none yet. `None` while there is no such buffer.
    pub fn lend(&mut self) -> Option<(FramebufferId, BufferMemory, u64)> {
        if !self.is_usable() || self.buffers.iter().any(|buffer| matches!(buffer.state, Use::Lent)) {
            return None;
        }
        let flips = self.ended.0;
        let buffer = self.buffers.iter_mut().find(|buffer| matches!(buffer.state, Use::Free))?;
        let memory = buffer.memory.clone()?;
        buffer.state = Use::Lent;
        let age = if buffer.shown == 0 { 0 } else { flips + 1 - buffer.shown };
        Some((buffer.framebuffer, memory, age))
    }

    /// The picture that was flipped to last, and the memory that it is in. `None` before the first flip, after a change of the
    /// mode, and while a flip is on its way.
    pub fn front(&self) -> Option<(Flip, &BufferMemory)> {
        let number = self.ended.0;
        let last = |own: &&Buffer| matches!(own.state, Use::Shown) && own.shown == number && number != 0;
        let idle = !self.buffers.iter().any(|own| matches!(own.state, Use::Flipping));
        let front = self.buffers.iter().find(last).filter(|_| idle)?;
        Some((Flip { framebuffer: front.framebuffer, number }, front.memory.as_ref()?))
    }

    /// The picture that is on the screen, if the back end has said that it is.
    pub fn on_screen(&self) -> Option<Flip> {
        let (flip, _) = self.front()?;
        (self.is_usable() && self.ended.1 == Outcome::Shown).then_some(flip)
    }

    /// Takes a buffer back that was lent out and is not to be shown. Its content counts as undefined.
    pub fn give_back(&mut self, framebuffer: FramebufferId) {
        if let Some(buffer) = self.lent(framebuffer) {
            (buffer.state, buffer.shown) = (Use::Free, 0);
        }
    }

    /// A lent buffer is on its way to the screen: the number of its flip. `None` when it is not lent by this swapchain.
    pub fn present(&mut self, framebuffer: FramebufferId) -> Option<u64> {
        self.lent(framebuffer)?.state = Use::Flipping;
        Some(self.ended.0 + 1)
    }

    /// What shows a framebuffer all over the connector.
    pub fn scanout(&self, framebuffer: FramebufferId) -> Scanout {
        let Resolution { width, height } = self.resolution;
        let bits_per_pixel = FORMAT.bits_per_pixel();
        Scanout { fb_cookie: framebuffer.cookie(), x: 0, y: 0, width, height, bits_per_pixel }
    }

    /// Any of its framebuffers, to be shown until the first picture is.
    pub fn first(&self) -> FramebufferId {
        self.buffers[0].framebuffer
    }

    /// Takes over from the swapchain of the mode before, whose flips are counted on. `lit`: [`Self::first`] is shown.
    pub fn follow(&mut self, before: &Self, lit: bool) {
        self.ended = before.ended;
        self.buffers[0].state = if lit { Use::Shown } else { Use::Free };
    }

    /// How flip `number` ended, if it has.
    pub fn outcome(&self, number: u64) -> Option<Outcome> {
        (number <= self.ended.0).then_some(self.ended.1)
    }

    /// A flip has ended.
    pub fn finished(&mut self, framebuffer: FramebufferId, result: Result<(), Error>) {
        let Some(place) = self.buffers.iter().position(|own| own.framebuffer == framebuffer) else { return };
        let outcome = match result {
            Ok(()) => Outcome::Shown,
            Err(error) if error.is_silence() => Outcome::Unconfirmed,
            Err(error) => return self.fail(error),
        };
        for buffer in &mut self.buffers {
            if matches!(buffer.state, Use::Shown) {
                buffer.state = Use::Free;
            }
        }
        let number = self.ended.0 + 1;
        let shown = &mut self.buffers[place];
        (shown.state, shown.shown) = (Use::Shown, number);
        self.ended = (number, outcome);
    }

    /// Has the back end forget the buffers; their pages go back when it has.
    pub fn leave<P: FrontPlatform>(self, objects: &mut Objects<P>, now: Duration) {
        for Buffer { framebuffer, buffer, memory, .. } in self.buffers {
            drop(memory);
            objects.leave(framebuffer, now);
            objects.leave_buffer(buffer, now);
        }
    }

    fn lent(&mut self, framebuffer: FramebufferId) -> Option<&mut Buffer> {
        let lent = |own: &&mut Buffer| own.framebuffer == framebuffer && matches!(own.state, Use::Lent);
        self.buffers.iter_mut().find(lent)
    }
}
