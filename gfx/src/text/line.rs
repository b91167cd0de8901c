//! Formatted text without an allocation.

use core::fmt::{self, Write};

/// How many bytes a [`Line`] holds.
const CAPACITY: usize = 64;

/// A short text that was formatted in place: a caption, a figure, a time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    bytes: [u8; CAPACITY],
    len: usize,
}

impl Line {
    /// No text.
    pub const EMPTY: Self = Self { bytes: [0; CAPACITY], len: 0 };

    /// Formats, as in `Line::format(format_args!("{seconds} s"))`. What exceeds 64 bytes is cut off.
    pub fn format(arguments: fmt::Arguments<'_>) -> Self {
        let mut line = Self::EMPTY;
        // Writing fails when the text is cut, or when a `Display` of the caller's does: what came before it is kept.
        let _ = line.write_fmt(arguments);
        line
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        // Only whole characters were put in.
        str::from_utf8(&self.bytes[..self.len]).unwrap_or_default()
    }
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let fits = text.floor_char_boundary(CAPACITY - self.len);
        self.bytes[self.len..][..fits].copy_from_slice(&text.as_bytes()[..fits]);
        self.len += fits;
        if fits == text.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

impl Default for Line {
    fn default() -> Self {
        Self::EMPTY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_cut_between_characters() {
        let line = Line::format(format_args!("{:>62}{}", "", "ab×c"));
        assert_eq!(line.as_str().len(), 64);
        let line = Line::format(format_args!("{:>63}{}", "", "×c"));
        assert_eq!(line.as_str().len(), 63);
    }
}
