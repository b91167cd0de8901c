//! One connector that shows a guest: its CRTC, its mode and its two buffers.

use std::io;
use std::rc::Rc;

use drm::buffer::{Buffer, DrmFourcc};
use drm::control::dumbbuffer::DumbBuffer;
use drm::control::{Device, Mode, PageFlipFlags, connector, crtc, framebuffer};

use super::Card;
use super::mode::middle;
use crate::device::ScanoutMemory;
use crate::output::{OutputError, Picture};

/// A head; dropping it restores what the connector showed before.
pub(super) struct Head {
    card: Rc<Card>,
    connector: connector::Handle,
    crtc: crtc::Handle,
    mode: Mode,
    before: crtc::Info,
    frames: [Frame; 2],
    /// The frame that is drawn next; the other one is, or is about to be, on the screen.
    back: usize,
    flipping: bool,
}

impl Head {
    pub(super) fn new(
        card: Rc<Card>,
        connector: connector::Handle,
        crtc: crtc::Handle,
        mode: Mode,
        frames: Frames,
    ) -> Result<Self, OutputError> {
        let before = card.get_crtc(crtc).map_err(|error| OutputError::Device("the CRTC can't be read", error))?;
        let Frames(frames) = frames;
        Ok(Self { card, connector, crtc, mode, before, frames, back: 0, flipping: false })
    }

    pub(super) fn crtc(&self) -> crtc::Handle {
        self.crtc
    }

    pub(super) fn connector(&self) -> connector::Handle {
        self.connector
    }

    /// Draws the picture and sets the mode.
    pub(super) fn show(&mut self, picture: &Picture<'_>) -> Result<(), OutputError> {
        let frame = self.draw(picture);
        let shown = self.card.set_crtc(self.crtc, Some(frame), (0, 0), &[self.connector], Some(self.mode));
        shown.map_err(|error| OutputError::Device("the mode can't be set", error))?;
        self.back ^= 1;
        Ok(())
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
        let frame = &mut self.frames[self.back];
        frame.draw(picture);
        frame.framebuffer
    }

    fn restore(&self) -> io::Result<()> {
        match (self.before.mode(), self.before.framebuffer()) {
            (Some(mode), Some(framebuffer)) => {
                let (position, connectors) = (self.before.position(), [self.connector]);
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

/// The buffers of a head. Making them is what takes longest about it: each page is cleared and mapped.
pub(super) struct Frames([Frame; 2]);

impl Frames {
    pub(super) fn new(card: &Rc<Card>, mode: Mode) -> Result<Self, OutputError> {
        let frame = || Frame::new(card, mode).map_err(|error| OutputError::Device("no memory for a frame", error));
        Ok(Self([frame()?, frame()?]))
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

    /// Copies the picture into the middle.
    fn draw(&mut self, picture: &Picture<'_>) {
        let pitch = self.buffer.pitch() as usize;
        let (width, height) = (picture.width(), picture.height());
        let bytes = self.memory.bytes();
        if self.drawn != (width, height) {
            bytes.fill(0);
            self.drawn = (width, height);
        }
        let (left, top) = middle(self.size, (width, height));
        picture.copy_rows(&mut bytes[top as usize * pitch + 4 * left as usize..], pitch);
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
