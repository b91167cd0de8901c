//! Colours by number, as `xterm-256color` has them.

use embedded_graphics_core::pixelcolor::Rgb888;

/// Where nothing was written.
pub const GROUND: Rgb888 = Rgb888::new(0x10, 0x14, 0x1c);

/// What is written without a colour.
pub const INK: Rgb888 = Rgb888::new(0xd5, 0xda, 0xe3);

/// The colours that have names, then their bright versions. Chosen to be told apart, and to be read on [`GROUND`].
const NAMED: [Rgb888; 16] = [
    Rgb888::new(0x2b, 0x31, 0x3d),
    Rgb888::new(0xe0, 0x5f, 0x65),
    Rgb888::new(0x7f, 0xc0, 0x70),
    Rgb888::new(0xe0, 0xb4, 0x5b),
    Rgb888::new(0x62, 0x9f, 0xea),
    Rgb888::new(0xc0, 0x80, 0xe0),
    Rgb888::new(0x52, 0xbb, 0xc4),
    Rgb888::new(0xc5, 0xcb, 0xd6),
    Rgb888::new(0x6b, 0x75, 0x87),
    Rgb888::new(0xff, 0x86, 0x8b),
    Rgb888::new(0xa3, 0xdf, 0x94),
    Rgb888::new(0xff, 0xd7, 0x7d),
    Rgb888::new(0x92, 0xc2, 0xff),
    Rgb888::new(0xdd, 0xaa, 0xf5),
    Rgb888::new(0x7f, 0xe0, 0xe6),
    Rgb888::new(0xff, 0xff, 0xff),
];

/// Where the cube of 6 x 6 x 6 colours starts, and the 24 greys after it.
const CUBE: u8 = 16;
const GREYS: u8 = 232;

/// The colour with this number: 16 named ones, a cube of 216, and 24 greys.
pub const fn color(number: u8) -> Rgb888 {
    if number < CUBE {
        return NAMED[number as usize];
    }
    if number >= GREYS {
        let level = 8 + 10 * (number - GREYS);
        return Rgb888::new(level, level, level);
    }
    let place = number - CUBE;
    Rgb888::new(level(place / 36), level(place / 6 % 6), level(place % 6))
}

/// One of the six levels of a channel.
const fn level(step: u8) -> u8 {
    if step == 0 { 0 } else { 55 + 40 * step }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cube_and_the_greys_end_where_xterm_has_them() {
        assert_eq!(color(16), Rgb888::new(0, 0, 0));
        assert_eq!(color(196), Rgb888::new(255, 0, 0));
        assert_eq!(color(231), Rgb888::new(255, 255, 255));
        assert_eq!(color(232), Rgb888::new(8, 8, 8));
        assert_eq!(color(255), Rgb888::new(238, 238, 238));
    }
}
