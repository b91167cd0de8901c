//! Tabs.

use super::*;
use crate::input::Key;
use crate::layout::{Grid, inset};
use crate::motion::{Easing, Tween, sooner};
use crate::paint;
use crate::press::Press;
use crate::theme::{Role, Tone};
use embedded_graphics_core::geometry::Point;
use vitrine_gfx::text::Align;

/// How long the mark takes from tab to tab.
const WAY: Duration = Duration::from_millis(200);

/// Names beside each other, one of which is selected.
#[derive(Clone, Copy, Debug)]
pub struct Tabs<'a> {
    names: &'a [&'a str],
    selected: usize,
    /// Whether keys go to it.
    pub focused: bool,
    /// Where the mark is, in tabs from the left.
    mark: Tween,
    press: Press,
    /// The tab that the pointer went down on.
    pressed: usize,
}

impl<'a> Tabs<'a> {
    /// Tabs with these names, the first of which is selected.
    pub const fn new(names: &'a [&'a str]) -> Self {
        Self { names, selected: 0, focused: false, mark: Tween::still(0.0), press: Press::new(), pressed: 0 }
    }

    /// The number of the tab that is selected.
    pub const fn selected(&self) -> usize {
        self.selected
    }

    /// Selects a tab; beyond the last it is the last.
    pub fn select(&mut self, index: usize, now: Duration) {
        self.selected = index.min(self.names.len().saturating_sub(1));
        self.mark.send(self.selected as f32, now, WAY, Easing::InOut);
    }

    fn choose(&mut self, index: usize, now: Duration) -> Option<usize> {
        let before = self.selected;
        self.select(index, now);
        (self.selected != before).then_some(self.selected)
    }

    fn grid(&self, theme: &Theme, area: Rectangle) -> Grid {
        Grid::new(inset(area, theme.px(4)), self.names.len() as u32, 1, 0)
    }

    fn at(&self, theme: &Theme, area: Rectangle, point: Point) -> Option<usize> {
        let grid = self.grid(theme, area);
        (0..self.names.len()).find(|&index| grid.nth(index as u32).contains(point))
    }
}

impl Widget for Tabs<'_> {
    fn preferred(&self, theme: &Theme) -> Size {
        let style = theme.text(Role::Label, Tone::Text);
        let widest = self.names.iter().map(|name| paint::text_size(style, name).width).max().unwrap_or(0);
        let width = (widest + theme.px(40)).saturating_mul(self.names.len() as u32);
        Size::new(width + theme.px(8), theme.touch())
    }

    fn paint<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: Duration) {
        let palette = &theme.palette;
        let radius = theme.px(theme.radius * 3 / 4);
        paint::rounded(surface, area, radius, palette.raised);
        if self.focused {
            paint::focus_ring(surface, theme, area, radius);
        }
        let grid = self.grid(theme, area);
        if !self.names.is_empty() {
            let first = grid.nth(0);
            let last = grid.nth(self.names.len() as u32 - 1);
            let way = (last.top_left.x - first.top_left.x) as f32 / (self.names.len() - 1).max(1) as f32;
            let left = libm::roundf(self.mark.at(now) * way) as i32;
            let mark = Rectangle::new(first.top_left + Point::new(left, 0), last.size);
            paint::rounded(surface, mark, radius.saturating_sub(theme.px(4)), palette.accent);
        }
        for (index, name) in self.names.iter().enumerate() {
            // While the mark passes, a name has the colour of what is below most of it.
            let below = (self.mark.at(now) - index as f32).abs() < 0.5;
            let tone = if below { Tone::OnAccent } else { Tone::Text };
            let cell = grid.nth(index as u32);
            paint::text(surface, theme.text(Role::Label, tone), name, cell, Align::Center);
        }
    }

    fn next_change(&self, now: Duration) -> Option<Duration> {
        sooner(self.mark.next_change(now), self.press.next_change(now))
    }
}

impl React for Tabs<'_> {
    /// The number of the tab that is selected now.
    type Answer = usize;

    fn on_event(&mut self, event: Event, theme: &Theme, area: Rectangle, now: Duration) -> Option<usize> {
        let area = bounded(area);
        match event {
            Event::KeyDown(Key::Left) if self.focused => return self.choose(self.selected.saturating_sub(1), now),
            Event::KeyDown(Key::Right) if self.focused => return self.choose(self.selected.saturating_add(1), now),
            Event::PointerDown(point) => self.pressed = self.at(theme, area, point).unwrap_or(self.selected),
            _ => {}
        }
        let tapped = self.press.on_event(event, &area, now);
        let on = event.point().and_then(|point| self.at(theme, area, point))?;
        (tapped && on == self.pressed).then(|| self.choose(on, now)).flatten()
    }
}
