//! Sub-surfaces: a rectangle of a picture, drawn on as if it were one of its own.

use crate::{PixelMemory, Surface, area::Area};
use core::ops::{Deref, DerefMut};
use embedded_graphics_core::{
    geometry::{Point, Size},
    primitives::Rectangle,
};

/// A rectangle of a [`Surface`], itself one: its top left corner is at (0, 0), and nothing outside of it, nor outside the
/// clip that was in force, is drawn on. What is drawn counts as damage of the whole, in the whole's coordinates.
///
/// It may have parts in turn. When it is dropped, the surface is what it was before.
#[derive(Debug)]
pub struct Part<'s, M> {
    surface: &'s mut Surface<M>,
    before: Window,
}

/// Which part of a picture a [`Surface`] stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub origin: Point,
    pub size: Size,
    pub limits: Area,
    pub clip: Area,
}

impl<M: PixelMemory> Surface<M> {
    /// The given rectangle as a surface. It may reach beyond this one, or lie outside of it.
    pub fn part(&mut self, rectangle: &Rectangle) -> Part<'_, M> {
        let before = self.window();
        self.set_window(before.part(rectangle));
        Part { surface: self, before }
    }
}

impl<M: PixelMemory> Surface<M> {
    /// Lets only the pixels inside `area` be touched, whatever clip is set, until the window is what is returned.
    pub(crate) fn limit(&mut self, area: Area) -> Window {
        let before = self.window();
        let limits = before.clip.intersection(area);
        self.set_window(Window { limits, clip: limits, ..before });
        before
    }
}

impl Window {
    fn part(&self, rectangle: &Rectangle) -> Self {
        let Rectangle { top_left, size } = *rectangle;
        let shown = self.clip.intersection(Area::from_rectangle(rectangle));
        let inside = |edge: i32, start: i32| edge.checked_sub(start);
        let moved = || {
            Some(Area {
                left: inside(shown.left, top_left.x)?,
                top: inside(shown.top, top_left.y)?,
                right: inside(shown.right, top_left.x)?,
                bottom: inside(shown.bottom, top_left.y)?,
            })
        };
        // Beyond i32, as seen from the corner, nothing can be named and so nothing drawn.
        let limits = if shown.is_empty() { Area::EMPTY } else { moved().unwrap_or(Area::EMPTY) };
        let origin = Point::new(self.origin.x.saturating_add(top_left.x), self.origin.y.saturating_add(top_left.y));
        Self { origin, size, limits, clip: limits }
    }
}

impl<M> Deref for Part<'_, M> {
    type Target = Surface<M>;

    fn deref(&self) -> &Surface<M> {
        self.surface
    }
}

impl<M> DerefMut for Part<'_, M> {
    fn deref_mut(&mut self) -> &mut Surface<M> {
        self.surface
    }
}

impl<M> Drop for Part<'_, M> {
    fn drop(&mut self) {
        self.surface.set_window(self.before);
    }
}
