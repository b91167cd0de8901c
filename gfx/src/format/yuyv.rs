//! YUYV: two pixels in four bytes, which share their colour.

use super::{ByteMemory, ROW_ALIGNMENT};
use crate::PixelMemory;

/// Bytes of a pair of pixels: luma, blueness, luma of the second pixel, redness.
const PAIR: usize = 4;

/// Memory of YUYV pixels (DRM's `YUYV`), by ITU-R BT.601 in its limited range.
///
/// The colour of a pair is that of its left pixel, so that what is drawn does not depend on the order of drawing, and
/// every pixel can be written without reading. A picture with fine coloured detail looks better in any other format.
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
    fn put(&mut self, at: usize, pixel: u32) {
        let [luma, blueness, redness] = encode(pixel);
        if at.is_multiple_of(PAIR) {
            self.bytes.write(at, &[luma, blueness]);
            self.bytes.write(at + 3, &[redness]);
        } else {
            self.bytes.write(at, &[luma]);
        }
    }
}

impl<B: ByteMemory> PixelMemory for Yuyv<B> {
    const BYTES: usize = 2;
    const ALIGNMENT: usize = ROW_ALIGNMENT;

    fn byte_count(&self) -> usize {
        self.bytes.len()
    }

    fn fill(&mut self, at: usize, count: usize, value: u32) {
        for index in 0..count {
            self.put(at + index * Self::BYTES, value);
        }
    }

    fn write(&mut self, at: usize, pixels: &[u32]) {
        for (index, &pixel) in pixels.iter().enumerate() {
            self.put(at + index * Self::BYTES, pixel);
        }
    }

    fn read(&self, at: usize, pixels: &mut [u32]) {
        for (index, pixel) in pixels.iter_mut().enumerate() {
            let at = at + index * Self::BYTES;
            let mut pair = [0; PAIR];
            self.bytes.read(at / PAIR * PAIR, &mut pair);
            *pixel = decode([pair[at % PAIR], pair[1], pair[3]]);
        }
    }
}

/// Luma, blueness and redness in 8-bit fixed point, rounded to the nearest.
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
