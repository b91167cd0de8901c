//! Cards.

use super::*;
use crate::layout::inset;
use crate::paint;
use crate::theme::{Palette, Role, Tone};
use embedded_graphics_core::geometry::Point;
use vitrine_gfx::shape::Shadow;
use vitrine_gfx::text::Align;

/// A raised area that other widgets stand on, with a title or without. The ground shows around its corners, and in a theme
/// that has shadows its own falls on what is up to 16 pixels (at a scale of 100 %) around it: leave so much between cards, and
/// draw what stands near it afterwards.
#[derive(Clone, Copy, Debug, Default)]
pub struct Card<'a> {
    /// At its top; may be empty.
    pub title: &'a str,
    /// At the right of the title; may be empty.
    pub note: &'a str,
}

impl<'a> Card<'a> {
    /// A card with a title; an empty one takes no room.
    pub const fn new(title: &'a str) -> Self {
        Self { title, note: "" }
    }

    /// The same with a note at the right of the title.
    pub const fn note(mut self, note: &'a str) -> Self {
        self.note = note;
        self
    }

    fn inset(theme: &Theme) -> u32 {
        theme.px(20)
    }

    fn head(&self, theme: &Theme) -> u32 {
        if self.title.is_empty() && self.note.is_empty() { 0 } else { theme.px(24) }
    }

    /// The area for what stands on it.
    pub fn content(&self, theme: &Theme, area: Rectangle) -> Rectangle {
        let Rectangle { top_left, size } = inset(area, Self::inset(theme));
        let head = self.head(theme);
        let taken = if head == 0 { 0 } else { (head + theme.px(16)).min(size.height) };
        Rectangle::new(top_left + Point::new(0, taken as i32), size - Size::new(0, taken))
    }
}

impl Widget for Card<'_> {
    /// Room for its title and nothing else.
    fn preferred(&self, theme: &Theme) -> Size {
        let title = paint::text_size(theme.text(Role::Label, Tone::Text), self.title).width;
        let note = paint::text_size(theme.text(Role::Caption, Tone::Muted), self.note).width;
        let gap = if title > 0 && note > 0 { theme.px(16) } else { 0 };
        Size::new(title + gap + note, self.head(theme)) + Size::new_equal(2 * Self::inset(theme))
    }

    fn cast<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle) {
        let Palette { text: color, shadow: alpha, .. } = theme.palette;
        if alpha > 0 {
            let shadow = Shadow { color, alpha, blur: theme.px(12), offset: Point::new(0, theme.px(4) as i32) };
            surface.draw_shadow(&area, theme.px(theme.radius), &shadow);
        }
    }

    fn paint<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, _now: Duration) {
        let palette = &theme.palette;
        let radius = theme.px(theme.radius);
        paint::outlined(surface, area, radius, (palette.surface, palette.outline), theme.outline());
        let Rectangle { top_left, size } = inset(area, Self::inset(theme));
        let head = Rectangle::new(top_left, Size::new(size.width, self.head(theme).min(size.height)));
        let end = paint::text(surface, theme.text(Role::Label, Tone::Text), self.title, head, Align::Left);
        let left = (end - top_left.x).clamp(0, size.width as i32) as u32;
        let rest = Rectangle::new(top_left + Size::new(left, 0), head.size - Size::new(left, 0));
        paint::text(surface, theme.text(Role::Caption, Tone::Muted), self.note, rest, Align::Right);
    }
}
