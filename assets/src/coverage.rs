//! How the pictures of glyphs and icons are stored: coverage in 16 levels, row by row from the top. `vitrine_gfx::text::compose`
//! reads this.

/// The largest size, in pixels per em, whose glyphs are [`packed`].
const LARGEST_PACKED: f32 = 32.0;

/// Which of the two encodings a font has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Quick to expand, for text.
    Packed,
    /// Small, for what is large.
    Runs,
}

impl Encoding {
    /// The better one for a size in pixels per em: where glyphs are small, runs save nothing worth their time.
    pub fn for_size(size: f32) -> Self {
        if size <= LARGEST_PACKED { Self::Packed } else { Self::Runs }
    }

    /// Appends one row of coverage.
    pub fn row(self, row: &[u8], encoded: &mut Vec<u8>) {
        let levels: Vec<u8> = row.iter().map(|&coverage| ((u16::from(coverage) * 15 + 127) / 255) as u8).collect();
        match self {
            Self::Packed => packed(&levels, encoded),
            Self::Runs => runs(&levels, encoded),
        }
    }
}

/// Eight pixels in four bytes, the last ones filled up with zeros: byte `i` has pixel `i` in its low nibble and pixel
/// `i + 4` in its high one, so that both halves of the eight come out of one word with a mask each.
fn packed(levels: &[u8], encoded: &mut Vec<u8>) {
    for eight in levels.chunks(8) {
        let level = |index: usize| eight.get(index).copied().unwrap_or(0);
        encoded.extend((0..4).map(|index| level(index) | level(index + 4) << 4));
    }
}

/// A string of bytes, each a level (high nibble) and how many pixels have it, less one (low nibble).
fn runs(levels: &[u8], encoded: &mut Vec<u8>) {
    for same in levels.chunk_by(|one, next| one == next) {
        for run in same.chunks(16) {
            encoded.push(run[0] << 4 | (run.len() - 1) as u8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_halves_of_eight_pixels_share_four_bytes() {
        let mut encoded = Vec::new();
        Encoding::Packed.row(&[17, 34, 51, 68, 85, 102, 119, 136, 255], &mut encoded);
        assert_eq!(encoded, [0x51, 0x62, 0x73, 0x84, 0x0f, 0, 0, 0]);
    }

    #[test]
    fn runs_are_of_sixteen_at_most() {
        let mut encoded = Vec::new();
        Encoding::Runs.row(&[[0; 17].as_slice(), &[255, 255, 17]].concat(), &mut encoded);
        assert_eq!(encoded, [0x0f, 0x00, 0xf1, 0x10]);
    }
}
