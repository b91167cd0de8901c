//! Laying paint on the pixels that a shape covers.

use super::{cells::Sink, gradient::Gradient, paint::Paint};
use crate::{PixelMemory, Surface, area::Area, pixel, row, surface::STAGE};

/// Lays paint on a surface. For areas that `begin` returned.
pub(crate) struct Painter<'s, M: PixelMemory> {
    surface: &'s mut Surface<M>,
    color: u32,
    background: Option<u32>,
    gradient: Option<Gradient>,
    visible: Area,
    stage: [u32; STAGE],
}

/// Pixels that are mixed at once. Fewer are mixed together with their neighbours, where that leaves those as they are.
const VECTOR: usize = 8;

impl<'s, M: PixelMemory> Painter<'s, M> {
    /// `visible` is what `begin` returned.
    pub fn new(surface: &'s mut Surface<M>, visible: Area, paint: &Paint<'_>) -> Self {
        let gradient = Gradient::new(paint);
        let (color, background) = match paint {
            Paint::Ink(ink) => (pixel::pack(ink.color), ink.background.map(pixel::pack)),
            _ => (0, None),
        };
        Self { surface, color, background, gradient, visible, stage: [0; STAGE] }
    }
}

impl<M: PixelMemory> Painter<'_, M> {
    /// Pixels of a gradient, covered as `coverage` says for each by its index.
    fn gradient(&mut self, x: i32, y: i32, count: usize, coverage: impl Fn(usize) -> u8) {
        let Some(gradient) = &self.gradient else { return };
        for first in (0..count).step_by(STAGE) {
            let colors = &mut self.stage[..STAGE.min(count - first)];
            let x = x + first as i32;
            gradient.colors(x, y, colors);
            let mut solid = gradient.is_opaque();
            for (index, color) in colors.iter_mut().enumerate() {
                let covered = coverage(first + index);
                if covered != u8::MAX {
                    *color = *color & 0xff_ffff | pixel::scale(*color >> 24, covered) << 24;
                    solid = false;
                }
            }
            if solid {
                colors.iter_mut().for_each(|color| *color &= 0xff_ffff);
                self.surface.put_row(x, y, colors);
            } else {
                let over = |first: usize, below: &mut [u32]| row::over_straight(below, &colors[first..], u8::MAX);
                self.surface.modify_row(x, y, colors.len(), over);
            }
        }
    }
}

impl<M: PixelMemory> Painter<'_, M> {
    /// Lays the colour on at least so many pixels, with the weights that are found for them on the way. Returns false, and
    /// does nothing, when it can't be done that way.
    pub fn lay_found(&mut self, x: i32, y: i32, count: usize, mut weights: impl row::Weights) -> bool {
        let count = count.next_multiple_of(row::lanes_of_found());
        let end = x.saturating_add(count as i32);
        if !self.keeps_uncovered() || self.gradient.is_some() || x < self.visible.left || end > self.visible.right {
            return false;
        }
        let color = self.color;
        self.surface.modify_row(x, y, count, |_, below| row::cover_found(below, color, &mut weights));
        true
    }

    /// Lays the colour on what is there.
    fn cover(&mut self, x: i32, y: i32, coverage: &[u8]) {
        let color = self.color;
        let room = self.visible.right - VECTOR as i32;
        if !self.keeps_uncovered() || coverage.len() >= VECTOR || room < self.visible.left {
            let cover = |first: usize, below: &mut [u32]| row::cover(below, color, &coverage[first..]);
            return self.surface.modify_row(x, y, coverage.len(), cover);
        }
        let from = x.min(room);
        let bytes = coverage.iter().rev().fold(0, |bytes, &coverage| bytes << 8 | u64::from(coverage));
        let vector = (bytes << (8 * (x - from))).to_le_bytes();
        let cover = |first: usize, below: &mut [u32]| row::cover(below, color, &vector[first..]);
        self.surface.modify_row(from, y, VECTOR, cover);
    }

    /// Lays the colour on what is known to be there.
    fn cover_background(&mut self, (x, y): (i32, i32), background: u32, coverage: &[u8]) {
        for (index, coverage) in coverage.chunks(STAGE).enumerate() {
            let pixels = &mut self.stage[..coverage.len()];
            row::cover_on(pixels, background, self.color, coverage);
            self.surface.put_row(x + (index * STAGE) as i32, y, pixels);
        }
    }
}

impl<M: PixelMemory> Sink for Painter<'_, M> {
    fn run(&mut self, x: i32, y: i32, count: usize, coverage: u8) {
        if self.gradient.is_some() {
            return self.gradient(x, y, count, |_| coverage);
        }
        match self.background {
            _ if coverage == u8::MAX => self.surface.put_run(x, y, count, self.color),
            Some(background) => self.surface.put_run(x, y, count, pixel::blend(background, self.color, coverage)),
            None => {
                let color = self.color;
                self.surface.modify_row(x, y, count, |_, below| row::tint(below, color, coverage));
            }
        }
    }

    // Once in an image, and not in each loop that comes here.
    #[inline(never)]
    fn pixels(&mut self, x: i32, y: i32, coverage: &[u8]) {
        if self.keeps_uncovered() {
            return self.lay(x, y, coverage);
        }
        // Which pixels are told that are not covered depends on the clip. They stay as they are, be that the background or not.
        let mut first = x;
        for covered in coverage.split(|covered| *covered == 0) {
            if !covered.is_empty() {
                self.lay(first, y, covered);
            }
            first += covered.len() as i32 + 1;
        }
    }
}

impl<M: PixelMemory> Painter<'_, M> {
    /// Whether pixels that are covered by 0 stay as they are. Formats of smaller pixels lose something whenever they are read
    /// and written.
    const fn keeps_uncovered(&self) -> bool {
        M::BYTES >= size_of::<u32>() && self.background.is_none()
    }

    /// Lays paint on pixels, each with its own coverage.
    fn lay(&mut self, x: i32, y: i32, coverage: &[u8]) {
        if self.gradient.is_some() {
            return self.gradient(x, y, coverage.len(), |index| coverage[index]);
        }
        match self.background {
            Some(background) => self.cover_background((x, y), background, coverage),
            None => self.cover(x, y, coverage),
        }
    }
}
