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
