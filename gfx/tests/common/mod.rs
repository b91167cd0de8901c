//! Holds drawing operations against references that look at one pixel at a time: in every format, with every instruction
//! set, in parts within parts, with any clip and stride.
//!
//! For an operation of your own: say what draws it and what it makes of one pixel ([`Operation`]), write a strategy for its
//! parameters (with [`coordinate`], [`rectangle`], ... for those that are places), and give it to [`check`]:
//!
//! ```ignore
//! proptest! {
//!     #[test]
//!     fn veils(scene in scene(veil())) {
//!         check(&scene)?;
//!     }
//! }
//! ```
#![allow(dead_code, unused_imports, reason = "each test binary uses a part of it")]

mod scene;
mod strategies;

use std::sync::{Mutex, PoisonError};

use embedded_graphics::{
    pixelcolor::{Rgb888, raw::RawU24},
    prelude::*,
    primitives::Rectangle,
};
use proptest::prelude::*;
use vitrine_gfx::format::{
    Argb1555, Argb4444, Argb8888, Formatted, Rgb565, Rgb888 as Rgb888Bytes, Xrgb1555, Xrgb4444, Yuyv,
};
use vitrine_gfx::simd::use_level;
use vitrine_gfx::{PixelMemory, Surface};

pub use scene::{Scene, scene};
pub use strategies::{color, coordinate, length, rectangle, small_rectangle};

/// Something that can be drawn, with its slow and obvious meaning.
pub trait Operation: core::fmt::Debug {
    /// Draws it.
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>);

    /// The colour that the pixel at `at` has afterwards; `None` when the operation doesn't write to it. Asked for pixels
    /// within the clip only.
    fn pixel(&self, at: Point, before: &Before<'_>) -> Option<Rgb888>;
}

/// The picture before an operation, in the coordinates of the part that is drawn on.
pub struct Before<'a> {
    pixels: &'a [u32],
    size: Size,
    origin: Point,
    /// What may be drawn on: none of it is outside the picture.
    pub clip: Rectangle,
}

impl Before<'_> {
    /// The colour of a pixel within the clip, or of any in the picture.
    ///
    /// # Panics
    ///
    /// Outside of the picture.
    pub fn color(&self, at: Point) -> Rgb888 {
        let at = at + self.origin;
        assert!(Rectangle::new(Point::zero(), self.size).contains(at), "{at} is outside of the picture");
        color_of(self.pixels[at.y as usize * self.size.width as usize + at.x as usize])
    }
}

/// Checks a scene in each of the nine formats, drawn with SSE2 and with AVX2.
pub fn check<O: Operation>(scene: &Scene<O>) -> Result<(), TestCaseError> {
    check_rgb(scene)?;
    scene.check_in("Yuyv", 4, Yuyv::new, |memory| memory.bytes().clone())
}

/// The same without YUYV, where two pixels share their chroma: for operations that blend a row in several pieces, of which one
/// sees what the other did to the pixel that both touch.
pub fn check_rgb<O: Operation>(scene: &Scene<O>) -> Result<(), TestCaseError> {
    macro_rules! check_in {
        ($group:expr; $($memory:ty),*) => {
            $(scene.check_in(stringify!($memory), $group, <$memory>::new, |memory| memory.bytes().clone())?;)*
        };
    }
    check_words(scene)?;
    check_in!(4; Formatted<Argb8888, Vec<u8>>);
    check_in!(3; Formatted<Rgb888Bytes, Vec<u8>>);
    check_in!(2; Formatted<Rgb565, Vec<u8>>, Formatted<Xrgb1555, Vec<u8>>, Formatted<Argb1555, Vec<u8>>);
    check_in!(2; Formatted<Xrgb4444, Vec<u8>>, Formatted<Argb4444, Vec<u8>>);
    Ok(())
}

/// Checks a scene in XRGB8888 only: for what would take too long in all formats.
pub fn check_words<O: Operation>(scene: &Scene<O>) -> Result<(), TestCaseError> {
    let word = |bytes: &[u8]| u32::from_le_bytes(bytes.try_into().unwrap());
    let words = |bytes: Vec<u8>| bytes.chunks_exact(4).map(word).collect::<Vec<u32>>();
    scene.check_in("Vec<u32>", 4, words, |words| words.iter().flat_map(|word| word.to_le_bytes()).collect())
}

/// Does something with SSE2, and again with AVX2 where the CPU has it. One caller at a time: the level is everybody's.
pub fn at_each_level(mut run: impl FnMut() -> Result<(), TestCaseError>) -> Result<(), TestCaseError> {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    for level in [fearless_simd::Level::baseline(), fearless_simd::Level::new()] {
        use_level(level);
        run()?;
    }
    Ok(())
}

/// The colour of an XRGB8888 pixel.
pub fn color_of(pixel: u32) -> Rgb888 {
    Rgb888::from(RawU24::new(pixel & 0xff_ffff))
}

/// `number / 255`, rounded to the nearest.
pub fn rounded(number: u32) -> u8 {
    ((2 * number + 255) / 510) as u8
}

/// Whether a rectangle of any size anywhere holds a point: `Rectangle::contains` overflows for some.
pub fn holds(rectangle: &Rectangle, at: Point) -> bool {
    let within = |at: i32, from: i32, length: u32| (0..i64::from(length)).contains(&(i64::from(at) - i64::from(from)));
    within(at.x, rectangle.top_left.x, rectangle.size.width)
        && within(at.y, rectangle.top_left.y, rectangle.size.height)
}
