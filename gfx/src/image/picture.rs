//! Decoded pictures, which are drawn by rows and can be scaled and turned.

use alloc::{borrow::Cow, vec::Vec};
use core::hash::{Hash, Hasher};

use embedded_graphics_core::geometry::{OriginDimensions, Size};

use super::{ImageError, Qoi, png};
use crate::digest::Identity;
use crate::row;
use crate::surface::MAX_SIDE;

/// The most pixels that a picture may have: 256 MiB of memory, what a square of half [`MAX_SIDE`] has.
pub const MAX_PIXELS: usize = 1 << 26;

/// A picture of ARGB8888 pixels in memory of our own, ready to be drawn as often as one likes.
///
/// Its channels are multiplied by alpha: drawing it is a multiplication less, and it can be scaled without fringes of the
/// colours that transparent pixels hide. A picture without transparency is known to be so, and drawn by copying.
#[derive(Clone, Debug)]
pub struct Picture {
    size: Size,
    pixels: Cow<'static, [u32]>,
    opaque: bool,
    identity: Identity,
}

/// Two pictures are equal when their pixels are.
impl PartialEq for Picture {
    fn eq(&self, other: &Self) -> bool {
        (self.size, &self.pixels) == (other.size, &other.pixels)
    }
}

impl Eq for Picture {}

/// For a canvas that looks for changes: the same picture, or a clone of it, has the same hash, and one whose pixels were
/// [changed](Picture::change) has another. Costs nothing; two pictures made separately differ even if their pixels
/// don't, unless these lie in the program itself.
impl Hash for Picture {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.pixels {
            Cow::Borrowed(pixels) => (self.size, pixels.as_ptr()).hash(state),
            Cow::Owned(_) => (self.size, self.identity.get()).hash(state),
        }
    }
}

impl Picture {
    /// Decodes a PNG, QOI or BMP picture, whichever the first bytes say it is. Allocates four bytes a pixel, and 50 KiB for
    /// the time of decoding a PNG.
    ///
    /// An image that calls this contains all three decoders; with [`from_png`](Self::from_png), [`from_qoi`](Self::from_qoi)
    /// or [`from_bmp`](Self::from_bmp) it contains one.
    ///
    /// # Errors
    ///
    /// See [`ImageError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, ImageError> {
        match bytes {
            [0x89, b'P', b'N', b'G', ..] => Self::from_png(bytes),
            [b'q', b'o', b'i', b'f', ..] => Self::from_qoi(bytes),
            [b'B', b'M', ..] => Self::from_bmp(bytes),
            _ => Err(ImageError::Format),
        }
    }

    /// Decodes a PNG picture of any kind (<https://www.w3.org/TR/png-3/>): all colour types and depths, transparent colours,
    /// interlaced or not. Of 16 bits a channel 8 are kept; gamma and colour profiles are not looked at; of an animated PNG
    /// the default image is taken.
    ///
    /// # Errors
    ///
    /// See [`ImageError`].
    pub fn from_png(bytes: &[u8]) -> Result<Self, ImageError> {
        png::decode(bytes)
    }

    /// Decodes a QOI picture.
    ///
    /// # Errors
    ///
    /// See [`ImageError`].
    pub fn from_qoi(bytes: &[u8]) -> Result<Self, ImageError> {
        let picture = Qoi::parse(bytes)?;
        if !picture.may_be_whole() {
            return Err(ImageError::Truncated);
        }
        let mut pixels = reserve(picture.size())?;
        let count = pixels.capacity();
        pixels.extend(picture.pixels().take(count));
        if pixels.len() < count { Err(ImageError::Truncated) } else { Ok(Self::made(pixels, picture.size())) }
    }

    /// Decodes a BMP picture with `tinybmp`. It is taken to be opaque.
    ///
    /// # Errors
    ///
    /// See [`ImageError`].
    pub fn from_bmp(bytes: &[u8]) -> Result<Self, ImageError> {
        super::bmp::decode(bytes)
    }

    /// A picture of pixels with straight alpha, as they are in files: alpha in the highest byte, blue in the lowest, `0xff` is
    /// opaque; rows without a gap between them.
    ///
    /// # Errors
    ///
    /// [`ImageError::Size`] when a side is 0 or longer than [`MAX_SIDE`], or [`ImageError::Truncated`] when there are fewer
    /// pixels than that.
    pub fn from_straight(mut pixels: Vec<u32>, size: Size) -> Result<Self, ImageError> {
        pixels.truncate(check(size)?);
        if pixels.len() < check(size)? { Err(ImageError::Truncated) } else { Ok(Self::made(pixels, size)) }
    }

    /// A picture of premultiplied pixels: no channel may be larger than its alpha; where one is, the pixel drawn may have
    /// any colour.
    ///
    /// # Errors
    ///
    /// As [`from_straight`](Self::from_straight).
    pub fn from_premultiplied(mut pixels: Vec<u32>, size: Size) -> Result<Self, ImageError> {
        pixels.truncate(check(size)?);
        if pixels.len() < check(size)? {
            return Err(ImageError::Truncated);
        }
        let opaque = is_opaque(&pixels);
        Ok(Self { size, pixels: Cow::Owned(pixels), opaque, identity: Identity::new() })
    }

    /// A picture of premultiplied pixels that lie in the program itself; nothing is copied.
    ///
    /// # Errors
    ///
    /// As [`from_straight`](Self::from_straight).
    pub fn from_static(pixels: &'static [u32], size: Size) -> Result<Self, ImageError> {
        let pixels = pixels.get(..check(size)?).ok_or(ImageError::Truncated)?;
        Ok(Self { size, pixels: Cow::Borrowed(pixels), opaque: is_opaque(pixels), identity: Identity::new() })
    }

    /// A picture of straight pixels, as many as `size` says, which was checked.
    pub(super) fn made(mut pixels: Vec<u32>, size: Size) -> Self {
        let opaque = is_opaque(&pixels);
        if !opaque {
            row::premultiply(&mut pixels);
        }
        Self { size, pixels: Cow::Owned(pixels), opaque, identity: Identity::new() }
    }

    /// A picture of premultiplied pixels that were made of this one's, as many as `size` says, which was checked.
    pub(super) fn made_of(&self, pixels: Vec<u32>, size: Size) -> Self {
        Self { size, pixels: Cow::Owned(pixels), opaque: self.opaque, identity: Identity::new() }
    }

    /// Whether no pixel is transparent, not even in part.
    pub const fn is_opaque(&self) -> bool {
        self.opaque
    }

    /// The premultiplied pixels, row by row.
    pub fn pixels(&self) -> &[u32] {
        &self.pixels
    }

    /// Lets the premultiplied pixels be changed, after which this counts as another picture. Pixels that belong to the program
    /// itself are copied first.
    pub fn change<R>(&mut self, change: impl FnOnce(&mut [u32]) -> R) -> R {
        let result = change(self.pixels.to_mut());
        self.opaque = is_opaque(&self.pixels);
        self.identity.renew();
        result
    }

    /// A row; it must be inside the picture.
    pub(crate) fn row(&self, y: usize) -> &[u32] {
        let width = self.size.width as usize;
        &self.pixels[y * width..][..width]
    }
}

impl OriginDimensions for Picture {
    fn size(&self) -> Size {
        self.size
    }
}

/// How many pixels a picture of that size has, if there may be such a picture.
pub(super) fn check(size: Size) -> Result<usize, ImageError> {
    let sides = 1..=MAX_SIDE;
    let pixels = size.width as usize * size.height as usize;
    if sides.contains(&size.width) && sides.contains(&size.height) && pixels <= MAX_PIXELS {
        Ok(pixels)
    } else {
        Err(ImageError::Size { size })
    }
}

/// Room for exactly the pixels of a picture of that size.
pub(super) fn reserve(size: Size) -> Result<Vec<u32>, ImageError> {
    let count = check(size)?;
    allocate(count)
}

/// An empty vector with room for `count` items.
pub(super) fn allocate<T>(count: usize) -> Result<Vec<T>, ImageError> {
    let mut items = Vec::new();
    items.try_reserve_exact(count).map_err(|_| ImageError::Memory { bytes: count.saturating_mul(size_of::<T>()) })?;
    Ok(items)
}

fn is_opaque(pixels: &[u32]) -> bool {
    pixels.iter().fold(u32::MAX, |all, pixel| all & pixel) >> 24 == 0xff
}
