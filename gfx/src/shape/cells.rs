//! One row of the rasteriser: what edges add to its pixels, and the coverage that comes of it.

use crate::{SUBPIXEL, area::Area, simd};
use fearless_simd::{Sse2, i32x4, prelude::*, u16x8};

/// Columns of a row, at most: 8 KiB of stack. Wider regions are drawn in several parts.
pub(crate) const MAX_COLUMNS: usize = 2048;

/// Columns of which one word says whether they were touched.
const WORD: usize = u64::BITS as usize;

/// Pixels that are looked at together: whether a few of them between others were touched is not worth asking.
const GROUP: usize = 8;

/// The bits of the first of them in a word.
const EIGHT: u64 = (1 << GROUP) - 1;

/// What a pixel counts that is covered once: twice its SUBPIXELs squared, because areas are sums of two coordinates.
const WHOLE: i32 = 2 * SUBPIXEL * SUBPIXEL;

/// Which places are inside an outline that goes around them several times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Those that it goes around more often clockwise than not, or the other way round. Known as the winding rule.
    #[default]
    NonZero,
    /// Those that it goes around an odd number of times.
    EvenOdd,
}

impl Rule {
    /// Which bits of a sum, moved by [`WHOLE`], say what is inside: an even number of times is as good as none.
    const fn kept(self) -> i32 {
        match self {
            Self::NonZero => -1,
            Self::EvenOdd => 2 * WHOLE - 1,
        }
    }
}

/// Is told which pixels are covered, and how much: `255` is all of a pixel.
pub(crate) trait Sink {
    /// As many pixels from (x, y) on are covered alike, and not by 0.
    fn run(&mut self, x: i32, y: i32, count: usize, coverage: u8);
    /// The pixels from (x, y) on are covered by so much, some of them maybe by 0.
    fn pixels(&mut self, x: i32, y: i32, coverage: &[u8]);
}

/// Tells the visible part of some pixels' coverage.
pub(crate) fn pixels_inside((x, coverage): (i32, &[u8]), y: i32, visible: Area, sink: &mut impl Sink) {
    let (from, to) = (x.max(visible.left), (x + coverage.len() as i32).min(visible.right));
    if from < to {
        sink.pixels(from, y, &coverage[(from - x) as usize..(to - x) as usize]);
    }
}

/// A row.
pub(crate) struct Cells {
    /// What the coverage of each pixel is more than that of the pixel to its left. All 0 between two rows.
    steps: [i32; MAX_COLUMNS + GROUP],
    /// Where it is less than all of the pixel that lies to the right of an edge: the rest is a step at the next one.
    touched: [u64; MAX_COLUMNS / WORD + 1],
    /// In pixels.
    width: i32,
    /// The coverage of as many pixels, and room behind the last eight.
    gathered: [u8; WORD + GROUP],
}

impl Cells {
    pub const fn new() -> Self {
        Self {
            steps: [0; MAX_COLUMNS + GROUP],
            touched: [0; MAX_COLUMNS / WORD + 1],
            width: 0,
            gathered: [0; WORD + GROUP],
        }
    }

    /// The next rows have so many pixels, [`MAX_COLUMNS`] at most.
    pub fn set_width(&mut self, width: i32) {
        self.width = width.min(MAX_COLUMNS as i32);
    }

    /// Adds what lies to the right of an edge that falls by `height` (in SUBPIXELs; negative when it rises) while it goes
    /// between two places, in SUBPIXELs from the row's left end.
    #[inline]
    pub fn add(&mut self, height: i32, from: i32, to: i32) {
        let (from, to) = if from <= to { (from, to) } else { (to, from) };
        let (first, last) = (from >> 8, to >> 8);
        if first == last {
            self.add_to(first, height, from + to - 2 * first * SUBPIXEL);
        } else {
            self.add_across(height, from, to);
        }
    }

    /// Adds an edge that goes through several columns, rightwards. Never inlined: most don't.
    #[inline(never)]
    fn add_across(&mut self, height: i32, from: i32, to: i32) {
        let (first, last) = (from >> 8, to >> 8);
        if last < 0 {
            return self.add_to(last, height, 0);
        }
        // Of the height, the part above where the edge leaves a column: from the start each time, so that it is the same
        // wherever the row begins.
        let per_step = height as f32 / (to - from) as f32;
        let above = |column: i32| ((column * SUBPIXEL + SUBPIXEL - from) as f32 * per_step) as i32;
        let start = first.max(-1);
        let mut before = 0;
        for column in start..last.min(self.width) {
            let until = above(column);
            let left = if column == first { from - first * SUBPIXEL } else { 0 };
            self.add_to(column, until - before, left + SUBPIXEL);
            before = until;
        }
        if last < self.width {
            self.add_to(last, height - before, to - last * SUBPIXEL);
        }
    }

    /// Adds a piece of an edge inside one column, whose ends are together so far from the column's left end.
    fn add_to(&mut self, column: i32, height: i32, ends: i32) {
        if column >= self.width {
            return;
        }
        let (column, ends) = if column < 0 { (0, 0) } else { (column as usize, ends) };
        // To the left of the band edges add up without end: beyond 16,384 outlines around a pixel they begin anew.
        let right = height.wrapping_mul(ends);
        let both = height.wrapping_mul(2 * SUBPIXEL);
        self.steps[column] = self.steps[column].wrapping_add(both.wrapping_sub(right));
        self.steps[column + 1] = self.steps[column + 1].wrapping_add(right);
        self.touched[column / WORD] |= 1 << (column % WORD);
    }

    /// Tells the coverage of the row, which begins at (`left`, `y`), and empties it.
    pub fn sweep(&mut self, rule: Rule, left: i32, y: i32, sink: &mut impl Sink) {
        let width = self.width as usize;
        let (mut told, mut sum, mut next) = (0, 0i32, 0);
        for index in 0..=width / WORD {
            let touched = core::mem::take(&mut self.touched[index]);
            let mut word = touched | touched << 1 | next;
            next = touched >> (WORD - 1);
            while word != 0 {
                // Eights that follow each other, as far as the word goes.
                let begins = word.trailing_zeros() as usize / GROUP;
                let first = index * WORD + begins * GROUP;
                run(sink, left + told as i32, y, first - told, coverage(sum, rule));
                let mut ends = begins;
                while ends < WORD / GROUP && word & (EIGHT << (ends * GROUP)) != 0 {
                    word &= !(EIGHT << (ends * GROUP));
                    sum = self.gather(ends - begins, first, sum, rule);
                    ends += 1;
                }
                let visible = ((ends - begins) * GROUP).min(width - first);
                if visible > 0 {
                    sink.pixels(left + first as i32, y, &self.gathered[..visible]);
                }
                told = first + visible;
            }
        }
        run(sink, left + told as i32, y, width - told, coverage(sum, rule));
    }

    /// Finds the coverage of the eight pixels that are so many eights behind `first`, and empties them. `sum` is that of the pixel
    /// to their left; returns that of the last one.
    fn gather(&mut self, index: usize, first: usize, sum: i32, rule: Rule) -> i32 {
        let simd = simd::sse2();
        let steps = &mut self.steps[first + index * GROUP..][..GROUP];
        let added = |steps: &[i32]| {
            let nothing = i32x4::splat(simd, 0);
            let two = i32x4::from_slice(simd, steps);
            let two = two + nothing.slide::<3>(two);
            two + nothing.slide::<2>(two)
        };
        let low = added(&steps[..GROUP / 2]) + sum;
        let high = added(&steps[GROUP / 2..]) + low[3];
        steps.fill(0);
        let covered = covered(low, rule).saturating_narrow(covered(high, rule)).bitcast::<u16x8<Sse2>>();
        covered.narrow(covered).store_slice(&mut self.gathered[index * GROUP..][..2 * GROUP]);
        high[3]
    }
}

/// As [`coverage`], of four pixels.
#[inline(always)]
fn covered(sums: i32x4<Sse2>, rule: Rule) -> i32x4<Sse2> {
    let folded = ((sums + WHOLE) & rule.kept()) - WHOLE;
    let once = folded.max(-WHOLE).min(WHOLE);
    let covered = once.max(i32x4::splat(sums.simd, 0) - once);
    ((covered << 8) - covered + WHOLE / 2) >> WHOLE.trailing_zeros()
}

fn run(sink: &mut impl Sink, x: i32, y: i32, count: usize, coverage: u8) {
    if count > 0 && coverage > 0 {
        sink.run(x, y, count, coverage);
    }
}

/// The coverage of a pixel, `WHOLE` for each time that the outline goes around it.
fn coverage(sum: i32, rule: Rule) -> u8 {
    let folded = (sum.wrapping_add(WHOLE) & rule.kept()).wrapping_sub(WHOLE);
    let covered = folded.unsigned_abs().min(WHOLE as u32);
    ((covered * 255 + WHOLE as u32 / 2) / WHOLE as u32) as u8
}
