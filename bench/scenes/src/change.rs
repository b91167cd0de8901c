//! A scene of which only a part changes.

use embedded_graphics::geometry::OriginDimensions as _;
use vitrine_gfx::{Canvas, PictureId, PixelMemory, Surface, SurfaceError};

use crate::{Painting, Scene};

/// Shows what was before and what is now in turn on a canvas, which finds out each time what has changed.
pub struct Turns {
    canvas: Canvas,
    /// How many pictures there were.
    number: u64,
}

impl Turns {
    /// Nothing was shown yet: the first picture is drawn in full, and is what is now.
    pub const fn new() -> Self {
        Self { canvas: Canvas::new(), number: 0 }
    }

    /// Shows the next picture, on the surface that has the one before.
    ///
    /// # Errors
    ///
    /// [`SurfaceError::Size`].
    pub fn show<M: PixelMemory>(&mut self, scene: &Scene, surface: &mut Surface<M>) -> Result<(), SurfaceError> {
        let view = Painting(if self.number.is_multiple_of(2) { &scene.items } else { &scene.below });
        let composed = self.canvas.compose(surface.size(), &view)?;
        let (age, last) = if self.number == 0 { (0, None) } else { (1, Some(PictureId(0, self.number))) };
        self.number += 1;
        composed.paint(surface, age, last, None).presented(PictureId(0, self.number));
        Ok(())
    }
}

impl Default for Turns {
    fn default() -> Self {
        Self::new()
    }
}
