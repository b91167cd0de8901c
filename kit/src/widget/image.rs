//! Pictures.

use super::*;
use embedded_graphics_core::geometry::OriginDimensions;
use vitrine_gfx::image::{Fit, Picture};

/// A picture in a frame.
///
/// It is scaled each time that it is drawn, between the nearest four pixels. One that is drawn often, or much smaller than it is,
/// looks better and is drawn faster when it is [scaled](Picture::scaled) to its place once.
#[derive(Clone, Copy, Debug)]
pub struct Image<'a> {
    /// The picture.
    pub picture: &'a Picture,
    /// How it is made to fit.
    pub fit: Fit,
    /// How much of what is below it hides, of 255.
    pub opacity: u8,
}

impl<'a> Image<'a> {
    /// All of a picture, as large as it can be.
    pub const fn new(picture: &'a Picture) -> Self {
        Self { picture, fit: Fit::Contain, opacity: u8::MAX }
    }

    /// The same, made to fit differently.
    pub const fn fit(mut self, fit: Fit) -> Self {
        self.fit = fit;
        self
    }

    /// The same, but not quite there: for fading in and out.
    pub const fn opacity(mut self, opacity: u8) -> Self {
        self.opacity = opacity;
        self
    }
}

impl Widget for Image<'_> {
    /// The picture's own size.
    fn preferred(&self, _theme: &Theme) -> Size {
        self.picture.size()
    }

    fn paint<M: PixelMemory>(&self, surface: &mut Surface<M>, _theme: &Theme, area: Rectangle, _now: Duration) {
        surface.draw_fitted(self.picture, &area, self.fit, self.opacity);
    }
}
