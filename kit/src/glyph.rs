//! Signs drawn with a pen: arrows, a check mark, what is on the keys of a keyboard.
//!
//! A [`Glyph`] is a few strokes on a square of 24 units, in any size and colour; it takes some dozens of bytes in an image.
//! That is what widgets have on them. [`icons`](crate::icons) are pictures in seven sizes, with more detail.

use embedded_graphics_core::geometry::Point;
use embedded_graphics_core::pixelcolor::Rgb888;
use embedded_graphics_core::primitives::Rectangle;
use vitrine_gfx::{PixelMemory, Surface};

use crate::layout::{bounded, square};
use crate::paint::{self, Place};

/// A sign made of strokes with round ends.
#[derive(Clone, Copy, Debug)]
pub struct Glyph {
    /// Each a line through these places (at most 16), x and y from 0 to 24 from the top left corner.
    pub strokes: &'static [&'static [(u8, u8)]],
    /// Circles: the middle and the radius.
    pub circles: &'static [(u8, u8, u8)],
}

/// Side of the square in units, and width of the pen.
const SIDE: f32 = 24.0;
const PEN: f32 = 2.0;
/// Places in a stroke; what is beyond is not drawn.
const LONGEST: usize = 16;

/// A glyph without circles.
const fn lines(strokes: &'static [&'static [(u8, u8)]]) -> Glyph {
    Glyph { strokes, circles: &[] }
}

/// A check mark.
pub static CHECK: Glyph = lines(&[&[(5, 13), (10, 18), (19, 7)]]);
/// A cross: close, clear.
pub static CROSS: Glyph = lines(&[&[(6, 6), (18, 18)], &[(18, 6), (6, 18)]]);
/// More.
pub static PLUS: Glyph = lines(&[&[(12, 5), (12, 19)], &[(5, 12), (19, 12)]]);
/// Less.
pub static MINUS: Glyph = lines(&[&[(5, 12), (19, 12)]]);
/// Up.
pub static UP: Glyph = lines(&[&[(6, 15), (12, 9), (18, 15)]]);
/// Down.
pub static DOWN: Glyph = lines(&[&[(6, 9), (12, 15), (18, 9)]]);
/// To the left, back.
pub static LEFT: Glyph = lines(&[&[(15, 6), (9, 12), (15, 18)]]);
/// To the right, on.
pub static RIGHT: Glyph = lines(&[&[(9, 6), (15, 12), (9, 18)]]);
/// Delete the character before.
pub static BACKSPACE: Glyph =
    lines(&[&[(9, 6), (21, 6), (21, 18), (9, 18), (3, 12), (9, 6)], &[(11, 10), (16, 14)], &[(16, 10), (11, 14)]]);
/// Capital letters.
pub static SHIFT: Glyph = lines(&[&[(12, 4), (4, 12), (8, 12), (8, 19), (16, 19), (16, 12), (20, 12), (12, 4)]]);
/// End of the line.
pub static ENTER: Glyph = lines(&[&[(20, 6), (20, 13), (5, 13)], &[(9, 9), (5, 13), (9, 17)]]);
/// Warning.
pub static WARNING: Glyph =
    lines(&[&[(12, 4), (22, 20), (2, 20), (12, 4)], &[(12, 10), (12, 14)], &[(12, 17), (12, 17)]]);
/// Something to know.
pub static INFO: Glyph = Glyph { strokes: &[&[(12, 11), (12, 17)], &[(12, 7), (12, 7)]], circles: &[(12, 12, 10)] };
/// On and off.
pub static POWER: Glyph = Glyph { strokes: &[&[(12, 2), (12, 11)]], circles: &[(12, 13, 9)] };
/// Search.
pub static SEARCH: Glyph = Glyph { strokes: &[&[(16, 16), (21, 21)]], circles: &[(10, 10, 7)] };
/// Time.
pub static TIME: Glyph = Glyph { strokes: &[&[(12, 6), (12, 12), (16, 14)]], circles: &[(12, 12, 10)] };
/// A person.
pub static PERSON: Glyph =
    Glyph { strokes: &[&[(4, 21), (5, 17), (9, 15), (15, 15), (19, 17), (20, 21)]], circles: &[(12, 7, 4)] };
/// A house: the first screen.
pub static HOME: Glyph = lines(&[
    &[(3, 11), (12, 3), (21, 11)],
    &[(5, 10), (5, 21), (19, 21), (19, 10)],
    &[(10, 21), (10, 14), (14, 14), (14, 21)],
]);
/// Play.
pub static PLAY: Glyph = lines(&[&[(7, 4), (19, 12), (7, 20), (7, 4)]]);
/// Bars: measurements.
pub static CHART: Glyph = lines(&[&[(5, 20), (5, 13)], &[(12, 20), (12, 5)], &[(19, 20), (19, 9)]]);
/// A list.
pub static LIST: Glyph = lines(&[
    &[(9, 6), (21, 6)],
    &[(9, 12), (21, 12)],
    &[(9, 18), (21, 18)],
    &[(4, 6), (4, 6)],
    &[(4, 12), (4, 12)],
    &[(4, 18), (4, 18)],
]);

impl Glyph {
    /// Draws it into the largest square in the middle of `area`, over whatever is there.
    pub fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>, area: Rectangle, color: Rgb888) {
        let area = square(bounded(area));
        let unit = area.size.width as f32 / SIDE;
        let place = |&(x, y): &(u8, u8)| {
            Place::new(area.top_left.x as f32 + f32::from(x) * unit, area.top_left.y as f32 + f32::from(y) * unit)
        };
        for places in self.strokes {
            let mut line = [Point::zero(); LONGEST];
            let len = places.len().min(LONGEST);
            for (point, at) in line.iter_mut().zip(*places) {
                *point = place(at).subpixels();
            }
            paint::strokes(surface, &line[..len], PEN * unit, color);
        }
        for &(x, y, radius) in self.circles {
            paint::arc(surface, place(&(x, y)), f32::from(radius) * unit, PEN * unit, (0.0, 1.0), color);
        }
    }
}
