//! The memory of a dumb buffer, which a screen shows.

use std::io;

use drm::buffer::Buffer;
use drm::control::Device;
use drm::control::dumbbuffer::DumbBuffer;

use super::mapping::Mapping;

/// A dumb buffer's memory, mapped until this is dropped.
///
/// The `drm` crate has a mapping of its own, but it borrows the buffer, and so can't be kept beside it; mapping a
/// 1920x1080 buffer anew for each frame would cost 2,025 page faults.
pub struct ScanoutMemory(Mapping);

impl ScanoutMemory {
    /// Maps a dumb buffer of `card`. To be done once for a buffer.
    pub fn map(card: &impl Device, buffer: &DumbBuffer) -> io::Result<Self> {
        let (_, height) = buffer.size();
        let length = buffer.pitch() as usize * height as usize;
        let place = drm_ffi::mode::dumbbuffer::map(card.as_fd(), buffer.handle().into(), 0, 0)?;
        Ok(Self(Mapping::populated(card.as_fd(), place.offset, length)?))
    }

    /// The bytes, for drawing: `pitch * height` of them. They may lie in video memory, which is slow to read.
    pub fn bytes(&mut self) -> &mut [u8] {
        // SAFETY: the buffer was made by this process, its handle is given to nobody, it is mapped once, and the display
        // hardware only reads it.
        unsafe { self.0.exclusive() }
    }
}
