//! Pictures for screens that hang upright or upside down, and their mirror images.

use embedded_graphics_core::geometry::{OriginDimensions, Size};

use super::picture::reserve;
use super::{ImageError, Picture};

/// How a picture is turned or mirrored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Clockwise by 90°: what was at the top is at the right.
    Quarter,
    /// By 180°.
    Half,
    /// Clockwise by 270°: what was at the top is at the left.
    ThreeQuarters,
    /// Left and right change places.
    Mirror,
    /// Top and bottom change places.
    Flip,
}

/// Pixels are moved in squares of this side: of 16 rows one cache line each.
const TILE: usize = 16;

impl Picture {
    /// A turned copy of the picture. Allocates four bytes a pixel.
    ///
    /// # Errors
    ///
    /// [`ImageError::Memory`].
    pub fn turned(&self, turn: Turn) -> Result<Self, ImageError> {
        let Size { width, height } = self.size();
        let (w, h) = (width as isize, height as isize);
        // Where the new picture's first pixel was, and how far from it those that are now to the right and below.
        let (first, right, below) = match turn {
            Turn::Quarter => (w * (h - 1), -w, 1),
            Turn::Half => (w * h - 1, -1, -w),
            Turn::ThreeQuarters => (w - 1, w, -1),
            Turn::Mirror => (w - 1, -1, w),
            Turn::Flip => (w * (h - 1), 1, -w),
        };
        let size = match turn {
            Turn::Quarter | Turn::ThreeQuarters => Size::new(height, width),
            Turn::Half | Turn::Mirror | Turn::Flip => Size::new(width, height),
        };
        let mut pixels = reserve(size)?;
        pixels.resize(pixels.capacity(), 0);
        let columns = size.width as usize;
        for (band, lines) in pixels.chunks_mut(TILE * columns).enumerate() {
            for left in (0..columns).step_by(TILE) {
                for (line, y) in lines.chunks_exact_mut(columns).zip(band * TILE..) {
                    let start = first + right * left as isize + below * y as isize;
                    let tile = line[left..].iter_mut().take(TILE);
                    tile.zip(0..).for_each(|(pixel, x)| *pixel = self.pixels()[(start + right * x) as usize]);
                }
            }
        }
        Ok(self.made_of(pixels, size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Turn::{Flip, Half, Mirror, Quarter, ThreeQuarters};

    fn picture(width: u32, height: u32) -> Picture {
        Picture::from_straight((0..width * height).map(|index| index | 0xff00_0000).collect(), Size::new(width, height))
            .unwrap()
    }

    #[test]
    fn a_picture_of_six_pixels() {
        let picture = picture(3, 2);
        let turned = |turn| {
            picture.turned(turn).unwrap().pixels().iter().map(|pixel| pixel & 0xff).collect::<alloc::vec::Vec<_>>()
        };
        assert_eq!(turned(Quarter), [3, 0, 4, 1, 5, 2]);
        assert_eq!(turned(Half), [5, 4, 3, 2, 1, 0]);
        assert_eq!(turned(ThreeQuarters), [2, 5, 1, 4, 0, 3]);
        assert_eq!(turned(Mirror), [2, 1, 0, 5, 4, 3]);
        assert_eq!(turned(Flip), [3, 4, 5, 0, 1, 2]);
        assert_eq!(picture.turned(Quarter).unwrap().size(), Size::new(2, 3));
    }

    #[test]
    fn turns_of_any_size_make_up_others() {
        for (width, height) in [(1, 1), (1, 40), (16, 16), (17, 33), (64, 5)] {
            let picture = picture(width, height);
            let turned =
                |turns: &[Turn]| turns.iter().fold(picture.clone(), |picture, turn| picture.turned(*turn).unwrap());
            assert_eq!(turned(&[Quarter, Quarter]), turned(&[Half]));
            assert_eq!(turned(&[Half, Quarter]), turned(&[ThreeQuarters]));
            assert_eq!(turned(&[Quarter, ThreeQuarters]), picture);
            assert_eq!(turned(&[Mirror, Flip]), turned(&[Half]));
            assert_eq!(turned(&[Mirror, Quarter]), turned(&[ThreeQuarters, Mirror]));
        }
    }
}
