//! Soft shadows, below what is raised.
//!
//! A shadow is what a rounded rectangle covers, blurred twice by a box. Next to a straight edge that is a parabola of the
//! distance from it, and at a corner nearly the same of the distance from a rounder one: within 6 % of a true blur where the
//! rectangle is at least four blurs wide and high, found pixel by pixel, without a mask or a second pass. What lies below
//! the raised thing itself is not drawn.

use crate::{PixelMemory, Surface, area::Area, pixel, row, simd, surface::STAGE};
use core::{hash::Hash, ops::Range};
use embedded_graphics_core::{geometry::Point, pixelcolor::Rgb888, primitives::Rectangle};
use fearless_simd::{f32x4, i32x4, prelude::*};

/// Pixels whose coverage is found at a time.
const GROUP: usize = 4;

/// The widest blur, in pixels.
const MAX_BLUR: u32 = 256;

/// How much rounder a corner is when it is blurred, in parts of the blur.
const ROUNDER: f32 = 0.755;

/// The shadow of something raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shadow {
    /// Its colour, most often black.
    pub color: Rgb888,
    /// How much of what is there it hides where it is deepest.
    pub alpha: u8,
    /// How far its edge is blurred to either side, in pixels: 1 to 256. What is less or more counts as the nearest of them.
    pub blur: u32,
    /// How far it lies from what throws it, in pixels.
    pub offset: Point,
}

impl<M: PixelMemory> Surface<M> {
    /// Draws the shadow of a rectangle whose corners have this radius (in pixels), and nothing below the rectangle itself, which
    /// is to be drawn on top. Costs what it leaves around the rectangle.
    // Once in an image for each kind of memory, however many cards there are.
    #[inline(never)]
    pub fn draw_shadow(&mut self, rectangle: &Rectangle, radius: u32, shadow: &Shadow) {
        let soft = Soft::new(rectangle, radius, shadow);
        let describe = |operation: &mut _| ("shadow", rectangle, radius, shadow).hash(operation);
        let Some(visible) = self.begin(soft.area, describe) else { return };
        soft.draw(self, visible, pixel::pack(shadow.color));
    }
}

/// A shadow, ready to be drawn.
struct Soft {
    /// All that it touches.
    area: Area,
    /// What throws it, and the radius of its corners.
    hidden: Area,
    radius: i32,
    /// Columns between which coverage is the same all along a row.
    even: Range<i32>,
    falloff: Falloff,
    /// The middle of the shadow's height, and how far its straight sides go up and down from there.
    middle: f32,
    straight: f32,
}

/// How a shadow fades along a row.
struct Falloff {
    /// The middle of the shadow's width, and how far its straight sides go left and right from there.
    middle: f32,
    straight: f32,
    /// Of the corners when they are blurred.
    radius: f32,
    /// 1 / blur.
    per_blur: f32,
    alpha: f32,
}

impl Soft {
    fn new(rectangle: &Rectangle, radius: u32, shadow: &Shadow) -> Self {
        let hidden = Area::from_rectangle(rectangle);
        let Area { left, top, right, bottom } = hidden.moved(shadow.offset);
        let blur = shadow.blur.clamp(1, MAX_BLUR);
        let (width, height) = (right.abs_diff(left) as f32, bottom.abs_diff(top) as f32);
        let shorter = rectangle.size.width.min(rectangle.size.height);
        let radius = radius.min(shorter / 2);
        let spread = blur as f32 * ROUNDER;
        let rounder = libm::sqrtf(radius as f32 * radius as f32 + spread * spread).min(width.min(height) / 2.0);
        let middle = |from: i32, to: i32| ((i64::from(from) + i64::from(to)) as f64 / 2.0) as f32;
        let around = |at: i32, by: i32| at.saturating_add(by);
        let (reach, fading) = (blur as i32, blur.max(rounder as u32 + 1) as i32);
        let area = Area {
            left: around(left, -reach),
            top: around(top, -reach),
            right: around(right, reach),
            bottom: around(bottom, reach),
        };
        Self {
            area: if rectangle.is_zero_sized() { Area::EMPTY } else { area },
            hidden,
            radius: radius.min(i32::MAX as u32) as i32,
            even: around(left, fading)..around(right, -fading),
            falloff: Falloff {
                middle: middle(left, right),
                straight: width / 2.0 - rounder,
                radius: rounder,
                per_blur: 1.0 / blur as f32,
                alpha: shadow.alpha.into(),
            },
            middle: middle(top, bottom),
            straight: height / 2.0 - rounder,
        }
    }

    /// Draws all of it inside of an area that `begin` returned.
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>, visible: Area, color: u32) {
        for y in visible.top..visible.bottom {
            let hidden = self.hidden_at(y);
            for columns in [visible.left..visible.right.min(hidden.start), visible.left.max(hidden.end)..visible.right]
            {
                self.draw_row(surface, columns, y, color);
            }
        }
    }

    /// What is certain to be hidden in a row: where the corners are round, all between them. May be empty.
    fn hidden_at(&self, y: i32) -> Range<i32> {
        let Area { left, top, right, bottom } = self.hidden;
        if y < top || y >= bottom {
            return right..right;
        }
        let rounded = y < top.saturating_add(self.radius) || y >= bottom.saturating_sub(self.radius);
        let by = if rounded { self.radius } else { 0 };
        left.saturating_add(by)..right.saturating_sub(by).max(left.saturating_add(by))
    }

    /// Draws part of a row.
    fn draw_row<M: PixelMemory>(&self, surface: &mut Surface<M>, columns: Range<i32>, y: i32, color: u32) {
        let beyond = (y as f32 + 0.5 - self.middle).abs() - self.straight;
        let mut coverage = [0; STAGE];
        for x in columns.clone().step_by(STAGE) {
            let count = STAGE.min((columns.end - x) as usize);
            let coverage = &mut coverage[..count.next_multiple_of(GROUP)];
            if self.even.start <= x && x + count as i32 <= self.even.end {
                self.falloff.find(x, beyond, &mut coverage[..GROUP]);
                coverage.fill(coverage[0]);
            } else {
                self.falloff.find(x, beyond, coverage);
            }
            surface.modify_row(x, y, count, |first, below| row::cover(below, color, &coverage[first..]));
        }
    }
}

impl Falloff {
    /// Finds the coverage of pixels from a column on, in a row that is so far beyond the end of the straight sides. With SSE2:
    /// these are too few pixels for another version to be worth its size.
    #[inline(never)]
    fn find(&self, x: i32, beyond: f32, coverage: &mut [u8]) {
        let simd = simd::sse2();
        // What is further than f32 counts exactly is outside of every surface.
        let first = x as f32 + 0.5 - self.middle;
        let mut from_middle = f32x4::from_fn(simd, |index| index as f32) + first;
        let beyond = f32x4::splat(simd, beyond);
        for group in coverage.as_chunks_mut::<GROUP>().0 {
            let sideways = from_middle.abs() - self.straight;
            let (dx, dy) = (sideways.max(0.0), beyond.max(0.0));
            let inside = self.radius - (dx * dx + dy * dy).sqrt() - sideways.max(beyond).min(0.0);
            // A step blurred by two boxes, from -1 to 1.
            let depth = (inside * self.per_blur).max(-1.0).min(1.0);
            let part = depth - depth * depth.abs() * 0.5 + 0.5;
            let covered: i32x4<_> = (part * self.alpha + 0.5).to_int();
            *group = core::array::from_fn(|index| covered[index] as u8);
            from_middle += GROUP as f32;
        }
    }
}
