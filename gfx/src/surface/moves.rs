//! Moving and copying pixels.

use core::hash::Hash;

use embedded_graphics_core::{geometry::Point, primitives::Rectangle};

use super::{STAGE, Surface};
use crate::{PixelMemory, area::Area};

impl<M: PixelMemory> Surface<M> {
    /// Copies a picture in memory of our own to this one, its top left corner to `at`.
    pub fn draw_surface<S: AsRef<[u32]>>(&mut self, source: &Surface<S>, at: Point) {
        let area = source.readable().moved(at);
        let Some(visible) = self.begin(area, |operation| ("picture", at, source.identity()).hash(operation.opaque()))
        else {
            return;
        };
        for y in visible.top..visible.bottom {
            self.put_row(visible.left, y, source.run(visible.left - at.x, y - at.y, visible.width()));
        }
    }

    /// Moves the pixels of `area` by `by`: what lands inside `area` and the clip is drawn there, the rest is left as it was.
    /// What scrolls in is to be drawn afterwards.
    pub fn scroll(&mut self, area: &Rectangle, by: Point) {
        let whole = self.clip.intersection(Area::from_rectangle(area));
        let moved = whole.intersection(whole.moved(by));
        let Some(target) = self.begin(moved, |operation| ("scroll", area, by).hash(operation.moves(whole))) else {
            return;
        };
        self.move_pixels(target, by);
    }

    /// Copies the pixels of `area` to where its top left corner is at `to`, as if all were read before any is written. Only
    /// pixels inside the clip are read, and only such are written.
    pub fn move_area(&mut self, area: &Rectangle, to: Point) {
        let source = self.clip.intersection(Area::from_rectangle(area));
        // A way beyond i32 leads out of every surface, as the longest that there is does.
        let Point { x, y } = area.top_left;
        let by = Point::new(to.x.saturating_sub(x), to.y.saturating_sub(y));
        let target = self.clip.intersection(source.moved(by));
        if target.is_empty() {
            return;
        }
        let touched = source.envelope(target);
        if let Some(target) = self.begin(target, |operation| ("move", area, to).hash(operation.moves(touched))) {
            self.move_pixels(target, by);
        }
    }

    /// Makes an area that `begin` returned what was `by` away from it.
    fn move_pixels(&mut self, target: Area, by: Point) {
        if target.width() * M::BYTES == self.stride {
            let (to, pixels) = (self.offset(target.left, target.top), target.pixels());
            return self.memory.copy_within(self.offset(target.left - by.x, target.top - by.y), to, pixels);
        }
        for index in 0..target.height() as i32 {
            // Begins at the end that is read before it is written.
            let y = if by.y <= 0 { target.top + index } else { target.bottom - 1 - index };
            let from = self.offset(target.left - by.x, y - by.y);
            self.memory.copy_within(from, self.offset(target.left, y), target.width());
        }
    }

    /// Copies the same area of another surface, without recording it as damage: how a canvas copies forward
    /// what a buffer has missed.
    pub(crate) fn copy_area<S: PixelMemory>(&mut self, source: &Surface<S>, area: Area) {
        assert_eq!(self.size, source.size, "copying between surfaces of different size");
        self.identity.renew();
        let area = area.intersection(self.limits).intersection(source.limits);
        let mut stage = [0; STAGE];
        for y in area.top..area.bottom {
            let mut x = area.left;
            while x < area.right {
                let part = &mut stage[..STAGE.min((area.right - x) as usize)];
                source.get_row(x, y, part);
                self.put_row(x, y, part);
                x += part.len() as i32;
            }
        }
    }
}
