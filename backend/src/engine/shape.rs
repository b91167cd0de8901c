//! How a picture lies in a buffer: its stride, which no request names.
//!
//! Two rules are in use. displ_be, and Vitrine with it, ends each row at a whole 32-bit word. Linux ends it at a whole
//! byte: `pitch = ceil(width * bits / 8)`, and asks for a buffer of exactly `pitch * height` bytes. The two differ for odd
//! widths at 16 bits per pixel and for widths that are no multiple of 4 at 24. So rows are whole words where they fit, and
//! tight where the buffer is exactly as large as tight rows need. A buffer that Linux has rounded up to whole pages
//! (an import) can be either; it is read in whole words.
//!
//! A buffer that was created as a picture has one stride for all its framebuffers, whatever their width and format, as a
//! dumb buffer has one pitch. One that was created without a shape gets a stride with each framebuffer.

use vitrine_xen::io::displif::PixelFormat;

use super::Refusal;
use crate::output::row_bytes;

/// The stride, in bytes, of a buffer of `size` bytes that is created as a picture of this shape.
pub fn buffer_stride(width: u32, height: u32, bits_per_pixel: u32, size: u32) -> Result<usize, Refusal> {
    if width == 0 || height == 0 || !matches!(bits_per_pixel, 8 | 16 | 24 | 32) {
        return Err(Refusal::Shape { width, height, bits_per_pixel });
    }
    let row = u64::from(width) * u64::from(bits_per_pixel) / 8;
    let (words, tight) = (row.next_multiple_of(4), row);
    let bytes = |stride: u64| stride.saturating_mul(u64::from(height));
    if bytes(words) <= u64::from(size) {
        return Ok(words as usize);
    }
    if bytes(tight) == u64::from(size) {
        return Ok(tight as usize);
    }
    Err(Refusal::BufferTooSmall { needed: bytes(tight), size })
}

/// The stride, in bytes, of a framebuffer over a buffer of `size` bytes; `whole` is that of the buffer, if it has one.
pub fn framebuffer_stride(
    width: u32,
    height: u32,
    format: PixelFormat,
    size: u32,
    whole: Option<usize>,
) -> Result<usize, Refusal> {
    let bits_per_pixel = format.bits_per_pixel();
    if width == 0 || height == 0 {
        return Err(Refusal::Shape { width, height, bits_per_pixel });
    }
    let stride = whole.map_or_else(|| buffer_stride(width, height, bits_per_pixel, size), Ok)?;
    let row = row_bytes(format, width as usize);
    if row > stride {
        return Err(Refusal::RowTooLong { row, stride });
    }
    let needed = stride as u64 * u64::from(height);
    if needed > u64::from(size) { Err(Refusal::BufferTooSmall { needed, size }) } else { Ok(stride) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PixelFormat::{Rgb565, Rgb888, Xrgb8888, Yuyv};

    #[test]
    fn rows_are_whole_words_where_those_fit() {
        for (width, height, bits, stride) in
            [(1366, 768, 32, 5464), (1366, 768, 24, 4100), (5, 3, 16, 12), (3, 3, 8, 4)]
        {
            assert_eq!(buffer_stride(width, height, bits, stride as u32 * height).unwrap(), stride);
            assert_eq!(buffer_stride(width, height, bits, stride as u32 * height + 4096).unwrap(), stride);
        }
    }

    #[test]
    fn linux_has_tight_rows() {
        for (width, height, bits, stride) in [(1366, 768, 24, 4098), (5, 3, 16, 10), (3, 3, 8, 3)] {
            let size = stride as u32 * height;
            assert_eq!(buffer_stride(width, height, bits, size).unwrap(), stride);
            for wrong in [size - 1, size + 1] {
                assert!(buffer_stride(width, height, bits, wrong).is_err(), "{width} at {bits} in {wrong} bytes");
            }
        }
    }

    #[test]
    fn a_framebuffer_has_the_stride_of_its_buffer() {
        assert_eq!(framebuffer_stride(1366, 768, Rgb888, 4098 * 768, Some(4098)).unwrap(), 4098);
        assert_eq!(framebuffer_stride(100, 768, Rgb888, 4098 * 768, Some(4098)).unwrap(), 4098);
        assert_eq!(framebuffer_stride(1024, 768, Xrgb8888, 4098 * 768, Some(4098)).unwrap(), 4098);
        for (width, height, format) in [(1367, 768, Rgb888), (1366, 769, Rgb888), (1025, 768, Xrgb8888)] {
            assert!(framebuffer_stride(width, height, format, 4098 * 768, Some(4098)).is_err(), "{width}x{height}");
        }
    }

    #[test]
    fn a_framebuffer_of_a_shapeless_buffer_has_its_own() {
        assert_eq!(framebuffer_stride(5, 3, Rgb565, 36, None).unwrap(), 12);
        assert_eq!(framebuffer_stride(5, 3, Rgb565, 30, None).unwrap(), 10);
        assert!(framebuffer_stride(5, 3, Rgb565, 32, None).is_err());
    }

    #[test]
    fn an_odd_row_of_pairs_needs_the_last_pair() {
        assert_eq!(framebuffer_stride(5, 3, Yuyv, 36, None).unwrap(), 12);
        assert!(framebuffer_stride(5, 3, Yuyv, 30, None).is_err(), "10 bytes hold two and a half pairs");
    }

    #[test]
    fn nothing_overflows() {
        for (width, height) in [(u32::MAX, u32::MAX), (u32::MAX, 1), (0x4000_0001, 4), (65536, 65536)] {
            assert!(framebuffer_stride(width, height, Xrgb8888, u32::MAX, None).is_err(), "{width}x{height}");
            assert!(framebuffer_stride(width, height, Xrgb8888, u32::MAX, Some(4)).is_err(), "{width}x{height}");
        }
    }
}
