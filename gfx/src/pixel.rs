//! The pixel format, and mixing two pixels.

use embedded_graphics_core::pixelcolor::{Rgb888, RgbColor};

/// The colour as an XRGB8888 pixel, its unused byte 0.
#[inline]
pub fn pack(color: Rgb888) -> u32 {
    u32::from(color.r()) << 16 | u32::from(color.g()) << 8 | u32::from(color.b())
}

/// The colour of an XRGB8888 pixel, whatever its unused byte holds.
#[inline]
pub const fn unpack(pixel: u32) -> Rgb888 {
    Rgb888::new((pixel >> 16) as u8, (pixel >> 8) as u8, pixel as u8)
}

/// `over` with the weight `alpha / 255` on `below`, each channel rounded to the nearest.
#[inline]
pub fn mix(below: Rgb888, over: Rgb888, alpha: u8) -> Rgb888 {
    unpack(blend(pack(below), pack(over), alpha))
}

/// `over` with the weight `alpha / 255` on `below`: each channel rounded to the nearest, exact at 0 and 255.
#[inline]
pub const fn blend(below: u32, over: u32, alpha: u8) -> u32 {
    // Red and blue are two channels with 8 bits of room above each, so one multiplication serves both.
    let (alpha, rest) = (alpha as u32, 255 - alpha as u32);
    let red_blue = divide_by_255((below & 0xff_00ff) * rest + (over & 0xff_00ff) * alpha);
    let green = divide_by_255((below >> 8 & 0xff) * rest + (over >> 8 & 0xff) * alpha);
    red_blue | green << 8
}

/// `alpha / 255` of a number up to 255, rounded to the nearest.
#[inline]
pub const fn scale(value: u32, alpha: u8) -> u32 {
    divide_by_255(value * alpha as u32)
}

/// Divides both 16-bit halves (each at most 255 * 255) by 255, rounded to the nearest.
#[inline]
const fn divide_by_255(halves: u32) -> u32 {
    // For n <= 65025: round(n / 255) == (m + (m >> 8)) >> 8 with m = n + 128. No half overflows: 65025 + 128 + 254 < 65536.
    let m = halves + 0x80_0080;
    (m + (m >> 8 & 0xff_00ff)) >> 8 & 0xff_00ff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blending_rounds_to_the_nearest() {
        for below in 0..=255u32 {
            for over in 0..=255u32 {
                for alpha in 0..=255u32 {
                    let exact = (2 * (below * (255 - alpha) + over * alpha) + 255) / (2 * 255);
                    assert_eq!(blend(below * 0x1_0101, over * 0x1_0101, alpha as u8), exact * 0x1_0101);
                }
            }
        }
    }

    #[test]
    fn channels_do_not_leak() {
        assert_eq!(blend(0xff_00ff, 0x00_ff00, 255), 0x00_ff00);
        assert_eq!(blend(0xff_00ff, 0x00_ff00, 0), 0xff_00ff);
        assert_eq!(pack(Rgb888::new(1, 2, 3)), 0x01_0203);
        assert_eq!(unpack(0xaa_010203), Rgb888::new(1, 2, 3));
    }
}
