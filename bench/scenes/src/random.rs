//! Numbers that look random and are the same everywhere.

use embedded_graphics::{pixelcolor::Rgb888, prelude::*, primitives::Rectangle};

use crate::{HEIGHT, WIDTH};

/// Marsaglia's xorshift32.
pub struct Random(u32);

impl Random {
    pub const fn new(seed: u32) -> Self {
        Self(0x9e37_79b9 ^ seed)
    }

    fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }

    /// At least `low`, less than `high`.
    pub fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.next() % (high - low)
    }

    pub fn color(&mut self) -> Rgb888 {
        let mut channel = || self.between(40, 240) as u8;
        Rgb888::new(channel(), channel(), channel())
    }

    /// Wholly on the screen.
    pub fn place(&mut self, size: Size) -> Rectangle {
        let x = self.between(0, WIDTH as u32 - size.width);
        let y = self.between(0, HEIGHT as u32 - size.height);
        Rectangle::new(Point::new(x as i32, y as i32), size)
    }
}
