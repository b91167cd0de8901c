//! The pixels of a frame.

use vitrine_frontend::backing::BufferMemory;
use vitrine_gfx::PixelMemory;
use vitrine_xen::platform::SharedPages;

/// A frame's pixels in granted pages: the back end can read and write them at any time, so they are only ever copied.
pub struct FrameMemory {
    memory: BufferMemory,
}

impl FrameMemory {
    /// The pixels in a buffer.
    pub fn new(memory: &BufferMemory) -> Self {
        Self { memory: memory.clone() }
    }
}

impl PixelMemory for FrameMemory {
    const BYTES: usize = 4;
    const ALIGNMENT: usize = 4;

    fn byte_count(&self) -> usize {
        self.memory.memory().len()
    }

    fn fill(&mut self, at: usize, count: usize, value: u32) {
        self.memory.memory().fill_words(at, count, value);
    }

    fn write(&mut self, at: usize, pixels: &[u32]) {
        self.memory.memory().write_words(at, pixels);
    }

    fn read(&self, at: usize, pixels: &mut [u32]) {
        self.memory.memory().read_words(at, pixels);
    }

    fn modify(&mut self, at: usize, count: usize, change: impl FnMut(usize, &mut [u32])) {
        self.memory.memory().modify_words(at, count, change);
    }

    fn copy_within(&mut self, from: usize, to: usize, count: usize) {
        self.memory.memory().copy_words(from, to, count);
    }
}
