//! Pixel formats, and how many bytes a picture takes.

/// The pixel formats that displif front ends use; the names and codes are DRM's (`drm_fourcc.h`), little endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PixelFormat {
    /// 32 bits: 8 unused, red, green, blue (`XR24`).
    Xrgb8888,
    /// 32 bits: alpha, red, green, blue (`AR24`).
    Argb8888,
    /// 24 bits: red, green, blue (`RG24`).
    Rgb888,
    /// 16 bits: 5 red, 6 green, 5 blue (`RG16`).
    Rgb565,
    /// 16 bits: 4 unused, 4 red, 4 green, 4 blue (`XR12`).
    Xrgb4444,
    /// 16 bits: 4 alpha, 4 red, 4 green, 4 blue (`AR12`).
    Argb4444,
    /// 16 bits: 1 unused, 5 red, 5 green, 5 blue (`XR15`).
    Xrgb1555,
    /// 16 bits: 1 alpha, 5 red, 5 green, 5 blue (`AR15`).
    Argb1555,
    /// 16 bits: packed YCbCr 4:2:2 (`YUYV`).
    Yuyv,
}

impl PixelFormat {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Xrgb8888,
        Self::Argb8888,
        Self::Rgb888,
        Self::Rgb565,
        Self::Xrgb4444,
        Self::Argb4444,
        Self::Xrgb1555,
        Self::Argb1555,
        Self::Yuyv,
    ];

    /// The FourCC code: four letters, the first one in the lowest byte.
    pub const fn code(self) -> u32 {
        u32::from_le_bytes(*match self {
            Self::Xrgb8888 => b"XR24",
            Self::Argb8888 => b"AR24",
            Self::Rgb888 => b"RG24",
            Self::Rgb565 => b"RG16",
            Self::Xrgb4444 => b"XR12",
            Self::Argb4444 => b"AR12",
            Self::Xrgb1555 => b"XR15",
            Self::Argb1555 => b"AR15",
            Self::Yuyv => b"YUYV",
        })
    }

    /// The format with this code.
    pub fn from_code(code: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.code() == code)
    }

    /// Bits per pixel: 16, 24 or 32.
    pub const fn bits_per_pixel(self) -> u32 {
        match self {
            Self::Xrgb8888 | Self::Argb8888 => 32,
            Self::Rgb888 => 24,
            _ => 16,
        }
    }
}

/// Bytes from one row to the next: whole 32-bit words, as displ_be reads buffers. (Linux rounds to bytes; the two differ
/// for odd widths at 16 bits and for widths that are no multiple of 4 at 24 bits.) `None` when it leaves 32 bits.
pub const fn stride(width: u32, bits_per_pixel: u32) -> Option<u32> {
    let bytes = (width as u64 * bits_per_pixel as u64).div_ceil(32) * 4;
    if bytes > u32::MAX as u64 { None } else { Some(bytes as u32) }
}

/// Bytes in a picture, by [`stride`]. `None` when it leaves 32 bits, which is the most that displif can say.
pub const fn picture_size(width: u32, height: u32, bits_per_pixel: u32) -> Option<u32> {
    match stride(width, bits_per_pixel) {
        Some(stride) => stride.checked_mul(height),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_drm() {
        let codes = [
            (PixelFormat::Rgb565, 0x3631_4752),
            (PixelFormat::Rgb888, 0x3432_4752),
            (PixelFormat::Xrgb8888, 0x3432_5258),
            (PixelFormat::Argb8888, 0x3432_5241),
            (PixelFormat::Xrgb4444, 0x3231_5258),
            (PixelFormat::Argb4444, 0x3231_5241),
            (PixelFormat::Xrgb1555, 0x3531_5258),
            (PixelFormat::Argb1555, 0x3531_5241),
            (PixelFormat::Yuyv, 0x5659_5559),
        ];
        for (format, code) in codes {
            assert_eq!(format.code(), code);
            assert_eq!(PixelFormat::from_code(code), Some(format));
        }
        assert_eq!(PixelFormat::from_code(0), None);
    }

    #[test]
    fn strides_are_whole_words() {
        assert_eq!(stride(1366, 24), Some(4100));
        assert_eq!(stride(5, 16), Some(12));
        assert_eq!(stride(0, 32), Some(0));
        assert_eq!(stride(u32::MAX, 32), None);
        assert_eq!(picture_size(1920, 1080, 32), Some(8_294_400));
        assert_eq!(picture_size(65536, 65536, 32), None);
    }
}
