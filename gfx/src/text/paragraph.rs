//! Text in a box, on as many lines as it needs.

use super::{Align, Atlas, LineEnd, Style, TextLine, layout::to_pixels, wrap};
use crate::{PixelMemory, Surface, area::Area};
use core::iter;
use embedded_graphics_core::{
    geometry::{Point, Size},
    primitives::Rectangle,
};

/// Text in a box: broken into lines, aligned both ways, and ended with an ellipsis where there is no room for more.
///
/// ```
/// use embedded_graphics_core::{pixelcolor::{Rgb888, RgbColor}, prelude::*, primitives::Rectangle};
/// use vitrine_gfx::{Surface, text::{Align, Paragraph, TextStyle, Vertical, fonts}};
///
/// let mut surface = Surface::new(vec![0; 320 * 100], Size::new(320, 100)).unwrap();
/// let style = TextStyle::new(&fonts::REGULAR_17, Rgb888::WHITE).aligned(Align::Center);
/// let paragraph = Paragraph::new(style, Rectangle::new(Point::new(10, 10), Size::new(300, 80)));
/// paragraph.vertical(Vertical::Middle).draw(&mut surface, "An appliance that is a display, and nothing besides.");
/// ```
///
/// Nothing is allocated. A line is never wider than the box unless a single character or the ellipsis is; glyphs may reach
/// a pixel or so beyond their line. There is always one line, even in a box that is too low for it.
#[derive(Clone, Copy, Debug)]
pub struct Paragraph<'f> {
    style: Style<'f>,
    area: Rectangle,
    vertical: Vertical,
    spacing: u16,
    max_lines: usize,
}

/// Where the lines are in a box that is higher than they need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vertical {
    /// From the top on.
    Top,
    /// In the middle: as far from the first line's capitals to the top as from the last line's letters to the bottom.
    Middle,
    /// Down to the bottom.
    Bottom,
}

impl<'f> Paragraph<'f> {
    /// Text that is aligned as the style says, from the top of the box on, at the font's own line height.
    pub const fn new(style: Style<'f>, area: Rectangle) -> Self {
        Self { style, area, vertical: Vertical::Top, spacing: 100, max_lines: usize::MAX }
    }

    /// The same, elsewhere in the height of the box.
    pub const fn vertical(mut self, vertical: Vertical) -> Self {
        self.vertical = vertical;
        self
    }

    /// The same, with baselines this many hundredths of the font's line height apart.
    pub const fn line_spacing(mut self, percent: u16) -> Self {
        self.spacing = percent;
        self
    }

    /// The same, with at most so many lines (of which there is always one).
    pub const fn max_lines(mut self, lines: usize) -> Self {
        self.max_lines = lines;
        self
    }

    /// The same in the largest of `fonts` (which get larger) in which all of the text fits into the box, without an ellipsis
    /// and without a word broken in two; in the first one if there is none.
    pub fn fitted(self, fonts: &[&'f Atlas<'f>], text: &str) -> Self {
        let with = |font: &&'f Atlas<'f>| Self { style: self.style.with_font(font), ..self };
        let fits = |paragraph: &Self| {
            paragraph.lines(text).all(|line| matches!(line.end, LineEnd::Text | LineEnd::Wrapped))
                && paragraph.measure(text).height <= self.area.size.height
        };
        fonts.iter().rev().map(with).find(fits).or_else(|| fonts.first().map(with)).unwrap_or(self)
    }

    /// The font, for instance the one that [`fitted`](Self::fitted) took.
    pub const fn font(&self) -> &'f Atlas<'f> {
        self.style.font()
    }

    /// The lines, as they are drawn.
    pub fn lines<'t>(&self, text: &'t str) -> impl Iterator<Item = TextLine<'t>> + use<'t, 'f> {
        let mut lines = wrap::lines(self.style.font(), text, self.width());
        let mut room = self.room();
        iter::from_fn(move || {
            room = room.checked_sub(1)?;
            let mut ahead = lines.clone();
            let line = ahead.next()?;
            if room == 0 && !ahead.is_done() {
                return Some(lines.cut());
            }
            lines = ahead;
            Some(line)
        })
    }

    /// Width of the widest line, and height from the first line's top to the last one's bottom, in pixels.
    pub fn measure(&self, text: &str) -> Size {
        let (mut width, mut count) = (0, 0);
        for line in self.lines(text) {
            width = line.width.max(width);
            count += 1;
        }
        if count == 0 {
            return Size::zero();
        }
        let height = self.distance(count - 1).saturating_add(self.style.font().line_height());
        Size::new(width.max(0) as u32, height.max(0) as u32)
    }

    /// Draws the text.
    pub fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>, text: &str) {
        let first = self.first_baseline(text);
        for (index, line) in self.lines(text).enumerate() {
            self.draw_line(surface, &line, first.saturating_add(self.distance(index)));
        }
    }

    fn draw_line<M: PixelMemory>(&self, surface: &mut Surface<M>, line: &TextLine<'_>, baseline: i32) {
        let left = self.area.top_left.x;
        let slack = self.width().saturating_sub(line.width);
        let (indent, gaps) = match self.style.align() {
            Align::Left => (0, 0),
            Align::Center => (slack / 2, 0),
            Align::Right => (slack, 0),
            Align::Justified if line.end == LineEnd::Wrapped => (0, line.text.matches(' ').count()),
            Align::Justified => (0, 0),
        };
        let style = self.style.aligned(Align::Left);
        let at = Point::new(left.saturating_add(indent), baseline);
        if gaps > 0 {
            return self.draw_justified(surface, line, at, slack.max(0), gaps);
        }
        let end = style.draw(surface, line.text, at);
        style.draw(surface, line.suffix, Point::new(end, baseline));
    }

    /// Draws a line word by word, with `slack` pixels more in all its gaps together.
    fn draw_justified<M: PixelMemory>(
        &self,
        surface: &mut Surface<M>,
        line: &TextLine<'_>,
        at: Point,
        slack: i32,
        gaps: usize,
    ) {
        let style = self.style.aligned(Align::Left);
        let pens = self.style.font().place(line.text).map(|placed| placed.start);
        let mut starts = line.text.char_indices().zip(pens).map(|((index, _), pen)| (index, pen));
        let (mut word_start, mut end) = (0, at);
        for (passed, word) in line.text.split(' ').enumerate() {
            let pen = starts.find(|(index, _)| *index >= word_start).map_or(0, |(_, pen)| pen);
            let more = i64::from(slack) * passed as i64 / gaps as i64;
            let x = at.x.saturating_add(to_pixels(pen)).saturating_add(more as i32);
            if !word.is_empty() {
                end.x = style.draw(surface, word, Point::new(x, at.y));
            }
            word_start += word.len() + 1;
        }
        style.draw(surface, line.suffix, end);
    }

    fn first_baseline(&self, text: &str) -> i32 {
        let font = self.style.font();
        let Area { top, bottom, .. } = Area::from_rectangle(&self.area);
        let below_first = || self.distance(self.lines(text).count().saturating_sub(1));
        match self.vertical {
            Vertical::Top => top.saturating_add(font.ascent()),
            Vertical::Middle => {
                let letters = below_first().saturating_add(font.cap_height());
                let slack = bottom.saturating_sub(top).saturating_sub(letters);
                top.saturating_add(slack / 2).saturating_add(font.cap_height())
            }
            Vertical::Bottom => bottom.saturating_sub(font.descent()).saturating_sub(below_first()),
        }
    }

    /// Pixels from the first baseline to another one.
    fn distance(&self, lines: usize) -> i32 {
        let one = i64::from(self.style.font().line_height()) * i64::from(self.spacing) / 100;
        one.saturating_mul(lines as i64).clamp(0, i32::MAX.into()) as i32
    }

    /// How many lines there may be.
    fn room(&self) -> usize {
        let height = i32::try_from(self.area.size.height).unwrap_or(i32::MAX);
        let slack = height.saturating_sub(self.style.font().line_height()).max(0);
        let more = slack.checked_div(self.distance(1)).unwrap_or(i32::MAX) as usize;
        more.saturating_add(1).min(self.max_lines).max(1)
    }

    /// Of the box.
    fn width(&self) -> i32 {
        i32::try_from(self.area.size.width).unwrap_or(i32::MAX)
    }
}
