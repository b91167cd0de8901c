//! Drawing pictures, masks and surfaces on a surface.

use core::hash::Hash;

use embedded_graphics_core::geometry::{OriginDimensions, Point};
use embedded_graphics_core::pixelcolor::Rgb888;
use embedded_graphics_core::primitives::Rectangle;

use super::{Mask, Picture};
use crate::area::Area;
use crate::digest::Digest;
use crate::{PixelMemory, Surface, pixel, row};

impl<M: PixelMemory> Surface<M> {
    /// Draws a picture with its top left corner at `at`, by its own alpha and, all of it, by `opacity / 255`.
    pub fn draw_picture(&mut self, picture: &Picture, at: Point, opacity: u8) {
        let area = Area::from_rectangle(&Rectangle::new(at, picture.size()));
        let describe = |operation: &mut Digest| {
            let hides = picture.is_opaque() && opacity == u8::MAX;
            ("picture", at, opacity, picture).hash(if hides { operation.opaque() } else { operation });
        };
        let Some(visible) = self.begin(area, describe) else { return };
        for y in visible.top..visible.bottom {
            let over = &picture.row((y - at.y) as usize)[(visible.left - at.x) as usize..][..visible.width()];
            self.lay_row(visible.left, y, over, picture.is_opaque(), opacity);
        }
    }

    /// Lays one colour on the surface by a mask with its top left corner at `at`: an icon, or any other form that comes in many
    /// colours.
    pub fn draw_mask(&mut self, mask: &Mask, at: Point, color: Rgb888) {
        let area = Area::from_rectangle(&Rectangle::new(at, mask.size()));
        let color = pixel::pack(color);
        let Some(visible) = self.begin(area, |operation| ("mask", at, color, mask).hash(operation)) else { return };
        for y in visible.top..visible.bottom {
            let coverage = &mask.row((y - at.y) as usize)[(visible.left - at.x) as usize..][..visible.width()];
            self.modify_row(visible.left, y, coverage.len(), |from, below| row::cover(below, color, &coverage[from..]));
        }
    }

    /// Lays a picture in memory of our own on this one, with the weight `opacity / 255`: a cross-fade.
    pub fn blend_surface<S: AsRef<[u32]>>(&mut self, source: &Surface<S>, at: Point, opacity: u8) {
        let describe = |operation: &mut Digest| ("blend", at, opacity, source.identity()).hash(operation);
        let Some(visible) = self.begin(source.readable().moved(at), describe) else { return };
        for y in visible.top..visible.bottom {
            let over = source.run(visible.left - at.x, y - at.y, visible.width());
            self.lay_row(visible.left, y, over, true, opacity);
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

    /// Lays premultiplied pixels, or `opaque` ones, on part of a row, for an area that `begin` returned.
    pub(super) fn lay_row(&mut self, x: i32, y: i32, over: &[u32], opaque: bool, opacity: u8) {
        if opaque && opacity == u8::MAX {
            return self.put_row(x, y, over);
        }
        self.modify_row(x, y, over.len(), |from, below| lay(below, &over[from..], opaque, opacity));
    }
}

/// Lays premultiplied pixels, or `opaque` ones, on others.
pub(super) fn lay(below: &mut [u32], over: &[u32], opaque: bool, opacity: u8) {
    if opaque { row::mix(below, over, opacity) } else { row::over_premultiplied(below, over, opacity) }
}
