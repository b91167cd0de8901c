//! A picture in a guest's memory, and its rows as XRGB8888.

use vitrine_xen::io::displif::PixelFormat;
use vitrine_xen::memory::SharedMemory;

/// Pixels that are converted at a time; even, for YUYV has its pixels in pairs.
const CHUNK: usize = 256;

/// The visible part of a framebuffer. The guest can write it at any time: what is read is a snapshot, row by row.
#[derive(Clone, Copy)]
pub struct Picture<'a> {
    memory: SharedMemory<'a>,
    start: usize,
    stride: usize,
    format: PixelFormat,
    width: u32,
    height: u32,
}

impl<'a> Picture<'a> {
    /// A picture of `size` (width and height in pixels) whose first byte is at `start` and whose rows are `stride` bytes
    /// apart. Panics when it leaves the memory.
    pub fn new(
        memory: SharedMemory<'a>,
        start: usize,
        stride: usize,
        format: PixelFormat,
        (width, height): (u32, u32),
    ) -> Self {
        let end = start + stride * (height as usize).saturating_sub(1) + row_bytes(format, width as usize);
        assert!(end <= memory.len(), "a picture that ends at byte {end} of {}", memory.len());
        Self { memory, start, stride, format, width, height }
    }

    /// Pixels in a row.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Writes all rows as [`Self::copy_row`] does, `pitch` bytes apart from the beginning of `bytes` on. Panics unless
    /// `bytes` has room for all of them and `pitch` is at least a row.
    pub fn copy_rows(&self, bytes: &mut [u8], pitch: usize) {
        let row = 4 * self.width as usize;
        if self.format.bits_per_pixel() == 32 && self.stride == pitch && row == pitch {
            return self.memory.read(self.start, &mut bytes[..pitch * self.height as usize]);
        }
        assert!(bytes.len() + pitch >= pitch * self.height as usize + row && pitch >= row, "rows of {row} bytes fit");
        for (y, place) in (0..self.height).zip(bytes.chunks_mut(pitch)) {
            self.copy_row(y, &mut place[..row]);
        }
    }

    /// Writes the first pixels of row `y` as XRGB8888 (blue, green, red, and a byte that means nothing), as many as fit
    /// into `row` and are there. Transparency is ignored: there is nothing below a guest's picture. Panics unless `y` is
    /// less than the height.
    pub fn copy_row(&self, y: u32, row: &mut [u8]) {
        assert!(y < self.height, "row {y} of {}", self.height);
        let start = self.start + self.stride * y as usize;
        let wanted = row.len().min(4 * self.width as usize);
        let row = &mut row[..wanted];
        if self.format.bits_per_pixel() == 32 {
            return self.memory.read(start, row);
        }
        let mut source = [0; 4 * CHUNK];
        for (index, pixels) in row.chunks_mut(4 * CHUNK).enumerate() {
            let source = &mut source[..row_bytes(self.format, pixels.len() / 4)];
            self.memory.read(start + index * row_bytes(self.format, CHUNK), source);
            convert(self.format, source, pixels);
        }
    }
}

/// Bytes that hold the first `pixels` pixels of a row; YUYV has its pixels in pairs.
pub const fn row_bytes(format: PixelFormat, pixels: usize) -> usize {
    match format {
        PixelFormat::Yuyv => pixels.div_ceil(2) * 4,
        _ => pixels * format.bits_per_pixel() as usize / 8,
    }
}

/// Converts pixels to XRGB8888; `source` is as long as [`row_bytes`] says.
fn convert(format: PixelFormat, source: &[u8], pixels: &mut [u8]) {
    match format {
        PixelFormat::Xrgb8888 | PixelFormat::Argb8888 => pixels.copy_from_slice(source),
        PixelFormat::Rgb888 => each(source, pixels, |[blue, green, red]: [u8; 3]| [red, green, blue]),
        PixelFormat::Rgb565 => each(source, pixels, |pixel| packed(pixel, [(11, 5), (5, 6), (0, 5)])),
        PixelFormat::Xrgb1555 | PixelFormat::Argb1555 => {
            each(source, pixels, |pixel| packed(pixel, [(10, 5), (5, 5), (0, 5)]));
        }
        PixelFormat::Xrgb4444 | PixelFormat::Argb4444 => {
            each(source, pixels, |pixel| packed(pixel, [(8, 4), (4, 4), (0, 4)]));
        }
        PixelFormat::Yuyv => {
            for (pair, pixels) in source.chunks_exact(4).zip(pixels.chunks_mut(8)) {
                for (pixel, luma) in pixels.chunks_exact_mut(4).zip([pair[0], pair[2]]) {
                    store(pixel, luma_and_chroma(luma, pair[1], pair[3]));
                }
            }
        }
    }
}

fn each<const N: usize>(source: &[u8], pixels: &mut [u8], rgb: impl Fn([u8; N]) -> [u8; 3]) {
    let source = source.chunks_exact(N).flat_map(<[u8; N]>::try_from);
    for (pixel, bytes) in pixels.chunks_exact_mut(4).zip(source) {
        store(pixel, rgb(bytes));
    }
}

fn store(pixel: &mut [u8], [red, green, blue]: [u8; 3]) {
    pixel.copy_from_slice(&[blue, green, red, 0]);
}

/// Red, green and blue of a 16-bit pixel, each (lowest bit, number of bits), widened so that all ones stay all ones.
fn packed(pixel: [u8; 2], channels: [(u32, u32); 3]) -> [u8; 3] {
    let pixel = u32::from(u16::from_le_bytes(pixel));
    channels.map(|(shift, bits)| {
        let value = pixel >> shift & ((1 << bits) - 1);
        (value << (8 - bits) | value >> (2 * bits - 8)) as u8
    })
}

/// Red, green and blue by ITU-R BT.601, limited range, in 8-bit fixed point.
fn luma_and_chroma(y: u8, u: u8, v: u8) -> [u8; 3] {
    let (y, u, v) = (298 * (i32::from(y) - 16), i32::from(u) - 128, i32::from(v) - 128);
    [y + 409 * v, y - 100 * u - 208 * v, y + 516 * u].map(|channel| ((channel + 128) >> 8).clamp(0, 255) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use PixelFormat::*;

    fn pixel(format: PixelFormat, source: &[u8]) -> [u8; 3] {
        let mut pixel = [0; 4];
        convert(format, source, &mut pixel);
        [pixel[2], pixel[1], pixel[0]]
    }

    #[test]
    fn channels_are_where_drm_has_them() {
        assert_eq!(pixel(Xrgb8888, &[3, 2, 1, 9]), [1, 2, 3]);
        assert_eq!(pixel(Argb8888, &[3, 2, 1, 0]), [1, 2, 3]);
        assert_eq!(pixel(Rgb888, &[3, 2, 1]), [1, 2, 3]);
        for (format, red, green, blue) in [
            (Rgb565, 0xf800u16, 0x07e0u16, 0x001fu16),
            (Xrgb1555, 0x7c00, 0x03e0, 0x001f),
            (Argb1555, 0xfc00, 0x83e0, 0x801f),
            (Xrgb4444, 0x0f00, 0x00f0, 0x000f),
            (Argb4444, 0xff00, 0xf0f0, 0xf00f),
        ] {
            assert_eq!(pixel(format, &red.to_le_bytes()), [255, 0, 0], "{format:?}");
            assert_eq!(pixel(format, &green.to_le_bytes()), [0, 255, 0], "{format:?}");
            assert_eq!(pixel(format, &blue.to_le_bytes()), [0, 0, 255], "{format:?}");
        }
    }

    #[test]
    fn yuyv_knows_black_white_and_grey() {
        let mut pixels = [0; 8];
        convert(Yuyv, &[16, 128, 235, 128], &mut pixels);
        assert_eq!(pixels, [0, 0, 0, 0, 255, 255, 255, 0]);
        assert_eq!(luma_and_chroma(126, 128, 128), [128; 3]);
        assert_eq!(luma_and_chroma(81, 90, 240), [255, 0, 0]);
    }
}
