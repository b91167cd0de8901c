//! Formats whose pixels are whole bytes or 16-bit words.

use super::Format;

/// Bits that a 16-bit pixel has for a channel, and how far they are from the lowest one.
#[derive(Clone, Copy)]
struct Channel {
    shift: u32,
    bits: u32,
}

impl Channel {
    const fn new(shift: u32, bits: u32) -> Self {
        Self { shift, bits }
    }

    /// The nearest value, in its place.
    #[inline(always)]
    const fn narrow(self, value: u32) -> u32 {
        // `(value * most + 127) / 255` without a division, and within 16 bits, of which vectors multiply most at a time.
        let nearest = match self.bits {
            4 => (value * 15 + 135) >> 8,
            5 => (value * 249 + 1014) >> 11,
            _ => (value * 253 + 505) >> 10,
        };
        nearest << self.shift
    }

    /// The channel's bits, widened to 8 so that all ones stay all ones.
    #[inline(always)]
    const fn widen(self, pixel: u32) -> u32 {
        let value = pixel >> self.shift & ((1 << self.bits) - 1);
        value << (8 - self.bits) | value >> (2 * self.bits - 8)
    }
}

/// Red, green and blue of a 16-bit pixel, and what its other bits are.
struct Layout {
    red: Channel,
    green: Channel,
    blue: Channel,
    opaque: u32,
}

impl Layout {
    #[inline(always)]
    const fn encode(&self, pixel: u32) -> u16 {
        let red = self.red.narrow(pixel >> 16 & 0xff);
        let green = self.green.narrow(pixel >> 8 & 0xff);
        (self.opaque | red | green | self.blue.narrow(pixel & 0xff)) as u16
    }

    #[inline(always)]
    const fn decode(&self, pixel: u16) -> u32 {
        let pixel = pixel as u32;
        self.red.widen(pixel) << 16 | self.green.widen(pixel) << 8 | self.blue.widen(pixel)
    }
}

/// A format of 16-bit pixels.
macro_rules! packed {
    ($name:ident, $document:literal, $red:expr, $green:expr, $blue:expr, $opaque:literal) => {
        #[doc = $document]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {}

        impl $name {
            const LAYOUT: Layout = Layout { red: $red, green: $green, blue: $blue, opaque: $opaque };
        }

        impl Format for $name {
            type Pixel = u16;

            #[inline(always)]
            fn encode(pixel: u32) -> u16 {
                Self::LAYOUT.encode(pixel).to_le()
            }

            #[inline(always)]
            fn decode(pixel: u16) -> u32 {
                Self::LAYOUT.decode(u16::from_le(pixel))
            }
        }
    };
}

packed!(
    Rgb565,
    "16 bits: red 5, green 6, blue 5 (`RG16`).",
    Channel::new(11, 5),
    Channel::new(5, 6),
    Channel::new(0, 5),
    0
);
packed!(Xrgb1555, "15 of 16 bits, 5 each (`XR15`).", Channel::new(10, 5), Channel::new(5, 5), Channel::new(0, 5), 0);
packed!(
    Argb1555,
    "5 bits each, 1 of alpha (`AR15`).",
    Channel::new(10, 5),
    Channel::new(5, 5),
    Channel::new(0, 5),
    0x8000
);
packed!(Xrgb4444, "12 of 16 bits, 4 each (`XR12`).", Channel::new(8, 4), Channel::new(4, 4), Channel::new(0, 4), 0);
packed!(
    Argb4444,
    "4 bits each, 4 of alpha (`AR12`).",
    Channel::new(8, 4),
    Channel::new(4, 4),
    Channel::new(0, 4),
    0xf000
);

/// 24 bits: blue, green and red, a byte each in this order (`RG24`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rgb888 {}

impl Format for Rgb888 {
    type Pixel = [u8; 3];

    #[inline(always)]
    fn encode(pixel: u32) -> [u8; 3] {
        let [blue, green, red, _] = pixel.to_le_bytes();
        [blue, green, red]
    }

    #[inline(always)]
    fn decode([blue, green, red]: [u8; 3]) -> u32 {
        u32::from_le_bytes([blue, green, red, 0])
    }
}

/// 32 bits: blue, green, red and alpha, a byte each in this order (`AR24`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argb8888 {}

impl Format for Argb8888 {
    type Pixel = u32;

    #[inline(always)]
    fn encode(pixel: u32) -> u32 {
        (pixel | 0xff00_0000).to_le()
    }

    #[inline(always)]
    fn decode(pixel: u32) -> u32 {
        u32::from_le(pixel) & 0x00ff_ffff
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written<F: Format>(pixel: u32) -> u32 {
        let encoded = F::encode(pixel);
        let mut bytes = [0; 4];
        bytes[..size_of::<F::Pixel>()].copy_from_slice(bytemuck::bytes_of(&encoded));
        u32::from_le_bytes(bytes)
    }

    #[test]
    fn channels_are_where_drm_has_them() {
        let [red, green, blue] = [0xff_0000, 0x00_ff00, 0x00_00ff];
        assert_eq!([red, green, blue].map(written::<Rgb565>), [0xf800, 0x07e0, 0x001f]);
        assert_eq!([red, green, blue].map(written::<Xrgb1555>), [0x7c00, 0x03e0, 0x001f]);
        assert_eq!([red, green, blue].map(written::<Argb1555>), [0xfc00, 0x83e0, 0x801f]);
        assert_eq!([red, green, blue].map(written::<Xrgb4444>), [0x0f00, 0x00f0, 0x000f]);
        assert_eq!([red, green, blue].map(written::<Argb4444>), [0xff00, 0xf0f0, 0xf00f]);
        assert_eq!([red, green, blue].map(written::<Rgb888>), [red, green, blue]);
        assert_eq!(written::<Argb8888>(0x12_3456), 0xff12_3456);
    }

    #[test]
    fn the_nearest_value_is_taken() {
        for channel in [Channel::new(0, 4), Channel::new(0, 5), Channel::new(0, 6)] {
            for value in 0..=255u32 {
                let far = |narrow: u32| {
                    (f64::from(narrow) * 255.0 / f64::from((1 << channel.bits) - 1) - f64::from(value)).abs()
                };
                let best = (0..1 << channel.bits).min_by(|a, b| far(*a).total_cmp(&far(*b))).unwrap();
                assert_eq!(channel.narrow(value), best, "{value} in {} bits", channel.bits);
            }
        }
    }

    #[test]
    fn what_is_read_back_is_written_again() {
        for pixel in 0..=u16::MAX {
            assert_eq!(Rgb565::LAYOUT.encode(Rgb565::LAYOUT.decode(pixel)), pixel);
            assert_eq!(Argb4444::LAYOUT.encode(Argb4444::LAYOUT.decode(pixel)), pixel | 0xf000);
            assert_eq!(Xrgb1555::LAYOUT.encode(Xrgb1555::LAYOUT.decode(pixel)), pixel & 0x7fff);
        }
    }
}
