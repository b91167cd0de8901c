//! Glyphs become rows of coverage, and rows of coverage pixels.
//!
//! A glyph's row is a few pixels, too short to be blended at speed. So the rows of a few dozen glyphs that stand side by
//! side are first put together, in bytes, and what comes of it is blended in long runs. Where glyphs overlap, their
//! coverage adds up.

use super::atlas::{Atlas, Coverage, Found, LARGEST_GLYPH};
use crate::{Ink, PixelMemory, Surface, area::Area, pixel, row, surface::STAGE};
use embedded_graphics_core::geometry::Point;

/// How many glyphs are put together at most.
const GLYPHS: usize = 48;

/// How many pixels they may take.
const WIDTH: usize = 512;
const _: () = assert!(WIDTH >= LARGEST_GLYPH as usize);

/// How many rows are put together at a time: all of a line of text that is meant to be read.
const ROWS: usize = 24;

/// Glyphs are put down eight pixels at a time, so they may write this much behind their right edge.
const SLACK: usize = 8;

/// Rows of coverage.
type Stage = [[u8; WIDTH + SLACK]; ROWS];

/// Draws a line of text that starts at `origin` on the baseline, inside `visible`, which `begin` returned.
pub(super) fn draw<M: PixelMemory>(
    surface: &mut Surface<M>,
    visible: Area,
    ink: Ink,
    font: &Atlas<'_>,
    text: &str,
    origin: Point,
) {
    let mut stage = [[0; WIDTH + SLACK]; ROWS];
    let mut batch = Batch { pieces: [Piece::NONE; GLYPHS], len: 0, area: Area::EMPTY };
    for placed in font.place(text) {
        let area = placed.area(origin);
        let part = visible.intersection(area);
        if part.is_empty() {
            continue;
        }
        if !batch.takes(area) {
            batch.draw(surface, &mut stage, visible, ink);
            batch.len = 0;
        }
        batch.add(area, part, placed.found);
    }
    batch.draw(surface, &mut stage, visible, ink);
}

/// Glyphs side by side.
struct Batch<'f> {
    pieces: [Piece<'f>; GLYPHS],
    len: usize,
    /// What they take: from side to side with what is not visible of them, from top to bottom without.
    area: Area,
}

/// One glyph, whose rows are put down one after the other.
#[derive(Clone, Copy)]
struct Piece<'f> {
    atlas: Option<&'f Atlas<'f>>,
    /// Where the next row starts in the atlas' coverage.
    next: u32,
    /// Which row that is.
    top: i32,
    bottom: i32,
    /// How far it is from the batch's left edge.
    offset: u16,
    width: u16,
    /// Whether glyphs before it reach into its picture.
    overlaps: bool,
}

impl<'f> Batch<'f> {
    /// Whether there is room for a glyph.
    fn takes(&self, area: Area) -> bool {
        self.len == 0
            || self.len < GLYPHS && area.left >= self.area.left && (area.right - self.area.left) as usize <= WIDTH
    }

    /// Adds a glyph, of which `part` is visible. There must be room.
    fn add(&mut self, area: Area, part: Area, found: Found<'f>) {
        let Area { left, right, top, bottom } = area;
        let tall = Area { left, right, ..part };
        let overlaps = self.len > 0 && left < self.area.right;
        self.area = if self.len == 0 { tall } else { self.area.envelope(tall) };
        let (offset, width) = ((left - self.area.left) as u16, area.width() as u16);
        let piece = &mut self.pieces[self.len];
        *piece = Piece { atlas: Some(found.atlas), next: found.glyph().start, top, bottom, offset, width, overlaps };
        self.len += 1;
    }

    fn draw<M: PixelMemory>(&mut self, surface: &mut Surface<M>, stage: &mut Stage, visible: Area, ink: Ink) {
        let Area { left, top, right, bottom } = self.area;
        let pieces = &mut self.pieces[..self.len];
        pieces.iter_mut().for_each(|piece| piece.skip_to(top));
        let width = (right - left) as usize;
        // The part of a row that is drawn.
        let from = visible.left.max(left);
        let drawn = (from - left) as usize..(visible.right.min(right) - left) as usize;
        for first in (top..bottom).step_by(ROWS) {
            let rows = &mut stage[..ROWS.min((bottom - first) as usize)];
            rows.iter_mut().for_each(|row| row[..width].fill(0));
            pieces.iter_mut().for_each(|piece| piece.put_down(rows, first));
            for (y, row) in (first..).zip(rows) {
                lay(surface, from, y, &row[drawn.clone()], ink);
            }
        }
    }
}

impl Piece<'_> {
    const NONE: Self = Self { atlas: None, next: 0, top: 0, bottom: 0, offset: 0, width: 0, overlaps: false };

    /// Leaves out the rows above `y`.
    fn skip_to(&mut self, y: i32) {
        let Some(atlas) = self.atlas else { return };
        let width = usize::from(self.width);
        while self.top < y {
            self.next += match atlas.coverage() {
                Coverage::Packed(_) => 4 * width.div_ceil(8),
                Coverage::Bits(_) => width.div_ceil(8),
                Coverage::Runs(bytes) => put_runs(&bytes[self.next as usize..], width, &mut []),
            } as u32;
            self.top += 1;
        }
    }

    /// Puts down what the glyph covers of some rows, the first of which is `first`. No row of it may be above that.
    fn put_down(&mut self, rows: &mut [[u8; WIDTH + SLACK]], first: i32) {
        let Some(atlas) = self.atlas else { return };
        let end = self.bottom.min(first + rows.len() as i32);
        if self.top >= end {
            return;
        }
        let rows = &mut rows[(self.top - first) as usize..(end - first) as usize];
        let (offset, width, next) = (usize::from(self.offset), usize::from(self.width), self.next as usize);
        let eights = width.div_ceil(8);
        let taken = match atlas.coverage() {
            Coverage::Packed(bytes) => {
                let bytes = &bytes[next..][..rows.len() * eights * 4];
                put_eights(rows, offset, self.overlaps, bytes.as_chunks::<4>().0, eights, expanded_nibbles);
                bytes.len()
            }
            Coverage::Bits(bytes) => {
                let bytes = &bytes[next..][..rows.len() * eights];
                put_eights(rows, offset, self.overlaps, bytes, eights, expanded_bits);
                bytes.len()
            }
            Coverage::Runs(bytes) => rows
                .iter_mut()
                .fold(0, |taken, row| taken + put_runs(&bytes[next + taken..], width, &mut row[offset..])),
        };
        self.next += taken as u32;
        self.top = end;
    }
}

/// Puts down rows of pictures, eight pixels at a time.
#[inline(always)]
fn put_eights<E: Copy>(
    rows: &mut [[u8; WIDTH + SLACK]],
    offset: usize,
    overlaps: bool,
    encoded: &[E],
    eights: usize,
    expand: impl Fn(E) -> u64,
) {
    for (row, picture) in rows.iter_mut().zip(encoded.chunks_exact(eights)) {
        for (sum, eight) in row[offset..].as_chunks_mut::<8>().0.iter_mut().zip(picture) {
            let eight = expand(*eight);
            // Where nothing overlaps, what is behind the picture may be overwritten: what stands there comes later.
            let sum_of_both = if overlaps { added(u64::from_le_bytes(*sum), eight) } else { eight };
            *sum = sum_of_both.to_le_bytes();
        }
    }
}

/// The coverage of eight pixels that two glyphs cover: their sum, byte by byte, and at most 255.
const fn added(one: u64, other: u64) -> u64 {
    const HIGHEST: u64 = 0x8080_8080_8080_8080;
    // The lower seven bits of each byte have room for their carry.
    let lower = (one & !HIGHEST) + (other & !HIGHEST);
    let beyond = (one & other | (one | other) & lower) & HIGHEST;
    (lower ^ (one ^ other) & HIGHEST) | ((beyond >> 7) * 0xff)
}

/// The coverage of eight pixels from [`Coverage::Packed`].
fn expanded_nibbles(four: [u8; 4]) -> u64 {
    let packed = u32::from_le_bytes(four);
    let (first, last) = (packed & 0x0f0f_0f0f, packed >> 4 & 0x0f0f_0f0f);
    // 15 levels to 255: the nibble twice.
    (u64::from(last) << 32 | u64::from(first)) * 0x11
}

/// The coverage of eight pixels from [`Coverage::Bits`].
fn expanded_bits(byte: u8) -> u64 {
    // The byte eight times, of which each keeps a bit of its own; adding 0x7f carries it into the highest place.
    let single = (u64::from(byte) * 0x0101_0101_0101_0101) & 0x0102_0408_1020_4080;
    let ones = (single + 0x7f7f_7f7f_7f7f_7f7f) >> 7 & 0x0101_0101_0101_0101;
    ones * 0xff
}

/// Adds a row of [`Coverage::Runs`](super::atlas::Coverage::Runs) to the stage, as far as that goes, and returns how many
/// bytes the row has.
pub(crate) fn put_runs(runs: &[u8], width: usize, stage: &mut [u8]) -> usize {
    let (mut x, mut taken) = (0, 0);
    while x < width && taken < runs.len() {
        let run = runs[taken];
        let end = x + usize::from(run & 15) + 1;
        if run >> 4 != 0
            && let Some(pixels) = stage.get_mut(x..end)
        {
            pixels.iter_mut().for_each(|sum| *sum = sum.saturating_add(run >> 4 | run & 0xf0));
        }
        (x, taken) = (end, taken + 1);
    }
    taken
}

/// Lays the ink on a part of row `y`.
pub(crate) fn lay<M: PixelMemory>(surface: &mut Surface<M>, x: i32, y: i32, coverage: &[u8], ink: Ink) {
    let color = pixel::pack(ink.color);
    let Some(background) = ink.background else {
        return surface.modify_row(x, y, coverage.len(), |done, pixels| {
            row::cover_sparse(pixels, color, &coverage[done..]);
        });
    };
    let background = pixel::pack(background);
    let mut stage = [0; STAGE];
    let mut at = x;
    for run in coverage.chunk_by(|one, next| (*one == 0) == (*next == 0)) {
        if run[0] != 0 {
            for (index, part) in run.chunks(STAGE).enumerate() {
                let pixels = &mut stage[..part.len()];
                pixels.fill(background);
                row::cover_sparse(pixels, color, part);
                surface.put_row(at + (index * STAGE) as i32, y, pixels);
            }
        }
        at += run.len() as i32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_bytes_stop_at_255() {
        for one in 0..=255u8 {
            for other in 0..=255u8 {
                // Neighbours that are 0 and 255 show what leaks.
                let sum = added(
                    u64::from_le_bytes([0, one, 255, 0, one, 0, 1, one]),
                    u64::from_le_bytes([0, other, 1, 0, other, 255, 1, other]),
                );
                let expected = one.saturating_add(other);
                assert_eq!(sum.to_le_bytes(), [0, expected, 255, 0, expected, 255, 2, expected]);
            }
        }
    }
}
