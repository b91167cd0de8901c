//! The device in DRM's words: dumb buffers, framebuffers, configurations and page flips, for appliances that want to
//! decide themselves what is shown where: one picture over several connectors, the same on several, other formats.
//!
//! What the back end has to answer gives a [`Ticket`], by which [`Device::result`] tells how it went. Everything made
//! here belongs to the connection; when that ends, all tickets end with [`Error::Disconnected`], and the identifiers
//! mean nothing any more.

use core::time::Duration;

use vitrine_xen::io::displif::{PixelFormat, Scanout};
use vitrine_xen::platform::FrontPlatform;

use super::Device;
use crate::Error;
use crate::backing::{BufferMemory, Scatter};
use crate::head::Party;
use crate::objects::{BufferId, FramebufferId, Owner, Picture};
use crate::tickets::Ticket;

/// What a connector shows: a part of a framebuffer, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// The framebuffer.
    pub framebuffer: FramebufferId,
    /// Where in it the visible part begins, from the left.
    pub x: u32,
    /// The same from the top.
    pub y: u32,
    /// Pixels in a visible row: at most as many as the connector has.
    pub width: u32,
    /// Visible rows: at most as many as the connector has.
    pub height: u32,
}

impl<P: FrontPlatform> Device<P> {
    /// Makes a zeroed dumb buffer for a picture of this size, in rows of
    /// [`stride`](vitrine_xen::io::displif::format::stride) bytes.
    pub fn create_dumb_buffer(
        &mut self,
        width: u32,
        height: u32,
        format: PixelFormat,
        now: Duration,
    ) -> Result<(BufferId, Ticket), Error> {
        self.check_room()?;
        let ticket = self.tickets.give(1);
        let made = self.objects.create(Picture { width, height, format }, Owner::Appliance(ticket), now);
        let buffer = made.inspect_err(|_| self.tickets.give_up(ticket))?;
        Ok((buffer, ticket))
    }

    /// Makes `length` bytes of the appliance's own memory a buffer: those that begin `offset` bytes, less than 4096, into the
    /// first page of the list. It has no shape of its own: its framebuffers say how it is read.
    pub fn import_dumb_buffer(
        &mut self,
        scatter: &Scatter<P>,
        offset: u32,
        length: u32,
        now: Duration,
    ) -> Result<(BufferId, Ticket), Error> {
        self.check_room()?;
        let ticket = self.tickets.give(1);
        let made = self.objects.import(scatter, (offset, length), Owner::Appliance(ticket), now);
        let buffer = made.inspect_err(|_| self.tickets.give_up(ticket))?;
        Ok((buffer, ticket))
    }

    /// A handle to a buffer's bytes, once the back end knows the buffer; `None` for imported memory.
    pub fn memory(&self, buffer: BufferId) -> Option<BufferMemory> {
        self.objects.memory(buffer)
    }

    /// Destroys a buffer that has no framebuffers. Whatever the ticket says in the end, the buffer is gone, and pages that
    /// the back end does not let go of are in quarantine.
    pub fn destroy_dumb_buffer(&mut self, buffer: BufferId, now: Duration) -> Result<Ticket, Error> {
        self.check_room()?;
        let ticket = self.tickets.give(1);
        let destroyed = self.objects.destroy(buffer, ticket, now);
        destroyed.inspect_err(|_| self.tickets.give_up(ticket))?;
        Ok(ticket)
    }

    /// Has the back end forget a buffer as soon as it has no framebuffers any more; nobody waits for that. Nothing happens
    /// when the buffer is gone.
    pub fn drop_dumb_buffer(&mut self, buffer: BufferId, now: Duration) {
        self.objects.leave_buffer(buffer, now);
    }

    /// Makes a framebuffer: the bytes of a buffer, from the first one on, read as a picture. The buffer need not be known
    /// to the back end yet.
    pub fn add_framebuffer(
        &mut self,
        buffer: BufferId,
        width: u32,
        height: u32,
        format: PixelFormat,
        now: Duration,
    ) -> Result<(FramebufferId, Ticket), Error> {
        self.check_room()?;
        let ticket = self.tickets.give(1);
        let picture = Picture { width, height, format };
        let made = self.objects.attach(buffer, picture, Owner::Appliance(ticket), now);
        let framebuffer = made.inspect_err(|_| self.tickets.give_up(ticket))?;
        Ok((framebuffer, ticket))
    }

    /// Removes a framebuffer that is on no connector. Whatever the ticket says in the end, it is gone.
    pub fn remove_framebuffer(&mut self, framebuffer: FramebufferId, now: Duration) -> Result<Ticket, Error> {
        self.check_room()?;
        if self.connectors.iter().any(|connector| connector.head.uses(framebuffer)) {
            return Err(Error::FramebufferInUse(framebuffer));
        }
        let ticket = self.tickets.give(1);
        let removed = self.objects.remove(framebuffer, ticket, now);
        removed.inspect_err(|_| self.tickets.give_up(ticket))?;
        Ok(ticket)
    }

    /// Has the back end forget a framebuffer that is on no connector; nobody waits for that. Nothing happens when it is
    /// gone.
    pub fn drop_framebuffer(&mut self, framebuffer: FramebufferId, now: Duration) {
        self.objects.leave(framebuffer, now);
    }

    /// Sets what a connector that is not open shows, or that it shows nothing. No frame-done event comes for it. Not
    /// while a flip or another configuration is under way there.
    pub fn set_config(&mut self, connector: usize, view: Option<View>, now: Duration) -> Result<Ticket, Error> {
        self.check_connector(connector)?;
        let scanout = view.map_or(Ok(Scanout::default()), |view| self.scanout(&view))?;
        if !self.connectors[connector].head.is_idle() {
            return Err(Error::Busy(connector));
        }
        let ticket = self.tickets.give(1);
        let request = self.connectors[connector].head.configure(scanout, Party::Ticket(ticket));
        self.ask(connector, request, now);
        Ok(ticket)
    }

    /// Shows another framebuffer on a connector, in the place of the one that its configuration has named. The ticket has
    /// its result when that is on the screen: the frame-done event has come. A flip that is asked for while one is in
    /// flight waits for its turn; one can.
    pub fn page_flip(&mut self, connector: usize, framebuffer: FramebufferId, now: Duration) -> Result<Ticket, Error> {
        self.check_flip(connector, framebuffer)?;
        let ticket = self.tickets.give(1);
        self.connectors[connector].head.queue(framebuffer, Party::Ticket(ticket));
        self.start_flips(now);
        Ok(ticket)
    }

    /// The same on several connectors: they flip when all of them can, and the ticket has its result when all have. All
    /// or none of the flips are begun. Panics when a connector is named twice, or none is.
    pub fn page_flip_together<F>(&mut self, flips: F, now: Duration) -> Result<Ticket, Error>
    where
        F: ExactSizeIterator<Item = (usize, FramebufferId)> + Clone,
    {
        assert!(flips.len() > 0, "a flip on no connector");
        for (connector, framebuffer) in flips.clone() {
            self.check_flip(connector, framebuffer)?;
        }
        let ticket = self.tickets.give(flips.len());
        for (connector, framebuffer) in flips {
            self.connectors[connector].head.queue(framebuffer, Party::Together(ticket));
        }
        self.start_flips(now);
        Ok(ticket)
    }

    /// How what the ticket stands for has ended; `None` while it has not. A result is told once.
    pub fn result(&mut self, ticket: Ticket) -> Option<Result<(), Error>> {
        self.tickets.fetch(ticket)
    }

    /// Nobody will ask for the ticket's result.
    pub fn give_up(&mut self, ticket: Ticket) {
        self.tickets.give_up(ticket);
    }

    /// Whether there is a connection, and room for a request about an object.
    fn check_room(&self) -> Result<(), Error> {
        let first = self.connectors.first().filter(|_| self.is_connected()).ok_or(Error::Disconnected)?;
        let free = first.channel.ring.free() as usize;
        if free <= self.objects.waiting() { Err(Error::RingFull(0)) } else { Ok(()) }
    }

    /// Whether the appliance may decide what this connector shows, and there is room for a request.
    fn check_connector(&self, connector: usize) -> Result<(), Error> {
        if !self.is_connected() {
            return Err(Error::Disconnected);
        }
        let known = self.connectors.get(connector).ok_or(Error::NoConnector(connector))?;
        if self.wish(connector).is_some() || !known.retired.is_empty() {
            return Err(Error::Open(connector));
        }
        if known.channel.ring.free() == 0 { Err(Error::RingFull(connector)) } else { Ok(()) }
    }

    fn check_flip(&self, connector: usize, framebuffer: FramebufferId) -> Result<(), Error> {
        self.check_connector(connector)?;
        let head = &self.connectors[connector].head;
        let Scanout { x, y, width, height, .. } = *head.target().ok_or(Error::Dark(connector))?;
        self.scanout(&View { framebuffer, x, y, width, height })?;
        if head.queued().is_some() { Err(Error::Busy(connector)) } else { Ok(()) }
    }

    fn scanout(&self, view: &View) -> Result<Scanout, Error> {
        let View { framebuffer, x, y, width, height } = *view;
        let picture = self.objects.picture(framebuffer)?;
        let fits = |start: u32, length: u32, whole: u32| {
            length > 0 && start.checked_add(length).is_some_and(|end| end <= whole)
        };
        if !fits(x, width, picture.width) || !fits(y, height, picture.height) {
            return Err(Error::OutsideFramebuffer);
        }
        let bits_per_pixel = picture.format.bits_per_pixel();
        Ok(Scanout { fb_cookie: framebuffer.cookie(), x, y, width, height, bits_per_pixel })
    }
}
