//! Files of pictures, made byte by byte.

use embedded_graphics::prelude::*;
use miniz_oxide::deflate::compress_to_vec_zlib;

/// Colour type and depth, by the numbers of the PNG header.
#[derive(Clone, Copy)]
pub struct Kind {
    pub color_type: u8,
    pub depth: u8,
}

/// All that there are.
pub const KINDS: [Kind; 15] = {
    let kinds = [
        (0, 1),
        (0, 2),
        (0, 4),
        (0, 8),
        (0, 16),
        (2, 8),
        (2, 16),
        (3, 1),
        (3, 2),
        (3, 4),
        (3, 8),
        (4, 8),
        (4, 16),
        (6, 8),
        (6, 16),
    ];
    let mut all = [Kind { color_type: 0, depth: 1 }; 15];
    let mut index = 0;
    while index < all.len() {
        all[index] = Kind { color_type: kinds[index].0, depth: kinds[index].1 };
        index += 1;
    }
    all
};

/// First column and row, and the distances, of the passes of Adam7.
const ADAM7: [[u32; 4]; 7] =
    [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];

/// Bytes that look random.
pub fn noise(seed: u64, count: usize) -> Vec<u8> {
    let mut state = seed | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u8
    };
    (0..count).map(|_| next()).collect()
}

pub fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [&name[..], data].concat();
    [&(data.len() as u32).to_be_bytes()[..], &named, &crc(&named).to_be_bytes()].concat()
}

pub fn png_of(chunks: &[Vec<u8>]) -> Vec<u8> {
    [&b"\x89PNG\r\n\x1a\n"[..], &chunks.concat()].concat()
}

/// A PNG whose rows are noise with all kinds of filters, in pieces of at most `cut` bytes.
pub fn png(kind: Kind, size: Size, interlaced: bool, transparent: bool, seed: u64, cut: usize) -> Vec<u8> {
    let Kind { color_type, depth } = kind;
    let samples = [1, 0, 3, 1, 2, 0, 4][usize::from(color_type)];
    let mut header = [size.width.to_be_bytes(), size.height.to_be_bytes()].concat();
    header.extend([depth, color_type, 0, 0, u8::from(interlaced)]);
    let mut chunks = vec![chunk(b"IHDR", &header), chunk(b"tEXt", b"Comment\0noise")];
    if color_type == 3 {
        chunks.push(chunk(b"PLTE", &noise(seed ^ 1, 3 << depth)));
    }
    if transparent {
        let deepest = if depth == 16 { 0xffff } else { (1u16 << depth) - 1 };
        let sample = |value: u16| (value & deepest).to_be_bytes();
        match color_type {
            0 => chunks.push(chunk(b"tRNS", &sample(seed as u16))),
            2 => chunks.push(chunk(b"tRNS", &[0; 6])),
            3 => chunks.push(chunk(b"tRNS", &noise(seed ^ 2, 1 << (depth - 1)))),
            _ => {}
        }
    }
    let passes = if interlaced { &ADAM7[..] } else { &[[0, 0, 1, 1]] };
    let mut data = Vec::new();
    for &[left, top, across, down] in passes {
        let columns = size.width.saturating_sub(left).div_ceil(across);
        let rows = size.height.saturating_sub(top).div_ceil(down);
        let length = (columns as usize * samples * usize::from(depth)).div_ceil(8);
        for row in 0..if columns == 0 { 0 } else { rows } {
            let seed = seed ^ u64::from(row << 8 | left << 4 | top) << 3;
            data.push((seed % 5) as u8);
            // Few different bytes, so that some pixels have the transparent colour.
            data.extend(
                noise(seed, length).iter().map(|byte| if transparent { byte & byte >> 4 & byte << 2 } else { *byte }),
            );
        }
    }
    chunks.extend(compress_to_vec_zlib(&data, (seed % 10) as u8).chunks(cut).map(|part| chunk(b"IDAT", part)));
    chunks.push(chunk(b"IEND", &[]));
    png_of(&chunks)
}

/// A BMP of 24 bits a pixel.
pub fn bmp(rgb: &[u8], size: Size, downwards: bool) -> Vec<u8> {
    let (width, height) = (size.width as usize, size.height as i32);
    let stride = (width * 3).next_multiple_of(4);
    let length = stride * size.height as usize;
    let mut file = b"BM".to_vec();
    let words = |numbers: &[u32]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<_>>();
    let height = if downwards { -height } else { height };
    file.extend(words(&[
        54 + length as u32,
        0,
        54,
        40,
        size.width,
        height as u32,
        24 << 16 | 1,
        0,
        length as u32,
        0,
        0,
        0,
        0,
    ]));
    let row = |row: &[u8]| {
        let mut bytes: Vec<u8> = row.as_chunks().0.iter().flat_map(|&[red, green, blue]| [blue, green, red]).collect();
        bytes.resize(stride, 0);
        bytes
    };
    let rows = rgb.chunks(width * 3).map(row);
    file.extend(if downwards { rows.flatten().collect::<Vec<_>>() } else { rows.rev().flatten().collect() });
    file
}

/// Makes the checksums of all chunks of a PNG right, as far as it has chunks.
pub fn mend_checksums(file: &mut [u8]) {
    let mut at = 8;
    while let Some(length) = file.get(at..at + 4) {
        let length = u32::from_be_bytes(length.try_into().unwrap()) as usize;
        let Some(named) = file.get(at + 4..at + 8 + length) else { return };
        let sum = crc(named).to_be_bytes();
        let Some(slot) = file.get_mut(at + 8 + length..at + 12 + length) else { return };
        slot.copy_from_slice(&sum);
        at += 12 + length;
    }
}

/// CRC-32, a bit at a time.
fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 0 { crc >> 1 } else { 0xedb8_8320 ^ crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}
