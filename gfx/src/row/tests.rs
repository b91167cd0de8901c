//! Every operation on rows of every length and alignment, with every instruction set, against one pixel at a time.

use super::*;
use crate::{pixel, simd::tests::at_each_level};
use alloc::vec::Vec;

/// The longest row that is tried: several vectors, and all that can be left over.
const LONGEST: usize = 70;

/// Pixels in a vector, and so all the ways in which a row can lie in memory.
const ALIGNMENTS: usize = 8;

const OPACITIES: [u8; 6] = [0, 1, 77, 128, 254, 255];

/// Pixels of all kinds, as many as asked for.
fn pixels(count: usize, seed: u32) -> Vec<u32> {
    let step = |state: &mut u32| {
        *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Some(*state ^ *state >> 15)
    };
    let mut state = seed;
    let edges = [0, u32::MAX, 0xff00_0000, 0x00ff_ffff, 0x0100_0001, 0x8080_8080];
    edges.into_iter().cycle().take(count / 4).chain(core::iter::from_fn(|| step(&mut state))).take(count).collect()
}

fn rounded(number: u32) -> u32 {
    (2 * number + 255) / 510
}

fn channels(pixel: u32) -> [u32; 3] {
    [16, 8, 0].map(|shift| pixel >> shift & 0xff)
}

fn packed([red, green, blue]: [u32; 3]) -> u32 {
    red << 16 | green << 8 | blue
}

/// Compares an operation with what it should make of each pixel: `expected(below, index)`. Rows of other memory are laid
/// on from `offset` on too.
#[track_caller]
fn check(operation: impl Fn(&mut [u32], usize), expected: impl Fn(u32, usize) -> u32) {
    for offset in 0..ALIGNMENTS {
        for length in 0..=LONGEST {
            let before = pixels(offset + length + ALIGNMENTS, 1);
            let mut row = before.clone();
            operation(&mut row[offset..offset + length], offset);
            for (index, (&after, &before)) in row.iter().zip(&before).enumerate() {
                let inside = (offset..offset + length).contains(&index);
                let should = if inside { expected(before, index) } else { before };
                assert_eq!(after, should, "pixel {index} of a row of {length} from {offset} on, {before:#x} before");
            }
        }
    }
}

#[test]
fn a_row_is_filled() {
    at_each_level(|| check(|row, _| fill(row, row.len(), 1, row.len(), 0xab12_3456), |_, _| 0xab12_3456));
}

#[test]
fn a_long_run_and_rows_are_filled_up_to_their_end() {
    for length in [65_535, 65_536, 65_537, 200_000] {
        let mut run = alloc::vec![1; length + 2];
        fill(&mut run[1..], length, 1, length, 7);
        assert_eq!([run[0], run[length + 1]], [1, 1]);
        assert!(run[1..=length].iter().all(|&pixel| pixel == 7), "{length} pixels");
    }
    for width in 0..20 {
        let mut rows = alloc::vec![1; 3 * 20 + width + 1];
        fill(&mut rows, 20, 4, width, 7);
        let expected = |index: usize| if index % 20 < width && index < 60 + width { 7 } else { 1 };
        rows.iter().enumerate().for_each(|(index, &pixel)| assert_eq!(pixel, expected(index), "{width}: {index}"));
    }
}

#[test]
fn pixels_are_laid_on_by_one_weight() {
    let over = pixels(LONGEST + 2 * ALIGNMENTS, 2);
    at_each_level(|| {
        for alpha in OPACITIES {
            check(|row, at| mix(row, &over[at..], alpha), |below, at| pixel::blend(below, over[at], alpha));
            check(|row, _| tint(row, 0xff12_3456, alpha), |below, _| pixel::blend(below, 0x12_3456, alpha));
        }
    });
}

#[test]
fn a_colour_is_laid_on_by_coverage() {
    let coverage: Vec<u8> = pixels(LONGEST + 2 * ALIGNMENTS, 3).iter().map(|value| (value >> 7) as u8).collect();
    let (background, color) = (0xcc01_fe80, 0xddab_cdef);
    at_each_level(|| {
        check(|row, at| cover(row, color, &coverage[at..]), |below, at| pixel::blend(below, color, coverage[at]));
        check(
            |row, at| cover_on(row, background, color, &coverage[at..]),
            |_, at| pixel::blend(background, color, coverage[at]),
        );
    });
}

#[test]
fn straight_pixels_are_laid_on_by_their_alpha() {
    let over = pixels(LONGEST + 2 * ALIGNMENTS, 4);
    at_each_level(|| {
        for opacity in OPACITIES {
            let alpha = |at: usize| rounded((over[at] >> 24) * u32::from(opacity)) as u8;
            check(
                |row, at| over_straight(row, &over[at..], opacity),
                |below, at| pixel::blend(below, over[at], alpha(at)),
            );
        }
    });
}

#[test]
fn premultiplied_pixels_are_added_to_what_they_leave() {
    let wild = pixels(LONGEST + 2 * ALIGNMENTS, 5);
    let mut proper = wild.clone();
    premultiply(&mut proper);
    // Where many pixels in a row are opaque, what is below is not looked at.
    let mut opaque = wild.clone();
    opaque[10..60].iter_mut().for_each(|pixel| *pixel |= 0xff00_0000);
    opaque[45] ^= 0x0100_0000;
    at_each_level(|| {
        for (over, opacity) in
            [&wild, &proper, &opaque].into_iter().flat_map(|over| OPACITIES.map(|opacity| (over, opacity)))
        {
            let faded = |value: u32| rounded(value * u32::from(opacity));
            let expected = |below: u32, at: usize| {
                let rest = 255 - faded(over[at] >> 24);
                let (below, over) = (channels(below), channels(over[at]));
                packed([0, 1, 2].map(|i| (faded(over[i]) + rounded(below[i] * rest)).min(255)))
            };
            check(|row, at| over_premultiplied(row, &over[at..], opacity), expected);
        }
    });
}

#[test]
fn premultiplying_multiplies_by_alpha_and_keeps_it() {
    at_each_level(|| {
        let expected = |pixel: u32, _| {
            let alpha = pixel >> 24;
            alpha << 24 | packed(channels(pixel).map(|channel| rounded(channel * alpha)))
        };
        check(|row, _| premultiply(row), expected);
    });
}

#[test]
#[should_panic]
fn laying_too_little_on_a_row_panics() {
    mix(&mut [0; 9], &[0; 8], 128);
}

#[test]
fn each_level_of_a_colour_on_each_other_is_its_share() {
    // A row of all levels on all greys.
    let packed: Vec<u8> = (0..256 * 16 / 8).flat_map(|eight| [(eight / 32 * 17) as u8; 4]).collect();
    let picture = Stamp { left: 0, top: 0, width: 4096, height: 1, start: 0 };
    at_each_level(|| {
        for color in 0..=255 {
            let mut row: Vec<u32> = (0..4096).map(|index| (index % 256) * 0x01_0101 + 0xff00_0000).collect();
            let rows = Rows { pixels: &mut row, stride: 4096, left: 0, top: 0, bottom: 1 };
            stamp(rows, color * 0x01_0101, Pictures::Packed(&packed), &[picture], 0);
            for (index, pixel) in (0..4096).zip(row) {
                let (level, below) = (index / 256, index % 256);
                let expected = rounded(below * (255 - level * 17) + color * level * 17);
                assert_eq!(pixel, expected * 0x01_0101, "level {level} of {color} on {below}");
            }
        }
    });
}

/// A picture in either format, with a start that is no multiple of four, and its coverage.
fn picture(width: usize, height: usize, is_packed: bool) -> (Vec<u8>, Vec<u8>) {
    let levels: Vec<u8> = (0..width * height).map(|index| (index * index / 3 % 16) as u8).collect();
    let (mut bytes, mut coverage) = (alloc::vec![0xff; 7], Vec::new());
    for eight in levels.chunks(width).flat_map(|row| row.chunks(8)) {
        let level = |index: usize| eight.get(index).copied().unwrap_or(0);
        if is_packed {
            bytes.extend((0..4).map(|index| level(index) | level(index + 4) << 4));
            coverage.extend(eight.iter().map(|level| level * 17));
        } else {
            bytes.push((0..8).fold(0, |bits, index| bits << 1 | u8::from(level(index) > 7)));
            coverage.extend(eight.iter().map(|level| if *level > 7 { 255 } else { 0 }));
        }
    }
    (bytes, coverage)
}

#[test]
fn stamps_change_their_pixels_and_no_others() {
    const STRIDE: usize = 50;
    // Of pixels that have 0 in their highest byte, for what a row is filled up with has it afterwards.
    let before: Vec<u32> = pixels(STRIDE * 20, 2).into_iter().map(|pixel| pixel & 0xff_ffff).collect();
    let check = |width: u16, height: u16, top: i32, is_packed: bool| {
        let (bytes, coverage) = picture(width.into(), height.into(), is_packed);
        let pictures = if is_packed { Pictures::Packed(&bytes) } else { Pictures::Bits(&bytes) };
        let (shown, mut after) = (Stamp { left: 13, top, width, height, start: 7 }, before.clone());
        let rows = Rows { pixels: &mut after, stride: STRIDE, left: 1, top: 0, bottom: 18 };
        stamp(rows, 0x12_3456, pictures, &[Stamp { left: 2, ..shown }, shown], 1);
        for (index, (after, before)) in after.into_iter().zip(&before).enumerate() {
            let (x, y) = ((index % STRIDE) as i32 + 1 - shown.left, (index / STRIDE) as i32 - top);
            let is_inside = (0..width.into()).contains(&x) && (0..height.into()).contains(&y) && y + top < 18;
            let weight = if is_inside { coverage[y as usize * usize::from(width) + x as usize] } else { 0 };
            let expected = pixel::blend(*before, 0x12_3456, weight);
            assert_eq!(after, expected, "{width} x {height} at {top}, packed: {is_packed}, ({x}, {y})");
        }
    };
    at_each_level(|| {
        for (width, height) in (1..=26).flat_map(|width| [1, 2, 9].map(|height| (width, height))) {
            for top in [-8, -1, 0, 5, 14, 30] {
                check(width, height, top, true);
                check(width, height, top, false);
            }
        }
    });
}
