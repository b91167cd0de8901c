//! Lists.

use super::*;
use crate::input::Key;
use crate::layout::{Length, inset_by, row};
use crate::motion::sooner;
use crate::paint;
use crate::press::{Press, is_enter};
use crate::scroll::{SLACK, Scroll};
use crate::theme::{Role, Tone};
use embedded_graphics_core::geometry::Point;
use vitrine_gfx::image::Icon;
use vitrine_gfx::text::Align;

/// One line of a list.
#[derive(Clone, Copy, Debug, Default)]
pub struct Item<'a> {
    /// What is before the text.
    pub icon: Option<&'static Icon>,
    /// What it is.
    pub title: &'a str,
    /// What is known about it, at the right.
    pub note: &'a str,
}

impl<'a> Item<'a> {
    /// A line with a title and a note.
    pub const fn new(title: &'a str, note: &'a str) -> Self {
        Self { icon: None, title, note }
    }

    /// The same with an icon.
    pub const fn with_icon(mut self, icon: &'static Icon) -> Self {
        self.icon = Some(icon);
        self
    }
}

/// Where a list's lines come from.
pub trait Items {
    /// How many there are.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The line with this number, less than `len`.
    fn item(&self, index: usize) -> Item<'_>;
}

impl Items for [Item<'_>] {
    fn len(&self) -> usize {
        self.len()
    }

    fn item(&self, index: usize) -> Item<'_> {
        self[index]
    }
}

impl<T: Items + ?Sized> Items for &T {
    fn len(&self) -> usize {
        T::len(self)
    }

    fn item(&self, index: usize) -> Item<'_> {
        T::item(self, index)
    }
}

/// Lines below each other, one of which may be selected. It scrolls when it is longer than its area; only the lines that can
/// be seen are asked for.
#[derive(Clone, Debug)]
pub struct List<I> {
    /// The lines. When there are fewer than before, what was scrolled or selected beyond the end counts as the end.
    pub items: I,
    /// The line that is selected.
    pub selected: Option<usize>,
    /// Whether keys go to it.
    pub focused: bool,
    scroll: Scroll,
    press: Press,
    /// The line that the pointer went down on.
    pressed: Option<usize>,
}

impl<I: Items> List<I> {
    /// A list of these lines, none of them selected.
    pub const fn new(items: I) -> Self {
        Self { items, selected: None, focused: false, scroll: Scroll::new(), press: Press::new(), pressed: None }
    }

    /// The same with a line selected.
    pub const fn selected(mut self, index: usize) -> Self {
        self.selected = Some(index);
        self
    }

    fn pitch(theme: &Theme) -> u32 {
        theme.px(56).max(1)
    }

    /// By how many pixels the lines are longer than an area.
    fn range(&self, theme: &Theme, area: &Rectangle) -> f32 {
        (self.items.len() as f32 * Self::pitch(theme) as f32 - area.size.height as f32).max(0.0)
    }

    fn offset(&self, theme: &Theme, area: &Rectangle, now: Duration) -> i64 {
        libm::roundf(self.scroll.offset(now).min(self.range(theme, area))) as i64
    }

    /// The line at a place.
    fn at(&self, theme: &Theme, area: &Rectangle, point: Point, now: Duration) -> Option<usize> {
        let below = i64::from(point.y) - i64::from(area.top_left.y) + self.offset(theme, area, now);
        let index = below.div_euclid(Self::pitch(theme).into());
        usize::try_from(index).ok().filter(|&index| area.contains(point) && index < self.items.len())
    }

    fn draw_item<M: PixelMemory>(
        &self,
        surface: &mut Surface<M>,
        theme: &Theme,
        index: usize,
        area: Rectangle,
        depth: f32,
    ) {
        let palette = &theme.palette;
        let item = self.items.item(index);
        let selected = self.selected == Some(index);
        let radius = theme.px(theme.radius * 3 / 4);
        let back = inset_by(area, Size::new(0, theme.px(2)));
        if selected || depth > 0.0 {
            let fill = if selected { palette.raised } else { paint::between(palette.surface, palette.raised, depth) };
            paint::rounded(surface, back, radius, fill);
        }
        if selected && self.focused {
            paint::focus_ring(surface, theme, back, radius);
        }
        let style = theme.text(Role::Body, Tone::Text);
        let note_style = theme.text(Role::Body, Tone::Muted);
        let side = if item.icon.is_some() { theme.px(24) } else { 0 };
        let gap = if side > 0 { theme.px(16) } else { 0 };
        let content = inset_by(area, Size::new(theme.px(16), 0));
        let note = paint::text_size(note_style, item.note).width;
        let [sign, _, title, _, note] = row(
            content,
            0,
            [
                Length::Pixels(side),
                Length::Pixels(gap),
                Length::Share(1),
                Length::Pixels(theme.px(16)),
                Length::Pixels(note),
            ],
        );
        if let Some(icon) = item.icon {
            paint::icon(surface, icon, sign, if selected { palette.accent } else { palette.muted });
        }
        paint::text(surface, style, item.title, title, Align::Left);
        paint::text(surface, note_style, item.note, note, Align::Right);
    }

    /// The bar at the right that shows which part of the list can be seen.
    fn draw_thumb<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: Duration) {
        let range = self.range(theme, &area);
        let height = area.size.height as f32;
        if range <= 0.0 || height <= 0.0 {
            return;
        }
        let length = (height * height / (height + range)).max(theme.px(24) as f32).min(height);
        let top = (height - length) * self.scroll.offset(now).min(range) / range;
        let width = theme.thick(4);
        let corner = Point::new((area.size.width.saturating_sub(width)) as i32, top as i32);
        paint::rounded(
            surface,
            Rectangle::new(area.top_left + corner, Size::new(width.min(area.size.width), length as u32)),
            width / 2,
            theme.palette.track,
        );
    }

    /// Selects the line so many further down, and shows it.
    fn step(&mut self, by: isize, theme: &Theme, area: &Rectangle, now: Duration) {
        let Some(last) = self.items.len().checked_sub(1) else { return };
        let index = match self.selected {
            Some(index) => index.saturating_add_signed(by).min(last),
            None => 0,
        };
        self.selected = Some(index);
        let pitch = Self::pitch(theme) as f32;
        let top = index as f32 * pitch;
        let range = self.range(theme, area);
        self.scroll.show(top, top + pitch, area.size.height as f32, range, now);
    }

    fn on_key(&mut self, key: Key, theme: &Theme, area: &Rectangle, now: Duration) {
        let page = (area.size.height / Self::pitch(theme)).max(1) as isize;
        match key {
            Key::Up => self.step(-1, theme, area, now),
            Key::Down => self.step(1, theme, area, now),
            Key::PageUp => self.step(-page, theme, area, now),
            Key::PageDown => self.step(page, theme, area, now),
            Key::Home => self.step(isize::MIN, theme, area, now),
            Key::End => self.step(isize::MAX, theme, area, now),
            _ => {}
        }
    }
}

impl<I: Items> Widget for List<I> {
    fn preferred(&self, theme: &Theme) -> Size {
        let lines = u32::try_from(self.items.len()).unwrap_or(u32::MAX);
        bounded(Rectangle::new(Point::zero(), Size::new(theme.px(240), lines.saturating_mul(Self::pitch(theme))))).size
    }

    fn paint<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: Duration) {
        let (pitch, offset) = (i64::from(Self::pitch(theme)), self.offset(theme, &area, now));
        let first = usize::try_from(offset / pitch).unwrap_or(0);
        let end = (offset + i64::from(area.size.height) + pitch - 1) / pitch;
        let thumb = if self.range(theme, &area) > 0.0 { theme.px(12) } else { 0 };
        let width = area.size.width.saturating_sub(thumb);
        for index in first..usize::try_from(end).unwrap_or(0).min(self.items.len()) {
            let y = (index as i64 * pitch - offset) as i32;
            let line = Rectangle::new(area.top_left + Point::new(0, y), Size::new(width, pitch as u32));
            let depth = if self.pressed == Some(index) { self.press.depth(now) } else { 0.0 };
            self.draw_item(surface, theme, index, line, depth);
        }
        self.draw_thumb(surface, theme, area, now);
    }

    fn next_change(&self, now: Duration) -> Option<Duration> {
        sooner(self.scroll.next_change(now), self.press.next_change(now))
    }
}

impl<I: Items> React for List<I> {
    /// The number of the line that was tapped (it is the selected one now), or that Enter was pressed on.
    type Answer = usize;

    fn on_event(&mut self, event: Event, theme: &Theme, area: Rectangle, now: Duration) -> Option<usize> {
        let area = bounded(area);
        if let Event::KeyDown(key) = event
            && self.focused
        {
            self.on_key(key, theme, &area, now);
            return self.selected.filter(|_| is_enter(event));
        }
        if let Event::PointerDown(point) = event {
            self.pressed = self.at(theme, &area, point, now);
        }
        let range = self.range(theme, &area);
        self.scroll.on_event(event, &area, range, theme.px(SLACK), now);
        if self.scroll.is_dragged() {
            self.press.release(now);
            return None;
        }
        if !self.press.on_event(event, &area, now) {
            return None;
        }
        let on = event.point().and_then(|point| self.at(theme, &area, point, now));
        self.selected = on.filter(|_| on == self.pressed).or(self.selected);
        on.filter(|_| on == self.pressed)
    }
}
