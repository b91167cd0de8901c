//! YUYV: two pixels in four bytes, which share their colour.

use super::{ByteMemory, ROW_ALIGNMENT, convert};
use crate::PixelMemory;

/// Bytes of a pair of pixels: luma, blueness, luma of the second pixel, redness.
const PAIR: usize = 4;

/// Memory of YUYV pixels (DRM's `YUYV`), by ITU-R BT.601 in its limited range.
///
/// The colour of a pair is that of its left pixel, so that what is drawn does not depend on the order of drawing, and
/// every pixel can be written without reading. A picture with fine coloured detail looks better in any other format.
///
/// A blend does read, and finds a right pixel in the colour of its pair: what it leaves there depends on whether the left one
/// has been blended before, that is, on how a row is cut into pieces. A [canvas](crate::canvas), which cuts pictures into
/// rectangles, may leave other chroma at the edge of a blended shape than a full redraw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Yuyv<B> {
    bytes: B,
}

impl<B> Yuyv<B> {
    /// Takes the bytes as pixels.
    pub const fn new(bytes: B) -> Self {
        Self { bytes }
    }

    /// The bytes.
    pub const fn bytes(&self) -> &B {
        &self.bytes
    }

    /// Gives the bytes back.
    pub fn into_bytes(self) -> B {
        self.bytes
    }
}

impl<B: ByteMemory> Yuyv<B> {
    /// Writes the right pixel of a pair, which has no say in its colour.
    fn write_right(&mut self, at: usize, pixel: u32) {
        let [luma, ..] = encode(pixel);
        self.bytes.write(at, &[luma]);
    }

    /// Writes the left pixel of a pair, and the colour of both.
    fn write_left(&mut self, at: usize, pixel: u32) {
        let [luma, blueness, redness] = encode(pixel);
        self.bytes.write(at, &[luma, blueness]);
        self.bytes.write(at + 3, &[redness]);
    }

    /// Reads both pixels of the pair that `at` is within.
    fn read_pair(&self, at: usize) -> [u32; 2] {
        let mut pair = [0; PAIR];
        self.bytes.read(at / PAIR * PAIR, &mut pair);
        decode_pair(pair)
    }
}

impl<B: ByteMemory> PixelMemory for Yuyv<B> {
    const BYTES: usize = 2;
    const ALIGNMENT: usize = ROW_ALIGNMENT;

    /// Luma and chroma are rounded and clamped on their way to red, green and blue and back.
    const LOSSLESS: bool = false;

    fn byte_count(&self) -> usize {
        self.bytes.len()
    }

    fn fill(&mut self, at: usize, count: usize, value: u32) {
        let span = Span::new(at, count);
        if span.right {
            self.write_right(at, value);
        }
        let pair = u32::from_le_bytes(encode_pair([value; 2]));
        self.bytes.fill(span.pairs_at, span.pairs * PAIR, pair);
        if span.left {
            self.write_left(span.pairs_at + span.pairs * PAIR, value);
        }
    }

    fn write(&mut self, at: usize, pixels: &[u32]) {
        let span = Span::new(at, pixels.len());
        let (right, pixels) = pixels.split_at(span.right.into());
        right.iter().for_each(|&pixel| self.write_right(at, pixel));
        let (pairs, left) = pixels.as_chunks::<2>();
        let mut stage = [[0; PAIR]; PAIRS];
        for (index, pairs) in pairs.chunks(PAIRS).enumerate() {
            let staged = &mut stage[..pairs.len()];
            convert(pairs, staged, encode_pair);
            self.bytes.write(span.pairs_at + index * PAIRS * PAIR, staged.as_flattened());
        }
        left.iter().for_each(|&pixel| self.write_left(span.pairs_at + span.pairs * PAIR, pixel));
    }

    fn read(&self, at: usize, pixels: &mut [u32]) {
        let span = Span::new(at, pixels.len());
        let (right, pixels) = pixels.split_at_mut(span.right.into());
        right.iter_mut().for_each(|pixel| *pixel = self.read_pair(at)[1]);
        let (pairs, left) = pixels.as_chunks_mut::<2>();
        let mut stage = [[0; PAIR]; PAIRS];
        for (index, pairs) in pairs.chunks_mut(PAIRS).enumerate() {
            let staged = &mut stage[..pairs.len()];
            self.bytes.read(span.pairs_at + index * PAIRS * PAIR, staged.as_flattened_mut());
            convert(staged, pairs, decode_pair);
        }
        left.iter_mut().for_each(|pixel| *pixel = self.read_pair(span.pairs_at + span.pairs * PAIR)[0]);
    }

    fn modify(&mut self, at: usize, count: usize, mut change: impl FnMut(usize, &mut [u32])) {
        let mut stage = [0; 2 * PAIRS];
        // Parts end with pairs: one that ended within would change the colour that the next one's first pixel is read with.
        let mut length = 2 * PAIRS - usize::from(Span::new(at, count).right);
        let mut done = 0;
        while done < count {
            let part = &mut stage[..length.min(count - done)];
            self.read(at + done * Self::BYTES, part);
            change(done, part);
            self.write(at + done * Self::BYTES, part);
            done += part.len();
            length = 2 * PAIRS;
        }
    }
}

/// Pairs that are converted at a time.
const PAIRS: usize = 64;

/// A run of pixels as pairs, before which the right half of one may come, and after which the left half of one.
struct Span {
    right: bool,
    /// The byte where whole pairs begin.
    pairs_at: usize,
    pairs: usize,
    left: bool,
}

impl Span {
    const fn new(at: usize, count: usize) -> Self {
        let right = !at.is_multiple_of(PAIR) && count > 0;
        let rest = count - right as usize;
        Self { right, pairs_at: at.next_multiple_of(PAIR), pairs: rest / 2, left: !rest.is_multiple_of(2) }
    }
}

#[inline(always)]
fn encode_pair([left, right]: [u32; 2]) -> [u8; PAIR] {
    let [luma, blueness, redness] = encode(left);
    [luma, blueness, encode(right)[0], redness]
}

#[inline(always)]
fn decode_pair([left, blueness, right, redness]: [u8; PAIR]) -> [u32; 2] {
    [decode([left, blueness, redness]), decode([right, blueness, redness])]
}

/// Luma, blueness and redness in 8-bit fixed point, rounded to the nearest.
#[inline(always)]
fn encode(pixel: u32) -> [u8; 3] {
    let [blue, green, red, _] = pixel.to_le_bytes().map(i32::from);
    let scale = |weighted: i32, base: i32| (((weighted + 128) >> 8) + base) as u8;
    [
        scale(66 * red + 129 * green + 25 * blue, 16),
        scale(-38 * red - 74 * green + 112 * blue, 128),
        scale(112 * red - 94 * green - 18 * blue, 128),
    ]
}

/// The pixel as XRGB8888.
#[inline(always)]
fn decode([luma, blueness, redness]: [u8; 3]) -> u32 {
    let (luma, blueness, redness) = (298 * (i32::from(luma) - 16), i32::from(blueness) - 128, i32::from(redness) - 128);
    let channel = |weighted: i32| ((weighted + 128) >> 8).clamp(0, 255) as u32;
    let (red, green) = (channel(luma + 409 * redness), channel(luma - 100 * blueness - 208 * redness));
    red << 16 | green << 8 | channel(luma + 516 * blueness)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_black_and_the_colours_are_those_of_bt_601() {
        assert_eq!([0xff_ffff, 0].map(encode), [[235, 128, 128], [16, 128, 128]]);
        assert_eq!([0xff_0000, 0x00_ff00, 0x00_00ff].map(encode), [[82, 90, 240], [144, 54, 34], [41, 240, 110]]);
    }

    #[test]
    fn grey_comes_back_as_it_went() {
        for grey in 0..=255u32 {
            let back = decode(encode(grey * 0x1_0101));
            assert!(
                back.to_le_bytes()[..3].iter().all(|&value| u32::from(value).abs_diff(grey) <= 1),
                "{grey}: {back:#x}"
            );
        }
    }

    #[test]
    fn a_pair_has_the_colour_of_its_left_pixel() {
        let mut memory = Yuyv::new(alloc::vec![0; 8]);
        memory.write(2, &[0x00_ff00, 0xff_0000, 0xff_ffff]);
        assert_eq!(memory.bytes(), &[0, 0, 144, 0, 82, 90, 235, 240]);
    }
}
