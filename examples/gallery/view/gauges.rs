//! Gauges and rings.

use super::*;
use crate::kit::layout::Grid;
use crate::kit::widget::{Card, Gauge, GaugeKind, Progress};

pub struct Gauges {
    needles: [Gauge<'static>; 2],
    rings: [Gauge<'static>; 2],
    progress: [Progress; 3],
}

impl Gauges {
    pub fn new() -> Self {
        Self {
            needles: [
                Gauge::new(GaugeKind::Needle, 0.0..=120.0, 64.0, "kW").limits(80.0, 100.0),
                Gauge::new(GaugeKind::Needle, 0.0..=6.0, 4.3, "bar").decimals(1).limits(4.0, 5.0),
            ],
            rings: [
                Gauge::new(GaugeKind::Ring, 0.0..=100.0, 72.0, "% charged"),
                Gauge::new(GaugeKind::Ring, 0.0..=100.0, 93.0, "% in use").limits(75.0, 90.0),
            ],
            progress: [
                Progress::ring(0.25),
                Progress::ring(0.8).tone(Tone::Good),
                Progress::ring(0.0).unknown().tone(Tone::Warning),
            ],
        }
    }
}

impl Page for Gauges {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>, theme: &Theme, area: Rectangle, now: Duration) {
        let grid = Grid::new(area, 6, 2, theme.px(16));
        let titles = ["Power", "Pressure", "Battery", "Memory"];
        let needles = (0..).zip(&self.needles).map(|(index, gauge)| (grid.span(index * 3, 0, 3, 1), gauge));
        let rings = (0..).zip(&self.rings).map(|(index, gauge)| (grid.span(index * 2, 1, 2, 1), gauge));
        for ((place, gauge), title) in needles.chain(rings).zip(titles) {
            let card = Card::new(title);
            card.draw(surface, theme, place, now);
            gauge.draw(surface, theme, card.content(theme, place), now);
        }
        let card = Card::new("Progress");
        let place = grid.span(4, 1, 2, 1);
        card.draw(surface, theme, place, now);
        let rings = row(card.content(theme, place), theme.px(16), [Length::Share(1); 3]);
        for (ring, place) in self.progress.iter().zip(rings) {
            ring.draw(surface, theme, crate::kit::layout::centered(place, Size::new_equal(theme.px(72))), now);
        }
    }

    fn next_change(&self, now: Duration) -> Option<Duration> {
        self.progress.iter().map(|progress| progress.next_change(now)).fold(None, sooner)
    }
}
