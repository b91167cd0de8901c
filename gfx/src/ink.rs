//! Anti-aliased drawing: a colour laid on in parts.

use crate::{PixelMemory, Surface, area::Area, pixel, row, surface::STAGE};
use embedded_graphics_core::pixelcolor::Rgb888;

/// A colour, and what is known about the pixels that it is laid on.
///
/// Where the background is known, drawing an edge needs no reading of the frame buffer. Both give the same picture when
/// what is known is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ink {
    pub(crate) color: Rgb888,
    pub(crate) background: Option<Rgb888>,
}

impl Ink {
    /// Blends with whatever is there.
    pub const fn over(color: Rgb888) -> Self {
        Self { color, background: None }
    }

    /// The same colour, on pixels that are all known to have the colour `background`.
    pub const fn on(self, background: Rgb888) -> Self {
        Self { background: Some(background), ..self }
    }

    pub(crate) const fn color(&self) -> Rgb888 {
        self.color
    }

    pub(crate) const fn background(&self) -> Option<Rgb888> {
        self.background
    }
}

/// Fully covered pixels of which at least so many follow each other are filled, not staged.
const SOLID: usize = 8;

/// Pushes coverage along rows from left to right: gathers what is partly or wholly covered, skips what isn't.
///
/// Draws only inside `visible`, which must be a part of the clip, and records no damage.
pub(crate) struct Spans<'s, M: PixelMemory> {
    surface: &'s mut Surface<M>,
    color: u32,
    background: Option<u32>,
    visible: Area,
    /// Where the next pixel goes.
    x: i32,
    y: i32,
    /// The coverage of the pixels that end at `x`, `len` of them.
    gathered: [u8; STAGE],
    len: usize,
    /// Where pixels are mixed: a field, so that it is cleared once a shape and not once a span.
    stage: [u32; STAGE],
}

impl<'s, M: PixelMemory> Spans<'s, M> {
    pub fn new(surface: &'s mut Surface<M>, visible: Area, ink: Ink) -> Self {
        let color = pixel::pack(ink.color);
        let background = ink.background.map(pixel::pack);
        let (gathered, stage) = ([0; STAGE], [0; STAGE]);
        Self { surface, color, background, visible, x: 0, y: 0, gathered, len: 0, stage }
    }

    /// What is pushed next belongs to row `y`, from `x` on.
    pub fn start_row(&mut self, x: i32, y: i32) {
        self.flush();
        (self.x, self.y) = (x, y);
    }

    /// The next `count` pixels are covered by `coverage / 255`.
    pub fn push(&mut self, coverage: u8, count: usize) {
        if coverage == 0 || self.y < self.visible.top || self.y >= self.visible.bottom {
            self.flush();
            self.x = self.x.saturating_add_unsigned(count as u32);
            return;
        }
        if coverage == u8::MAX && count >= SOLID {
            self.flush();
            self.fill(count);
            return;
        }
        // One by one: nearly all runs that get here are of one pixel, for which filling a slice would be a detour.
        for _ in 0..count {
            if self.len == STAGE {
                self.flush();
            }
            self.gathered[self.len] = coverage;
            self.len += 1;
            self.x = self.x.saturating_add(1);
        }
    }

    /// The next `count` pixels have the ink's colour.
    fn fill(&mut self, count: usize) {
        let end = self.x.saturating_add_unsigned(count as u32);
        let from = self.x.max(self.visible.left);
        let to = end.min(self.visible.right);
        if from < to {
            self.surface.put_run(from, self.y, (to - from) as usize, self.color);
        }
        self.x = end;
    }

    /// Draws what was gathered.
    fn flush(&mut self) {
        if self.len == 0 {
            return;
        }
        let start = self.x.saturating_sub_unsigned(self.len as u32);
        let from = start.max(self.visible.left);
        let to = self.x.min(self.visible.right);
        if from < to {
            let coverage = &self.gathered[(from - start) as usize..(to - start) as usize];
            let pixels = &mut self.stage[..coverage.len()];
            match self.background {
                Some(background) => row::cover_on(pixels, background, self.color, coverage),
                None => {
                    self.surface.get_row(from, self.y, pixels);
                    row::cover(pixels, self.color, coverage);
                }
            }
            self.surface.put_row(from, self.y, pixels);
        }
        self.len = 0;
    }
}

impl<M: PixelMemory> Drop for Spans<'_, M> {
    fn drop(&mut self) {
        self.flush();
    }
}
