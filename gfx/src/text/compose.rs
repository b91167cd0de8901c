//! Glyphs become rows of coverage, and rows of coverage pixels.
//!
//! This is for what can't be put straight onto the pixels: glyphs that are cut off by the clip, that cover the same pixels
//! (their coverage adds up), that are large, or whose background is known. Their rows are put together in bytes, and what
//! comes of it is blended.

use super::{
    atlas::{Coverage, LARGEST_GLYPH},
    glyph_run::{BLOCK, Block},
};
use crate::{Band, Ink, PixelMemory, Surface, area::Area, pixel, row, surface::STAGE};

/// A row of coverage, as wide as a block, with room behind it: glyphs are put down eight pixels at a time.
type Row = [u8; Band::WIDEST + Band::SLACK];
const _: () = assert!(Band::WIDEST >= LARGEST_GLYPH as usize);

/// Draws those glyphs whose numbers `which` has, as bits, inside `visible`, which `begin` returned.
#[inline(never)]
pub(super) fn draw<M: PixelMemory>(
    surface: &mut Surface<M>,
    visible: Area,
    ink: Ink,
    block: &Block<'_, '_>,
    which: u64,
) {
    let mut pieces = Pieces::of(block, visible, which);
    let part = visible.intersection(pieces.area);
    let mut row: Row = [0; _];
    let drawn = part.left.abs_diff(pieces.area.left) as usize..part.right.abs_diff(pieces.area.left) as usize;
    for y in pieces.area.top..part.bottom {
        if y < part.top {
            pieces.put_down(y, &mut []);
        } else {
            row.fill(0);
            pieces.put_down(y, &mut row);
            lay(surface, part.left, y, &row[drawn.clone()], ink);
        }
    }
}

/// Glyphs whose rows are put down one after the other.
struct Pieces<'b> {
    block: &'b Block<'b, 'b>,
    /// Which of the block's glyphs they are.
    which: u64,
    /// Where the next row of each starts in the font's coverage.
    next: [u32; BLOCK],
    /// What they take.
    area: Area,
}

impl<'b> Pieces<'b> {
    /// Those of the glyphs that `which` names of which anything is visible.
    fn of(block: &'b Block<'b, 'b>, visible: Area, which: u64) -> Self {
        let mut pieces = Self { block, which: 0, next: [0; _], area: Area::EMPTY };
        for (index, stamp) in block.stamps.iter().enumerate() {
            let area = stamp.area().moved(block.origin);
            if which >> index & 1 != 0 && !visible.intersection(area).is_empty() {
                pieces.area = if pieces.which == 0 { area } else { pieces.area.envelope(area) };
                pieces.which |= 1 << index;
                pieces.next[index] = stamp.start;
            }
        }
        pieces
    }

    /// Adds what all cover of row `y`, as far as `row` goes. Rows have to come in order, from the first one.
    #[inline(never)]
    fn put_down(&mut self, y: i32, row: &mut [u8]) {
        let Block { origin, atlas, stamps, .. } = self.block;
        for (index, stamp) in stamps.iter().enumerate() {
            let area = stamp.area().moved(*origin);
            if self.which >> index & 1 == 0 || y < area.top || y >= area.bottom {
                continue;
            }
            let (next, width) = (self.next[index] as usize, usize::from(stamp.width));
            let place = row.get_mut((area.left - self.area.left) as usize..).unwrap_or_default();
            self.next[index] += match atlas.coverage() {
                Coverage::Packed(bytes) => put_eights(&bytes[next..], width, place, 4),
                Coverage::Bits(bytes) => put_eights(&bytes[next..], width, place, 1),
                Coverage::Runs(bytes) => put_runs(&bytes[next..], width, place),
            } as u32;
        }
    }
}

/// Adds a row that has `size` bytes for every eight pixels, 4 or 1, to the stage, and returns how many bytes it has.
fn put_eights(encoded: &[u8], width: usize, stage: &mut [u8], size: usize) -> usize {
    let encoded = &encoded[..width.div_ceil(8) * size];
    for (sum, eight) in stage.as_chunks_mut::<8>().0.iter_mut().zip(encoded.chunks_exact(size)) {
        *sum = added(u64::from_le_bytes(*sum), expanded(eight)).to_le_bytes();
    }
    encoded.len()
}

/// The coverage of eight pixels that two glyphs cover: their sum, byte by byte, and at most 255.
const fn added(one: u64, other: u64) -> u64 {
    const HIGHEST: u64 = 0x8080_8080_8080_8080;
    // The lower seven bits of each byte have room for their carry.
    let lower = (one & !HIGHEST) + (other & !HIGHEST);
    let beyond = (one & other | (one | other) & lower) & HIGHEST;
    (lower ^ (one ^ other) & HIGHEST) | ((beyond >> 7) * 0xff)
}

/// The coverage of eight pixels from their four bytes or the one.
// Called, for what is rare had better be small.
#[inline(never)]
fn expanded(eight: &[u8]) -> u64 {
    match *eight {
        [one, two, three, four] => row::expanded_nibbles([one, two, three, four]),
        [bits, ..] => expanded_bits(bits),
        [] => 0,
    }
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
#[inline(never)]
pub(crate) fn lay<M: PixelMemory>(surface: &mut Surface<M>, x: i32, y: i32, coverage: &[u8], ink: Ink) {
    let color = pixel::pack(ink.color);
    let Some(background) = ink.background else {
        return surface.modify_row(x, y, coverage.len(), |done, pixels| {
            row::cover(pixels, color, &coverage[done..]);
        });
    };
    let background = pixel::pack(background);
    let mut stage = [0; STAGE];
    let mut at = x;
    for run in coverage.chunk_by(|one, next| (*one == 0) == (*next == 0)) {
        if run[0] != 0 {
            for (index, part) in run.chunks(STAGE).enumerate() {
                let pixels = &mut stage[..part.len()];
                row::cover_on(pixels, background, color, part);
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
