//! The ways in which an EDID writes a mode.

use super::{Mode, PhysicalSize};

/// A detailed timing: pixels and lines that are seen, those between them, and the pixel clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    pub kilohertz: u32,
    pub width: u32,
    pub horizontal_blank: u32,
    pub height: u32,
    pub vertical_blank: u32,
    pub interlaced: bool,
}

/// Of a horizontal blank: the pixels before the sync pulse and the pulse, as CVT's reduced blanking has them.
const HORIZONTAL_SYNC: (u16, u16) = (48, 32);
/// The same in lines.
const VERTICAL_SYNC: (u16, u16) = (3, 5);

impl Timing {
    /// Pixels between two rows, by CVT's reduced blanking.
    const HORIZONTAL_BLANK: u32 = 160;
    /// The least time between two pictures, in microseconds, by the same.
    const VERTICAL_BLANK_TIME: u64 = 460;
    /// How many numbers of lines are tried.
    const TRIED: u64 = 64;

    /// The mode, if it can be one.
    pub fn mode(&self) -> Option<Mode> {
        let total = self.total();
        let refresh = (u64::from(self.kilohertz) * 1_000_000 + total / 2).checked_div(total)?;
        let mode = Mode::new(self.width, self.height, u32::try_from(refresh).ok()?)?;
        (!self.interlaced).then_some(mode)
    }

    /// A timing for a mode, with a clock of whole steps of 10 kHz. Among the numbers of lines that leave enough time
    /// between two pictures it takes the one with which the clock comes nearest to the refresh rate.
    pub fn of(mode: &Mode) -> Self {
        let (height, refresh) = (u64::from(mode.height), u64::from(mode.refresh_millihertz));
        let columns = u64::from(mode.width + Self::HORIZONTAL_BLANK);
        // Lines that pass in the blank's time while `height` lines take the rest of a picture's.
        let picture = 1_000_000_000 / refresh;
        let least = height * Self::VERTICAL_BLANK_TIME / picture.saturating_sub(Self::VERTICAL_BLANK_TIME).max(1);
        let least = height + least.clamp(16, 1024);
        let hertz = |lines: u64| columns * lines * refresh / 1000;
        let off = |lines: &u64| (hertz(*lines) + 5000) % 10_000;
        let lines = (least..least + Self::TRIED).min_by_key(|lines| off(lines).abs_diff(5000)).unwrap_or(least);
        Self {
            kilohertz: ((hertz(lines) + 5000) / 10_000 * 10) as u32,
            width: mode.width,
            horizontal_blank: Self::HORIZONTAL_BLANK,
            height: mode.height,
            vertical_blank: (lines - height) as u32,
            interlaced: false,
        }
    }

    fn total(&self) -> u64 {
        u64::from(self.width + self.horizontal_blank) * u64::from(self.height + self.vertical_blank)
    }

    /// Reads the 18 bytes of the base block and of CTA-861. `None` when the clock is 0: the bytes are something else.
    pub fn read(bytes: &[u8; 18]) -> Option<Self> {
        let kilohertz = u32::from(u16::from_le_bytes([bytes[0], bytes[1]])) * 10;
        let wide = |low: u8, high: u8| u32::from(low) | u32::from(high) << 8;
        (kilohertz != 0).then(|| Self {
            kilohertz,
            width: wide(bytes[2], bytes[4] >> 4),
            horizontal_blank: wide(bytes[3], bytes[4] & 15),
            height: wide(bytes[5], bytes[7] >> 4),
            vertical_blank: wide(bytes[6], bytes[7] & 15),
            interlaced: bytes[17] & 0x80 != 0,
        })
    }

    /// The size of the picture that the 18 bytes give, in millimetres.
    pub fn read_size(bytes: &[u8; 18]) -> Option<PhysicalSize> {
        let wide = |low: u8, high: u8| u32::from(low) | u32::from(high) << 8;
        size(wide(bytes[12], bytes[14] >> 4), wide(bytes[13], bytes[14] & 15))
    }

    /// Writes the 18 bytes, with the picture's size; `None` when the clock is 0 or has more than
    /// 16 bits, or another number has more than 12.
    pub fn write(&self, size: Option<PhysicalSize>) -> Option<[u8; 18]> {
        let clock = u16::try_from(self.kilohertz / 10).ok().filter(|clock| *clock != 0)?.to_le_bytes();
        let millimetres = size.map_or((0, 0), |size| (size.width_millimetres, size.height_millimetres));
        let pair = |first: u32, second: u32| {
            let high = ((first >> 8) << 4 | second >> 8) as u8;
            (first < 4096 && second < 4096).then_some([first as u8, second as u8, high])
        };
        let horizontal = pair(self.width, self.horizontal_blank)?;
        let vertical = pair(self.height, self.vertical_blank)?;
        let millimetres = pair(millimetres.0.min(4095), millimetres.1.min(4095))?;
        let mut bytes = [0; 18];
        bytes[..2].copy_from_slice(&clock);
        bytes[2..5].copy_from_slice(&horizontal);
        bytes[5..8].copy_from_slice(&vertical);
        bytes[8] = HORIZONTAL_SYNC.0 as u8;
        bytes[9] = HORIZONTAL_SYNC.1 as u8;
        bytes[10] = (VERTICAL_SYNC.0 << 4 | VERTICAL_SYNC.1) as u8;
        bytes[12..15].copy_from_slice(&millimetres);
        // Digital, separate syncs: horizontal positive, vertical negative, as reduced blanking is told.
        bytes[17] = 0x1a;
        Some(bytes)
    }

    /// Reads the 20 bytes of DisplayID, whose clock counts steps of `step` kHz; with it, whether it is preferred.
    pub fn read_displayid(bytes: &[u8; 20], step: u32) -> (Self, bool) {
        let clock = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], 0]) + 1;
        let word = |at: usize| u32::from(u16::from_le_bytes([bytes[at], bytes[at + 1]])) + 1;
        let timing = Self {
            kilohertz: clock * step,
            width: word(4),
            horizontal_blank: word(6),
            height: word(12),
            vertical_blank: word(14),
            interlaced: bytes[3] & 0x10 != 0,
        };
        (timing, bytes[3] & 0x80 != 0)
    }

    /// Writes the 20 bytes of DisplayID's type I, whose clock counts steps of 10 kHz. `None` when the clock has more than 24
    /// bits, or another number more than 16.
    pub fn write_displayid(&self, preferred: bool) -> Option<[u8; 20]> {
        let clock = (self.kilohertz / 10).checked_sub(1).filter(|clock| *clock < 1 << 24)?.to_le_bytes();
        let aspect_unknown = 8;
        let mut bytes = [0; 20];
        bytes[..3].copy_from_slice(&clock[..3]);
        bytes[3] = aspect_unknown | u8::from(preferred) << 7;
        let positive = 1 << 15;
        let words = [
            u16::try_from(self.width - 1).ok()?,
            u16::try_from(self.horizontal_blank - 1).ok()?,
            (HORIZONTAL_SYNC.0 - 1) | positive,
            HORIZONTAL_SYNC.1 - 1,
            u16::try_from(self.height - 1).ok()?,
            u16::try_from(self.vertical_blank - 1).ok()?,
            VERTICAL_SYNC.0 - 1,
            VERTICAL_SYNC.1 - 1,
        ];
        for (place, word) in bytes[4..].chunks_exact_mut(2).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        Some(bytes)
    }
}

/// A size in millimetres; `None` when a side is 0: unknown, or, in the base block, an aspect ratio.
pub fn size(width_millimetres: u32, height_millimetres: u32) -> Option<PhysicalSize> {
    let known = width_millimetres != 0 && height_millimetres != 0;
    known.then_some(PhysicalSize { width_millimetres, height_millimetres })
}

/// Reads a standard timing: the width in steps of 8 pixels, the aspect ratio, and the rate. `None` when it is not used.
pub fn standard(bytes: [u8; 2], revision: u8) -> Option<Mode> {
    // Unused ones are 1, 1; some makers left them 0, or spaces.
    if [[1, 1], [0, 0], [0x20, 0x20]].contains(&bytes) {
        return None;
    }
    let width = (u32::from(bytes[0]) + 31) * 8;
    let height = match bytes[1] >> 6 {
        0 if revision < 3 => width,
        0 => width * 10 / 16,
        1 => width * 3 / 4,
        2 => width * 4 / 5,
        _ => width * 9 / 16,
    };
    // 1366 is no multiple of 8, so this is what such panels say.
    let (width, height) = if (width, height) == (1360, 765) { (1366, 768) } else { (width, height) };
    Mode::new(width, height, (u32::from(bytes[1] & 63) + 60) * 1000)
}

/// The modes that have a bit each in three bytes, the highest bit of the first byte first; width 0 is one of no use here:
/// interlaced, or the maker's own.
const ESTABLISHED: [(u16, u16, u8); 17] = [
    (720, 400, 70),
    (720, 400, 88),
    (640, 480, 60),
    (640, 480, 67),
    (640, 480, 72),
    (640, 480, 75),
    (800, 600, 56),
    (800, 600, 60),
    (800, 600, 72),
    (800, 600, 75),
    (832, 624, 75),
    (0, 0, 0),
    (1024, 768, 60),
    (1024, 768, 70),
    (1024, 768, 75),
    (1280, 1024, 75),
    (1152, 870, 75),
];

/// Reads the established timings.
pub fn established(bytes: [u8; 3]) -> impl Iterator<Item = Mode> {
    let bits = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], 0]);
    ESTABLISHED.iter().enumerate().filter(move |(place, _)| (bits << place) >> 31 == 1).filter_map(
        |(_, (width, height, hertz))| Mode::new((*width).into(), (*height).into(), u32::from(*hertz) * 1000),
    )
}
