//! Icons, drawn for this project by `gfx/examples/icons` and stored as QOI pictures in three sizes each.

use crate::{PixelMemory, Surface, image::Qoi};
use embedded_graphics_core::geometry::{OriginDimensions, Point};

/// One icon in several sizes, smallest first.
#[derive(Debug)]
pub struct Icon {
    pictures: &'static [&'static [u8]],
}

/// The pictures of one icon.
macro_rules! icon {
    ($name:literal, $($side:literal),+) => {
        Icon { pictures: &[$(include_bytes!(concat!("../../assets/", $name, "-", $side, ".qoi"))),+] }
    };
}

/// The project's sign: a gem in a glass case.
pub static VITRINE: Icon = icon!("vitrine", 36, 48, 72);
/// The project's sign in its largest size only, for an image that has to be small.
pub static VITRINE_LARGE: Icon = icon!("vitrine", 72);
/// Page flips.
pub static FLIPS: Icon = icon!("flips", 18, 24, 36);
/// The time that something takes.
pub static STOPWATCH: Icon = icon!("stopwatch", 18, 24, 36);
/// Memory.
pub static MEMORY: Icon = icon!("memory", 18, 24, 36);
/// Time since the start.
pub static UPTIME: Icon = icon!("uptime", 18, 24, 36);

impl Icon {
    /// The largest picture whose sides are at most `side` pixels, else the smallest.
    pub fn fitting(&self, side: u32) -> Qoi<'static> {
        let parse = |bytes| match Qoi::parse(bytes) {
            Ok(picture) => picture,
            Err(_) => unreachable!("a test looks at each icon"),
        };
        let pictures = self.pictures.iter().map(|bytes| parse(bytes));
        let fits = |picture: &Qoi<'_>| picture.size().width <= side;
        // The largest that fits, and before any has been seen to fit, the smallest.
        pictures.reduce(|best, next| if fits(&next) { next } else { best }).expect("an icon has a picture")
    }

    /// Draws the [fitting](Self::fitting) picture in the middle of a square of `side` pixels.
    pub fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>, top_left: Point, side: u32) {
        let picture = self.fitting(side);
        let inset = (side as i32 - picture.size().width as i32) / 2;
        let drawn = picture.draw(surface, top_left + Point::new_equal(inset));
        debug_assert!(drawn.is_ok(), "a test looks at each icon");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use embedded_graphics_core::geometry::Size;

    #[test]
    fn every_picture_is_whole() {
        for icon in [&VITRINE, &VITRINE_LARGE, &FLIPS, &STOPWATCH, &MEMORY, &UPTIME] {
            for bytes in icon.pictures {
                let picture = Qoi::parse(bytes).unwrap();
                let mut surface = Surface::new(alloc::vec![0; 6400], Size::new(80, 80)).unwrap();
                picture.draw(&mut surface, Point::zero()).unwrap();
                assert!(surface.into_memory().iter().any(|&pixel| pixel != 0));
            }
        }
    }
}
