//! Drawing as embedded-graphics asks for it.

use core::{convert::Infallible, hash::Hash};

use embedded_graphics_core::{
    Pixel,
    draw_target::DrawTarget,
    geometry::{Point, Size},
    pixelcolor::Rgb888,
    primitives::Rectangle,
};

use super::{STAGE, Surface};
use crate::{PixelMemory, area::Area, digest::Digest, pixel};

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
        let Some(visible) = self.visible(whole) else { return Ok(()) };
        let (first, between) = unseen(area, visible);
        // Not mapped: some iterators can skip without a loop.
        let mut colors = colors.into_iter();
        skip(&mut colors, first);
        let described = self.begin(whole, |operation| {
            ("pixels", area).hash(operation);
            for _ in visible.top..visible.bottom {
                colors.by_ref().take(visible.width()).for_each(|color| pixel::pack(color).hash(operation));
                skip(&mut colors, between);
            }
        });
        if described.is_none() {
            return Ok(());
        }
        let mut stage = [0; STAGE];
        for y in visible.top..visible.bottom {
            let mut x = visible.left;
            while x < visible.right {
                let want = STAGE.min((visible.right - x) as usize);
                let got =
                    stage[..want].iter_mut().zip(&mut colors).map(|(slot, color)| *slot = pixel::pack(color)).count();
                self.put_row(x, y, &stage[..got]);
                if got < want {
                    return Ok(());
                }
                x += want as i32;
            }
            skip(&mut colors, between);
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

/// Of the pixels of an area, row by row: how many come before the first that is visible, and how many between the last
/// visible one of a row and the first of the next.
fn unseen(area: &Rectangle, visible: Area) -> (usize, usize) {
    // In u64, where the pixels of any rectangle can be counted.
    let width = u64::from(area.size.width);
    let above = u64::from(visible.top.abs_diff(area.top_left.y));
    let before = u64::from(visible.left.abs_diff(area.top_left.x));
    ((above * width + before) as usize, (width - visible.width() as u64) as usize)
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
