//! Plots: lines, areas and bars over axes, and sparklines without.
//!
//! A [`Plot`] is a widget over [`Values`] that lie somewhere else: it keeps nothing and allocates nothing. However many values
//! there are, what is drawn is bounded by the pixels: where several fall into one column of pixels, the least and the
//! largest of them are drawn. What is no number, or infinite, is a gap.

mod axis;
mod bars;
mod chart;
mod frame;
mod sparkline;
mod trace;

pub use axis::Ticks;
pub use chart::Plot;
pub use sparkline::Sparkline;

/// Measurements in the order in which they were made, as far apart from each other as each is from the next.
pub trait Values {
    /// How many there are.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The one with this number, less than `len`.
    fn value(&self, index: usize) -> f32;
}

impl Values for [f32] {
    fn len(&self) -> usize {
        self.len()
    }

    fn value(&self, index: usize) -> f32 {
        self[index]
    }
}

impl<const N: usize> Values for [f32; N] {
    fn len(&self) -> usize {
        N
    }

    fn value(&self, index: usize) -> f32 {
        self[index]
    }
}

/// What values are drawn as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SeriesKind {
    /// A line.
    #[default]
    Line,
    /// A line, with a tint below it.
    Area,
    /// A bar for each value.
    Bars,
}

/// Values with a name. Their colour is that of their place in the plot, see [`Palette::series`](crate::theme::Palette::series).
#[derive(Clone, Copy)]
pub struct Series<'a> {
    /// What they are, for the legend.
    pub name: &'a str,
    /// What they are drawn as.
    pub kind: SeriesKind,
    /// The values.
    pub values: &'a dyn Values,
}

impl<'a> Series<'a> {
    /// Values drawn as a line.
    pub const fn line(name: &'a str, values: &'a dyn Values) -> Self {
        Self { name, kind: SeriesKind::Line, values }
    }

    /// Values drawn as a line with a tint below it.
    pub const fn area(name: &'a str, values: &'a dyn Values) -> Self {
        Self { name, kind: SeriesKind::Area, values }
    }

    /// Values drawn as bars.
    pub const fn bars(name: &'a str, values: &'a dyn Values) -> Self {
        Self { name, kind: SeriesKind::Bars, values }
    }

    /// The least and the largest value; `None` when there is no number among them.
    fn extent(&self) -> Option<(f32, f32)> {
        extent(self.values)
    }
}

/// The least and the largest of some values; `None` when there is no number among them.
fn extent(values: &dyn Values) -> Option<(f32, f32)> {
    let numbers = (0..values.len()).map(|index| values.value(index)).filter(|value| value.is_finite());
    numbers.fold(None, |extent, value| {
        let (least, largest) = extent.unwrap_or((value, value));
        Some((value.min(least), value.max(largest)))
    })
}
