//! Progress.

use super::*;
use crate::layout::{centered, square};
use crate::motion::{Easing, Tween};
use crate::number::part_of;
use crate::paint::{self, Place};
use crate::theme::Tone;
use embedded_graphics_core::geometry::Point;

/// How long it takes to a new value.
const WAY: Duration = Duration::from_millis(400);
/// How long a turn takes of what has no end in sight.
const TURN: Duration = Duration::from_millis(1400);

/// What progress looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProgressShape {
    /// A bar.
    #[default]
    Bar,
    /// A ring that closes.
    Ring,
}

/// How much of something is done, or that something is being done.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Bar or ring.
    pub shape: ProgressShape,
    /// The colour of what is done.
    pub tone: Tone,
    /// From 0 to 1; `None` while nobody knows.
    part: Option<Tween>,
}

impl Progress {
    /// A bar with this part done, from 0 to 1; what is outside counts as the nearer end.
    pub fn bar(part: f32) -> Self {
        let part = Some(Tween::still(part_of(part, &(0.0..=1.0))));
        Self { shape: ProgressShape::Bar, tone: Tone::Accent, part }
    }

    /// A ring.
    pub fn ring(part: f32) -> Self {
        Self { shape: ProgressShape::Ring, ..Self::bar(part) }
    }

    /// The same while nobody knows how much is done: it moves all the time.
    pub const fn unknown(mut self) -> Self {
        self.part = None;
        self
    }

    /// The same in another colour.
    pub const fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }

    /// Sets how much is done, from 0 to 1.
    pub fn set(&mut self, part: f32, now: Duration) {
        let part = part_of(part, &(0.0..=1.0));
        match &mut self.part {
            Some(tween) => tween.send(part, now, WAY, Easing::Out),
            unknown => *unknown = Some(Tween::still(part)),
        }
    }

    /// From where to where it is filled: parts of the bar, or of the turn, which may be more than 1.
    fn filled(&self, now: Duration) -> (f32, f32) {
        if let Some(part) = &self.part {
            return (0.0, part.at(now));
        }
        let turn = (now.as_millis() % TURN.as_millis()) as f32 / TURN.as_millis() as f32;
        match self.shape {
            // A piece that runs through from before the start to beyond the end.
            ProgressShape::Bar => ((turn * 1.4 - 0.4).max(0.0), (turn * 1.4).min(1.0)),
            ProgressShape::Ring => (turn, turn + 0.28),
        }
    }

    fn draw_bar<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: Duration) {
        let area = centered(area, Size::new(area.size.width, theme.thick(8)));
        let Size { width, height } = area.size;
        paint::rounded(surface, area, height / 2, theme.palette.track);
        let (from, to) = self.filled(now);
        let [left, right] = [from, to].map(|part| (part * width as f32 + 0.5) as u32);
        if right > left {
            // At least a dot, so that a beginning can be seen.
            let length = (right - left).max(height).min(width);
            let left = left.min(width - length);
            let filled = Rectangle::new(area.top_left + Point::new(left as i32, 0), Size::new(length, height));
            paint::rounded(surface, filled, height / 2, theme.palette.tone(self.tone));
        }
    }

    fn draw_ring<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: Duration) {
        let area = square(area);
        let side = area.size.width as f32;
        let width = (side / 10.0).max(theme.thick(4) as f32).min(side / 2.0);
        let (middle, radius) = (Place::middle(&area), (side - width) / 2.0);
        paint::arc(surface, middle, radius, width, (0.0, 1.0), theme.palette.track);
        let (from, to) = self.filled(now);
        if to > from {
            paint::arc(surface, middle, radius, width, (from, to - from), theme.palette.tone(self.tone));
        }
    }
}

impl Widget for Progress {
    fn preferred(&self, theme: &Theme) -> Size {
        match self.shape {
            ProgressShape::Bar => Size::new(theme.px(160), theme.thick(8)),
            ProgressShape::Ring => Size::new_equal(theme.px(48)),
        }
    }

    fn paint<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: Duration) {
        match self.shape {
            ProgressShape::Bar => self.draw_bar(surface, theme, area, now),
            ProgressShape::Ring => self.draw_ring(surface, theme, area, now),
        }
    }

    fn next_change(&self, now: Duration) -> Option<Duration> {
        self.part.map_or(Some(now), |part| part.next_change(now))
    }
}
