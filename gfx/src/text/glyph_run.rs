//! The glyphs of a line of text, where they stand, and how they are drawn.
//!
//! A text is gone through once: what is found out about its glyphs is kept until it is known how much room they take, and
//! then drawn from. A glyph that is all inside the clip is put straight onto the pixels. Those that are not, that share
//! pixels with another one, or whose picture is too large for that, are put together first: see [`compose`].

use super::{
    atlas::{Atlas, Coverage},
    compose,
    layout::Placed,
};
use crate::{
    Band, Ink, PixelMemory, Surface,
    area::Area,
    pixel,
    row::{self, Pictures, Rows, Stamp},
};
use embedded_graphics_core::geometry::Point;

/// How many glyphs are kept: most lines have less.
const CAPACITY: usize = 96;

/// How many are drawn together: as many as have a bit each.
pub(super) const BLOCK: usize = u64::BITS as usize;

/// Glyphs that follow each other.
pub(super) struct GlyphRun<'f> {
    /// Where their pictures stand from the start of the text.
    stamps: [Stamp; CAPACITY],
    /// The font of each.
    atlases: [Option<&'f Atlas<'f>>; CAPACITY],
    len: usize,
}

impl<'f> GlyphRun<'f> {
    /// No glyph yet.
    pub const fn new() -> Self {
        Self { stamps: [Stamp::NONE; CAPACITY], atlases: [None; CAPACITY], len: 0 }
    }

    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Takes the first glyphs, and returns the room that all take. Where there is not room enough, `again` begins anew.
    #[inline(never)]
    pub fn begin<G: Iterator<Item = Placed<'f>>>(&mut self, glyphs: &mut G, again: impl FnOnce() -> G) -> Extent {
        let mut extent = Extent::NONE;
        self.take(glyphs, &mut extent);
        if self.len == CAPACITY {
            while !self.is_empty() {
                self.take(glyphs, &mut extent);
            }
            *glyphs = again();
            self.take(glyphs, &mut extent.clone());
        }
        extent
    }

    /// Takes as many glyphs as there is room for, instead of those before, and adds the room that they take.
    // Once in an image, as other functions here.
    #[inline(never)]
    pub fn take(&mut self, glyphs: &mut impl Iterator<Item = Placed<'f>>, extent: &mut Extent) {
        let mut whole = *extent;
        self.len = 0;
        while self.len < CAPACITY
            && let Some(placed) = glyphs.next()
        {
            let stamp = placed.stamp();
            whole.end = placed.end;
            if stamp.width > 0 {
                whole.drawn = whole.drawn.envelope(stamp.area());
                self.stamps[self.len] = stamp;
                self.atlases[self.len] = Some(placed.found.atlas);
                self.len += 1;
            }
        }
        *extent = whole;
    }

    /// Draws the glyphs of a text that starts at `origin`, inside `visible`, which `begin` returned.
    pub fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>, visible: Area, ink: Ink, origin: Point) {
        let (mut stamps, mut atlases) = (&self.stamps[..self.len], &self.atlases[..self.len]);
        while let Some(block) = Block::of(stamps, atlases, visible, origin) {
            block.draw(surface, visible, ink);
            (stamps, atlases) = (&stamps[block.stamps.len()..], &atlases[block.stamps.len()..]);
        }
    }
}

/// How much room glyphs take.
#[derive(Clone, Copy)]
pub(super) struct Extent {
    /// Where the pen ends, in 1/64 pixel.
    pub end: i32,
    /// The pixels of all pictures when the text starts at (0, 0).
    pub drawn: Area,
}

impl Extent {
    pub const NONE: Self =
        Self { end: 0, drawn: Area { left: i32::MAX, top: i32::MAX, right: i32::MIN, bottom: i32::MIN } };
}

/// Glyphs of one font that stand close enough to be drawn together.
pub(super) struct Block<'r, 'f> {
    pub stamps: &'r [Stamp],
    pub atlas: &'f Atlas<'f>,
    /// Where the text starts.
    pub origin: Point,
    /// What their pictures take, in the rows of the whole line.
    area: Area,
    /// Whether one starts to the left of where another one before it ends.
    overlap: bool,
}

impl<'r, 'f> Block<'r, 'f> {
    /// The first ones of these glyphs; `None` when there is none.
    #[inline(never)]
    fn of(stamps: &'r [Stamp], atlases: &[Option<&'f Atlas<'f>>], visible: Area, origin: Point) -> Option<Self> {
        let atlas = (*atlases.first()?)?;
        let Area { mut left, mut right, .. } = stamps.first()?.area();
        let (mut count, mut overlap) = (1, false);
        while count < stamps.len().min(BLOCK) && atlases[count].is_some_and(|other| core::ptr::eq(other, atlas)) {
            let area = stamps[count].area();
            let (leftmost, rightmost) = (left.min(area.left), right.max(area.right));
            if rightmost - leftmost > Band::WIDEST as i32 {
                break;
            }
            overlap |= area.left < right;
            (left, right, count) = (leftmost, rightmost, count + 1);
        }
        let (left, right) = (left.saturating_add(origin.x), right.saturating_add(origin.x));
        Some(Self { stamps: &stamps[..count], atlas, origin, area: Area { left, right, ..visible }, overlap })
    }

    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>, visible: Area, ink: Ink) {
        let part = visible.intersection(self.area);
        if part.is_empty() {
            return;
        }
        let pictures = match self.atlas.coverage() {
            Coverage::Packed(bytes) => Pictures::Packed(bytes),
            Coverage::Bits(bytes) => Pictures::Bits(bytes),
            Coverage::Runs(_) => return compose::draw(surface, visible, ink, self, u64::MAX),
        };
        if ink.background.is_some() {
            return compose::draw(surface, visible, ink, self, u64::MAX);
        }
        let together = self.to_be_put_together(Area::from_rectangle(&surface.clip()), pictures);
        let color = pixel::pack(ink.color);
        let from = Point::new(part.left, part.top) - self.origin;
        surface.modify_area(part, |band| {
            let top = from.y + band.first as i32;
            let bottom = top + band.rows as i32;
            let rows = Rows { pixels: band.pixels, stride: band.stride, left: from.x, top, bottom };
            row::stamp(rows, color, pictures, self.stamps, together);
        });
        if together != 0 {
            compose::draw(surface, visible, ink, self, together);
        }
    }

    /// The numbers of the glyphs, as bits, that can't be put straight onto pixels inside the clip: those that are not inside,
    /// filled up with what may be written too, and those that cover a pixel which another one covers. Bits can be put down
    /// twice.
    #[inline(never)]
    fn to_be_put_together(&self, clip: Area, pictures: Pictures<'_>) -> u64 {
        let slack = Band::SLACK as i32 - 1;
        let fits = |area: Area| clip.left <= area.left && area.right.saturating_add(slack) <= clip.right;
        let (all_fit, packed) = match pictures {
            Pictures::Packed(bytes) if self.overlap => (false, Some(bytes)),
            Pictures::Packed(_) | Pictures::Bits(_) => (fits(self.area), None),
        };
        let (mut together, mut reach) = (0, i32::MIN);
        for (index, stamp) in self.stamps.iter().enumerate().filter(|_| !all_fit) {
            let area = stamp.area();
            together |= u64::from(!fits(area.moved(self.origin))) << index;
            if let Some(bytes) = packed
                && area.left < reach
            {
                for (before, _) in self.stamps[..index].iter().enumerate().filter(|(_, one)| one.shares(stamp, bytes)) {
                    together |= 1 << index | 1 << before;
                }
            }
            reach = reach.max(area.right);
        }
        together
    }
}
