//! Parts of pictures drawn larger or smaller than they are, straight on a surface.

use core::hash::Hash;

use bytemuck::{must_cast_slice, must_cast_slice_mut};
use embedded_graphics_core::geometry::{OriginDimensions, Point};
use embedded_graphics_core::primitives::Rectangle;

use super::draw::lay;
use super::{Fit, Picture};
use crate::area::Area;
use crate::digest::Digest;
use crate::surface::STAGE;
use crate::{PixelMemory, Surface, simd};

/// What a pixel is when it lies between those of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sampling {
    /// The nearest one: hard edges, as pixel art wants it.
    Nearest,
    /// A mix of the four around it. Good for sizes of half to twice the picture's; much smaller, most of its pixels are never
    /// looked at, and [`Picture::scaled`] is better.
    Bilinear,
}

/// A place in a picture counts in 256ths of a pixel.
const ONE: u64 = 256;

/// Source pixels of two rows that are mixed at a time.
const SPAN: usize = 2 * STAGE;

/// How target pixels along an axis go to source pixels.
#[derive(Clone, Copy, Debug)]
pub(super) enum Spread {
    /// All source pixels for all target pixels.
    Stretch(Sampling),
    /// The source pixels over and over again.
    Tile,
}

/// Goes along an axis of a picture, a step for each target pixel.
///
/// A place depends on the target pixel alone and not on where drawing begins, as quotient and remainder are kept exactly:
/// a part that is drawn again is what it was.
#[derive(Clone, Copy, Debug)]
struct Axis {
    /// Where the first source pixel is in the picture, and how many there are.
    start: usize,
    count: u64,
    /// From there, in parts of [`ONE`], and what is left of the division by `divisor`.
    place: u64,
    remainder: u64,
    step: u64,
    step_remainder: u64,
    divisor: u64,
    spread: Spread,
}

/// Two neighbouring source pixels, and the weight of the second in 256ths.
#[derive(Clone, Copy)]
struct Between {
    one: usize,
    other: usize,
    weight: u32,
}

impl Axis {
    /// Begins at target pixel `index` of `target`, with the source pixels from `start` on, `source` of them. None of the
    /// counts is 0, and `index` is less than `target`.
    fn new(start: i32, source: usize, target: u32, index: u32, spread: Spread) -> Self {
        let (start, count, index) = (start as usize, source as u64, u64::from(index));
        if let Spread::Tile = spread {
            let place = index % count * ONE;
            return Self { start, count, place, remainder: 0, step: ONE, step_remainder: 0, divisor: 1, spread };
        }
        // The middle of target pixel i is at (2i + 1) / (2 target) of all. No product gets larger than 2⁵⁵: index and target
        // are below 2³², the source's side below 2¹⁵.
        let divisor = 2 * u64::from(target);
        let (place, step) = ((2 * index + 1) * count * ONE, 2 * count * ONE);
        let (remainder, step_remainder) = (place % divisor, step % divisor);
        Self { start, count, place: place / divisor, remainder, step: step / divisor, step_remainder, divisor, spread }
    }

    /// The source pixels of this target pixel.
    #[inline(always)]
    fn between(&self) -> Between {
        let last = self.count - 1;
        let (one, other, weight) = match self.spread {
            Spread::Stretch(Sampling::Bilinear) => {
                // From the middle of a source pixel to that of the next; before the first and after the last there is one only.
                let place = self.place.saturating_sub(ONE / 2);
                let one = (place / ONE).min(last);
                (one, (one + 1).min(last), place % ONE)
            }
            _ => (self.place / ONE, self.place / ONE, 0),
        };
        Between { one: self.start + one as usize, other: self.start + other as usize, weight: weight as u32 }
    }

    /// How many of the next target pixels, of which there are so many, a span of source pixels is enough for, and how many of
    /// these they take at most.
    fn span(&self, targets: usize) -> (usize, usize) {
        let (source, target) = (self.count, self.divisor / 2);
        match self.spread {
            Spread::Tile => {
                let count = targets.min((self.count - self.place / ONE) as usize).min(SPAN);
                (count, count)
            }
            Spread::Stretch(_) => {
                // Three more: the neighbour, and what is begun at either end. One target pixel always takes two at most.
                let most = ((SPAN as u64 - 3) * target / source).clamp(1, STAGE as u64) as usize;
                let count = targets.min(most);
                (count, ((count as u64 * source / target) as usize + 3).min(SPAN))
            }
        }
    }

    /// Sets the next target pixels; `source` begins with pixel `first` of a row.
    fn sample(&mut self, source: &[u32], first: usize, targets: &mut [u32]) {
        // A copy, which is kept in registers.
        let mut axis = *self;
        for target in targets {
            let Between { one, other, weight } = axis.between();
            *target = gathered(lerp(spread(source[one - first]), spread(source[other - first]), weight));
            axis.advance();
        }
        *self = axis;
    }

    /// Goes on to the next target pixel.
    #[inline(always)]
    fn advance(&mut self) {
        self.place += self.step;
        self.remainder += self.step_remainder;
        if self.remainder >= self.divisor {
            self.remainder -= self.divisor;
            self.place += 1;
        }
        if matches!(self.spread, Spread::Tile) && self.place == self.count * ONE {
            self.place = 0;
        }
    }

    /// The first source pixel of `count` that follow each other, one for each target pixel from here.
    fn run(&self, count: usize) -> Option<usize> {
        let Between { one, weight, .. } = self.between();
        let follow = self.step == ONE && self.step_remainder == 0 && weight == 0;
        (follow && one + count <= self.start + self.count as usize).then_some(one)
    }
}

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

/// The channels of a pixel in 16 bits each, in an order of their own.
#[inline(always)]
fn spread(pixel: u32) -> u64 {
    let pixel = u64::from(pixel);
    (pixel | pixel << 24) & CHANNELS
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

/// Undoes [`spread`].
#[inline(always)]
fn gathered(channels: u64) -> u32 {
    (channels | channels >> 24) as u32
}

/// The lower byte of each 16 bits.
const CHANNELS: u64 = 0x00ff_00ff_00ff_00ff;

/// Each channel of `other` by `weight / 256`, at most 255, and of `one` by the rest, rounded to the nearest.
#[inline(always)]
fn lerp(one: u64, other: u64, weight: u32) -> u64 {
    const HALF: u64 = 0x0080_0080_0080_0080;
    let weight = u64::from(weight);
    (one * (256 - weight) + other * weight + HALF) >> 8 & CHANNELS
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
