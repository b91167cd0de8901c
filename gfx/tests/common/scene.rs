//! Operations on a picture, and the comparison of what they make of it.

use core::ops::Range;

use embedded_graphics::{prelude::*, primitives::Rectangle};
use proptest::prelude::*;
use vitrine_gfx::{PixelMemory, Surface};

use super::{Before, Operation, at_each_level, holds, strategies};

/// What was between the rows, and has to be there afterwards.
const GAP: u8 = 0xa5;

/// A few operations, drawn one after the other on noise.
#[derive(Clone, Debug)]
pub struct Scene<O> {
    pub size: Size,
    /// Words between the end of a row and the start of the next.
    pub gap: usize,
    /// Each operation, and where it is drawn.
    pub operations: Vec<(Place, O)>,
}

/// Where an operation is drawn.
#[derive(Clone, Debug)]
pub struct Place {
    /// A part of the picture, a part of that, and so on.
    pub parts: Vec<Rectangle>,
    /// The clip in the last of them; `None` for all of it.
    pub clip: Option<Rectangle>,
}

/// Scenes of these operations.
pub fn scene<O: core::fmt::Debug>(operation: impl Strategy<Value = O>) -> impl Strategy<Value = Scene<O>> {
    let part = prop_oneof![6 => strategies::inner_rectangle(), 1 => strategies::rectangle()];
    let parts = prop_oneof![4 => Just(vec![]), 2 => prop::collection::vec(part, 1..4)];
    let clip = prop_oneof![3 => Just(None), 2 => strategies::inner_rectangle().prop_map(Some),
        1 => strategies::rectangle().prop_map(Some)];
    let place = (parts, clip).prop_map(|(parts, clip)| Place { parts, clip });
    let size = prop_oneof![2 => (1u32..300, 1u32..12), 1 => (1u32..80, 1u32..60)];
    (size, 0usize..4, prop::collection::vec((place, operation), 1..5))
        .prop_map(|((width, height), gap, operations)| Scene { size: Size::new(width, height), gap, operations })
}

impl<O: Operation> Scene<O> {
    /// Draws the scene in one format and compares it with the reference. `new` makes the format's memory of bytes, and
    /// `raw` bytes of that. Pixels come in groups of `group` bytes.
    pub fn check_in<M: PixelMemory + Clone>(
        &self,
        format: &str,
        group: usize,
        new: impl Fn(Vec<u8>) -> M,
        raw: impl Fn(&M) -> Vec<u8>,
    ) -> Result<(), TestCaseError> {
        let row = self.size.width as usize * M::BYTES;
        let stride = row.next_multiple_of(4) + 4 * self.gap;
        let end = row.next_multiple_of(group);
        let mut bytes = vec![GAP; stride * self.size.height as usize];
        for (y, bytes) in bytes.chunks_mut(stride).enumerate() {
            let noise = |x: usize| ((x * 0x9e37 + y * 0x85eb) as u32).wrapping_mul(0x27d4_eb2f).to_le_bytes()[3];
            bytes[..row].iter_mut().enumerate().for_each(|(x, byte)| *byte = noise(x));
        }
        let noise = new(bytes);
        let surface = || Surface::with_stride(noise.clone(), self.size, stride).unwrap();
        let mut expected = noise.clone();
        let mut written = vec![false; (self.size.width * self.size.height) as usize];
        for (place, operation) in &self.operations {
            self.expect(&mut expected, stride, place, operation, &mut written);
        }
        at_each_level(|| {
            let mut drawn = surface();
            for (place, operation) in &self.operations {
                draw(&mut drawn, &place.parts, place, operation);
            }
            prop_assert_eq!(drawn.size(), self.size, "a part was not undone");
            let damage: Vec<Rectangle> = drawn.damage().rectangles().collect();
            let drawn = drawn.into_memory();
            for at in Rectangle::new(Point::zero(), self.size).points() {
                let place = at.y as usize * stride + at.x as usize * M::BYTES;
                let (mut pixel, mut should) = ([0], [0]);
                drawn.read(place, &mut pixel);
                expected.read(place, &mut should);
                let [pixel, should] = [pixel, should].map(|[pixel]| pixel & 0x00ff_ffff);
                prop_assert!(pixel == should, "{pixel:#x} and not {should:#x} at {at} in {format}");
                let damaged = damage.iter().any(|area| holds(area, at));
                let index = at.y as usize * self.size.width as usize + at.x as usize;
                prop_assert!(damaged || !written[index], "{} was drawn on and is not damaged in {}", at, format);
            }
            let (drawn, noise) = (raw(&drawn), raw(&noise));
            for (y, (drawn, noise)) in drawn.chunks(stride).zip(noise.chunks(stride)).enumerate() {
                prop_assert_eq!(&drawn[end..], &noise[end..], "drawn beyond row {} in {}", y, format);
            }
            Ok(())
        })
    }

    /// Does what an operation should do.
    fn expect<M: PixelMemory>(
        &self,
        picture: &mut M,
        stride: usize,
        place: &Place,
        operation: &O,
        written: &mut [bool],
    ) {
        let width = self.size.width as usize;
        let mut pixels = vec![0; written.len()];
        pixels.chunks_mut(width).enumerate().for_each(|(y, row)| picture.read(y * stride, row));
        let Some((origin, clip)) = place.window(self.size) else { return };
        let before = Before { pixels: &pixels, size: self.size, origin, clip };
        for at in clip.points() {
            let Some(color) = operation.pixel(at, &before) else { continue };
            let (x, y) = ((at.x + origin.x) as usize, (at.y + origin.y) as usize);
            picture.write(y * stride + x * M::BYTES, &[color.into_storage()]);
            written[y * width + x] = true;
        }
    }
}

impl Place {
    /// Where the last part begins, and its clip in its own coordinates; `None` where nothing can be drawn.
    fn window(&self, size: Size) -> Option<(Point, Rectangle)> {
        let (mut left, mut top) = (0, 0);
        let mut seen = [0..i64::from(size.width), 0..i64::from(size.height)];
        let meet =
            |range: &Range<i64>, from: i64, length: u32| range.start.max(from)..range.end.min(from + i64::from(length));
        for (rectangle, is_part) in
            self.parts.iter().map(|part| (part, true)).chain(self.clip.iter().map(|clip| (clip, false)))
        {
            let (x, y) = (left + i64::from(rectangle.top_left.x), top + i64::from(rectangle.top_left.y));
            seen = [meet(&seen[0], x, rectangle.size.width), meet(&seen[1], y, rectangle.size.height)];
            if is_part {
                (left, top) = (x, y);
            }
            // What is too far from the corner of a part to be named there is not drawn on.
            let named = |range: &Range<i64>, from: i64| {
                !range.is_empty()
                    && i32::try_from(range.start - from).is_ok()
                    && i32::try_from(range.end - from).is_ok()
            };
            if !named(&seen[0], left) || !named(&seen[1], top) {
                return None;
            }
        }
        let [x, y] = seen;
        let corner = Point::new((x.start - left) as i32, (y.start - top) as i32);
        let size = Size::new((x.end - x.start) as u32, (y.end - y.start) as u32);
        Some((Point::new(left as i32, top as i32), Rectangle::new(corner, size)))
    }
}

/// Draws an operation in the last of some parts.
fn draw<M: PixelMemory, O: Operation>(surface: &mut Surface<M>, parts: &[Rectangle], place: &Place, operation: &O) {
    if let [outer, inner @ ..] = parts {
        return draw(&mut surface.part(outer), inner, place, operation);
    }
    let before = place.clip.map(|clip| surface.set_clip(&clip));
    operation.draw(surface);
    if let Some(before) = before {
        surface.set_clip(&before);
    }
}
