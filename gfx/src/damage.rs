//! Which pixels changed.

use crate::area::Area;
use embedded_graphics_core::primitives::Rectangle;

/// How many rectangles a [`Damage`] keeps apart.
pub const MAX_RECTANGLES: usize = 8;

/// Two rectangles become one when that adds at most this many pixels that neither had: less than what handling one
/// rectangle more costs.
const MERGE_SLACK: usize = 1024;

/// The pixels that changed, as a few rectangles which together hold at least them.
///
/// When there are more than [`MAX_RECTANGLES`], the two that fit best become one, so this never grows; it may then name
/// pixels that did not change, never the other way round. Rectangles may overlap.
#[derive(Clone, Copy, Debug)]
pub struct Damage {
    /// Room for one more than are kept.
    areas: [Area; MAX_RECTANGLES + 1],
    len: usize,
}

impl Damage {
    /// Nothing changed.
    pub const NONE: Self = Self { areas: [Area::EMPTY; MAX_RECTANGLES + 1], len: 0 };

    /// Whether nothing changed.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The rectangles, none of them empty, in no particular order.
    pub fn rectangles(&self) -> impl Iterator<Item = Rectangle> + '_ {
        self.areas().iter().map(|area| area.to_rectangle())
    }

    /// How many pixels the rectangles hold; those in two of them count twice.
    pub fn pixels(&self) -> usize {
        self.areas().iter().map(|area| area.pixels()).sum()
    }

    /// Adds a rectangle.
    pub fn add(&mut self, rectangle: &Rectangle) {
        self.add_area(Area::from_rectangle(rectangle));
    }

    /// Adds all that changed in `other`.
    pub fn merge(&mut self, other: &Self) {
        for &area in other.areas() {
            self.add_area(area);
        }
    }

    pub(crate) fn areas(&self) -> &[Area] {
        &self.areas[..self.len]
    }

    pub(crate) fn add_area(&mut self, area: Area) {
        self.add_within(area, MERGE_SLACK);
    }

    /// Adds an area. It and another become one when that adds at most `slack` pixels that neither had.
    pub(crate) fn add_within(&mut self, mut area: Area, slack: usize) {
        if area.is_empty() || self.areas().iter().any(|known| known.contains(area)) {
            return;
        }
        // Each turn takes one rectangle away and grows `area`, after which others may fit: at most MAX_RECTANGLES turns.
        while let Some(index) = self.areas().iter().position(|known| gap(*known, area) <= slack) {
            area = area.envelope(self.take(index));
        }
        self.areas[self.len] = area;
        self.len += 1;
        if self.len > MAX_RECTANGLES {
            let (one, other) = self.closest();
            // The later one first, for the last one takes its place.
            let (other, one) = (self.take(other), self.take(one));
            self.add_within(one.envelope(other), slack);
        }
    }

    /// Adds an area and drops those that it holds.
    pub(crate) fn absorb(&mut self, area: Area) {
        while let Some(index) = self.areas().iter().position(|known| area.contains(*known)) {
            self.take(index);
        }
        self.add_within(area, 0);
    }

    fn take(&mut self, index: usize) -> Area {
        self.len -= 1;
        self.areas.swap(index, self.len);
        self.areas[self.len]
    }

    /// The two rectangles, of at least two, that become one at the least cost, in the order in which they are kept.
    fn closest(&self) -> (usize, usize) {
        let areas = self.areas();
        let pairs = (1..areas.len()).flat_map(|later| (0..later).map(move |earlier| (earlier, later)));
        pairs.min_by_key(|&(one, other)| gap(areas[one], areas[other])).unwrap_or((0, 1))
    }
}

/// How many pixels become part of the rectangle around two areas that are in neither.
fn gap(one: Area, other: Area) -> usize {
    one.envelope(other).pixels().saturating_sub(one.pixels() + other.pixels())
}

impl Default for Damage {
    fn default() -> Self {
        Self::NONE
    }
}
