//! Memory without pixels, which is told what would be drawn.

use super::tiles::Tiles;
use crate::PixelMemory;
use crate::memory::Noted;

/// Stands for the pixels of a picture while a canvas finds out what has changed: operations go into its tiles.
pub(super) struct Recording<'t> {
    tiles: &'t mut Tiles,
}

impl<'t> Recording<'t> {
    /// Starts anew.
    pub fn new(tiles: &'t mut Tiles) -> Self {
        tiles.clear();
        Self { tiles }
    }
}

impl PixelMemory for Recording<'_> {
    const BYTES: usize = size_of::<u32>();
    const ALIGNMENT: usize = size_of::<u32>();
    const KEEPS: bool = false;

    fn byte_count(&self) -> usize {
        self.tiles.size().width as usize * self.tiles.size().height as usize * Self::BYTES
    }

    fn note(&mut self, operation: Noted) {
        self.tiles.note(operation.area, operation.digest, operation.below);
    }

    fn fill(&mut self, _: usize, _: usize, _: u32) {}

    fn write(&mut self, _: usize, _: &[u32]) {}

    /// There is nothing to be read. Whoever asks may draw something else when there is, so what is drawn is not known.
    fn read(&self, _: usize, pixels: &mut [u32]) {
        self.tiles.look();
        pixels.fill(0);
    }
}
