//! The Quite OK Image format (<https://qoiformat.org/qoi-specification.pdf>), decoded as it is drawn.

use crate::{
    PixelMemory, Surface,
    area::Area,
    digest::Digest,
    row,
    surface::{MAX_SIDE, STAGE},
};
use core::{fmt, hash::Hash};
use embedded_graphics_core::geometry::{OriginDimensions, Point, Size};
use embedded_graphics_core::primitives::Rectangle;

const HEADER: usize = 14;

/// The most pixels that a byte stands for: a run.
const MOST_OF_A_BYTE: usize = 62;

/// A QOI picture in memory: a view, nothing is decoded until it is drawn, and nothing is allocated then.
#[derive(Clone, Copy, Debug)]
pub struct Qoi<'a> {
    size: Size,
    chunks: &'a [u8],
}

/// Why bytes are not a QOI picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QoiError {
    /// They don't start with a QOI header.
    Header,
    /// A side is 0 or longer than a surface can be.
    Size {
        /// What the header says, in pixels.
        size: Size,
    },
    /// They end before the last pixel. What came before has been drawn.
    Truncated,
}

impl fmt::Display for QoiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header => f.write_str("this is not a QOI picture: it doesn't start with a \"qoif\" header"),
            Self::Size { size: Size { width, height } } => {
                write!(f, "a QOI picture of {width}x{height} pixels: each side must be 1 to {MAX_SIDE}")
            }
            Self::Truncated => f.write_str("the QOI picture ends before its last pixel"),
        }
    }
}

impl core::error::Error for QoiError {}

impl<'a> Qoi<'a> {
    /// Looks at the header.
    ///
    /// # Errors
    ///
    /// [`QoiError::Header`] or [`QoiError::Size`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, QoiError> {
        let (header, chunks) = bytes.split_at_checked(HEADER).ok_or(QoiError::Header)?;
        // The last two bytes tell encoders' intentions (alpha used, colour space) and don't matter for decoding.
        let &[b'q', b'o', b'i', b'f', w0, w1, w2, w3, h0, h1, h2, h3, _channels, _color_space] = header else {
            return Err(QoiError::Header);
        };
        let size = Size::new(u32::from_be_bytes([w0, w1, w2, w3]), u32::from_be_bytes([h0, h1, h2, h3]));
        if !(1..=MAX_SIDE).contains(&size.width) || !(1..=MAX_SIDE).contains(&size.height) {
            return Err(QoiError::Size { size });
        }
        Ok(Self { size, chunks })
    }

    /// Whether there are bytes enough for all pixels, if each stood for as many as it can: to be looked at before there is memory for
    /// them.
    pub(super) const fn may_be_whole(&self) -> bool {
        let pixels = self.size.width as usize * self.size.height as usize;
        pixels / MOST_OF_A_BYTE <= self.chunks.len()
    }

    /// The pixels as ARGB8888, row by row, decoded as they are asked for; fewer than there should be when the bytes end early,
    /// and perhaps more.
    pub(super) fn pixels(&self) -> impl Iterator<Item = u32> + use<'a> {
        Decoder::new(self.chunks).map(Rgba::argb)
    }

    /// Draws the picture with its top left corner at `at`, blended by its transparency with what is there.
    ///
    /// # Errors
    ///
    /// [`QoiError::Truncated`].
    pub fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>, at: Point) -> Result<(), QoiError> {
        let area = Area::from_rectangle(&Rectangle::new(at, self.size));
        let describe = |operation: &mut Digest| ("qoi", at, self.chunks).hash(operation);
        let Some(visible) = surface.begin(area, describe) else { return Ok(()) };
        let mut decoder = Decoder::new(self.chunks);
        let mut stage = [0; STAGE];
        for y in area.top..visible.bottom {
            let mut x = area.left;
            while x < area.right {
                let part = &mut stage[..STAGE.min((area.right - x) as usize)];
                for slot in part.iter_mut() {
                    *slot = decoder.next().ok_or(QoiError::Truncated)?.argb();
                }
                let area = Area { left: x, top: y, right: x + part.len() as i32, bottom: y + 1 };
                blend_row(surface, visible, area, part);
                x = area.right;
            }
        }
        Ok(())
    }
}

impl OriginDimensions for Qoi<'_> {
    fn size(&self) -> Size {
        self.size
    }
}

/// Blends ARGB pixels with those of the one-row area `area`, inside `visible`.
fn blend_row<M: PixelMemory>(surface: &mut Surface<M>, visible: Area, area: Area, picture: &[u32]) {
    let shown = area.intersection(visible);
    if shown.is_empty() {
        return;
    }
    let mut stage = [0; STAGE];
    let pixels = &mut stage[..shown.width()];
    surface.get_row(shown.left, shown.top, pixels);
    row::over_straight(pixels, &picture[(shown.left - area.left) as usize..], u8::MAX);
    surface.put_row(shown.left, shown.top, pixels);
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Rgba {
    r: u8,
    g: u8,
    b: u8,
    a: u8,
}

impl Rgba {
    fn argb(self) -> u32 {
        u32::from_be_bytes([self.a, self.r, self.g, self.b])
    }

    /// This colour with its channels moved, wrapping around.
    fn moved(self, dr: u8, dg: u8, db: u8) -> Self {
        Self { r: self.r.wrapping_add(dr), g: self.g.wrapping_add(dg), b: self.b.wrapping_add(db), a: self.a }
    }

    /// Its place among the recently seen colours.
    fn index(self) -> usize {
        (usize::from(self.r) * 3 + usize::from(self.g) * 5 + usize::from(self.b) * 7 + usize::from(self.a) * 11) % 64
    }
}

/// Yields the pixels of a stream of chunks.
struct Decoder<'a> {
    chunks: core::slice::Iter<'a, u8>,
    pixel: Rgba,
    /// How many times `pixel` is still to be repeated.
    run: u8,
    seen: [Rgba; 64],
}

impl<'a> Decoder<'a> {
    fn new(chunks: &'a [u8]) -> Self {
        let pixel = Rgba { a: 255, ..Rgba::default() };
        Self { chunks: chunks.iter(), pixel, run: 0, seen: [Rgba::default(); 64] }
    }

    fn byte(&mut self) -> Option<u8> {
        self.chunks.next().copied()
    }
}

impl Iterator for Decoder<'_> {
    type Item = Rgba;

    /// The chunk types, named as in the specification.
    fn next(&mut self) -> Option<Rgba> {
        if self.run > 0 {
            self.run -= 1;
            return Some(self.pixel);
        }
        let tag = self.byte()?;
        let low = tag & 0x3f;
        self.pixel = match tag {
            // QOI_OP_RGB
            0xfe => Rgba { r: self.byte()?, g: self.byte()?, b: self.byte()?, a: self.pixel.a },
            // QOI_OP_RGBA
            0xff => Rgba { r: self.byte()?, g: self.byte()?, b: self.byte()?, a: self.byte()? },
            // QOI_OP_INDEX
            0x00..=0x3f => self.seen[usize::from(low)],
            // QOI_OP_DIFF: three differences of two bits, each with a bias of 2
            0x40..=0x7f => {
                let difference = |shift: u8| (low >> shift & 3).wrapping_sub(2);
                self.pixel.moved(difference(4), difference(2), difference(0))
            }
            // QOI_OP_LUMA: green by six bits, red and blue relative to it by four
            0x80..=0xbf => {
                let second = self.byte()?;
                let dg = low.wrapping_sub(32);
                let relative = |nibble: u8| nibble.wrapping_sub(8).wrapping_add(dg);
                self.pixel.moved(relative(second >> 4), dg, relative(second & 15))
            }
            // QOI_OP_RUN
            0xc0..=0xfd => {
                self.run = low;
                self.pixel
            }
        };
        self.seen[self.pixel.index()] = self.pixel;
        Some(self.pixel)
    }
}
