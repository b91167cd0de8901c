//! A picture in memory, and drawing on it row by row.

mod error;
mod moves;
mod target;

use crate::{
    Band, Damage, PixelMemory,
    area::Area,
    digest::{Below, Digest, Identity},
    memory::Noted,
    part::Window,
    pixel,
};
use core::hash::{Hash, Hasher};
use embedded_graphics_core::{
    geometry::{OriginDimensions, Point, Size},
    pixelcolor::Rgb888,
    primitives::Rectangle,
};

pub use error::SurfaceError;

/// The longest side of a surface, in pixels: twice what 8K displays have, and far from any overflow.
pub const MAX_SIDE: u32 = 16_384;

/// How many pixels are staged before they are written: 512 bytes of stack.
pub(crate) const STAGE: usize = 128;

/// A picture: of XRGB8888 pixels (DRM's `XR24`: blue in the lowest byte, the highest byte unused: 0, or 0xff where an
/// opaque picture was copied) in
/// memory of 32-bit words, or of any [other format](crate::format).
///
/// Row `y` starts `y * stride` bytes from the start of the memory. Everything is drawn by rows or parts of rows,
/// clipped to the [clip](Self::set_clip), and recorded as [`Damage`]. No coordinate panics, nothing is allocated.
#[derive(Debug)]
pub struct Surface<M> {
    memory: M,
    size: Size,
    stride: usize,
    /// Where in the whole picture the top left corner is: not at its own when a [`Part`](crate::Part) is drawn on.
    origin: Point,
    /// The pixels that exist and, in a part, may be changed. From the top left corner, as the clip is.
    limits: Area,
    clip: Area,
    damage: Damage,
    identity: Identity,
}

impl<M: PixelMemory> Surface<M> {
    /// A surface whose rows follow each other without a gap, other than what the format's alignment asks for.
    ///
    /// # Errors
    ///
    /// See [`SurfaceError`].
    pub fn new(memory: M, size: Size) -> Result<Self, SurfaceError> {
        let row = size.width as usize * M::BYTES;
        Self::with_stride(memory, size, row.next_multiple_of(M::ALIGNMENT))
    }

    /// A surface with `stride` bytes (which DRM calls the pitch) from the start of a row to the start of the next.
    ///
    /// # Errors
    ///
    /// See [`SurfaceError`].
    pub fn with_stride(memory: M, size: Size, stride: usize) -> Result<Self, SurfaceError> {
        SurfaceError::check_size(size)?;
        let row = size.width as usize * M::BYTES;
        if stride < row || !stride.is_multiple_of(M::ALIGNMENT) {
            return Err(SurfaceError::Stride { stride, row, alignment: M::ALIGNMENT });
        }
        let needed = stride.saturating_mul(size.height as usize - 1).saturating_add(row);
        let len = memory.byte_count();
        if len < needed {
            return Err(SurfaceError::Memory { needed, len });
        }
        let limits = Area::from_rectangle(&Rectangle::new(Point::zero(), size));
        let (origin, clip, damage, identity) = (Point::zero(), limits, Damage::NONE, Identity::new());
        Ok(Self { memory, size, stride, origin, limits, clip, damage, identity })
    }

    /// Bytes from the start of a row to the start of the next.
    pub const fn stride(&self) -> usize {
        self.stride
    }

    /// The memory below.
    pub const fn memory(&self) -> &M {
        &self.memory
    }

    /// Gives the memory back.
    pub fn into_memory(self) -> M {
        self.memory
    }

    /// The colour of one pixel; `None` outside the surface. Not affected by the clip.
    pub fn pixel(&self, point: Point) -> Option<Rgb888> {
        let area = self.limits.intersection(Area::from_rectangle(&Rectangle::new(point, Size::new_equal(1))));
        if area.is_empty() {
            return None;
        }
        let mut pixel = [0];
        self.memory.read(self.offset(area.left, area.top), &mut pixel);
        Some(pixel::unpack(pixel[0]))
    }

    /// The rectangle outside of which nothing is drawn: all of the surface unless [`set_clip`](Self::set_clip) said less.
    pub fn clip(&self) -> Rectangle {
        self.clip.to_rectangle()
    }

    /// Lets drawing change the pixels inside `clip` only, and returns the clip that was in force before.
    pub fn set_clip(&mut self, clip: &Rectangle) -> Rectangle {
        let before = self.clip;
        self.clip = self.limits.intersection(Area::from_rectangle(clip));
        before.to_rectangle()
    }

    /// What has been drawn since [`take_damage`](Self::take_damage) was called last.
    pub const fn damage(&self) -> &Damage {
        &self.damage
    }

    /// What has been drawn since this was called last: to be called once a frame, when it is presented.
    pub fn take_damage(&mut self) -> Damage {
        core::mem::take(&mut self.damage)
    }

    /// The part of `area` that may be drawn on; `None` when there is no such part.
    pub(crate) fn visible(&self, area: Area) -> Option<Area> {
        let visible = self.clip.intersection(area);
        (!visible.is_empty()).then_some(visible)
    }

    /// Begins every operation that draws: records what it changes, and returns the part of `area` that it is to draw on.
    /// `None` when that is nothing.
    ///
    /// `describe` feeds the hash with a name of the operation, and with everything that its pixels depend on other than
    /// the clip and what was there before. It is called only where operations are noted instead of drawn.
    pub(crate) fn begin(&mut self, area: Area, describe: impl FnOnce(&mut Digest)) -> Option<Area> {
        let visible = self.visible(area)?;
        if M::KEEPS {
            self.touch(visible);
            return Some(visible);
        }
        let mut digest = Digest::new();
        describe(&mut digest);
        self.note(visible, digest);
        None
    }

    /// Records an area inside the clip as changed.
    fn touch(&mut self, visible: Area) {
        self.damage.add_area(visible.moved(self.origin));
        self.identity.renew();
    }

    /// Notes an operation that changes `visible`, an area inside the clip.
    fn note(&mut self, visible: Area, mut digest: Digest) {
        self.origin.hash(&mut digest);
        let below = match digest.below() {
            Below::Moved(area) => Below::Moved(area.moved(self.origin)),
            below => below,
        };
        self.memory.note(Noted { area: visible.moved(self.origin), digest: digest.finish(), below });
    }

    /// Where the pixel lies in memory. The point must be inside the surface.
    pub(crate) fn offset(&self, x: i32, y: i32) -> usize {
        (y + self.origin.y) as usize * self.stride + (x + self.origin.x) as usize * M::BYTES
    }

    /// Writes pixels to a row. For areas that `begin` returned: nothing is clipped or recorded here.
    pub(crate) fn put_row(&mut self, x: i32, y: i32, pixels: &[u32]) {
        let at = self.offset(x, y);
        self.memory.write(at, pixels);
    }

    /// Sets part of a row. For areas that `begin` returned: nothing is clipped or recorded here.
    pub(crate) fn put_run(&mut self, x: i32, y: i32, count: usize, pixel: u32) {
        self.put_at(self.offset(x, y), count, pixel);
    }

    /// Sets part of a row that begins at this place in memory.
    pub(crate) fn put_at(&mut self, at: usize, count: usize, pixel: u32) {
        self.memory.fill(at, count, pixel);
    }

    /// Reads part of a row that lies inside the surface.
    pub(crate) fn get_row(&self, x: i32, y: i32, pixels: &mut [u32]) {
        self.memory.read(self.offset(x, y), pixels);
    }

    /// Lets part of a row be changed. For areas that `begin` returned: nothing is clipped or recorded here. See
    /// [`PixelMemory::modify`].
    pub(crate) fn modify_row(&mut self, x: i32, y: i32, count: usize, change: impl FnMut(usize, &mut [u32])) {
        let at = self.offset(x, y);
        self.memory.modify(at, count, change);
    }

    /// Lets the rows of an area be changed that `begin` returned. See [`PixelMemory::modify_rows`].
    pub(crate) fn modify_area(&mut self, area: Area, change: impl FnMut(Band<'_>)) {
        let at = self.offset(area.left, area.top);
        self.memory.modify_rows(at, self.stride, area.height(), area.width(), change);
    }

    /// Sets an area that `begin` returned.
    pub(crate) fn put_area(&mut self, area: Area, pixel: u32) {
        if area.width() * M::BYTES == self.stride {
            // Rows without a gap: one run, as `clear` on most buffers.
            self.put_run(area.left, area.top, area.pixels(), pixel);
            return;
        }
        let at = self.offset(area.left, area.top);
        self.memory.fill_rows(at, self.stride, area.height(), area.width(), pixel);
    }
}

impl<M> Surface<M> {
    pub(crate) const fn window(&self) -> Window {
        Window { origin: self.origin, size: self.size, limits: self.limits, clip: self.clip }
    }

    pub(crate) const fn set_window(&mut self, window: Window) {
        Window { origin: self.origin, size: self.size, limits: self.limits, clip: self.clip } = window;
    }
}

impl<M: AsRef<[u32]>> Surface<M> {
    /// Part of a row of a picture in memory of our own. It must be inside the surface.
    pub(crate) fn run(&self, x: i32, y: i32, count: usize) -> &[u32] {
        let (x, y) = ((x + self.origin.x) as usize, (y + self.origin.y) as usize);
        &self.memory.as_ref()[y * (self.stride / size_of::<u32>()) + x..][..count]
    }

    /// Names what the picture holds now: something else after every drawing operation, in every surface and part of one.
    pub(crate) fn identity(&self) -> impl Hash {
        (self.identity.get(), self.origin, self.limits)
    }

    /// The pixels of a picture that can be copied from it.
    pub(crate) const fn readable(&self) -> Area {
        self.limits
    }
}

impl<M> OriginDimensions for Surface<M> {
    fn size(&self) -> Size {
        self.size
    }
}
