//! Sparklines.

use core::time::Duration;

use embedded_graphics_core::geometry::Size;
use embedded_graphics_core::primitives::Rectangle;
use vitrine_gfx::{PixelMemory, SUBPIXEL, Surface};

use super::frame::Scales;
use super::trace::Trace;
use super::{Values, extent};
use crate::Theme;
use crate::layout::inset;
use crate::paint::{self, Place};
use crate::theme::Tone;
use crate::widget::Widget;

/// A line the size of a word: how something went, without numbers. A dot marks how it is now.
#[derive(Clone, Copy)]
pub struct Sparkline<'a> {
    /// The values; the least is at the foot and the largest at the top.
    pub values: &'a dyn Values,
    /// The colour.
    pub tone: Tone,
}

impl<'a> Sparkline<'a> {
    /// A sparkline in the accent colour.
    pub const fn new(values: &'a dyn Values) -> Self {
        Self { values, tone: Tone::Accent }
    }

    /// The same in another colour.
    pub const fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }
}

impl Widget for Sparkline<'_> {
    fn preferred(&self, theme: &Theme) -> Size {
        Size::new(theme.px(120), theme.px(40))
    }

    fn paint<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, _now: Duration) {
        let (least, largest) = extent(self.values).unwrap_or((0.0, 0.0));
        let radius = theme.thick(4);
        // A flat line is in the middle.
        let range = if least < largest { least..=largest } else { least - 1.0..=largest + 1.0 };
        let scales = Scales { area: inset(area, radius), range };
        let color = theme.palette.tone(self.tone);
        let width = theme.scale.px(2).max(1) as f32;
        Trace { color, width, tinted: true }.draw(surface, &scales, self.values);
        let count = self.values.len();
        let last = count.checked_sub(1).map(|index| (index, self.values.value(index)));
        if let Some((index, value)) = last.filter(|(_, value)| value.is_finite()) {
            let at = scales.place(index, count, value);
            let place = Place::new(at.x as f32 / SUBPIXEL as f32, at.y as f32 / SUBPIXEL as f32);
            paint::dot(surface, place, radius as f32, color);
        }
    }
}
