//! Icons: forms in a few sizes that the build script of whoever carries them made of an SVG.

use core::hash::Hash;

use embedded_graphics_core::geometry::{Point, Size};
use embedded_graphics_core::primitives::Rectangle;

use crate::area::Area;
use crate::digest::Digest;
use crate::text::compose::{lay, put_runs};
use crate::{Ink, PixelMemory, Surface};

/// The longest side of an icon's picture, in pixels.
const MAX_ICON: usize = 256;

/// One icon in several sizes, drawn in any colour. The crate `vitrine-assets` writes these statics.
#[derive(Debug)]
pub struct Icon {
    pictures: &'static [IconPicture],
}

/// A square of coverage in 16 levels: bytes that are each a level (high nibble) and how many pixels have it, less one (low
/// nibble), row by row from the top. A run ends with its row.
#[derive(Debug)]
pub struct IconPicture {
    side: u16,
    runs: &'static [u8],
}

impl IconPicture {
    /// A square with sides of so many pixels.
    ///
    /// # Panics
    ///
    /// When the side is 0 or more than 256. In a static, this is found when it is compiled.
    pub const fn new(side: u16, runs: &'static [u8]) -> Self {
        assert!(1 <= side && side as usize <= MAX_ICON, "an icon has sides of 1 to 256 pixels");
        Self { side, runs }
    }
}

impl Icon {
    /// An icon of these pictures, smallest first.
    ///
    /// # Panics
    ///
    /// When there are none, or they are not in order. In a static, this is found when it is compiled.
    pub const fn new(pictures: &'static [IconPicture]) -> Self {
        assert!(!pictures.is_empty(), "an icon has a picture");
        let mut index = 1;
        while index < pictures.len() {
            assert!(pictures[index - 1].side < pictures[index].side, "an icon's pictures are in order");
            index += 1;
        }
        Self { pictures }
    }

    /// The side of the largest picture that fits a square of `room` pixels, else of the smallest.
    pub fn side(&self, room: u32) -> u32 {
        self.fitting(room).side.into()
    }

    fn fitting(&self, room: u32) -> &'static IconPicture {
        let fits = self.pictures.iter().rev().find(|picture| u32::from(picture.side) <= room);
        fits.unwrap_or(&self.pictures[0])
    }

    /// Draws the largest picture that fits in the middle of a square with its top left corner at `at` and sides of `room`
    /// pixels.
    pub fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>, at: Point, room: u32, ink: Ink) {
        let picture = self.fitting(room);
        let margin = room.saturating_sub(picture.side.into()) / 2;
        let [x, y] = [at.x, at.y].map(|start| start.saturating_add_unsigned(margin));
        let area = Area::from_rectangle(&Rectangle::new(Point::new(x, y), Size::new_equal(picture.side.into())));
        let describe =
            |operation: &mut Digest| ("icon", picture.runs.as_ptr(), area.left, area.top, ink).hash(operation);
        let Some(visible) = surface.begin(area, describe) else { return };
        let mut runs = picture.runs;
        let mut row = [0; MAX_ICON];
        for y in area.top..visible.bottom {
            row.fill(0);
            let taken = put_runs(runs, picture.side.into(), &mut row);
            runs = &runs[taken..];
            if y >= visible.top {
                let from = (visible.left - area.left) as usize;
                lay(surface, visible.left, y, &row[from..][..visible.width()], ink);
            }
        }
    }
}
