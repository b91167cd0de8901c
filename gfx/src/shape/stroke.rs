//! Strokes: outlines drawn with a pen of some width.
//!
//! Begin with [`Stroke`]. [`dash`] cuts an outline into dashes, [`stroker`] tells the rasteriser what lies within half the
//! width of it. Both pass on what they are told and keep nothing but where they are.

pub(crate) mod dash;
pub(crate) mod stroker;

use crate::SUBPIXEL;

/// The widest stroke, in SUBPIXELs: 32,768 pixels.
const MAX_WIDTH: u32 = 1 << 23;

/// What becomes of the outer side of a corner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Join {
    /// Both sides go on until they meet, or, where that is too far away, are [bevelled](Self::Bevel). See
    /// [`Stroke::miter_limit`].
    #[default]
    Miter,
    /// Rounded, as by a round pen.
    Round,
    /// Cut off.
    Bevel,
}

/// What becomes of the ends of an outline that isn't closed, and of dashes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Cap {
    /// Ends where the outline ends.
    #[default]
    Butt,
    /// Half a circle more.
    Round,
    /// Half a square more.
    Square,
}

/// How an outline is stroked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stroke<'a> {
    width: u32,
    join: Join,
    cap: Cap,
    miter_limit: u16,
    dashes: &'a [u32],
    dash_offset: u32,
}

impl<'a> Stroke<'a> {
    /// A stroke of a width in [`SUBPIXEL`]s (at most 32,768 pixels), with mitered joins and butt caps.
    pub const fn new(width: u32) -> Self {
        let width = if width < MAX_WIDTH { width } else { MAX_WIDTH };
        Self { width, join: Join::Miter, cap: Cap::Butt, miter_limit: 4, dashes: &[], dash_offset: 0 }
    }

    /// A stroke of a width in whole pixels.
    pub const fn pixels(width: u32) -> Self {
        Self::new(width.saturating_mul(SUBPIXEL as u32))
    }

    /// The same with other joins.
    pub const fn join(self, join: Join) -> Self {
        Self { join, ..self }
    }

    /// The same with other caps.
    pub const fn cap(self, cap: Cap) -> Self {
        Self { cap, ..self }
    }

    /// With round joins and round caps.
    pub const fn round(self) -> Self {
        Self { join: Join::Round, cap: Cap::Round, ..self }
    }

    /// A mitered join is bevelled where it would be longer than so many widths: 4 unless told otherwise, as in SVG; 1 bevels
    /// everything.
    pub const fn miter_limit(self, widths: u16) -> Self {
        Self { miter_limit: widths, ..self }
    }

    /// In dashes: the lengths, in [`SUBPIXEL`]s, of a dash, of the gap behind it, of the next dash and so on, over and over; an odd
    /// number of them counts twice. `offset` says how far into that each outline begins. Lengths that are together less than a
    /// pixel make no dashes.
    pub const fn dashed(self, lengths: &'a [u32], offset: u32) -> Self {
        Self { dashes: lengths, dash_offset: offset, ..self }
    }

    /// In SUBPIXELs.
    pub(crate) fn half_width(&self) -> f32 {
        self.width as f32 / 2.0
    }

    pub(crate) const fn ends(&self) -> Cap {
        self.cap
    }

    pub(crate) const fn is_dashed(&self) -> bool {
        !self.dashes.is_empty()
    }

    /// How far from its outline it can reach, in SUBPIXELs.
    pub(crate) fn reach(&self) -> u32 {
        let joined = if self.join == Join::Miter { self.miter_limit.max(1).into() } else { 1 };
        (self.width / 2 + 1).saturating_mul(joined).max(self.reach_at_ends())
    }

    /// How far it can reach from an outline without corners.
    pub(crate) fn reach_at_ends(&self) -> u32 {
        (self.width / 2 + 1) * if self.cap == Cap::Square { 2 } else { 1 }
    }
}
