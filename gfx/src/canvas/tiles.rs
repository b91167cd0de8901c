//! A picture as hashes of what was drawn, tile by tile.

use alloc::vec::Vec;
use core::cell::Cell;
use core::ops::Range;

use embedded_graphics_core::geometry::Size;

use crate::area::Area;
use crate::digest::Below;

/// Size of a tile in pixels. Text is wide and low, and so is most of what changes. Of 64x16, 32x32 and 64x32, a frame of which a
/// clock and two values changed took the fewest instructions with the first, by 3 and 7 %.
const TILE_WIDTH: usize = 64;
/// See [`TILE_WIDTH`].
const TILE_HEIGHT: usize = 16;

/// The hash of a tile on which nothing was drawn.
const BLANK: u64 = 0x5851_f42d_4c95_7f2d;
/// Odd and without a pattern.
const MULTIPLIER: u64 = 0xd6e8_feb8_6659_fd93;

/// The tiles of a picture.
///
/// A tile's hash depends on the operations that touched it, on their order, and on which of its pixels they may have
/// changed. An operation that hides the whole tile starts the hash anew: what was below it does not matter any more.
pub(super) struct Tiles {
    size: Size,
    columns: usize,
    hashes: Vec<u64>,
    /// Whether an operation has hidden what was in the tile before the picture.
    covered: Vec<bool>,
    /// Whole tiles, within which pixels were moved: what is drawn there depends on all of it.
    moved: Area,
    /// Whether that was moved which no operation had hidden.
    moved_ground: bool,
    /// Whether pixels were asked for: what was drawn may depend on them, and there are none.
    looked: Cell<bool>,
}

/// What an operation does to the tiles of one row: to the first of those that it touches, to the last, and to all between.
#[derive(Clone, Copy)]
struct Marks {
    first: Mark,
    middle: Mark,
    last: Mark,
}

/// What an operation does to a tile.
#[derive(Clone, Copy)]
enum Mark {
    /// Hides all that was there.
    Replace(u64),
    /// Comes after what was there.
    Follow(u64),
}

impl Tiles {
    /// No tiles: the size is 0.
    pub const fn none() -> Self {
        Self {
            size: Size::zero(),
            columns: 0,
            hashes: Vec::new(),
            covered: Vec::new(),
            moved: Area::EMPTY,
            moved_ground: false,
            looked: Cell::new(false),
        }
    }

    /// The tiles of a picture of this size, each side at most `MAX_SIDE`, with nothing drawn on it. This allocates.
    pub fn new(size: Size) -> Self {
        let columns = (size.width as usize).div_ceil(TILE_WIDTH);
        let rows = (size.height as usize).div_ceil(TILE_HEIGHT);
        let mut tiles = Self { size, columns, ..Self::none() };
        tiles.hashes.resize(columns * rows, BLANK);
        tiles.covered.resize(columns * rows, false);
        tiles
    }

    /// Nothing is drawn any more.
    pub fn clear(&mut self) {
        self.hashes.fill(BLANK);
        self.covered.fill(false);
        (self.moved, self.moved_ground) = (Area::EMPTY, false);
        self.looked.set(false);
    }

    /// Size of the picture.
    pub const fn size(&self) -> Size {
        self.size
    }

    /// The hashes, row by row.
    pub fn hashes(&self) -> &[u64] {
        &self.hashes
    }

    /// Exchanges the hashes for others, as many.
    pub fn swap_hashes(&mut self, other: &mut Vec<u64>) {
        core::mem::swap(&mut self.hashes, other);
    }

    /// How many tiles there are in a row.
    pub const fn columns(&self) -> usize {
        self.columns
    }

    /// Pixels were asked for.
    pub fn look(&self) {
        self.looked.set(true);
    }

    /// Whether pixels were asked for.
    pub fn was_looked_at(&self) -> bool {
        self.looked.get()
    }

    /// The tiles between which pixels were moved, and those between them.
    pub const fn moved(&self) -> Area {
        self.moved
    }

    /// Whether all pixels of the area, when it is drawn as a whole, are what the operations have made them, whatever they
    /// were before.
    pub fn is_covered(&self, area: Area) -> bool {
        let (columns, rows) = self.touched(area);
        !(self.moved_ground && area.contains(self.moved))
            && rows.into_iter().all(|row| self.covered[row * self.columns..][columns.clone()].iter().all(|tile| *tile))
    }

    /// The tiles that the area, which must be inside the picture and not empty, has pixels of.
    fn touched(&self, area: Area) -> (Range<usize>, Range<usize>) {
        let columns = area.left as usize / TILE_WIDTH..(area.right as usize).div_ceil(TILE_WIDTH);
        let rows = area.top as usize / TILE_HEIGHT..(area.bottom as usize).div_ceil(TILE_HEIGHT);
        (columns, rows)
    }

    /// Some tiles of a row as an area.
    pub fn area(&self, columns: Range<usize>, row: usize) -> Area {
        let Size { width, height } = self.size;
        Area {
            left: (columns.start * TILE_WIDTH) as i32,
            top: (row * TILE_HEIGHT) as i32,
            right: (columns.end * TILE_WIDTH).min(width as usize) as i32,
            bottom: ((row + 1) * TILE_HEIGHT).min(height as usize) as i32,
        }
    }

    /// Sets a flag for each tile that the area has pixels of. The area must be inside the picture and not empty; there
    /// must be as many flags as tiles.
    pub fn mark(&self, area: Area, flags: &mut [bool]) {
        let (columns, rows) = self.touched(area);
        rows.for_each(|row| flags[row * self.columns..][columns.clone()].fill(true));
    }

    /// An operation, of which `digest` is a hash, may change any pixel of `area`. The area must be inside the picture and
    /// not empty.
    pub fn note(&mut self, area: Area, mut digest: u64, below: Below) {
        if let Below::Moved(from) = below {
            digest = self.note_move(from.envelope(area), digest);
        }
        let hides = below == Below::Hidden;
        let (columns, rows) = self.touched(area);
        let whole = self.marks(area, 0..TILE_HEIGHT, true, digest, hides);
        for row in rows {
            let start = row * TILE_HEIGHT;
            let height = TILE_HEIGHT.min(self.size.height as usize - start);
            let part = (area.top as usize).saturating_sub(start)..height.min(area.bottom as usize - start);
            let marks = match part == (0..height) {
                true => whole,
                false => self.marks(area, part, false, digest, hides),
            };
            self.touch(row * self.columns + columns.start..row * self.columns + columns.end, &marks);
        }
    }

    /// What an operation does to tiles of which it touches the columns of `area` and these rows.
    fn marks(&self, area: Area, rows: Range<usize>, all_rows: bool, digest: u64, hides: bool) -> Marks {
        let (left, right) = (area.left as usize, area.right as usize);
        let width = self.size.width as usize;
        let mark = |columns: Range<usize>, all_columns: bool| match (all_columns && all_rows, hides) {
            (true, true) => Mark::Replace(digest),
            (true, false) => Mark::Follow(digest),
            (false, _) => {
                let edges = columns.start | columns.end << 16 | rows.start << 32 | rows.end << 48;
                Mark::Follow(spread(digest ^ spread(edges as u64)))
            }
        };
        let tile = |tile: usize| {
            let start = tile * TILE_WIDTH;
            let end = TILE_WIDTH.min(width - start);
            let touched = left.saturating_sub(start)..end.min(right - start);
            mark(touched.clone(), touched == (0..end))
        };
        Marks {
            first: tile(left / TILE_WIDTH),
            middle: mark(0..TILE_WIDTH, true),
            last: tile((right - 1) / TILE_WIDTH),
        }
    }

    /// Marks tiles that are next to each other.
    fn touch(&mut self, tiles: Range<usize>, marks: &Marks) {
        let (first, last) = (tiles.start, tiles.end - 1);
        self.mark_one(first, marks.first);
        if first == last {
            return;
        }
        self.mark_one(last, marks.last);
        let between = first + 1..last;
        match marks.middle {
            Mark::Replace(digest) => {
                self.hashes[between.clone()].fill(digest);
                self.covered[between].fill(true);
            }
            Mark::Follow(digest) => self.hashes[between].iter_mut().for_each(|hash| *hash = follow(*hash, digest)),
        }
    }

    fn mark_one(&mut self, tile: usize, mark: Mark) {
        match mark {
            Mark::Replace(digest) => (self.hashes[tile], self.covered[tile]) = (digest, true),
            Mark::Follow(digest) => self.hashes[tile] = follow(self.hashes[tile], digest),
        }
    }

    /// Pixels of `area` are moved within it: the operation's hash is one of all that was drawn there.
    fn note_move(&mut self, area: Area, digest: u64) -> u64 {
        if !self.is_covered(area) {
            self.moved_ground = true;
        }
        let (columns, rows) = self.touched(area);
        let whole = self.area(columns.clone(), rows.start).envelope(self.area(columns.clone(), rows.end - 1));
        self.moved = if self.moved.is_empty() { whole } else { self.moved.envelope(whole) };
        let found = rows.flat_map(|row| &self.hashes[row * self.columns..][columns.clone()]);
        found.fold(digest, |digest, hash| follow(digest, *hash))
    }
}

/// The hash of a tile after one more operation. As a function of either it can be undone: no difference gets lost.
#[inline]
const fn follow(hash: u64, digest: u64) -> u64 {
    (hash.rotate_left(23) ^ digest).wrapping_mul(MULTIPLIER)
}

/// Makes every bit depend on every lower one, and those on it.
#[inline]
const fn spread(number: u64) -> u64 {
    let product = (number ^ number >> 32).wrapping_mul(MULTIPLIER);
    product ^ product >> 29
}
