//! Breaking text into lines.
//!
//! Where a line may end is said by Unicode's line breaking algorithm (UAX #14, in the crate `unicode-linebreak`); which of
//! these places is taken, by the width alone: as much as fits goes into a line.

use super::{
    atlas::Atlas,
    layout::{Pen, to_pixels},
};
use unicode_linebreak::{BreakOpportunity, linebreaks};

/// Where a word may be divided. It is seen, as a hyphen, only where that happens.
const SOFT_HYPHEN: char = '\u{ad}';

/// One line of a [`Paragraph`](super::Paragraph).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextLine<'t> {
    /// The text, without the spaces at its end.
    pub text: &'t str,
    /// What is shown after it: nothing, the hyphen of a divided word, or an ellipsis.
    pub suffix: &'static str,
    /// How far the pen moves, in pixels.
    pub width: i32,
    /// How the line came to an end.
    pub end: LineEnd,
}

/// Why a [`TextLine`] ends where it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnd {
    /// The text ends, or has a line break here.
    Text,
    /// There is no room for the next word.
    Wrapped,
    /// There is no room for the whole word, not even on a line of its own.
    Broken,
    /// There are no more lines, so the rest is left out.
    Cut,
}

/// The lines of a text, each at most `width` pixels wide; a character that is wider has a line of its own.
#[derive(Clone)]
pub(super) struct Lines<'f, 't, B> {
    font: &'f Atlas<'f>,
    width: i32,
    /// What is left.
    rest: &'t str,
    /// How many bytes of the text are not.
    start: usize,
    /// Where lines may end after that.
    breaks: B,
}

/// The lines of a text.
pub(super) fn lines<'f, 't>(
    font: &'f Atlas<'f>,
    text: &'t str,
    width: i32,
) -> Lines<'f, 't, impl Iterator<Item = (usize, BreakOpportunity)> + Clone + use<'t>> {
    Lines { font, width, rest: text, start: 0, breaks: linebreaks(text) }
}

impl<'t, B: Iterator<Item = (usize, BreakOpportunity)> + Clone> Lines<'_, 't, B> {
    /// Whether there is nothing left to show.
    pub fn is_done(&self) -> bool {
        self.rest.trim_start().is_empty()
    }

    /// What is left of the paragraph, as one line that ends with an ellipsis. That is there even when it has no room: it
    /// says that something is missing.
    pub fn cut(&self) -> TextLine<'t> {
        let end = self.breaks.clone().find(|(_, kind)| *kind == BreakOpportunity::Mandatory);
        let paragraph = end.map_or(self.rest, |(end, _)| &self.rest[..end - self.start]);
        let suffix = if self.font.has('…') { "…" } else { "..." };
        let mut cursor = Cursor::new(self.font, paragraph);
        let mut best = cursor.line(suffix, LineEnd::Cut);
        while cursor.take() {
            let line = cursor.line(suffix, LineEnd::Cut);
            if line.width > self.width {
                break;
            }
            best = line;
        }
        best
    }

    /// The longest line that ends where one may, where it ends, and where the next may; `None` when the first word is too
    /// wide.
    fn fitting(&self) -> Option<(TextLine<'t>, usize, B)> {
        let mut best = None;
        let mut cursor = Cursor::new(self.font, self.rest);
        let mut breaks = self.breaks.clone();
        while let Some((end, kind)) = breaks.next() {
            // A word that was broken at its end leaves a place to break that has been passed.
            if end <= self.start {
                continue;
            }
            while cursor.taken < end - self.start {
                if !cursor.take() || cursor.width() > self.width {
                    return best;
                }
            }
            let line = match kind {
                BreakOpportunity::Mandatory => cursor.line("", LineEnd::Text),
                BreakOpportunity::Allowed => cursor.line(cursor.hyphen(), LineEnd::Wrapped),
            };
            if line.width <= self.width {
                best = Some((line, end, breaks.clone()));
            }
            if kind == BreakOpportunity::Mandatory {
                return best;
            }
        }
        best
    }

    /// A part of the first word, one character at least.
    fn broken(&self) -> (TextLine<'t>, usize) {
        let mut cursor = Cursor::new(self.font, self.rest);
        cursor.take();
        let mut best = (cursor.line("", LineEnd::Broken), cursor.taken);
        while cursor.take() && cursor.width() <= self.width {
            best = (cursor.line("", LineEnd::Broken), cursor.taken);
        }
        best
    }
}

impl<'t, B: Iterator<Item = (usize, BreakOpportunity)> + Clone> Iterator for Lines<'_, 't, B> {
    type Item = TextLine<'t>;

    fn next(&mut self) -> Option<TextLine<'t>> {
        if self.is_done() {
            return None;
        }
        let (line, end) = match self.fitting() {
            Some((line, end, breaks)) => {
                self.breaks = breaks;
                (line, end)
            }
            None => {
                let (line, taken) = self.broken();
                (line, self.start + taken)
            }
        };
        self.rest = &self.rest[end - self.start..];
        self.start = end;
        Some(line)
    }
}

/// How far a line has got.
struct Cursor<'f, 't> {
    font: &'f Atlas<'f>,
    text: &'t str,
    taken: usize,
    pen: Pen<'f>,
    /// How many bytes were taken, and where the pen was, before the spaces that were taken last.
    visible: (usize, i32),
}

impl<'f, 't> Cursor<'f, 't> {
    fn new(font: &'f Atlas<'f>, text: &'t str) -> Self {
        Self { font, text, taken: 0, pen: Pen::default(), visible: (0, 0) }
    }

    /// Takes a character; false when there is none.
    fn take(&mut self) -> bool {
        let Some(character) = self.text[self.taken..].chars().next() else { return false };
        self.taken += character.len_utf8();
        self.pen.place(self.font.find(character));
        if !character.is_whitespace() {
            self.visible = (self.taken, self.pen.at);
        }
        true
    }

    /// Of what is visible, in pixels.
    fn width(&self) -> i32 {
        to_pixels(self.visible.1)
    }

    fn line(&self, suffix: &'static str, end: LineEnd) -> TextLine<'t> {
        let width = self.width().saturating_add(self.font.measure(suffix));
        TextLine { text: &self.text[..self.visible.0], suffix, width, end }
    }

    /// What is shown when the line ends here.
    fn hyphen(&self) -> &'static str {
        if self.text[..self.taken].ends_with(SOFT_HYPHEN) { "-" } else { "" }
    }
}
