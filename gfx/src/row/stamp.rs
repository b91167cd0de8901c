//! Small pictures in one colour, put straight where they belong: the glyphs of a line of text.
//!
//! A glyph's row is a few pixels, so what counts here is everything but the arithmetic: a row of up to eight pixels is one
//! vector, and nothing is asked about it but that it lies within the pixels.

use fearless_simd::prelude::*;
use fearless_simd::u32x8;

use super::levels::{self, Levels};
use crate::{area::Area, simd};

/// One picture: where it stands, and where its rows are among others'.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp {
    /// Far from the ends of `i32`, as `top` is.
    pub left: i32,
    pub top: i32,
    pub width: u16,
    pub height: u16,
    /// Which byte its first row starts with. Rows are whole numbers of eight pixels.
    pub start: u32,
}

impl Stamp {
    pub const NONE: Self = Self { left: 0, top: 0, width: 0, height: 0, start: 0 };

    /// The pixels that its picture takes.
    pub fn area(&self) -> Area {
        let (right, bottom) =
            (self.left.saturating_add(self.width.into()), self.top.saturating_add(self.height.into()));
        Area { left: self.left, top: self.top, right, bottom }
    }

    /// Whether there is a pixel that this one and another one cover, both of 16 levels.
    pub fn shares(&self, other: &Self, packed: &[u8]) -> bool {
        let Area { left, top, right, bottom } = self.area().intersection(other.area());
        let both = |x, y| self.covers(x, y, packed) && other.covers(x, y, packed);
        (top..bottom).any(|y| (left..right).any(|x| both(x, y)))
    }

    /// Whether it covers a pixel inside its area.
    // Called, for what is rare had better be small.
    #[inline(never)]
    fn covers(&self, x: i32, y: i32, packed: &[u8]) -> bool {
        let (x, y) = ((x - self.left) as usize, (y - self.top) as usize);
        let eight = y * usize::from(self.width).div_ceil(8) + x / 8;
        let byte = packed[self.start as usize + eight * 4 + x % 4];
        (if x % 8 < 4 { byte & 15 } else { byte >> 4 }) != 0
    }
}

/// The rows of all pictures, in the formats of [`Coverage`](crate::text::atlas::Coverage).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pictures<'p> {
    /// Eight pixels in four bytes.
    Packed(&'p [u8]),
    /// Eight pixels in a byte.
    Bits(&'p [u8]),
}

/// Rows of pixels, the first of which is at (`left`, `top`) in the stamps' coordinates.
pub(crate) struct Rows<'p> {
    pub pixels: &'p mut [u32],
    pub stride: usize,
    pub left: i32,
    pub top: i32,
    /// Where they end.
    pub bottom: i32,
}

/// Draws in one colour those stamps that `leave_out`, by the bits with their numbers, doesn't name, as far as there are rows.
///
/// From side to side all of a picture must be inside, filled up to a whole number of eight pixels: what it is filled up
/// with keeps its colour, but is written.
#[inline(never)]
pub(crate) fn stamp(rows: Rows<'_>, color: u32, pictures: Pictures<'_>, stamps: &[Stamp], leave_out: u64) {
    match simd::avx2() {
        Some(avx2) => avx2.vectorize(
            #[inline(always)]
            || stamp_with(avx2, rows, color, pictures, stamps, leave_out),
        ),
        None => stamp_with(simd::sse2(), rows, color, pictures, stamps, leave_out),
    }
}

#[inline(always)]
fn stamp_with<S: Simd>(
    simd: S,
    mut rows: Rows<'_>,
    color: u32,
    pictures: Pictures<'_>,
    stamps: &[Stamp],
    leave_out: u64,
) where
    u32x8<S>: Levels<S>,
{
    let color = u32x8::splat(simd, color);
    let stamps = stamps.iter().enumerate().filter(|(index, _)| leave_out >> index & 1 == 0).map(|(_, stamp)| stamp);
    match pictures {
        Pictures::Packed(bytes) => {
            stamps.for_each(|stamp| {
                rows.put(stamp, bytes, |eight, levels| {
                    u32x8::from_slice(simd, eight).cover(color, levels).store_slice(eight);
                });
            });
        }
        Pictures::Bits(bytes) => {
            stamps.for_each(|stamp| {
                rows.put(stamp, bytes, |eight, [bits]| {
                    let below = u32x8::from_slice(simd, eight);
                    levels::choose(bits, color, below).store_slice(eight);
                });
            });
        }
    }
}

impl Rows<'_> {
    /// Hands over the rows of a stamp, eight pixels at a time, of each of which the picture has `N` bytes.
    #[inline(always)]
    fn put<const N: usize>(&mut self, stamp: &Stamp, bytes: &[u8], change: impl Fn(&mut [u32; 8], [u8; N])) {
        let (top, bottom) = (stamp.top.max(self.top), (stamp.top + i32::from(stamp.height)).min(self.bottom));
        if top >= bottom || stamp.width == 0 {
            return;
        }
        let eights = usize::from(stamp.width).div_ceil(8);
        let (hidden, count) = ((top - stamp.top) as usize * eights, (bottom - top) as usize * eights);
        let encoded = &bytes[stamp.start as usize..].as_chunks::<N>().0[hidden..][..count];
        let place = (top - self.top) as usize * self.stride + (stamp.left - self.left) as usize;
        let length = (bottom - top - 1) as usize * self.stride + eights * 8;
        let pixels = &mut self.pixels[place..][..length];
        // Column by column, of which most pictures have one or two, and each from below: what is left of the pixels always
        // ends with the eight that come next.
        for beyond in 0..eights {
            let mut pixels = &mut pixels[..length - 8 * beyond];
            let mut encoded = &encoded[..count - beyond];
            while let Some(eight) = pixels.last_chunk_mut() {
                let Some(next) = encoded.last() else { break };
                change(eight, *next);
                let Some(above) = pixels.len().checked_sub(self.stride) else { break };
                let Some(before) = encoded.len().checked_sub(eights) else { break };
                pixels = &mut core::mem::take(&mut pixels)[..above];
                encoded = &encoded[..before];
            }
        }
    }
}
