//! Text.

use super::*;
use crate::paint;
use crate::theme::{Role, Tone};
use vitrine_gfx::text::Align;

/// A line of text, its capitals in the middle of the height.
#[derive(Clone, Copy, Debug)]
pub struct Label<'a> {
    /// What it says.
    pub text: &'a str,
    /// What it is for.
    pub role: Role,
    /// Its colour.
    pub tone: Tone,
    /// Where in its area it is. Text that is too long begins at the left.
    pub align: Align,
}

impl<'a> Label<'a> {
    /// Plain text at the left.
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

    /// The same at another place in its area.
    pub const fn aligned(mut self, align: Align) -> Self {
        self.align = align;
        self
    }
}

impl Widget for Label<'_> {
    fn preferred(&self, theme: &Theme) -> Size {
        paint::text_size(theme.text(self.role, self.tone), self.text)
    }

    fn paint<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, _now: Duration) {
        paint::text(surface, theme.text(self.role, self.tone), self.text, area, self.align);
    }
}
