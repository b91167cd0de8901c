//! The domain's command line (`cmdline=` or `extra=` in its configuration): words, some of them `key=value`.

use alloc::string::String;
use core::str::SplitAsciiWhitespace;

/// The longest command line that is kept; the rest is left out.
pub const MAX_LENGTH: usize = 2048;

/// A command line. The kernel itself obeys `loglevel=` and `simd=`; everything else is the appliance's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandLine {
    text: String,
}

impl CommandLine {
    /// The line as it was given: at most 2,048 bytes, everything but printable ASCII replaced by blanks.
    pub fn new(bytes: &[u8]) -> Self {
        let printable = |byte: &u8| if byte.is_ascii_graphic() { char::from(*byte) } else { ' ' };
        Self { text: bytes.iter().take(MAX_LENGTH).map(printable).collect() }
    }

    /// All words: keys with their values, and keys without.
    pub fn words(&self) -> Words<'_> {
        Words(self.text.split_ascii_whitespace())
    }

    /// The value of `key`, the last one if it is given several times. `None` if it is missing or has no value.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.words().filter(|word| word.key == key).last()?.value
    }

    /// Whether `key` is given, with a value or without.
    pub fn has(&self, key: &str) -> bool {
        self.words().any(|word| word.key == key)
    }
}

/// A word of a command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word<'a> {
    /// What is before the first `=`, or the whole word.
    pub key: &'a str,
    /// What is after the first `=`.
    pub value: Option<&'a str>,
}

/// The words of a [`CommandLine`], in its order.
#[derive(Clone, Debug)]
pub struct Words<'a>(SplitAsciiWhitespace<'a>);

impl<'a> Iterator for Words<'a> {
    type Item = Word<'a>;

    fn next(&mut self) -> Option<Word<'a>> {
        let word = self.0.next()?;
        Some(match word.split_once('=') {
            Some((key, value)) => Word { key, value: Some(value) },
            None => Word { key: word, value: None },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn words_are_keys_with_and_without_values() {
        let line = CommandLine::new(b"  free loglevel=debug\tmode=1024x768 a==b empty= mode=1x1 ");
        let words: Vec<_> = line.words().map(|word| (word.key, word.value)).collect();
        assert_eq!(words[0], ("free", None));
        assert_eq!(words[3], ("a", Some("=b")));
        assert_eq!(words[4], ("empty", Some("")));
        assert_eq!(line.value("mode"), Some("1x1"));
        assert_eq!(line.value("free"), None);
        assert!(line.has("free") && !line.has("fre"));
    }

    #[test]
    fn a_line_is_bounded_and_plain() {
        let line = CommandLine::new(&[b'x'; 5000]);
        assert_eq!(line.words().next().unwrap().key.len(), MAX_LENGTH);
        assert_eq!(CommandLine::new(b"a\xffb\x1b[0m").words().count(), 3);
    }
}
