//! Bringing a buffer up to date: what is drawn, and what is copied.

use embedded_graphics_core::{
    draw_target::DrawTarget,
    geometry::OriginDimensions,
    pixelcolor::{Rgb888, RgbColor},
};

use super::{Canvas, PictureId, View};
use crate::area::Area;
use crate::{Damage, PixelMemory, Surface};

/// Two rectangles are drawn as one when that adds at most so many pixels: about what can be filled while a view of a hundred
/// operations is gone through once more.
const SLACK: usize = 16 * 1024;

/// A buffer that holds the picture, and is to be presented. Nothing happens when it is not; its age is 0 then.
#[must_use = "a canvas goes on from the picture that was presented last, and has to know which that is"]
pub struct Painted<'c> {
    canvas: &'c mut Canvas,
    drawn: Damage,
    copied: usize,
}

impl Painted<'_> {
    /// How many pixels were drawn by the view.
    pub fn drawn(&self) -> usize {
        self.drawn.pixels()
    }

    /// What was drawn by the view.
    pub const fn damage(&self) -> &Damage {
        &self.drawn
    }

    /// How many pixels were copied from the front buffer.
    pub const fn copied(&self) -> usize {
        self.copied
    }

    /// The buffer was presented and has this name: it is the front buffer from now on.
    pub fn presented(self, id: PictureId) {
        self.canvas.present(id);
    }
}

/// Makes the picture that the canvas has composed in a buffer of this age.
pub(super) fn paint<'c, V: View, M: PixelMemory>(
    canvas: &'c mut Canvas,
    view: &V,
    buffer: &mut Surface<M>,
    age: u64,
    front: Option<&Surface<M>>,
) -> Painted<'c> {
    let size = canvas.tiles.size();
    assert_eq!(buffer.size(), size, "a buffer is of another size than the picture");
    let front = front.filter(|_| canvas.last.is_some() && M::LOSSLESS);
    let held = canvas.number_held(age);
    let copies = canvas.plan(held, front.is_some());
    let drawn = canvas.rectangles();
    for &area in drawn.areas() {
        draw(canvas, view, buffer, area);
    }
    let copied = front.filter(|_| copies).map_or(0, |front| canvas.copy_forward(buffer, front, held));
    Painted { canvas, drawn, copied }
}

/// Draws the part of the view that is inside the area.
///
/// Never inlined: all that the view draws may be in it, and some of that then several times, as loops were turned around.
#[inline(never)]
fn draw<V: View, M: PixelMemory>(canvas: &Canvas, view: &V, buffer: &mut Surface<M>, area: Area) {
    let before = buffer.limit(area);
    if !canvas.tiles.is_covered(area) {
        let Ok(()) = buffer.clear(Rgb888::BLACK);
    }
    view.draw(buffer);
    buffer.set_window(before);
}

impl Canvas {
    /// The number of the picture that a buffer of this age holds; 0 when that isn't known.
    fn number_held(&self, age: u64) -> u64 {
        let known = self.last.is_some() && age != 0;
        if known { (self.number + 1).saturating_sub(age) } else { 0 }
    }

    /// Decides which tiles of a buffer that holds the picture of this number are drawn: those that have changed, and, when
    /// nothing can be copied, those that the buffer lacks. Returns whether it lacks any that are not drawn.
    fn plan(&mut self, held: u64, can_copy: bool) -> bool {
        let all = self.all_is_new();
        let mut copies = false;
        let columns = self.tiles.columns();
        let rows = self.redrawn.chunks_mut(columns).zip(self.changed.chunks(columns));
        let hashes = self.tiles.hashes().chunks(columns).zip(self.front.chunks(columns));
        for ((redrawn, changed), (now, before)) in rows.zip(hashes) {
            // Most rows of most pictures.
            if !all && held >= self.number && now == before {
                redrawn.fill(false);
                continue;
            }
            for (redrawn, (changed, (now, before))) in
                redrawn.iter_mut().zip(changed.iter().zip(now.iter().zip(before)))
            {
                let (new, lacking) = (all | (now != before), *changed > held);
                *redrawn = new | (lacking & !can_copy);
                copies |= lacking & !new & can_copy;
            }
        }
        copies
    }

    /// A few rectangles that hold all tiles to be drawn; those that they hold besides are marked too.
    fn rectangles(&mut self) -> Damage {
        let mut damage = Damage::NONE;
        let columns = self.tiles.columns();
        for (row, tiles) in self.redrawn.chunks(columns).enumerate().filter(|(_, tiles)| tiles.contains(&true)) {
            let mut column = 0;
            for run in tiles.chunk_by(|one, other| one == other) {
                if run[0] {
                    damage.add_within(self.tiles.area(column..column + run.len(), row), SLACK);
                }
                column += run.len();
            }
        }
        self.keep_moved_whole(&mut damage);
        for &area in damage.areas() {
            self.tiles.mark(area, &mut self.redrawn);
        }
        damage
    }

    /// Where the view moves pixels, what is drawn depends on pixels elsewhere: it is drawn as a whole or not at all.
    fn keep_moved_whole(&self, damage: &mut Damage) {
        let mut whole = self.tiles.moved();
        while let Some(area) = damage.areas().iter().copied().find(|area| cuts(*area, whole)) {
            whole = whole.envelope(area);
            damage.absorb(whole);
        }
    }

    /// Copies the tiles that a buffer lacks which holds the picture of this number, and that are not drawn.
    fn copy_forward<M: PixelMemory>(&self, buffer: &mut Surface<M>, front: &Surface<M>, held: u64) -> usize {
        let columns = self.tiles.columns();
        let mut copied = 0;
        let lacks = |tile: usize| !self.redrawn[tile] && self.changed[tile] > held;
        for row in 0..self.redrawn.len() / columns {
            let mut column = 0;
            while column < columns {
                let lacking = (column..columns).take_while(|column| lacks(row * columns + column)).count();
                if lacking > 0 {
                    let area = self.tiles.area(column..column + lacking, row);
                    buffer.copy_area(front, area);
                    copied += area.pixels();
                }
                column += lacking + 1;
            }
        }
        copied
    }
}

/// Whether an area has pixels of another, and not all of them.
fn cuts(area: Area, whole: Area) -> bool {
    !area.intersection(whole).is_empty() && !area.contains(whole)
}
