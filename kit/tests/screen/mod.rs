//! A screen as an appliance has it: two buffers that are shown in turn, drawn on by way of a canvas.

use embedded_graphics::geometry::{OriginDimensions, Size};
use vitrine_gfx::{Canvas, PictureId, Surface, View};

/// A buffer with something in it that no view has put there.
pub fn buffer(size: Size) -> Surface<Vec<u32>> {
    Surface::new(vec![0x55_5555; (size.width * size.height) as usize], size).unwrap()
}

/// Two buffers, and what the canvas knows of them.
pub struct Screen {
    canvas: Canvas,
    back: Surface<Vec<u32>>,
    front: Surface<Vec<u32>>,
    /// How many pictures were shown.
    flips: u64,
}

impl Screen {
    /// A screen that has shown nothing.
    pub fn new(size: Size) -> Self {
        Self { canvas: Canvas::new(), back: buffer(size), front: buffer(size), flips: 0 }
    }

    /// Shows a view, and returns how many pixels were drawn: none if the picture was there already.
    ///
    /// # Panics
    ///
    /// When what is shown is not what the view draws as a whole, or when anything but the first picture allocates.
    pub fn show(&mut self, view: &impl View) -> usize {
        let mut drawn = 0;
        let allocations = allocation_counter::measure(|| drawn = self.draw(view));
        let number = self.flips;
        assert!(number == 1 || allocations.count_total == 0, "picture {number} allocated");
        let mut whole = buffer(self.front.size());
        view.draw(&mut whole);
        assert!(self.front.memory() == whole.memory(), "picture {number} differs at {}", whole.size());
        drawn
    }

    fn draw(&mut self, view: &impl View) -> usize {
        let last = (self.flips > 0).then_some(PictureId(0, self.flips));
        let composed = self.canvas.compose(self.back.size(), view).unwrap();
        if composed.is(last) {
            return 0;
        }
        let age = if self.flips < 2 { 0 } else { 2 };
        let painted = composed.paint(&mut self.back, age, last, last.map(|_| &self.front));
        let drawn = painted.drawn();
        self.flips += 1;
        painted.presented(PictureId(0, self.flips));
        core::mem::swap(&mut self.back, &mut self.front);
        drawn
    }
}
