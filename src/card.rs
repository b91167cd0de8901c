//! The display in DRM's words, and its memory as something to draw in.

use alloc::rc::Rc;

use vitrine_frontend::{backing, face};
use vitrine_gfx::PixelMemory;
use vitrine_gfx::format::ByteMemory;
use vitrine_seat::machine::{Pages, Xen};
use vitrine_xen::memory::SharedMemory;
use vitrine_xen::platform::SharedPages;

use crate::Error;

/// A vdispl device; [`crate::System::card`] gives it.
pub type Card = face::Card<Xen>;
/// Memory of a card that pictures are made in; see [`SharedBytes`] for drawing in it.
pub type DumbBuffer = face::DumbBuffer<Xen>;
/// A dumb buffer read as a picture.
pub type Framebuffer = face::Framebuffer<Xen>;
/// The part of a framebuffer that a connector shows.
pub type View<'a> = face::View<'a, Xen>;
/// Pages of the appliance's own that are to be one dumb buffer.
pub type Scatter = backing::Scatter<Xen>;

/// Bytes that a back end can read and write at any time, as memory to draw in: they are only ever copied.
///
/// As [`PixelMemory`] they are XRGB8888; as [`ByteMemory`], anything that [`vitrine_gfx::format`] knows.
pub struct SharedBytes<'a> {
    memory: SharedMemory<'a>,
    /// Where they begin in the memory, and how many they are.
    start: usize,
    length: usize,
}

impl<'a> SharedBytes<'a> {
    /// All bytes of a dumb buffer. Fails when the buffer's connection is gone, or when the buffer was imported.
    pub fn of(buffer: &'a DumbBuffer) -> Result<Self, Error> {
        let memory = buffer.memory()?;
        Ok(Self { memory, start: 0, length: memory.len() })
    }

    /// `length` bytes that begin at byte `start` of these pages. Panics when the pages don't have them.
    pub fn within(pages: &'a Rc<Pages>, start: usize, length: usize) -> Self {
        let memory = pages.memory();
        let fits = start.checked_add(length).is_some_and(|end| end <= memory.len());
        assert!(fits, "{length} bytes from byte {start} on of {}", memory.len());
        Self { memory, start, length }
    }

    /// The place of `length` bytes at `at` in the memory.
    fn place(&self, at: usize, length: usize) -> usize {
        assert!(at <= self.length && length <= self.length - at, "{length} bytes at {at} of {}", self.length);
        self.start + at
    }
}

impl ByteMemory for SharedBytes<'_> {
    fn len(&self) -> usize {
        self.length
    }

    fn write(&mut self, at: usize, bytes: &[u8]) {
        self.memory.write(self.place(at, bytes.len()), bytes);
    }

    fn read(&self, at: usize, bytes: &mut [u8]) {
        self.memory.read(self.place(at, bytes.len()), bytes);
    }

    fn fill(&mut self, at: usize, length: usize, word: u32) {
        let place = self.place(at, length);
        // Whole words, and what makes none at either end.
        let first = place.next_multiple_of(4).min(place + length);
        self.memory.write(place, &word.to_le_bytes()[..first - place]);
        let word = word.rotate_right(8 * (first - place) as u32);
        let count = (place + length - first) / 4;
        self.memory.fill_words(first, count, word);
        let last = first + 4 * count;
        self.memory.write(last, &word.to_le_bytes()[..place + length - last]);
    }

    fn copy_within(&mut self, from: usize, to: usize, length: usize) {
        self.memory.copy(self.place(from, length), self.place(to, length), length);
    }
}

/// Panics when the bytes begin where no 32-bit word does; [`vitrine_gfx::format::Formatted`] draws there too.
impl PixelMemory for SharedBytes<'_> {
    const BYTES: usize = 4;
    const ALIGNMENT: usize = 4;

    fn byte_count(&self) -> usize {
        self.length
    }

    fn fill(&mut self, at: usize, count: usize, value: u32) {
        self.memory.fill_words(self.place(at, 4 * count), count, value);
    }

    fn write(&mut self, at: usize, pixels: &[u32]) {
        self.memory.write_words(self.place(at, 4 * pixels.len()), pixels);
    }

    fn read(&self, at: usize, pixels: &mut [u32]) {
        self.memory.read_words(self.place(at, 4 * pixels.len()), pixels);
    }

    fn modify(&mut self, at: usize, count: usize, change: impl FnMut(usize, &mut [u32])) {
        self.memory.modify_words(self.place(at, 4 * count), count, change);
    }

    fn copy_within(&mut self, from: usize, to: usize, count: usize) {
        self.memory.copy_words(self.place(from, 4 * count), self.place(to, 4 * count), count);
    }
}
