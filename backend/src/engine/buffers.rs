//! A device's display buffers and framebuffers, by their cookies.

use std::collections::BTreeMap;

use vitrine_xen::io::displif::directory::buffer_pages;
use vitrine_xen::io::displif::{self, DisplayBuffer, FLAG_REQUEST_ALLOCATION, PixelFormat, Scanout};
use vitrine_xen::memory::SharedMemory;
use vitrine_xen::platform::{BackPlatform, GrantedPages, SharedPages};
use vitrine_xen::{DomainId, GrantRef, PAGE_SIZE};

use super::{Limits, Refusal, directory, shape};
use crate::output::Picture;

/// What a front end has made known. Pages stay mapped, or allocated, for as long as their buffer is in here.
pub struct Buffers<P: BackPlatform> {
    buffers: BTreeMap<u64, Buffer<P>>,
    framebuffers: BTreeMap<u64, Framebuffer>,
    pages: usize,
    allocates: bool,
}

struct Buffer<P: BackPlatform> {
    pages: Pages<P>,
    page_count: usize,
    /// Where the picture begins, and how many bytes it may take.
    offset: usize,
    size: u32,
    /// Bytes from one row to the next; `None` where the request named no shape.
    stride: Option<usize>,
    framebuffers: usize,
}

/// Where a buffer's pages come from.
enum Pages<P: BackPlatform> {
    /// The front end has granted them.
    Granted(P::Mapping),
    /// They are ours, and the front end may map them.
    Allocated(P::Allocation),
}

impl<P: BackPlatform> SharedPages for Pages<P> {
    fn memory(&self) -> SharedMemory<'_> {
        match self {
            Self::Granted(pages) => pages.memory(),
            Self::Allocated(pages) => pages.memory(),
        }
    }
}

#[derive(Clone, Copy)]
struct Framebuffer {
    dbuf_cookie: u64,
    width: u32,
    height: u32,
    format: PixelFormat,
    stride: usize,
}

impl<P: BackPlatform> Buffers<P> {
    /// None. `allocates`: whether the front end may ask for pages of ours.
    pub fn new(allocates: bool) -> Self {
        Self { buffers: BTreeMap::new(), framebuffers: BTreeMap::new(), pages: 0, allocates }
    }

    /// DBUF_CREATE: maps the pages that the page directory lists, or fills the directory with pages of ours.
    pub fn create(
        &mut self,
        platform: &P,
        guest: DomainId,
        request: &DisplayBuffer,
        limits: &Limits,
    ) -> Result<(), Refusal> {
        let stride = check_buffer(request)?;
        let cookie = request.dbuf_cookie;
        if self.buffers.contains_key(&cookie) {
            return Err(Refusal::CookieTaken(cookie));
        }
        if self.buffers.len() >= limits.buffers {
            return Err(Refusal::BufferLimit(limits.buffers));
        }
        let (wanted, left) =
            (buffer_pages(request.data_offset, request.buffer_size), limits.pages.saturating_sub(self.pages));
        if wanted > left {
            return Err(Refusal::PageLimit { wanted, left });
        }
        let pages = if request.flags & FLAG_REQUEST_ALLOCATION != 0 {
            self.allocate(platform, guest, request.directory, wanted)?
        } else {
            let references = directory::read(platform, guest, request.directory, wanted)?;
            Pages::Granted(platform.map(guest, &references).map_err(Refusal::Map)?)
        };
        let (offset, size) = (request.data_offset as usize, request.buffer_size);
        self.buffers.insert(cookie, Buffer { pages, page_count: wanted, offset, size, stride, framebuffers: 0 });
        self.pages += wanted;
        Ok(())
    }

    fn allocate(&self, platform: &P, guest: DomainId, first: GrantRef, wanted: usize) -> Result<Pages<P>, Refusal> {
        if !self.allocates {
            return Err(Refusal::NotAllocating);
        }
        let directory = directory::Blank::open(platform, guest, first, wanted)?;
        let pages = platform.allocate_granted(guest, wanted).map_err(Refusal::Allocate)?;
        directory.fill(pages.references());
        Ok(Pages::Allocated(pages))
    }

    /// DBUF_DESTROY: unmaps the buffer.
    pub fn destroy(&mut self, cookie: u64) -> Result<(), Refusal> {
        let buffer = self.buffers.get(&cookie).ok_or(Refusal::NoBuffer(cookie))?;
        if buffer.framebuffers > 0 {
            return Err(Refusal::BufferInUse(cookie));
        }
        self.pages -= buffer.page_count;
        self.buffers.remove(&cookie);
        Ok(())
    }

    /// FB_ATTACH.
    pub fn attach(&mut self, request: &displif::Framebuffer, limits: &Limits) -> Result<(), Refusal> {
        let displif::Framebuffer { dbuf_cookie, fb_cookie, width, height, pixel_format } = *request;
        if fb_cookie == 0 {
            return Err(Refusal::ZeroCookie);
        }
        if self.framebuffers.contains_key(&fb_cookie) {
            return Err(Refusal::CookieTaken(fb_cookie));
        }
        let buffer = self.buffers.get_mut(&dbuf_cookie).ok_or(Refusal::NoBuffer(dbuf_cookie))?;
        let format = PixelFormat::from_code(pixel_format).ok_or(Refusal::UnknownFormat(pixel_format))?;
        let stride = shape::framebuffer_stride(width, height, format, buffer.size, buffer.stride)?;
        if self.framebuffers.len() >= limits.framebuffers {
            return Err(Refusal::FramebufferLimit(limits.framebuffers));
        }
        buffer.framebuffers += 1;
        self.framebuffers.insert(fb_cookie, Framebuffer { dbuf_cookie, width, height, format, stride });
        Ok(())
    }

    /// FB_DETACH. A connector that shows the framebuffer goes on showing its last picture, which was copied.
    pub fn detach(&mut self, cookie: u64) -> Result<(), Refusal> {
        let framebuffer = self.framebuffers.remove(&cookie).ok_or(Refusal::NoFramebuffer(cookie))?;
        if let Some(buffer) = self.buffers.get_mut(&framebuffer.dbuf_cookie) {
            buffer.framebuffers -= 1;
        }
        Ok(())
    }

    /// A framebuffer's width and height in pixels.
    pub fn size(&self, cookie: u64) -> Result<(u32, u32), Refusal> {
        let framebuffer = self.framebuffers.get(&cookie).ok_or(Refusal::NoFramebuffer(cookie))?;
        Ok((framebuffer.width, framebuffer.height))
    }

    /// The part of a framebuffer that a connector shows. The depth of `visible` is not looked at.
    pub fn picture(&self, cookie: u64, visible: &Scanout) -> Result<Picture<'_>, Refusal> {
        let framebuffer = self.framebuffers.get(&cookie).ok_or(Refusal::NoFramebuffer(cookie))?;
        let Framebuffer { dbuf_cookie, width, height, format, stride } = *framebuffer;
        let buffer = self.buffers.get(&dbuf_cookie).ok_or(Refusal::NoBuffer(dbuf_cookie))?;
        let fits = |start: u32, length: u32, whole: u32| {
            length > 0 && start.checked_add(length).is_some_and(|end| end <= whole)
        };
        if !fits(visible.x, visible.width, width) || !fits(visible.y, visible.height, height) {
            return Err(Refusal::OutsideFramebuffer);
        }
        if format == PixelFormat::Yuyv && visible.x % 2 == 1 {
            return Err(Refusal::OddStart);
        }
        let first = visible.y as usize * stride + visible.x as usize * format.bits_per_pixel() as usize / 8;
        let memory: SharedMemory<'_> = buffer.pages.memory();
        Ok(Picture::new(memory, buffer.offset + first, stride, format, (visible.width, visible.height)))
    }

    /// The depth of a framebuffer's format, in bits per pixel.
    pub fn depth(&self, cookie: u64) -> Result<u32, Refusal> {
        let framebuffer = self.framebuffers.get(&cookie).ok_or(Refusal::NoFramebuffer(cookie))?;
        Ok(framebuffer.format.bits_per_pixel())
    }
}

/// Everything about a new buffer that can be judged by the request alone. Returns its stride, if it has a shape.
fn check_buffer(request: &DisplayBuffer) -> Result<Option<usize>, Refusal> {
    let DisplayBuffer { dbuf_cookie, width, height, bits_per_pixel, buffer_size, flags, directory, data_offset } =
        *request;
    if dbuf_cookie == 0 {
        return Err(Refusal::ZeroCookie);
    }
    if flags & !FLAG_REQUEST_ALLOCATION != 0 {
        return Err(Refusal::UnknownFlags(flags));
    }
    if data_offset as usize >= PAGE_SIZE {
        return Err(Refusal::DataOffset(data_offset));
    }
    if directory.0 == 0 {
        return Err(Refusal::Directory);
    }
    if buffer_size == 0 {
        return Err(Refusal::EmptyBuffer);
    }
    let (imported, allocated) = ((width, height, bits_per_pixel) == (0, 0, 0), flags & FLAG_REQUEST_ALLOCATION != 0);
    // What is imported, and what begins within a page, lies in the front end's pages already.
    if allocated && (imported || data_offset != 0) {
        return Err(Refusal::AllocatedImport);
    }
    // An imported buffer has no shape of its own; its framebuffers say how it is read.
    if imported {
        return Ok(None);
    }
    shape::buffer_stride(width, height, bits_per_pixel, buffer_size).map(Some)
}
