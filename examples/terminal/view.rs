//! The terminal as a picture.

use vitrine::gfx::{PixelMemory, Surface, View};
use vitrine::kit::terminal::Terminal;

/// Draws the whole terminal; the canvas finds out which characters have changed.
pub struct Screen<'t>(pub &'t Terminal);

impl View for Screen<'_> {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>) {
        self.0.draw(surface);
    }
}
