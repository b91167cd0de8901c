//! A card in DRM's words: dumb buffers, framebuffers, configurations, page flips.
//!
//! For appliances that want less than a [`Display`](super::Display) gives: to show one picture over several connectors, the
//! same on several, in other formats, or from memory of their own. What is made here belongs to the connection; when that
//! ends, every handle is dead: what is asked of it is answered with [`Error::Disconnected`]. After [`Card::connected`]
//! everything can be made anew.
//!
//! Whoever drops a future of this module gives up its result; what was asked for may happen all the same.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::any::Any;
use core::time::Duration;

use vitrine_xen::io::displif::PixelFormat;
use vitrine_xen::memory::SharedMemory;
use vitrine_xen::platform::{FrontPlatform, SharedPages};

use super::Card;
use super::shared::Shared;
use crate::Error;
use crate::backing::{BufferMemory, Scatter};
use crate::device::{self, Device};
use crate::objects::{BufferId, FramebufferId};
use crate::tickets::Ticket;

/// Memory that pictures are made in. It ends, and its pages go back, when this and all framebuffers on it are dropped.
pub struct DumbBuffer<P: FrontPlatform> {
    bytes: Rc<Bytes<P>>,
}

struct Bytes<P: FrontPlatform> {
    shared: Rc<Shared<P>>,
    id: BufferId,
    /// The connection that it belongs to.
    generation: u64,
    /// `None` when it was imported.
    memory: Option<BufferMemory>,
}

/// A dumb buffer's bytes, from the first one on, read as a picture: what a connector can show. It ends when this is dropped
/// and no connector is configured to show it any more.
pub struct Framebuffer<P: FrontPlatform> {
    picture: Rc<Picture<P>>,
}

struct Picture<P: FrontPlatform> {
    id: FramebufferId,
    /// Dropped after the picture: the back end forgets in this order.
    bytes: Rc<Bytes<P>>,
}

/// The part of a framebuffer that a connector shows, in pixels.
pub struct View<'a, P: FrontPlatform> {
    /// The framebuffer.
    pub framebuffer: &'a Framebuffer<P>,
    /// Where in it the part begins, from the left.
    pub x: u32,
    /// The same from the top.
    pub y: u32,
    /// Pixels in a row: at most as many as the connector has, and at least 1.
    pub width: u32,
    /// Rows: at most as many as the connector has, and at least 1.
    pub height: u32,
}

/// What connectors are configured to show, or were until a moment ago: pictures that are kept alive, by the connectors'
/// numbers. Whoever only lets go of them need not know what a picture is.
pub(super) type OnScreen = Vec<(usize, Rc<dyn Any>)>;

impl<P: FrontPlatform> Card<P> {
    /// Waits until both ends are connected, so that buffers can be made, and until every connector has said what it is, if
    /// the back end knows how.
    pub async fn connected(&self) -> Result<(), Error> {
        let ask = |device: &mut Device<P>| match device.error() {
            Some(error) => Some(Err(error.clone())),
            None => device.is_ready().then_some(Ok(())),
        };
        self.shared.until(ask).await
    }

    /// Resolves when the connection that there is has ended, and every handle that belongs to it is dead; at once when
    /// there is none.
    pub async fn disconnected(&self) {
        let now = self.shared.device.borrow().generation();
        self.shared.until(|device| (!device.is_connected() || device.generation() != now).then_some(())).await;
    }

    /// Makes a zeroed dumb buffer that is large enough for a picture of this size and format, and resolves when the back end
    /// knows it. With `be-alloc=1` it is the back end that allocates the pages.
    pub async fn create_dumb_buffer(
        &self,
        width: u32,
        height: u32,
        format: PixelFormat,
    ) -> Result<DumbBuffer<P>, Error> {
        self.new_buffer(|device, now| device.create_dumb_buffer(width, height, format, now)).await
    }

    /// Makes a dumb buffer of pages that the appliance has: `length` bytes that begin `offset` bytes, less than 4096, into
    /// the list's first page. The list has exactly the pages that they take. The back end can reach these pages to their
    /// ends.
    pub async fn import(&self, scatter: Scatter<P>, offset: u32, length: u32) -> Result<DumbBuffer<P>, Error> {
        self.new_buffer(|device, now| device.import_dumb_buffer(&scatter, offset, length, now)).await
    }

    /// Makes a framebuffer of `width` by `height` pixels in this format, and resolves when the back end knows it. It takes as
    /// many bytes as [`picture_size`](vitrine_xen::io::displif::format::picture_size) says, which the buffer must have.
    pub async fn framebuffer(
        &self,
        buffer: &DumbBuffer<P>,
        width: u32,
        height: u32,
        format: PixelFormat,
    ) -> Result<Framebuffer<P>, Error> {
        let bytes = buffer.bytes.clone();
        self.shared.check(bytes.generation)?;
        let made = |device: &mut Device<P>, now| device.add_framebuffer(bytes.id, width, height, format, now);
        let (id, ticket) = self.shared.act(made)?;
        let framebuffer = Framebuffer { picture: Rc::new(Picture { id, bytes }) };
        self.shared.result(ticket).await?;
        Ok(framebuffer)
    }

    /// Sets what a connector shows, or that it shows nothing, and resolves when the back end has agreed. There must be no
    /// [`Display`](super::Display) on it. One framebuffer can be on several connectors, with the same part or with others.
    pub async fn set_config(&self, connector: usize, view: Option<View<'_, P>>) -> Result<(), Error> {
        let picture = view.as_ref().map(|view| view.framebuffer.picture.clone());
        let view = match &view {
            Some(View { framebuffer, x, y, width, height }) => {
                self.shared.check(framebuffer.picture.bytes.generation)?;
                let (framebuffer, x, y, width, height) = (framebuffer.picture.id, *x, *y, *width, *height);
                Some(device::View { framebuffer, x, y, width, height })
            }
            None => None,
        };
        picture.iter().for_each(|picture| self.shared.keep(connector, picture));
        self.shared.done(|device, now| device.set_config(connector, view, now)).await?;
        self.shared.keep_only(connector, picture.as_ref());
        Ok(())
    }

    /// Shows another framebuffer of the same format on a connector, in the part that was configured, and resolves when it
    /// is on the screen (frame done). One flip is in flight at a time; a second one waits for its turn, a third is
    /// [`Error::Busy`].
    pub async fn page_flip(&self, connector: usize, framebuffer: &Framebuffer<P>) -> Result<(), Error> {
        let picture = &framebuffer.picture;
        self.shared.check(picture.bytes.generation)?;
        self.shared.keep(connector, picture);
        self.shared.done(|device, now| device.page_flip(connector, picture.id, now)).await?;
        self.shared.keep_only(connector, Some(picture));
        Ok(())
    }

    /// The same on several connectors: they flip at the moment when all of them can, and this resolves when all have. Either
    /// all flips are begun or none is. Panics when a connector is named twice, or none is.
    pub async fn page_flip_together(&self, flips: &[(usize, &Framebuffer<P>)]) -> Result<(), Error> {
        for (_, framebuffer) in flips {
            self.shared.check(framebuffer.picture.bytes.generation)?;
        }
        flips.iter().for_each(|(connector, framebuffer)| self.shared.keep(*connector, &framebuffer.picture));
        let ids = flips.iter().map(|(connector, framebuffer)| (*connector, framebuffer.picture.id));
        self.shared.done(|device, now| device.page_flip_together(ids, now)).await?;
        for (connector, framebuffer) in flips {
            self.shared.keep_only(*connector, Some(&framebuffer.picture));
        }
        Ok(())
    }

    async fn new_buffer(
        &self,
        make: impl FnOnce(&mut Device<P>, Duration) -> Result<(BufferId, Ticket), Error>,
    ) -> Result<DumbBuffer<P>, Error> {
        let (id, ticket) = self.shared.act(make)?;
        let generation = self.shared.device.borrow().generation();
        let mut bytes = Bytes { shared: self.shared.clone(), id, generation, memory: None };
        self.shared.result(ticket).await?;
        bytes.memory = self.shared.device.borrow().memory(id);
        Ok(DumbBuffer { bytes: Rc::new(bytes) })
    }
}

impl<P: FrontPlatform> DumbBuffer<P> {
    /// The bytes, in rows of [`stride`](vitrine_xen::io::displif::format::stride) bytes, no more than the buffer has. The
    /// back end can read and write them at any time.
    ///
    /// [`Error::Disconnected`] when the buffer's connection is gone; [`Error::Imported`] when the bytes are in pages that
    /// the appliance has itself.
    pub fn memory(&self) -> Result<SharedMemory<'_>, Error> {
        let Bytes { shared, generation, memory, .. } = &*self.bytes;
        shared.check(*generation)?;
        Ok(memory.as_ref().ok_or(Error::Imported)?.memory())
    }

    /// Ends the buffer, and resolves when the back end has said that it has let go. An error says that it has not, and that
    /// pages may be in quarantine. [`Error::BufferInUse`] when there are framebuffers on it: then it ends with them.
    pub async fn destroy(self) -> Result<(), Error> {
        let id = self.bytes.id;
        let mut bytes = Rc::into_inner(self.bytes).ok_or(Error::BufferInUse(id))?;
        // Pages of the back end's are to be unmapped before it hears of the end.
        bytes.memory = None;
        bytes.shared.check(bytes.generation)?;
        bytes.shared.done(|device, now| device.destroy_dumb_buffer(id, now)).await
    }
}

impl<P: FrontPlatform> Framebuffer<P> {
    /// Ends the framebuffer, and resolves when the back end has said that it has forgotten it.
    /// [`Error::FramebufferInUse`] when a connector is configured to show it: then it ends when that shows another one.
    pub async fn destroy(self) -> Result<(), Error> {
        let id = self.picture.id;
        let picture = Rc::into_inner(self.picture).ok_or(Error::FramebufferInUse(id))?;
        let shared = &picture.bytes.shared;
        shared.check(picture.bytes.generation)?;
        shared.done(|device, now| device.remove_framebuffer(id, now)).await
    }
}

impl<P: FrontPlatform> Drop for Bytes<P> {
    fn drop(&mut self) {
        self.memory = None;
        self.shared.tell(|device, now| device.drop_dumb_buffer(self.id, now));
    }
}

impl<P: FrontPlatform> Drop for Picture<P> {
    fn drop(&mut self) {
        self.bytes.shared.tell(|device, now| device.drop_framebuffer(self.id, now));
    }
}

impl<P: FrontPlatform> Shared<P> {
    /// That a handle's connection is the one that there is.
    fn check(&self, generation: u64) -> Result<(), Error> {
        let device = self.device.borrow();
        if device.is_connected() && device.generation() == generation { Ok(()) } else { Err(Error::Disconnected) }
    }

    /// Tells the engine something that nobody waits for.
    pub fn tell(&self, tell: impl FnOnce(&mut Device<P>, Duration)) {
        tell(&mut self.device.borrow_mut(), self.platform.now());
        self.kick();
    }

    /// Asks the engine for something.
    fn act<T>(&self, ask: impl FnOnce(&mut Device<P>, Duration) -> Result<T, Error>) -> Result<T, Error> {
        let asked = ask(&mut self.device.borrow_mut(), self.platform.now());
        self.kick();
        asked
    }

    /// Asks the engine for something, and waits for its result.
    pub async fn done(&self, ask: impl FnOnce(&mut Device<P>, Duration) -> Result<Ticket, Error>) -> Result<(), Error> {
        let ticket = self.act(ask)?;
        self.result(ticket).await
    }

    /// Waits for a result.
    async fn result(&self, ticket: Ticket) -> Result<(), Error> {
        let waiting = Waiting { shared: self, ticket };
        waiting.shared.until(|device| device.result(ticket)).await
    }

    /// Keeps a picture alive that is about to be on a connector.
    fn keep(&self, connector: usize, picture: &Rc<Picture<P>>) {
        let mut on_screen = self.on_screen.borrow_mut();
        if !on_screen.iter().any(|kept| is(kept, connector, picture)) {
            on_screen.push((connector, picture.clone()));
        }
    }

    /// A connector shows this and nothing else.
    fn keep_only(&self, connector: usize, picture: Option<&Rc<Picture<P>>>) {
        let gone = |kept: &(usize, Rc<dyn Any>)| {
            kept.0 == connector && !picture.is_some_and(|picture| is(kept, connector, picture))
        };
        loop {
            let mut on_screen = self.on_screen.borrow_mut();
            let Some(place) = on_screen.iter().position(gone) else { return };
            let gone = on_screen.swap_remove(place);
            // Its end is told to the engine, and may end the buffer under it.
            drop(on_screen);
            drop(gone);
        }
    }
}

/// Whether this is what is kept on that connector.
fn is<P: FrontPlatform>(kept: &(usize, Rc<dyn Any>), connector: usize, picture: &Rc<Picture<P>>) -> bool {
    kept.0 == connector && core::ptr::addr_eq(Rc::as_ptr(&kept.1), Rc::as_ptr(picture))
}

/// Somebody who waits for a result, or does so no more.
struct Waiting<'a, P: FrontPlatform> {
    shared: &'a Shared<P>,
    ticket: Ticket,
}

impl<P: FrontPlatform> Drop for Waiting<'_, P> {
    fn drop(&mut self) {
        self.shared.device.borrow_mut().give_up(self.ticket);
    }
}
