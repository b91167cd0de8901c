//! Drawing only what has changed, found out without the author's help.
//!
//! An author writes a [`View`]: it draws the whole picture, every time, and thinks of nothing else. A [`Canvas`] has it
//! drawn twice. The first time nothing is drawn: every operation is noted in the tiles that it touches, as a hash of what
//! it would do. Tiles whose hash is another one than in the picture before have changed. The second time the view draws on
//! the back buffer, once for each of a few rectangles that hold those tiles, and clipped to it; operations outside cost
//! little more than the look at the clip. What else the back buffer has missed, since it was on the screen last, is copied
//! from the front buffer. When nothing has changed, nothing is drawn at all.
//!
//! ```
//! use embedded_graphics::{pixelcolor::Rgb888, prelude::*, primitives::Rectangle};
//! use vitrine_gfx::{Canvas, PictureId, PixelMemory, Surface, View};
//!
//! struct Bar(u32);
//!
//! impl View for Bar {
//!     fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>) {
//!         let Ok(()) = surface.clear(Rgb888::BLACK);
//!         let Ok(()) = surface.fill_solid(&Rectangle::new(Point::zero(), Size::new(self.0, 16)), Rgb888::GREEN);
//!     }
//! }
//!
//! let size = Size::new(640, 480);
//! let mut buffer = Surface::new(vec![0; 640 * 480], size)?;
//! let mut canvas = Canvas::new();
//! let first = canvas.compose(size, &Bar(100))?.paint(&mut buffer, 0, None, None);
//! assert_eq!(first.drawn(), 640 * 480);
//! first.presented(PictureId(0, 1));
//! // The same buffer again, which holds the picture before: one tile has changed.
//! let second = canvas.compose(size, &Bar(101))?.paint(&mut buffer, 1, Some(PictureId(0, 1)), None);
//! assert_eq!(second.drawn(), 64 * 16);
//! # Ok::<(), vitrine_gfx::SurfaceError>(())
//! ```
//!
//! Begin reading at [`Canvas::compose`]; `tiles` is how changes are found, `redraw` how they get into a buffer.

mod recording;
mod redraw;
mod tiles;

use alloc::vec::Vec;

use embedded_graphics_core::geometry::Size;

use crate::{PixelMemory, Surface, SurfaceError};
use recording::Recording;
pub use redraw::Painted;
use tiles::Tiles;

/// Something that can be looked at.
///
/// What it draws may depend on nothing but its own fields and the surface's size: it is drawn several times for one
/// picture, in whole and in parts, and must draw the same each time. So the time is a field of a view, read before, and
/// not something that it asks for. What it leaves out is black. When it looks at [pixels](Surface::pixel) of the surface,
/// all of it counts as changed, every time.
pub trait View {
    /// Draws all of it, from nothing.
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>);
}

impl<V: View + ?Sized> View for &V {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>) {
        V::draw(self, surface);
    }
}

/// Names a picture that was presented: two numbers, of the caller's choice, that no other picture on any of the buffers
/// is given that the canvas is used with. A canvas knows by it whether the last picture is one of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureId(pub u64, pub u64);

/// Knows what was drawn on the buffers of one screen, so that only what has changed is drawn again.
///
/// A canvas belongs to one chain of buffers, as that of a display. Used with another, or after somebody else has presented
/// a picture there, it draws the whole picture once, and goes on from that. It takes 26 bytes for each tile of 64x16
/// pixels: 53 KB at 1920x1080.
pub struct Canvas {
    /// The picture that was composed last.
    tiles: Tiles,
    /// The tiles' hashes in the picture that was presented last.
    front: Vec<u64>,
    /// The number of the picture in which each tile changed last.
    changed: Vec<u64>,
    /// The tiles that are drawn.
    redrawn: Vec<bool>,
    /// The number of the picture that was presented last. The first one is 1.
    number: u64,
    /// Its name; `None` when nothing is known about any buffer.
    last: Option<PictureId>,
}

impl Canvas {
    /// A canvas that knows nothing. It allocates when it is used first, and when the size changes; never otherwise.
    pub const fn new() -> Self {
        let tiles = Tiles::none();
        Self { tiles, front: Vec::new(), changed: Vec::new(), redrawn: Vec::new(), number: 0, last: None }
    }

    /// Finds out what a picture of this size, in pixels, consists of.
    ///
    /// # Errors
    ///
    /// [`SurfaceError::Size`].
    pub fn compose<'c, V: View>(&'c mut self, size: Size, view: &'c V) -> Result<Composed<'c, V>, SurfaceError> {
        if size != self.tiles.size() {
            self.resize(size)?;
        }
        let mut surface = Surface::new(Recording::new(&mut self.tiles), size)?;
        view.draw(&mut surface);
        Ok(Composed { canvas: self, view })
    }

    /// Everything counts as changed in the next picture.
    pub fn forget(&mut self) {
        self.last = None;
    }

    fn resize(&mut self, size: Size) -> Result<(), SurfaceError> {
        SurfaceError::check_size(size)?;
        self.tiles = Tiles::new(size);
        let count = self.tiles.hashes().len();
        (self.front, self.changed, self.redrawn) = (Vec::new(), Vec::new(), Vec::new());
        self.front.resize(count, 0);
        self.changed.resize(count, 0);
        self.redrawn.resize(count, false);
        self.forget();
        Ok(())
    }

    /// Whether tiles count as changed whatever their hashes are.
    fn all_is_new(&self) -> bool {
        self.last.is_none() || self.tiles.was_looked_at()
    }

    /// The composed picture is the one that was presented last.
    fn present(&mut self, id: PictureId) {
        self.number += 1;
        let all = self.all_is_new();
        let columns = self.tiles.columns();
        let hashes = self.tiles.hashes().chunks(columns).zip(self.front.chunks(columns));
        for (changed, (now, before)) in self.changed.chunks_mut(columns).zip(hashes) {
            // Most rows of most pictures have not changed.
            if all || now != before {
                for (changed, (now, before)) in changed.iter_mut().zip(now.iter().zip(before)) {
                    *changed = if all | (now != before) { self.number } else { *changed };
                }
            }
        }
        self.tiles.swap_hashes(&mut self.front);
        self.last = Some(id);
    }
}

impl Default for Canvas {
    fn default() -> Self {
        Self::new()
    }
}

/// A picture of which it is known what it consists of.
pub struct Composed<'c, V> {
    canvas: &'c mut Canvas,
    view: &'c V,
}

impl<'c, V: View> Composed<'c, V> {
    /// Whether it is the same as the picture of that name, so that it need not be drawn when that one is on the screen.
    pub fn is(&self, presented: Option<PictureId>) -> bool {
        let canvas = &*self.canvas;
        presented.is_some() && canvas.last == presented && !canvas.all_is_new() && canvas.tiles.hashes() == canvas.front
    }

    /// Makes the picture in a buffer, and touches no more pixels than it must.
    ///
    /// `age` says what the buffer holds, in the words of EGL_EXT_buffer_age: 1 is the picture that was presented last, 2 the
    /// one before, and so on; 0 is anything, as after a picture that was painted and not presented. `last` names the
    /// picture that was presented last, whoever has made it, and `front` is the buffer that holds that one, unless it is
    /// this one, can't be read, or loses something by it (YUYV): what is lacking is then drawn.
    ///
    /// Whatever is in the front buffer counts as the picture. Where a back end can write to it, what it wrote may be copied
    /// forward, and stays until the view changes there: pixels on that back end's own screen, and nothing else, for no
    /// decision depends on what they are.
    ///
    /// # Panics
    ///
    /// When a buffer is not of the picture's size.
    pub fn paint<M: PixelMemory>(
        self,
        buffer: &mut Surface<M>,
        age: u64,
        last: Option<PictureId>,
        front: Option<&Surface<M>>,
    ) -> Painted<'c> {
        let Self { canvas, view } = self;
        if canvas.last != last {
            canvas.forget();
        }
        redraw::paint(canvas, view, buffer, age, front)
    }
}
