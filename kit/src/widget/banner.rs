//! Banners.

use super::*;
use crate::icons;
use crate::layout::{Length, inset_by, row};
use crate::paint;
use crate::theme::{Role, Tone};
use vitrine_gfx::image::Icon;
use vitrine_gfx::text::Align;

/// A message across the screen, with a sign in the colour of its weight.
#[derive(Clone, Copy, Debug)]
pub struct Banner<'a> {
    /// What it says.
    pub text: &'a str,
    /// How much it matters.
    pub tone: Tone,
}

impl<'a> Banner<'a> {
    /// A message.
    pub const fn new(text: &'a str, tone: Tone) -> Self {
        Self { text, tone }
    }

    fn icon(&self) -> &'static Icon {
        match self.tone {
            Tone::Good => &icons::CHECK,
            Tone::Warning | Tone::Bad => &icons::WARNING,
            _ => &icons::INFO,
        }
    }
}

impl Widget for Banner<'_> {
    fn preferred(&self, theme: &Theme) -> Size {
        let text = paint::text_size(theme.text(Role::Body, Tone::Text), self.text).width;
        Size::new(text + theme.px(16 + 24 + 12 + 24), theme.touch())
    }

    fn paint<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, _now: Duration) {
        let palette = &theme.palette;
        let color = palette.tone(self.tone);
        let (fill, edge) = (paint::between(palette.surface, color, 0.12), paint::between(palette.surface, color, 0.4));
        paint::outlined(surface, area, theme.px(theme.radius * 3 / 4), (fill, edge), theme.outline());
        let content = inset_by(area, Size::new(theme.px(16), 0));
        let lengths = [Length::Pixels(theme.px(24)), Length::Share(1)];
        let [sign, text] = row(content, theme.px(12), lengths);
        paint::icon(surface, self.icon(), sign, color);
        paint::text(surface, theme.text(Role::Body, Tone::Text), self.text, text, Align::Left);
    }
}
