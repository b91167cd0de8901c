//! Dumb buffers and framebuffers of one connection, and what the back end is to be told of them.
//!
//! A buffer is made known (DBUF_CREATE) before a framebuffer on it is (FB_ATTACH), and forgotten (DBUF_DESTROY) after its
//! last framebuffer is (FB_DETACH). All four go over connector 0's ring, in the order in which they are asked for; while
//! that ring is full they wait here. Cookies are never used again, so an identifier of an object that is gone, or of a
//! connection that is gone, finds nothing.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::time::Duration;

use vitrine_xen::DomainId;
use vitrine_xen::io::displif::{DisplayBuffer, Framebuffer as Attach, Operation, PixelFormat, format};
use vitrine_xen::platform::FrontPlatform;

use crate::backing::{Backing, BufferMemory, Scatter};
use crate::requests::{ANSWER_TIME, Purpose};
use crate::shared::Quarantine;
use crate::tickets::Ticket;
use crate::{Error, cookie};

/// A dumb buffer, for as long as its connection lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BufferId(u64);

/// A framebuffer, for as long as its connection lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FramebufferId(u64);

impl FramebufferId {
    /// Its name in the protocol, which no other framebuffer ever has in this domain.
    pub(crate) fn cookie(self) -> u64 {
        self.0
    }
}

/// Whom an object belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The swapchain of the connector with this number.
    Swapchain(usize),
    /// The appliance itself, which has the ticket for what it has asked last.
    Appliance(Ticket),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The back end is being told.
    New,
    /// The back end knows it.
    Known,
    /// The back end is to forget it.
    Leaving,
}

/// How a picture lies in memory: rows of [`format::stride`] bytes, without gaps between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// The pixels.
    pub format: PixelFormat,
}

impl Picture {
    /// How many bytes it takes, at least 1; an error when it has no pixel, or when displif can't say its size.
    pub fn size(&self) -> Result<u32, Error> {
        let Self { width, height, format } = *self;
        let size = format::picture_size(width, height, format.bits_per_pixel());
        size.filter(|size| *size > 0).ok_or(Error::Picture { width, height })
    }
}

struct Buffer<P: FrontPlatform> {
    id: BufferId,
    owner: Owner,
    stage: Stage,
    backing: Backing<P>,
    /// `None` for a buffer that has no shape of its own.
    picture: Option<Picture>,
}

struct Framebuffer {
    id: FramebufferId,
    buffer: BufferId,
    owner: Owner,
    stage: Stage,
    picture: Picture,
}

/// Who is to be told what has become of a request.
pub struct Told {
    /// Whose object it was.
    pub owner: Owner,
    /// How it went.
    pub result: Result<(), Error>,
}

/// The objects of the connection that there is, and what is left of those before.
pub struct Objects<P: FrontPlatform> {
    platform: P,
    peer: DomainId,
    /// Whether the back end allocates dumb buffers.
    back_end_allocates: bool,
    buffers: Vec<Buffer<P>>,
    framebuffers: Vec<Framebuffer>,
    /// What is still to be sent, and until when.
    work: VecDeque<(Purpose, Duration)>,
    /// Grants that the back end would not let go.
    pub quarantine: Quarantine<P>,
}

impl<P: FrontPlatform> Objects<P> {
    /// No objects, to be shared with `peer`.
    pub fn new(platform: P, peer: DomainId) -> Self {
        let (buffers, framebuffers, work) = (Vec::new(), Vec::new(), VecDeque::new());
        let quarantine = Quarantine::default();
        Self { platform, peer, back_end_allocates: false, buffers, framebuffers, work, quarantine }
    }

    /// The domain that what is made from now on is shared with. There must be no objects.
    pub fn set_peer(&mut self, peer: DomainId) {
        self.peer = peer;
    }

    /// Whether the back end allocates the dumb buffers that are made from now on (`be-alloc=1`).
    pub fn set_back_end_allocates(&mut self, allocates: bool) {
        self.back_end_allocates = allocates;
    }

    /// Makes a dumb buffer for a picture, and has the back end told.
    pub fn create(&mut self, picture: Picture, owner: Owner, now: Duration) -> Result<BufferId, Error> {
        let Picture { width, height, .. } = picture;
        let shortage = |shortage| Error::Memory { width, height, shortage };
        let (platform, peer, size) = (&self.platform, self.peer, picture.size()?);
        let backing = match self.back_end_allocates {
            true => Backing::request(platform, peer, size, shortage)?,
            false => Backing::allocate(platform, peer, size, shortage)?,
        };
        Ok(self.add(backing, Some(picture), owner, now))
    }

    /// Makes a buffer of `length` bytes that begin `offset` bytes into the first page of the appliance's own memory, and has
    /// the back end told.
    pub fn import(
        &mut self,
        scatter: &Scatter<P>,
        (offset, length): (u32, u32),
        owner: Owner,
        now: Duration,
    ) -> Result<BufferId, Error> {
        let backing = Backing::import(&self.platform, self.peer, scatter, offset, length, Error::DirectoryMemory)?;
        Ok(self.add(backing, None, owner, now))
    }

    /// Makes a framebuffer, a way to read a buffer's bytes as a picture, and has the back end told.
    pub fn attach(
        &mut self,
        buffer: BufferId,
        picture: Picture,
        owner: Owner,
        now: Duration,
    ) -> Result<FramebufferId, Error> {
        let under = self.buffer(buffer).filter(|under| under.stage != Stage::Leaving).ok_or(Error::NoBuffer(buffer))?;
        let (needed, size) = (picture.size()?, under.backing.size());
        if needed > size {
            return Err(Error::BeyondBuffer { needed, size });
        }
        let id = FramebufferId(cookie::next());
        self.framebuffers.push(Framebuffer { id, buffer, owner, stage: Stage::New, picture });
        self.ask(Purpose::Attach(id), now);
        Ok(id)
    }

    /// The memory of a buffer that the back end knows; `None` for imported memory, which the appliance has.
    pub fn memory(&self, buffer: BufferId) -> Option<BufferMemory> {
        self.buffer(buffer).filter(|buffer| buffer.stage == Stage::Known)?.backing.memory()
    }

    /// The picture that a framebuffer is, once the back end knows it.
    pub fn picture(&self, framebuffer: FramebufferId) -> Result<Picture, Error> {
        let found = self.framebuffers.iter().find(|known| known.id == framebuffer);
        match found.ok_or(Error::NoFramebuffer(framebuffer))? {
            Framebuffer { stage: Stage::Known, picture, .. } => Ok(*picture),
            Framebuffer { stage: Stage::New, .. } => Err(Error::NotKnownYet),
            Framebuffer { stage: Stage::Leaving, .. } => Err(Error::NoFramebuffer(framebuffer)),
        }
    }

    /// Whether any of a swapchain's buffers is here, however far it is on its way out.
    pub fn holds_swapchain(&self, connector: usize) -> bool {
        self.buffers.iter().any(|buffer| buffer.owner == Owner::Swapchain(connector))
    }

    /// Has the back end forget a framebuffer of the appliance. It must not be on a connector.
    pub fn remove(&mut self, framebuffer: FramebufferId, ticket: Ticket, now: Duration) -> Result<(), Error> {
        self.picture(framebuffer)?;
        let found = self.framebuffers.iter_mut().find(|known| known.id == framebuffer);
        let found = found.filter(|found| matches!(found.owner, Owner::Appliance(_)));
        found.ok_or(Error::NoFramebuffer(framebuffer))?.owner = Owner::Appliance(ticket);
        self.leave(framebuffer, now);
        Ok(())
    }

    /// Has the back end forget a buffer of the appliance, which must have no framebuffer any more.
    pub fn destroy(&mut self, buffer: BufferId, ticket: Ticket, now: Duration) -> Result<(), Error> {
        if self.framebuffers.iter().any(|framebuffer| framebuffer.buffer == buffer) {
            return Err(Error::BufferInUse(buffer));
        }
        let found = self.buffers.iter_mut().find(|known| known.id == buffer && known.stage != Stage::Leaving);
        let found = found.filter(|found| matches!(found.owner, Owner::Appliance(_))).ok_or(Error::NoBuffer(buffer))?;
        if found.stage == Stage::New {
            return Err(Error::NotKnownYet);
        }
        found.owner = Owner::Appliance(ticket);
        self.leave_buffer(buffer, now);
        Ok(())
    }

    /// Has the back end forget a framebuffer. Nothing happens when it is on its way out.
    pub fn leave(&mut self, framebuffer: FramebufferId, now: Duration) {
        let found = self.framebuffers.iter_mut().find(|known| known.id == framebuffer);
        let Some(found) = found.filter(|found| found.stage != Stage::Leaving) else { return };
        found.stage = Stage::Leaving;
        if !self.unask(Purpose::Attach(framebuffer)) {
            return self.ask(Purpose::Detach(framebuffer), now);
        }
        self.forget_framebuffer(framebuffer, now);
    }

    /// Has the back end forget a buffer, as soon as it has no framebuffer any more. Nothing happens when it is on its
    /// way out.
    pub fn leave_buffer(&mut self, buffer: BufferId, now: Duration) {
        let found = self.buffers.iter_mut().find(|known| known.id == buffer);
        let Some(found) = found.filter(|found| found.stage != Stage::Leaving) else { return };
        found.stage = Stage::Leaving;
        if self.unask(Purpose::Create(buffer)) {
            self.forget_buffer(buffer);
        } else {
            self.ask_destruction(buffer, now);
        }
    }

    /// Has the back end forget everything.
    pub fn leave_all(&mut self, now: Duration) {
        let framebuffers: Vec<FramebufferId> = self.framebuffers.iter().map(|framebuffer| framebuffer.id).collect();
        framebuffers.into_iter().for_each(|framebuffer| self.leave(framebuffer, now));
        let buffers: Vec<BufferId> = self.buffers.iter().map(|buffer| buffer.id).collect();
        buffers.into_iter().for_each(|buffer| self.leave_buffer(buffer, now));
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.buffers.is_empty() && self.framebuffers.is_empty()
    }

    /// The connection is gone: so are the objects.
    pub fn release(&mut self) {
        self.work.clear();
        self.framebuffers.clear();
        for buffer in self.buffers.drain(..) {
            buffer.backing.release(&mut self.quarantine);
        }
    }

    /// How many pages are granted for them.
    pub fn grants(&self) -> usize {
        self.buffers.iter().map(|buffer| buffer.backing.grants()).sum()
    }

    /// How many requests wait for room on the ring.
    pub fn waiting(&self) -> usize {
        self.work.len()
    }

    /// The next request to send on connector 0's ring.
    pub fn next_request(&mut self) -> Option<(Operation, Purpose)> {
        let (purpose, _) = self.work.pop_front()?;
        Some((self.operation(purpose)?, purpose))
    }

    /// Takes a request that has waited too long for its turn.
    pub fn take_overdue(&mut self, now: Duration) -> Option<Purpose> {
        let (purpose, _) = self.work.pop_front_if(|(_, deadline)| *deadline <= now)?;
        Some(purpose)
    }

    /// When the first request that waits for its turn has waited too long.
    pub fn deadline(&self) -> Option<Duration> {
        self.work.front().map(|(_, deadline)| *deadline)
    }

    /// A request has ended: who is to be told how.
    pub fn answered(&mut self, purpose: Purpose, result: Result<(), Error>, now: Duration) -> Option<Told> {
        match purpose {
            Purpose::Create(buffer) => self.created(buffer, result, now),
            Purpose::Attach(framebuffer) => self.attached(framebuffer, result, now),
            Purpose::Detach(framebuffer) => {
                let owner = self.forget_framebuffer(framebuffer, now)?;
                Some(Told { owner, result })
            }
            Purpose::Destroy(buffer) => Some(Told { owner: self.forget_buffer(buffer)?, result }),
            _ => None,
        }
    }

    fn created(&mut self, buffer: BufferId, mut result: Result<(), Error>, now: Duration) -> Option<Told> {
        let found = self.buffers.iter_mut().find(|known| known.id == buffer)?;
        if found.stage == Stage::Leaving {
            return None;
        }
        let owner = found.owner;
        if result.is_ok() {
            found.stage = Stage::Known;
            result = found.backing.accept(&self.platform, self.peer);
        }
        match &result {
            Ok(()) => {}
            // What the back end does not have it need not forget.
            Err(Error::Refused(..)) => _ = self.forget_buffer(buffer),
            Err(_) => self.leave_buffer(buffer, now),
        }
        Some(Told { owner, result })
    }

    fn attached(&mut self, framebuffer: FramebufferId, result: Result<(), Error>, now: Duration) -> Option<Told> {
        let found = self.framebuffers.iter_mut().find(|known| known.id == framebuffer)?;
        if found.stage == Stage::Leaving {
            return None;
        }
        let owner = found.owner;
        match &result {
            Ok(()) => found.stage = Stage::Known,
            Err(Error::Refused(..)) => _ = self.forget_framebuffer(framebuffer, now),
            Err(_) => self.leave(framebuffer, now),
        }
        Some(Told { owner, result })
    }

    fn add(&mut self, backing: Backing<P>, picture: Option<Picture>, owner: Owner, now: Duration) -> BufferId {
        let id = BufferId(cookie::next());
        self.buffers.push(Buffer { id, owner, stage: Stage::New, backing, picture });
        self.ask(Purpose::Create(id), now);
        id
    }

    fn ask(&mut self, purpose: Purpose, now: Duration) {
        self.work.push_back((purpose, now + ANSWER_TIME));
    }

    /// Takes a request back that was not sent yet; `false` when it was.
    fn unask(&mut self, purpose: Purpose) -> bool {
        let before = self.work.len();
        self.work.retain(|(waiting, _)| *waiting != purpose);
        self.work.len() < before
    }

    /// Asks for a buffer's end, unless framebuffers keep it. What the back end has allocated is unmapped before, so that it
    /// can take its pages back.
    fn ask_destruction(&mut self, buffer: BufferId, now: Duration) {
        let kept = self.framebuffers.iter().any(|framebuffer| framebuffer.buffer == buffer);
        let found = self.buffers.iter_mut().find(|known| known.id == buffer && known.stage == Stage::Leaving);
        if let Some(found) = found.filter(|_| !kept) {
            if !found.backing.unmap() {
                log::debug!("a buffer of the back end's stays mapped for as long as somebody draws on it");
            }
            self.ask(Purpose::Destroy(buffer), now);
        }
    }

    fn forget_framebuffer(&mut self, framebuffer: FramebufferId, now: Duration) -> Option<Owner> {
        let place = self.framebuffers.iter().position(|known| known.id == framebuffer)?;
        let Framebuffer { owner, buffer, .. } = self.framebuffers.swap_remove(place);
        self.ask_destruction(buffer, now);
        Some(owner)
    }

    /// The pages go back, into quarantine if the back end still maps them.
    fn forget_buffer(&mut self, buffer: BufferId) -> Option<Owner> {
        let place = self.buffers.iter().position(|known| known.id == buffer)?;
        let Buffer { owner, backing, .. } = self.buffers.swap_remove(place);
        backing.release(&mut self.quarantine);
        Some(owner)
    }

    fn buffer(&self, buffer: BufferId) -> Option<&Buffer<P>> {
        self.buffers.iter().find(|known| known.id == buffer)
    }

    fn operation(&self, purpose: Purpose) -> Option<Operation> {
        match purpose {
            Purpose::Create(buffer) => Some(Operation::BufferCreate(self.buffer(buffer)?.request())),
            Purpose::Attach(framebuffer) => {
                let found = self.framebuffers.iter().find(|known| known.id == framebuffer)?;
                Some(Operation::FramebufferAttach(found.request()))
            }
            Purpose::Detach(framebuffer) => Some(Operation::FramebufferDetach(framebuffer.0)),
            Purpose::Destroy(buffer) => Some(Operation::BufferDestroy(buffer.0)),
            _ => None,
        }
    }
}

impl<P: FrontPlatform> Buffer<P> {
    fn request(&self) -> DisplayBuffer {
        let shape = self.picture.map(|Picture { width, height, format }| (width, height, format.bits_per_pixel()));
        let (width, height, bits_per_pixel) = shape.unwrap_or_default();
        DisplayBuffer {
            dbuf_cookie: self.id.0,
            width,
            height,
            bits_per_pixel,
            buffer_size: self.backing.size(),
            flags: self.backing.flags(),
            directory: self.backing.directory(),
            data_offset: self.backing.data_offset(),
        }
    }
}

impl Framebuffer {
    fn request(&self) -> Attach {
        let Picture { width, height, format } = self.picture;
        Attach { dbuf_cookie: self.buffer.0, fb_cookie: self.id.0, width, height, pixel_format: format.code() }
    }
}
