//! Forms without a colour of their own.

use alloc::{borrow::Cow, vec::Vec};
use core::hash::{Hash, Hasher};

use embedded_graphics_core::geometry::{OriginDimensions, Size};

use super::picture::{allocate, check};
use super::{ImageError, Picture};
use crate::digest::Identity;

/// A picture of coverage, a byte a pixel: drawn in any colour, 0 leaves a pixel as it is and 255 gives it that colour.
#[derive(Clone, Debug)]
pub struct Mask {
    size: Size,
    coverage: Cow<'static, [u8]>,
    identity: Identity,
}

/// As for a [`Picture`]: cheap, and different for masks that are.
impl Hash for Mask {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.coverage {
            Cow::Borrowed(coverage) => (self.size, coverage.as_ptr()).hash(state),
            Cow::Owned(_) => (self.size, self.identity.get()).hash(state),
        }
    }
}

impl Mask {
    /// A mask of coverage row by row, without a gap between rows.
    ///
    /// # Errors
    ///
    /// [`ImageError::Size`] when there can't be a picture of that size, [`ImageError::Truncated`] when there is less coverage
    /// than that.
    pub fn new(coverage: impl Into<Cow<'static, [u8]>>, size: Size) -> Result<Self, ImageError> {
        let coverage = coverage.into();
        if coverage.len() < check(size)? {
            return Err(ImageError::Truncated);
        }
        Ok(Self { size, coverage, identity: Identity::new() })
    }

    /// The alpha of a picture, whatever its colours. Allocates a byte a pixel.
    ///
    /// # Errors
    ///
    /// [`ImageError::Memory`].
    pub fn of(picture: &Picture) -> Result<Self, ImageError> {
        let mut coverage: Vec<u8> = allocate(picture.pixels().len())?;
        coverage.extend(picture.pixels().iter().map(|pixel| (pixel >> 24) as u8));
        Self::new(coverage, picture.size())
    }

    /// The coverage, row by row.
    pub fn coverage(&self) -> &[u8] {
        &self.coverage
    }

    /// A row; it must be inside the mask.
    pub(crate) fn row(&self, y: usize) -> &[u8] {
        let width = self.size.width as usize;
        &self.coverage[y * width..][..width]
    }
}

impl OriginDimensions for Mask {
    fn size(&self) -> Size {
        self.size
    }
}
