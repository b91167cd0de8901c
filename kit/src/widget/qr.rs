//! QR codes.

use super::*;
use crate::layout::centered;
use core::fmt;
use embedded_graphics_core::geometry::Point;
use embedded_graphics_core::pixelcolor::{Rgb888, RgbColor};
use qrcodegen_no_heap::{QrCode as Code, QrCodeEcc, Version};
use vitrine_gfx::Ink;

/// Modules of quiet ground around a code that readers need, as ISO/IEC 18004 asks.
const QUIET: u32 = 4;
/// The largest version: 77 modules at each side, some 360 bytes with medium error correction.
const LARGEST: u8 = 15;
const ROOM: usize = Version::new(LARGEST).buffer_len();

/// A QR code (ISO/IEC 18004), dark on white in every theme since not every reader takes it otherwise.
#[derive(Clone)]
pub struct QrCode {
    /// A bit for each module, row by row.
    modules: [u8; ROOM],
    side: u32,
}

/// The text is too long for a QR code that can be read from a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text is too long for a QR code: it has to be at most 400 bytes or so; use a shorter address")
    }
}

impl core::error::Error for TooLong {}

impl QrCode {
    /// Encodes a text, with error correction that bears 15 % of damage, or more where there is room.
    ///
    /// # Errors
    ///
    /// [`TooLong`].
    pub fn new(text: &str) -> Result<Self, TooLong> {
        let (mut scratch, mut out) = ([0; ROOM], [0; ROOM]);
        let largest = Version::new(LARGEST);
        let level = QrCodeEcc::Medium;
        let code = Code::encode_text(text, &mut scratch, &mut out, level, Version::MIN, largest, None, true)
            .map_err(|_| TooLong)?;
        let side = code.size() as u32;
        let mut modules = [0; ROOM];
        for (index, (y, x)) in (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (y, x))).enumerate() {
            modules[index / 8] |= u8::from(code.get_module(x, y)) << (index % 8);
        }
        Ok(Self { modules, side })
    }

    fn is_dark(&self, x: u32, y: u32) -> bool {
        let index = (y * self.side + x) as usize;
        self.modules[index / 8] >> (index % 8) & 1 == 1
    }

    /// Draws a row of modules, neighbours together.
    fn draw_row<M: PixelMemory>(&self, surface: &mut Surface<M>, y: u32, at: Point, module: u32) {
        let mut x = 0;
        while x < self.side {
            let end = (x..self.side).find(|&x| !self.is_dark(x, y)).unwrap_or(self.side);
            if end > x {
                let run =
                    Rectangle::new(at + Point::new((x * module) as i32, 0), Size::new((end - x) * module, module));
                surface.fill_rounded(&run, 0, Ink::over(Rgb888::BLACK));
            }
            x = end + 1;
        }
    }
}

impl Widget for QrCode {
    fn preferred(&self, theme: &Theme) -> Size {
        Size::new_equal((self.side + 2 * QUIET) * theme.thick(5))
    }

    fn paint<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, _now: Duration) {
        // Whole pixels for each module: edges must stay sharp.
        let module = area.size.width.min(area.size.height) / (self.side + 2 * QUIET);
        let ground = centered(area, Size::new_equal((self.side + 2 * QUIET) * module));
        surface.fill_rounded(&ground, theme.px(theme.radius / 2).min(QUIET * module), Ink::over(Rgb888::WHITE));
        let inside = centered(ground, Size::new_equal(self.side * module));
        for y in 0..self.side {
            self.draw_row(surface, y, inside.top_left + Point::new(0, (y * module) as i32), module);
        }
    }
}
