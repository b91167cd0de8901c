//! Pictures that scenes show.

use alloc::vec::Vec;

use embedded_graphics::prelude::*;
use vitrine_gfx::image::{self, ImageError};

/// A picture, in the forms that renderers like.
#[derive(Debug)]
pub struct Picture {
    /// ARGB8888, alpha in the highest byte, not multiplied.
    pub straight: Vec<u32>,
    /// ARGB8888, multiplied by alpha and rounded to the nearest.
    pub premultiplied: Vec<u32>,
    /// As vitrine-gfx draws it.
    pub drawable: image::Picture,
}

impl Picture {
    /// Colours that change slowly in both directions, and alpha that falls from the middle to the edges, opaque in a third
    /// of the pixels, when `alpha` is asked for.
    ///
    /// # Errors
    ///
    /// [`ImageError::Size`].
    pub fn sample(size: Size, alpha: bool, seed: u32) -> Result<Self, ImageError> {
        let (width, height) = (size.width, size.height);
        let pixel = |index: u32| {
            let (x, y) = (index % width, index / width);
            let (red, green) = (x * 255 / width, y * 255 / height);
            let blue = (red + green + seed * 37) & 0xff;
            let inside = |at: u32, length: u32| (2 * at).abs_diff(length) * 256 / length;
            let far = inside(x, width).max(inside(y, height));
            let cover = if alpha { (256_u32.saturating_sub(far) * 5 / 2).min(255) } else { 255 };
            cover << 24 | red << 16 | green << 8 | blue
        };
        let straight: Vec<u32> = (0..width * height).map(pixel).collect();
        let premultiplied: Vec<u32> = straight.iter().map(|&pixel| premultiply(pixel)).collect();
        let drawable = image::Picture::from_straight(straight.clone(), size)?;
        Ok(Self { straight, premultiplied, drawable })
    }

    /// In pixels.
    pub fn size(&self) -> Size {
        self.drawable.size()
    }
}

fn premultiply(pixel: u32) -> u32 {
    let alpha = pixel >> 24;
    let channel = |shift: u32| (((pixel >> shift & 0xff) * alpha + 127) / 255) << shift;
    alpha << 24 | channel(16) | channel(8) | channel(0)
}
