//! Paragraphs.

use super::*;
use crate::theme::{Role, Tone};
use embedded_graphics_core::geometry::Point;
use vitrine_gfx::text::{Align, Paragraph, Vertical};

/// Text in as many lines as it takes, from the top of its area; what there is no room for ends in an ellipsis.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    /// What it says.
    pub text: &'a str,
    /// What it is for.
    pub role: Role,
    /// Its colour.
    pub tone: Tone,
    /// How the lines stand.
    pub align: Align,
}

/// Width of the lines that are easiest to read, at a scale of 100 %: about 60 characters of [`Role::Body`].
const COLUMN: u32 = 480;

impl<'a> Text<'a> {
    /// Plain text.
    pub const fn new(text: &'a str) -> Self {
        Self { text, role: Role::Body, tone: Tone::Text, align: Align::Left }
    }

    /// The same for another purpose.
    pub const fn role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// The same in another colour.
    pub const fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }

    /// The same with lines that stand differently.
    pub const fn aligned(mut self, align: Align) -> Self {
        self.align = align;
        self
    }

    /// Its height in pixels in lines of this width.
    pub fn height(&self, theme: &Theme, width: u32) -> u32 {
        let area = bounded(Rectangle::new(Point::zero(), Size::new(width, u32::MAX)));
        self.paragraph(theme, area).measure(self.text).height
    }

    fn paragraph(&self, theme: &Theme, area: Rectangle) -> Paragraph<'static> {
        let style = theme.text(self.role, self.tone).aligned(self.align);
        Paragraph::new(style, area).vertical(Vertical::Top).line_spacing(SPACING)
    }
}

/// From one line to the next, in percent of a line's height.
const SPACING: u16 = 120;

impl Widget for Text<'_> {
    fn preferred(&self, theme: &Theme) -> Size {
        let width = theme.px(COLUMN);
        Size::new(width, self.height(theme, width))
    }

    fn paint<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, _now: Duration) {
        self.paragraph(theme, area).draw(surface, self.text);
    }
}
