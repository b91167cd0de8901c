//! One connector that shows a guest: its CRTC, its mode and its two frames.

use std::io;
use std::rc::Rc;

use drm::buffer::{Buffer, DrmFourcc};
use drm::control::dumbbuffer::DumbBuffer;
use drm::control::{Device, Mode, PageFlipFlags, connector, crtc, framebuffer};
use vitrine_xen::edid::Edid;
use vitrine_xen::io::displif::nodes::Resolution;

use super::Card;
use super::mode::{self, middle};
use crate::device::ScanoutMemory;
use crate::output::{OutputError, Picture};

/// A head; dropping it restores what the connector showed before.
pub(super) struct Head {
    card: Rc<Card>,
    connector: connector::Info,
    screen: Edid,
    crtc: crtc::Handle,
    before: crtc::Info,
    setup: Setup,
    /// The frame that is drawn next; the other one is, or is about to be, on the screen.
    back: usize,
    flipping: bool,
}

impl Head {
    pub(super) fn new(
        card: Rc<Card>,
        (connector, screen): (connector::Info, Edid),
        crtc: crtc::Handle,
        setup: Setup,
    ) -> Result<Self, OutputError> {
        let before = card.get_crtc(crtc).map_err(|error| OutputError::Device("the CRTC can't be read", error))?;
        Ok(Self { card, connector, screen, crtc, before, setup, back: 0, flipping: false })
    }

    pub(super) fn crtc(&self) -> crtc::Handle {
        self.crtc
    }

    pub(super) fn connector(&self) -> connector::Handle {
        self.connector.handle()
    }

    pub(super) fn screen(&self) -> &Edid {
        &self.screen
    }

    /// Draws the picture and sets the mode. For another resolution than the last one this makes new frames; the old ones
    /// are on the screen until the new mode is.
    pub(super) fn show(&mut self, resolution: Resolution, picture: &Picture<'_>) -> Result<(), OutputError> {
        if resolution == self.setup.resolution {
            let frame = self.draw(picture);
            self.set_mode(frame, self.setup.mode)?;
            self.back ^= 1;
            return Ok(());
        }
        let mut setup = Setup::new(&self.card, &self.connector, resolution)?;
        self.set_mode(setup.frames[0].draw(picture), setup.mode)?;
        (self.setup, self.back) = (setup, 1);
        Ok(())
    }

    fn set_mode(&self, frame: framebuffer::Handle, mode: Mode) -> Result<(), OutputError> {
        let shown = self.card.set_crtc(self.crtc, Some(frame), (0, 0), &[self.connector.handle()], Some(mode));
        shown.map_err(|error| OutputError::Device("the mode can't be set", error))
    }

    /// Draws the picture and flips to it.
    pub(super) fn flip(&mut self, picture: &Picture<'_>) -> Result<(), OutputError> {
        let frame = self.draw(picture);
        let flipped = self.card.page_flip(self.crtc, frame, PageFlipFlags::EVENT, None);
        flipped.map_err(|error| OutputError::Device("the page flip was refused", error))?;
        self.back ^= 1;
        self.flipping = true;
        Ok(())
    }

    /// Switches the connector off.
    pub(super) fn blank(&mut self) -> Result<(), OutputError> {
        let blanked = self.card.set_crtc(self.crtc, None, (0, 0), &[], None);
        blanked.map_err(|error| OutputError::Device("the connector can't be switched off", error))
    }

    /// The card's event for a flip has come; `false` when no flip was pending.
    pub(super) fn flip_done(&mut self) -> bool {
        core::mem::take(&mut self.flipping)
    }

    fn draw(&mut self, picture: &Picture<'_>) -> framebuffer::Handle {
        self.setup.frames[self.back].draw(picture)
    }

    fn restore(&self) -> io::Result<()> {
        match (self.before.mode(), self.before.framebuffer()) {
            (Some(mode), Some(framebuffer)) => {
                let (position, connectors) = (self.before.position(), [self.connector.handle()]);
                self.card.set_crtc(self.crtc, Some(framebuffer), position, &connectors, Some(mode))
            }
            _ => self.card.set_crtc(self.crtc, None, (0, 0), &[], None),
        }
    }
}

impl Drop for Head {
    fn drop(&mut self) {
        if let Err(error) = self.restore() {
            log::warn!("the screen can't be restored: {error}");
        }
    }
}

/// What a connector needs to show pictures of some resolution: a mode, and frames for it. Making those takes longest:
/// each page is cleared and mapped.
pub(super) struct Setup {
    pub(super) resolution: Resolution,
    pub(super) mode: Mode,
    frames: [Frame; 2],
}

impl Setup {
    pub(super) fn new(
        card: &Rc<Card>,
        connector: &connector::Info,
        resolution: Resolution,
    ) -> Result<Self, OutputError> {
        let mode = mode::choose(connector, resolution)?;
        let frame = || Frame::new(card, mode).map_err(|error| OutputError::Device("no memory for a frame", error));
        Ok(Self { resolution, mode, frames: [frame()?, frame()?] })
    }
}

/// A buffer that can be scanned out, as large as the mode.
struct Frame {
    card: Rc<Card>,
    buffer: DumbBuffer,
    framebuffer: framebuffer::Handle,
    memory: ScanoutMemory,
    size: (u32, u32),
    /// The size of the picture that was drawn last; what is around it is black.
    drawn: (u32, u32),
}

impl Frame {
    fn new(card: &Rc<Card>, mode: Mode) -> io::Result<Self> {
        let (width, height) = mode.size();
        let size = (u32::from(width), u32::from(height));
        let buffer = card.create_dumb_buffer(size, DrmFourcc::Xrgb8888, 32)?;
        let framebuffer =
            card.add_framebuffer(&buffer, 24, 32).inspect_err(|_| drop(card.destroy_dumb_buffer(buffer)))?;
        match ScanoutMemory::map(&**card, &buffer) {
            Ok(memory) => Ok(Self { card: Rc::clone(card), buffer, framebuffer, memory, size, drawn: (0, 0) }),
            Err(error) => {
                drop((card.destroy_framebuffer(framebuffer), card.destroy_dumb_buffer(buffer)));
                Err(error)
            }
        }
    }

    /// Copies the picture into the middle. Returns what is to be shown.
    fn draw(&mut self, picture: &Picture<'_>) -> framebuffer::Handle {
        let pitch = self.buffer.pitch() as usize;
        let (width, height) = (picture.width(), picture.height());
        let bytes = self.memory.bytes();
        if self.drawn != (width, height) {
            bytes.fill(0);
            self.drawn = (width, height);
        }
        let (left, top) = middle(self.size, (width, height));
        picture.copy_rows(&mut bytes[top as usize * pitch + 4 * left as usize..], pitch);
        self.framebuffer
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        let freed = self.card.destroy_framebuffer(self.framebuffer).and(self.card.destroy_dumb_buffer(self.buffer));
        if let Err(error) = freed {
            log::warn!("a frame's memory can't be freed: {error}");
        }
    }
}
