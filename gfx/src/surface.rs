//! A picture in memory, and drawing on it row by row.

use crate::{
    Damage, PixelMemory,
    area::Area,
    digest::{Below, Digest, Identity},
    memory::Noted,
    part::Window,
    pixel,
};
use core::{
    convert::Infallible,
    fmt,
    hash::{Hash, Hasher},
};
use embedded_graphics_core::{
    Pixel,
    draw_target::DrawTarget,
    geometry::{OriginDimensions, Point, Size},
    pixelcolor::Rgb888,
    primitives::Rectangle,
};

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

/// Why memory can't be a [`Surface`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SurfaceError {
    /// A side is 0 or longer than [`MAX_SIDE`].
    Size {
        /// What was asked for, in pixels.
        size: Size,
    },
    /// A row would be longer than the distance between two rows, or rows would start between pixels.
    Stride {
        /// Distance in bytes.
        stride: usize,
        /// Bytes in a row.
        row: usize,
        /// What the distance must be a multiple of.
        alignment: usize,
    },
    /// The memory ends before the last row does.
    Memory {
        /// Bytes needed.
        needed: usize,
        /// Bytes there are.
        len: usize,
    },
}

impl SurfaceError {
    /// Whether a surface can have this size.
    pub(crate) fn check_size(size: Size) -> Result<(), Self> {
        let possible = 1..=MAX_SIDE;
        if possible.contains(&size.width) && possible.contains(&size.height) {
            Ok(())
        } else {
            Err(Self::Size { size })
        }
    }
}

impl fmt::Display for SurfaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Size { size: Size { width, height } } => {
                write!(f, "a surface of {width}x{height} pixels: each side must be 1 to {MAX_SIDE}")
            }
            Self::Stride { stride, row, alignment } => {
                write!(
                    f,
                    "a stride of {stride} bytes: it must be a multiple of {alignment} and at least {row}, a row's length"
                )
            }
            Self::Memory { needed, len } => {
                write!(f, "a surface of {needed} bytes does not fit in {len} bytes of memory")
            }
        }
    }
}

impl core::error::Error for SurfaceError {}

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

    pub(crate) fn bounds(&self) -> Area {
        Area::from_rectangle(&Rectangle::new(Point::zero(), self.size))
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
    fn offset(&self, x: i32, y: i32) -> usize {
        (y + self.origin.y) as usize * self.stride + (x + self.origin.x) as usize * M::BYTES
    }

    /// Writes pixels to a row. For areas that `begin` returned: nothing is clipped or recorded here.
    pub(crate) fn put_row(&mut self, x: i32, y: i32, pixels: &[u32]) {
        let at = self.offset(x, y);
        self.memory.write(at, pixels);
    }

    /// Sets part of a row. For areas that `begin` returned: nothing is clipped or recorded here.
    pub(crate) fn put_run(&mut self, x: i32, y: i32, count: usize, pixel: u32) {
        let at = self.offset(x, y);
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

    /// Copies the same area of another surface, without recording it as damage. See `DamageHistory::copy_forward`.
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

impl<M: PixelMemory> Surface<M> {
    /// Notes single pixels.
    fn note_pixels(&mut self, pixels: impl IntoIterator<Item = Pixel<Rgb888>>) {
        let mut digest = Digest::new();
        let mut touched: Option<Area> = None;
        for Pixel(point, color) in pixels {
            let Some(area) = self.visible(Area::from_rectangle(&Rectangle::new(point, Size::new_equal(1)))) else {
                continue;
            };
            (point, pixel::pack(color)).hash(&mut digest);
            touched = Some(touched.map_or(area, |touched| touched.envelope(area)));
        }
        if let Some(area) = touched {
            self.note(area, digest);
        }
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

impl<M: PixelMemory> DrawTarget for Surface<M> {
    type Color = Rgb888;
    type Error = Infallible;

    /// Pixels that follow each other in a row are written together, which is how text and outlines come.
    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb888>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        if !M::KEEPS {
            self.note_pixels(pixels);
            return Ok(());
        }
        let mut run = Run::new();
        let mut touched: Option<Area> = None;
        for Pixel(Point { x, y }, color) in pixels {
            if x < self.clip.left || x >= self.clip.right || y < self.clip.top || y >= self.clip.bottom {
                continue;
            }
            if !run.takes(x, y) {
                touched = run.flush(self, touched);
                run.start(x, y);
            }
            run.push(pixel::pack(color));
        }
        if let Some(area) = run.flush(self, touched) {
            self.touch(area);
        }
        Ok(())
    }

    fn fill_contiguous<I: IntoIterator<Item = Rgb888>>(
        &mut self,
        area: &Rectangle,
        colors: I,
    ) -> Result<(), Infallible> {
        let whole = Area::from_rectangle(area);
        if !M::KEEPS {
            self.begin(whole, |operation| {
                ("pixels", area).hash(operation);
                let count = area.size.width as usize * area.size.height as usize;
                colors.into_iter().take(count).for_each(|color| pixel::pack(color).hash(operation));
            });
            return Ok(());
        }
        let Some(visible) = self.begin(whole, |_| ()) else { return Ok(()) };
        // In i64 because the corner and size of a rectangle can be anything.
        let width = i64::from(area.size.width);
        let above = i64::from(visible.top) - i64::from(area.top_left.y);
        let before = i64::from(visible.left) - i64::from(area.top_left.x);
        let after = width - before - visible.width() as i64;

        let mut colors = colors.into_iter().map(pixel::pack);
        skip(&mut colors, (above * width + before) as usize);
        let mut stage = [0; STAGE];
        for y in visible.top..visible.bottom {
            let mut x = visible.left;
            while x < visible.right {
                let want = STAGE.min((visible.right - x) as usize);
                let got = stage[..want].iter_mut().zip(&mut colors).map(|(slot, pixel)| *slot = pixel).count();
                self.put_row(x, y, &stage[..got]);
                if got < want {
                    return Ok(());
                }
                x += want as i32;
            }
            skip(&mut colors, (before + after) as usize);
        }
        Ok(())
    }

    fn fill_solid(&mut self, area: &Rectangle, color: Rgb888) -> Result<(), Infallible> {
        let pixel = pixel::pack(color);
        if let Some(visible) =
            self.begin(Area::from_rectangle(area), |operation| ("fill", pixel).hash(operation.opaque()))
        {
            self.put_area(visible, pixel);
        }
        Ok(())
    }

    fn clear(&mut self, color: Rgb888) -> Result<(), Infallible> {
        self.fill_solid(&Rectangle::new(Point::zero(), self.size), color)
    }
}

/// Drops the next `count` items.
fn skip(items: &mut impl Iterator, count: usize) {
    if let Some(last) = count.checked_sub(1) {
        items.nth(last);
    }
}

/// Pixels of one row, gathered by `draw_iter`.
struct Run {
    pixels: [u32; STAGE],
    len: usize,
    x: i32,
    y: i32,
}

impl Run {
    const fn new() -> Self {
        Self { pixels: [0; STAGE], len: 0, x: 0, y: 0 }
    }

    /// Whether a pixel at this place would continue the run.
    const fn takes(&self, x: i32, y: i32) -> bool {
        self.len != 0 && self.len < STAGE && y == self.y && x == self.x + self.len as i32
    }

    const fn start(&mut self, x: i32, y: i32) {
        (self.x, self.y) = (x, y);
    }

    const fn push(&mut self, pixel: u32) {
        self.pixels[self.len] = pixel;
        self.len += 1;
    }

    /// Writes the run and empties it; returns `touched` grown by it.
    fn flush<M: PixelMemory>(&mut self, surface: &mut Surface<M>, touched: Option<Area>) -> Option<Area> {
        if self.len == 0 {
            return touched;
        }
        surface.put_row(self.x, self.y, &self.pixels[..self.len]);
        let area = Area { left: self.x, top: self.y, right: self.x + self.len as i32, bottom: self.y + 1 };
        self.len = 0;
        Some(touched.map_or(area, |touched| touched.envelope(area)))
    }
}
