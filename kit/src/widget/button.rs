//! Buttons.

use super::*;
use crate::layout::{centered, inset};
use crate::paint;
use crate::press::{Press, is_enter};
use crate::theme::Role;
use embedded_graphics_core::geometry::Point;
use embedded_graphics_core::pixelcolor::Rgb888;
use vitrine_gfx::image::Icon;
use vitrine_gfx::text::{Align, TextStyle};

/// How much a button says "touch me".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one that most people will want: in the accent colour.
    Primary,
    /// One of several.
    #[default]
    Plain,
    /// One that is seldom wanted: no more than its text.
    Quiet,
    /// One that destroys something.
    Danger,
}

/// A button with a text, an icon or both.
#[derive(Clone, Copy, Debug)]
pub struct Button<'a> {
    /// What it says; may be empty.
    pub text: &'a str,
    /// What is before the text.
    pub icon: Option<&'static Icon>,
    /// Its weight.
    pub kind: ButtonKind,
    /// Whether it can be tapped.
    pub enabled: bool,
    /// Whether keys go to it.
    pub focused: bool,
    press: Press,
}

/// A button was tapped, or Enter was pressed while it had the focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tapped;

impl<'a> Button<'a> {
    /// A button that says `text`.
    pub const fn new(text: &'a str, kind: ButtonKind) -> Self {
        Self { text, icon: None, kind, enabled: true, focused: false, press: Press::new() }
    }

    /// The same with an icon before the text.
    pub const fn with_icon(mut self, icon: &'static Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// The same, able to be tapped or not.
    pub const fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// Its fill, if it has one, and the colour of what is on it, when it is pressed this deep.
    fn colors(&self, theme: &Theme, depth: f32) -> (Option<Rgb888>, Rgb888) {
        let palette = &theme.palette;
        let (fill, ink) = match self.kind {
            ButtonKind::Primary => (Some(palette.accent), palette.on_accent),
            ButtonKind::Plain => (Some(palette.raised), palette.text),
            ButtonKind::Quiet => (None, palette.accent),
            ButtonKind::Danger => (Some(palette.raised), palette.bad),
        };
        if !self.enabled {
            return (fill.map(|_| palette.raised), paint::between(palette.muted, palette.raised, 0.5));
        }
        let pressed = if fill.is_some() { 0.18 } else { 0.1 };
        match fill {
            None if depth == 0.0 => (None, ink),
            fill => (Some(paint::between(fill.unwrap_or(palette.surface), palette.text, pressed * depth)), ink),
        }
    }

    fn side_of_icon(theme: &Theme) -> u32 {
        theme.px(24)
    }
}

impl Widget for Button<'_> {
    fn preferred(&self, theme: &Theme) -> Size {
        let text = paint::text_size(theme.text(Role::Label, Default::default()), self.text).width;
        let icon = if self.icon.is_some() { Self::side_of_icon(theme) } else { 0 };
        let gap = if text > 0 && icon > 0 { theme.px(8) } else { 0 };
        let inset = if text > 0 { theme.px(24) } else { theme.px(12) };
        Size::new(text + gap + icon + 2 * inset, theme.touch())
    }

    fn paint<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: Duration) {
        let depth = if self.enabled { self.press.depth(now) } else { 0.0 };
        let (fill, color) = self.colors(theme, depth);
        let radius = theme.px(theme.radius * 3 / 4);
        if let Some(fill) = fill {
            paint::rounded(surface, inset(area, (depth * theme.px(2) as f32) as u32), radius, fill);
        }
        if self.focused && self.enabled {
            paint::focus_ring(surface, theme, area, radius);
        }
        let style = TextStyle::new(theme.fonts.label, color);
        let width =
            self.preferred(theme).width.saturating_sub(2 * theme.px(if self.text.is_empty() { 12 } else { 24 }));
        let mut content = centered(area, Size::new(width, area.size.height));
        if let Some(icon) = self.icon {
            let side = Self::side_of_icon(theme).min(area.size.height).min(content.size.width);
            let square =
                centered(Rectangle::new(content.top_left, Size::new(side, area.size.height)), Size::new_equal(side));
            paint::icon(surface, icon, square, color);
            let taken = (side + theme.px(8)).min(content.size.width);
            content =
                Rectangle::new(content.top_left + Point::new(taken as i32, 0), content.size - Size::new(taken, 0));
        }
        paint::text(surface, style, self.text, content, Align::Left);
    }

    fn next_change(&self, now: Duration) -> Option<Duration> {
        self.press.next_change(now)
    }
}

impl React for Button<'_> {
    type Answer = Tapped;

    fn on_event(&mut self, event: Event, _theme: &Theme, area: Rectangle, now: Duration) -> Option<Tapped> {
        if !self.enabled {
            self.press.release(now);
            return None;
        }
        let tapped = self.press.on_event(event, &area, now);
        (tapped || self.focused && is_enter(event)).then_some(Tapped)
    }
}
