//! Parts of pictures drawn larger or smaller than they are, straight on a surface.

use core::hash::Hash;

use bytemuck::{must_cast_slice, must_cast_slice_mut};
use embedded_graphics_core::geometry::{OriginDimensions, Point};
use embedded_graphics_core::primitives::Rectangle;

use super::axis::{Axis, Between, SPAN, Sampling, Spread};
use super::draw::lay;
use super::{Fit, Picture};
use crate::area::Area;
use crate::digest::Digest;
use crate::surface::STAGE;
use crate::{PixelMemory, Surface, simd};

/// A part of a picture, and the rectangle that it is spread over. Neither is empty.
pub(super) struct Cell<'p> {
    pub picture: &'p Picture,
    /// Inside the picture.
    pub source: Area,
    pub target: Rectangle,
    pub across: Spread,
    pub down: Spread,
    pub opacity: u8,
}

impl Cell<'_> {
    /// Draws the part of it that is in `visible`, an area that `begin` returned.
    pub fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>, visible: Area) {
        let shown = Area::from_rectangle(&self.target).intersection(visible);
        if shown.is_empty() {
            return;
        }
        let Rectangle { top_left: Point { x, y }, size } = self.target;
        let across = Axis::new(self.source.left, self.source.width(), size.width, shown.left.abs_diff(x), self.across);
        let mut down = Axis::new(self.source.top, self.source.height(), size.height, shown.top.abs_diff(y), self.down);
        for y in shown.top..shown.bottom {
            self.draw_row(surface, shown, y, across, down.between());
            down.advance();
        }
    }

    fn draw_row<M: PixelMemory>(&self, surface: &mut Surface<M>, shown: Area, y: i32, mut across: Axis, down: Between) {
        let (opaque, count) = (self.picture.is_opaque(), shown.width());
        let (one, other) = (self.picture.row(down.one), self.picture.row(down.other));
        if down.weight == 0
            && let Some(first) = across.run(count)
        {
            return surface.lay_row(shown.left, y, &one[first..][..count], opaque, self.opacity);
        }
        let mut stage = [0; STAGE];
        let mut mixed = [0; SPAN];
        let mut sample = |part: &mut [u32]| {
            let mut part = part;
            while !part.is_empty() {
                let (targets, sources) = across.span(part.len());
                let now = part.split_off_mut(..targets).unwrap_or_default();
                let first = across.between().one;
                let source = match down.weight {
                    0 => &one[first..],
                    weight => mix_rows(&one[first..], &other[first..], weight, &mut mixed[..sources]),
                };
                across.sample(source, first, now);
            }
        };
        if opaque && self.opacity == u8::MAX {
            for from in (0..count).step_by(STAGE) {
                let part = &mut stage[..STAGE.min(count - from)];
                sample(part);
                surface.put_row(shown.left + from as i32, y, part);
            }
            return;
        }
        surface.modify_row(shown.left, y, count, |_, below| {
            for below in below.chunks_mut(STAGE) {
                let part = &mut stage[..below.len()];
                sample(part);
                lay(below, part, opaque, self.opacity);
            }
        });
    }
}

/// Sets as much of `mixed` as there is to two rows, the second with `weight / 256`, the first with the rest, and returns it.
fn mix_rows<'m>(one: &[u32], other: &[u32], weight: u32, mixed: &'m mut [u32]) -> &'m [u32] {
    let count = mixed.len().min(one.len());
    let [one, other] = [one, other].map(|row| must_cast_slice::<u32, u8>(&row[..count]));
    let (weight, rest) = (weight as u16, 256 - weight as u16);
    let bytes = must_cast_slice_mut::<u32, u8>(&mut mixed[..count]);
    simd::vectorize(
        #[inline(always)]
        || {
            for ((mixed, one), other) in bytes.iter_mut().zip(one).zip(other) {
                *mixed = ((u16::from(*one) * rest + u16::from(*other) * weight + 128) >> 8) as u8;
            }
        },
    );
    &mixed[..count]
}

impl<M: PixelMemory> Surface<M> {
    /// Draws the part `source` of a picture, scaled to `target`, and all of it by `opacity / 255`. What of `source` is outside
    /// the picture is cut off first. Nothing is allocated; a picture that is drawn often in the same size is drawn faster when
    /// it was [scaled](Picture::scaled) once.
    pub fn draw_scaled(
        &mut self,
        picture: &Picture,
        source: &Rectangle,
        target: &Rectangle,
        sampling: Sampling,
        opacity: u8,
    ) {
        let whole = Area::from_rectangle(&Rectangle::new(Point::zero(), picture.size()));
        let part = whole.intersection(Area::from_rectangle(source));
        if part.is_empty() {
            return;
        }
        let describe = |operation: &mut Digest| ("scaled", picture, source, target, sampling, opacity).hash(operation);
        let Some(visible) = self.begin(Area::from_rectangle(target), describe) else { return };
        let spread = Spread::Stretch(sampling);
        Cell { picture, source: part, target: *target, across: spread, down: spread, opacity }.draw(self, visible);
    }

    /// Draws a picture in a frame as [`Fit`] says, and bilinear; around it the frame stays as it is.
    pub fn draw_fitted(&mut self, picture: &Picture, frame: &Rectangle, fit: Fit, opacity: u8) {
        let placed = fit.place(picture.size(), frame);
        self.draw_scaled(picture, &placed.source, &placed.target, Sampling::Bilinear, opacity);
    }
}
