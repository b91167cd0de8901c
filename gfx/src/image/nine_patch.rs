//! Frames of any size from one picture.

use core::hash::Hash;

use embedded_graphics_core::geometry::{OriginDimensions, Point, Size};
use embedded_graphics_core::primitives::Rectangle;

use super::axis::{Sampling, Spread};
use super::sample::Cell;
use super::{ImageError, Picture};
use crate::area::Area;
use crate::digest::Digest;
use crate::{PixelMemory, Surface};

/// How far the corners of a nine-patch reach into its picture, in pixels from each side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Insets {
    /// From the left.
    pub left: u32,
    /// From the top.
    pub top: u32,
    /// From the right.
    pub right: u32,
    /// From the bottom.
    pub bottom: u32,
}

impl Insets {
    /// The same from each side.
    pub const fn all(inset: u32) -> Self {
        Self { left: inset, top: inset, right: inset, bottom: inset }
    }
}

/// What fills the room between the corners.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Filling {
    /// The edges and the middle, stretched.
    Stretched,
    /// The edges and the middle, side by side as often as it takes; the last are cut off.
    Tiled,
}

/// A picture that is drawn at any size: its corners stay as they are, its edges get longer, its middle larger.
///
/// Where there is less room than the corners take, these get smaller, all by the same factor, so that round ones stay round.
#[derive(Clone, Debug)]
pub struct NinePatch {
    picture: Picture,
    insets: Insets,
    filling: Filling,
}

/// One of the three parts of an axis: source pixels, and the target pixels that they are for.
#[derive(Clone, Copy)]
struct Segment {
    source: u32,
    source_count: u32,
    target: u32,
    target_count: u32,
    spread: Spread,
}

impl NinePatch {
    /// Divides a picture.
    ///
    /// # Errors
    ///
    /// [`ImageError::Insets`] when the corners are larger than the picture.
    pub fn new(picture: Picture, insets: Insets, filling: Filling) -> Result<Self, ImageError> {
        let Size { width, height } = picture.size();
        let fits = |one: u32, other: u32, side: u32| one.checked_add(other).is_some_and(|sum| sum <= side);
        if fits(insets.left, insets.right, width) && fits(insets.top, insets.bottom, height) {
            Ok(Self { picture, insets, filling })
        } else {
            Err(ImageError::Insets { size: picture.size() })
        }
    }

    /// Draws it as large as `frame`, and all of it by `opacity / 255`. Nothing is allocated.
    pub fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>, frame: &Rectangle, opacity: u8) {
        let describe = |operation: &mut Digest| {
            ("nine-patch", &self.picture, self.insets, self.filling, frame, opacity).hash(operation);
        };
        let Some(visible) = surface.begin(Area::from_rectangle(frame), describe) else { return };
        let (across, down) = self.segments(frame.size);
        for (row, column) in down.iter().flat_map(|row| across.iter().map(move |column| (row, column))) {
            let Some(target) = place(frame.top_left, column, row) else { continue };
            let source = Area {
                left: column.source as i32,
                top: row.source as i32,
                right: (column.source + column.source_count) as i32,
                bottom: (row.source + row.source_count) as i32,
            };
            let (across, down) = (column.spread, row.spread);
            Cell { picture: &self.picture, source, target, across, down, opacity }.draw(surface, visible);
        }
    }

    /// The parts of both axes for a frame of that size.
    fn segments(&self, frame: Size) -> ([Segment; 3], [Segment; 3]) {
        let Size { width, height } = self.picture.size();
        let Insets { left, top, right, bottom } = self.insets;
        // Of both axes the one with less room for its corners says how much smaller they get.
        let (across, down) = (u64::from(left + right), u64::from(top + bottom));
        let (room_across, room_down) = (u64::from(frame.width), u64::from(frame.height));
        let (part, whole) = match (room_across < across, room_down < down) {
            (false, false) => (1, 1),
            _ if room_across * down <= room_down * across => (room_across, across),
            _ => (room_down, down),
        };
        let smaller = |inset: u32| ((u64::from(inset) * part + whole / 2) / whole) as u32;
        let axis = |before: u32, after: u32, side: u32, room: u32| {
            let (start, end) = (smaller(before).min(room), smaller(after));
            self.axis(before, after, side, [start, end.min(room - start)], room)
        };
        (axis(left, right, width, frame.width), axis(top, bottom, height, frame.height))
    }

    fn axis(&self, before: u32, after: u32, side: u32, [start, end]: [u32; 2], room: u32) -> [Segment; 3] {
        let stretch = Spread::Stretch(Sampling::Bilinear);
        let between = match self.filling {
            Filling::Stretched => stretch,
            Filling::Tiled => Spread::Tile,
        };
        let segment = |source, source_count, target, target_count, spread| Segment {
            source,
            source_count,
            target,
            target_count,
            spread,
        };
        // A picture that is all corners has its innermost pixels between them.
        let (middle, count) = match side - before - after {
            0 => (before.min(side - 1), 1),
            count => (before, count),
        };
        [
            segment(0, before, 0, start, stretch),
            segment(middle, count, start, room - start - end, between),
            segment(side - after, after, room - end, end, stretch),
        ]
    }
}

/// The rectangle of target pixels of a column and a row; `None` when it is empty or beyond all coordinates.
fn place(corner: Point, column: &Segment, row: &Segment) -> Option<Rectangle> {
    let size = Size::new(column.target_count, row.target_count);
    let left = corner.x.checked_add_unsigned(column.target)?;
    let top = corner.y.checked_add_unsigned(row.target)?;
    (size.width > 0 && size.height > 0).then(|| Rectangle::new(Point::new(left, top), size))
}
