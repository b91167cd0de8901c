//! Plots with axes.

use core::ops::RangeInclusive;
use core::time::Duration;

use embedded_graphics_core::geometry::{Point, Size};
use embedded_graphics_core::primitives::Rectangle;
use vitrine_gfx::text::Align;
use vitrine_gfx::{PixelMemory, Surface};

use super::bars::Bars;
use super::frame::{Scales, draw_grid, draw_names, numbers_width};
use super::trace::Trace;
use super::{Series, SeriesKind, Ticks};
use crate::Theme;
use crate::paint::{self, Place};
use crate::theme::{Role, Tone};
use crate::widget::Widget;

/// Series of values over axes, with a grid at round numbers and a legend.
#[derive(Clone)]
pub struct Plot<'a> {
    /// What is drawn, the first below the others.
    pub series: &'a [Series<'a>],
    /// What the foot and the top stand for; `None` for round numbers around all values, and around 0 where there are bars or areas.
    pub range: Option<RangeInclusive<f32>>,
    /// Texts below the plot, evenly from its left edge to its right; below bars, one for each. May be empty.
    pub names: &'a [&'a str],
    /// Above the numbers: what is measured, in what. May be empty.
    pub unit: &'a str,
}

impl<'a> Plot<'a> {
    /// A plot of these series.
    pub const fn new(series: &'a [Series<'a>]) -> Self {
        Self { series, range: None, names: &[], unit: "" }
    }

    /// The same with a fixed range.
    pub const fn range(mut self, range: RangeInclusive<f32>) -> Self {
        self.range = Some(range);
        self
    }

    /// The same with texts below.
    pub const fn names(mut self, names: &'a [&'a str]) -> Self {
        self.names = names;
        self
    }

    /// The same with a unit.
    pub const fn unit(mut self, unit: &'a str) -> Self {
        self.unit = unit;
        self
    }

    fn has_bars(&self) -> bool {
        self.series.iter().any(|series| series.kind == SeriesKind::Bars)
    }

    /// The ticks of the grid, as many as the height has room for.
    fn ticks(&self, theme: &Theme, height: u32) -> Ticks {
        let parts = height / theme.px(48).max(1);
        if let Some(range) = &self.range {
            return Ticks::around(*range.start(), *range.end(), parts);
        }
        let from_zero = self.series.iter().any(|series| series.kind != SeriesKind::Line);
        let extents = self.series.iter().filter_map(Series::extent);
        let zero = from_zero.then_some((0.0, 0.0));
        let all = extents.chain(zero).reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)));
        let (least, largest) = all.unwrap_or((0.0, 1.0));
        Ticks::around(least, largest, parts)
    }

    /// Whether there is a line of text above the grid.
    fn has_head(&self) -> bool {
        !self.unit.is_empty() || self.series.len() > 1
    }

    /// Where the values go, with the numbers at its left.
    fn inner(&self, theme: &Theme, area: Rectangle, ticks: &Ticks) -> (Rectangle, u32) {
        let line = theme.fonts.caption.line_height().max(0) as u32;
        // Half a line above the topmost number and below the lowest.
        let top = if self.has_head() { line + theme.px(16) } else { line / 2 };
        let bottom = if self.names.is_empty() { line / 2 } else { line + theme.px(8) };
        let left = numbers_width(theme, ticks).min(area.size.width / 2);
        let taken = Size::new(left, (top + bottom).min(area.size.height));
        let corner = Point::new(left as i32, top.min(taken.height) as i32);
        (Rectangle::new(area.top_left + corner, area.size - taken), left)
    }

    /// Draws the unit at the left and the legend at the right.
    fn draw_head<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle) {
        let style = theme.text(Role::Caption, Tone::Muted);
        let height = (style.font().line_height().max(0) as u32).min(area.size.height);
        let line = Rectangle::new(area.top_left, Size::new(area.size.width, height));
        let mut right = line.top_left.x + line.size.width as i32;
        let unit_end = paint::text(surface, style, self.unit, line, Align::Left);
        if self.series.len() < 2 {
            return;
        }
        let dot = theme.px(10);
        for (index, series) in self.series.iter().enumerate().rev() {
            let width = paint::text_size(style, series.name).width;
            let left = right - (width + dot + theme.px(8)) as i32;
            if left < unit_end {
                break;
            }
            let sign = Rectangle::new(Point::new(left, line.top_left.y), Size::new(dot, height));
            paint::dot(surface, Place::middle(&sign), dot as f32 / 2.0, theme.palette.of_series(index));
            let name = Rectangle::new(Point::new(right - width as i32, line.top_left.y), Size::new(width, height));
            paint::text(surface, style, series.name, name, Align::Left);
            right = left - theme.px(16) as i32;
        }
    }
}

impl Widget for Plot<'_> {
    fn preferred(&self, theme: &Theme) -> Size {
        Size::new(theme.px(320), theme.px(200))
    }

    fn paint<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, _now: Duration) {
        let ticks = self.ticks(theme, area.size.height);
        let (inner, left) = self.inner(theme, area, &ticks);
        let range = self.range.clone().unwrap_or(ticks.start()..=ticks.end());
        let scales = Scales { area: inner, range };
        draw_grid(surface, theme, &scales, &ticks, left);
        draw_names(surface, theme, inner, self.names, self.has_bars());
        if self.has_head() {
            self.draw_head(surface, theme, area);
        }
        let groups = self.series.iter().filter(|series| series.kind == SeriesKind::Bars).count() as u32;
        let mut group = 0;
        for (index, series) in self.series.iter().enumerate() {
            let color = theme.palette.of_series(index);
            match series.kind {
                SeriesKind::Bars => {
                    Bars { color, index: group, count: groups }.draw(surface, &scales, series.values);
                    group += 1;
                }
                kind => {
                    let width = theme.scale.px(2).max(1) as f32;
                    Trace { color, width, tinted: kind == SeriesKind::Area }.draw(surface, &scales, series.values);
                }
            }
        }
    }
}
