//! Glyphs become rows of coverage, and rows of coverage pixels.
//!
//! A glyph's row is a few pixels, too short to be blended at speed. So the rows of a few dozen glyphs that stand side by
//! side are first put together, in bytes, and what comes of it is blended in long runs. Where glyphs overlap, their
//! coverage adds up.

use super::atlas::{Atlas, Coverage, Found, LARGEST_GLYPH};
use crate::{Ink, PixelMemory, Surface, area::Area, pixel, row, surface::STAGE};
use embedded_graphics_core::geometry::Point;

/// How many glyphs are put together at most.
const GLYPHS: usize = 32;

/// How many pixels they may take.
const WIDTH: usize = 576;
const _: () = assert!(WIDTH >= LARGEST_GLYPH as usize);

/// Glyphs are put down up to sixteen pixels at a time, so they may write this much behind their right edge.
const SLACK: usize = 16;

/// Draws a line of text that starts at `origin` on the baseline, inside `visible`, which `begin` returned.
pub(super) fn draw<M: PixelMemory>(
    surface: &mut Surface<M>,
    visible: Area,
    ink: Ink,
    font: &Atlas<'_>,
    text: &str,
    origin: Point,
) {
    let mut batch = Batch { pieces: [Piece::NONE; GLYPHS], len: 0, area: Area::EMPTY };
    for placed in font.place(text) {
        let area = placed.area(origin);
        let part = visible.intersection(area);
        if part.is_empty() {
            continue;
        }
        if !batch.takes(area) {
            batch.draw(surface, visible, ink);
            batch.len = 0;
        }
        batch.add(area, part, placed.found);
    }
    batch.draw(surface, visible, ink);
}

/// Glyphs side by side.
struct Batch<'f> {
    pieces: [Piece<'f>; GLYPHS],
    len: usize,
    /// What they take: from side to side with what is not visible of them, from top to bottom without.
    area: Area,
}

/// One glyph, whose rows are drawn one after the other.
#[derive(Clone, Copy)]
struct Piece<'f> {
    atlas: Option<&'f Atlas<'f>>,
    /// Where the next row starts in the atlas' coverage.
    next: u32,
    top: i32,
    bottom: i32,
    /// How far it is from the batch's left edge.
    offset: u16,
    width: u16,
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
        self.area = if self.len == 0 { tall } else { self.area.envelope(tall) };
        let (offset, width) = ((left - self.area.left) as u16, area.width() as u16);
        let piece = &mut self.pieces[self.len];
        *piece = Piece { atlas: Some(found.atlas), next: found.glyph().start, top, bottom, offset, width };
        self.len += 1;
    }

    fn draw<M: PixelMemory>(&mut self, surface: &mut Surface<M>, visible: Area, ink: Ink) {
        let Area { left, top, right, bottom } = self.area;
        let pieces = &mut self.pieces[..self.len];
        for piece in &mut *pieces {
            (piece.top..top).for_each(|_| piece.put_row(&mut []));
            piece.top = piece.top.max(top);
        }
        let mut stage = [0; WIDTH + SLACK];
        let width = (right - left) as usize;
        // The part of the row that is drawn.
        let from = visible.left.max(left);
        let drawn = (from - left) as usize..(visible.right.min(right) - left) as usize;
        for y in top..bottom {
            stage[..width].fill(0);
            for piece in pieces.iter_mut().filter(|piece| piece.top <= y && y < piece.bottom) {
                piece.put_row(&mut stage[usize::from(piece.offset)..]);
            }
            lay(surface, from, y, &stage[drawn.clone()], ink);
        }
    }
}

impl Piece<'_> {
    const NONE: Self = Self { atlas: None, next: 0, top: 0, bottom: 0, offset: 0, width: 0 };

    /// Adds the next row's coverage to the stage, as far as that goes.
    fn put_row(&mut self, stage: &mut [u8]) {
        let Some(atlas) = self.atlas else { return };
        let width = usize::from(self.width);
        let eights = width.div_ceil(8);
        let next = self.next as usize;
        let taken = match atlas.coverage() {
            Coverage::Packed(bytes) => {
                let (row, _) = bytes[next..][..eights * 4].as_chunks();
                let (stage, _) = stage.as_chunks_mut();
                row.iter().zip(stage).for_each(|(four, eight)| add(eight, expanded_nibbles(*four)));
                eights * 4
            }
            Coverage::Bits(bytes) => {
                let (stage, _) = stage.as_chunks_mut();
                bytes[next..][..eights].iter().zip(stage).for_each(|(byte, eight)| add(eight, expanded_bits(*byte)));
                eights
            }
            Coverage::Runs(bytes) => put_runs(&bytes[next..], width, stage),
        };
        self.next += taken as u32;
    }
}

/// Eight pixels more.
fn add(sum: &mut [u8; 8], more: [u8; 8]) {
    *sum = core::array::from_fn(|index| sum[index].saturating_add(more[index]));
}

/// The coverage of eight pixels from [`Coverage::Packed`].
fn expanded_nibbles(four: [u8; 4]) -> [u8; 8] {
    let packed = u32::from_le_bytes(four);
    let (first, last) = (packed & 0x0f0f_0f0f, packed >> 4 & 0x0f0f_0f0f);
    // 15 levels to 255: the nibble twice.
    ((u64::from(last) << 32 | u64::from(first)) * 0x11).to_le_bytes()
}

/// The coverage of eight pixels from [`Coverage::Bits`].
fn expanded_bits(byte: u8) -> [u8; 8] {
    // The byte eight times, of which each keeps a bit of its own; adding 0x7f carries it into the highest place.
    let single = (u64::from(byte) * 0x0101_0101_0101_0101) & 0x0102_0408_1020_4080;
    let ones = (single + 0x7f7f_7f7f_7f7f_7f7f) >> 7 & 0x0101_0101_0101_0101;
    (ones * 0xff).to_le_bytes()
}

/// Adds a row of [`Coverage::Runs`] to the stage, as far as that goes, and returns how many bytes the row has.
fn put_runs(runs: &[u8], width: usize, stage: &mut [u8]) -> usize {
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
fn lay<M: PixelMemory>(surface: &mut Surface<M>, x: i32, y: i32, coverage: &[u8], ink: Ink) {
    let color = pixel::pack(ink.color);
    let Some(background) = ink.background else {
        return for_each_stretch(coverage, |from, coverage| {
            surface.modify_row(x + from as i32, y, coverage.len(), |done, pixels| {
                cover(pixels, color, &coverage[done..]);
            });
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
                cover(pixels, color, part);
                surface.put_row(at + (index * STAGE) as i32, y, pixels);
            }
        }
        at += run.len() as i32;
    }
}

/// [`row::cover`], once in the image.
#[inline(never)]
fn cover(pixels: &mut [u32], color: u32, coverage: &[u8]) {
    row::cover(pixels, color, coverage);
}

/// Passes on the parts of a row in which something is covered, and where they start. Parts are looked at sixteen pixels at
/// a time, so not every pixel of them is.
fn for_each_stretch(coverage: &[u8], mut stretch: impl FnMut(usize, &[u8])) {
    let mut from = 0;
    let mut at = 0;
    for part in coverage.chunks(16) {
        let empty = match part.try_into() {
            Ok(sixteen) => u128::from_ne_bytes(sixteen) == 0,
            Err(_) => part.iter().all(|&pixel| pixel == 0),
        };
        if empty {
            if from < at {
                stretch(from, &coverage[from..at]);
            }
            from = at + part.len();
        }
        at += part.len();
    }
    if from < at {
        stretch(from, &coverage[from..at]);
    }
}
