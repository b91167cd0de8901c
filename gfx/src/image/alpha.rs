//! Decoded pictures with transparency.

use alloc::vec::Vec;
use core::hash::Hash;

use embedded_graphics_core::geometry::{OriginDimensions, Point, Size};
use embedded_graphics_core::pixelcolor::Rgb888;
use embedded_graphics_core::primitives::Rectangle;

use super::{Qoi, QoiError};
use crate::area::Area;
use crate::digest::{Digest, Identity};
use crate::surface::MAX_SIDE;
use crate::{PixelMemory, Surface, SurfaceError, pixel, row};

/// What the channels of a pixel with alpha hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alpha {
    /// The colour, as in PNG and QOI.
    Straight,
    /// The colour times alpha, as renderers and scalers like it: drawing it is one multiplication less.
    Premultiplied,
}

/// A picture of ARGB8888 pixels in memory of our own, ready to be drawn as often as one likes.
#[derive(Clone, Debug)]
pub struct AlphaImage<P = Vec<u32>> {
    size: Size,
    pixels: P,
    alpha: Alpha,
    identity: Identity,
}

impl<P: AsRef<[u32]>> AlphaImage<P> {
    /// Takes pixels (alpha in the highest byte, blue in the lowest), rows without a gap between them. In premultiplied ones
    /// no channel may be larger than its alpha; where one is, the pixel drawn may have any colour.
    ///
    /// # Errors
    ///
    /// [`SurfaceError::Size`] or [`SurfaceError::Memory`].
    pub fn new(pixels: P, size: Size, alpha: Alpha) -> Result<Self, SurfaceError> {
        if !(1..=MAX_SIDE).contains(&size.width) || !(1..=MAX_SIDE).contains(&size.height) {
            return Err(SurfaceError::Size { size });
        }
        let (needed, there) = (size.width as usize * size.height as usize, pixels.as_ref().len());
        if there < needed {
            let [needed, len] = [needed, there].map(|pixels| pixels.saturating_mul(size_of::<u32>()));
            return Err(SurfaceError::Memory { needed, len });
        }
        Ok(Self { size, pixels, alpha, identity: Identity::new() })
    }

    /// What the channels hold.
    pub const fn alpha(&self) -> Alpha {
        self.alpha
    }

    fn row(&self, y: usize) -> &[u32] {
        let width = self.size.width as usize;
        &self.pixels.as_ref()[y * width..][..width]
    }
}

impl AlphaImage {
    /// Decodes a QOI picture: 4 bytes a pixel.
    ///
    /// # Errors
    ///
    /// [`QoiError::Truncated`].
    pub fn from_qoi(picture: &Qoi<'_>) -> Result<Self, QoiError> {
        let size = picture.size();
        let count = size.width as usize * size.height as usize;
        let pixels: Vec<u32> = picture.pixels().take(count).collect();
        if pixels.len() < count {
            Err(QoiError::Truncated)
        } else {
            Ok(Self { size, pixels, alpha: Alpha::Straight, identity: Identity::new() })
        }
    }

    /// The same picture with its channels multiplied by alpha, each rounded to the nearest.
    pub fn premultiplied(mut self) -> Self {
        if self.alpha == Alpha::Straight {
            row::premultiply(&mut self.pixels);
            self.alpha = Alpha::Premultiplied;
            self.identity.renew();
        }
        self
    }
}

impl<P> OriginDimensions for AlphaImage<P> {
    fn size(&self) -> Size {
        self.size
    }
}

impl<M: PixelMemory> Surface<M> {
    /// Draws a picture with its top left corner at `at`, by its own alpha and, all of it, by `opacity / 255`.
    pub fn draw_alpha<P: AsRef<[u32]>>(&mut self, image: &AlphaImage<P>, at: Point, opacity: u8) {
        let area = Area::from_rectangle(&Rectangle::new(at, image.size));
        let lay = match image.alpha {
            Alpha::Straight => row::over_straight,
            Alpha::Premultiplied => row::over_premultiplied,
        };
        let describe = |operation: &mut Digest| ("alpha", at, opacity, image.identity.get()).hash(operation);
        let Some(visible) = self.begin(area, describe) else { return };
        for y in visible.top..visible.bottom {
            let from = (visible.left - at.x) as usize;
            let over = &image.row((y - at.y) as usize)[from..][..visible.width()];
            self.modify_row(visible.left, y, visible.width(), |from, below| lay(below, &over[from..], opacity));
        }
    }

    /// Lays a picture in memory of our own on this one, with the weight `opacity / 255`: a cross-fade.
    pub fn blend_surface<S: AsRef<[u32]>>(&mut self, source: &Surface<S>, at: Point, opacity: u8) {
        let describe = |operation: &mut Digest| ("blend", at, opacity, source.identity()).hash(operation);
        let Some(visible) = self.begin(source.readable().moved(at), describe) else { return };
        for y in visible.top..visible.bottom {
            let over = source.run(visible.left - at.x, y - at.y, visible.width());
            self.modify_row(visible.left, y, over.len(), |from, below| row::mix(below, &over[from..], opacity));
        }
    }

    /// Lays one colour on a rectangle with the weight `alpha / 255`: shades, and veils over what is disabled.
    pub fn tint(&mut self, rectangle: &Rectangle, color: Rgb888, alpha: u8) {
        let color = pixel::pack(color);
        let describe = |operation: &mut Digest| ("tint", color, alpha).hash(operation);
        let Some(visible) = self.begin(Area::from_rectangle(rectangle), describe) else { return };
        for y in visible.top..visible.bottom {
            self.modify_row(visible.left, y, visible.width(), |_, below| row::tint(below, color, alpha));
        }
    }
}
