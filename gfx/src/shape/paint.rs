//! What shapes are filled with: one colour, or a gradient.

use crate::Ink;
use embedded_graphics_core::{geometry::Point, pixelcolor::Rgb888};

/// A colour at a place of a gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stop {
    pub(crate) at: u8,
    pub(crate) color: Rgb888,
    pub(crate) alpha: u8,
}

impl Stop {
    /// A colour at a place between the gradient's start, 0, and its end, 255.
    pub const fn new(at: u8, color: Rgb888) -> Self {
        Self { at, color, alpha: u8::MAX }
    }

    /// The same, as far as it covers what was there before: not at all by 0, and fully by 255, as it does unless told
    /// otherwise.
    pub const fn alpha(self, alpha: u8) -> Self {
        Self { alpha, ..self }
    }
}

/// What a shape is filled with.
///
/// The stops of a gradient are in order; before the first one and behind the last one its colour goes on. Gradients are dithered: no
/// bands show, however little the colours differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Paint<'a> {
    /// One colour.
    Ink(Ink),
    /// From one line to another, at right angles to what is between them.
    Linear {
        /// The middle of the pixel where the gradient starts.
        from: Point,
        /// The middle of the pixel where it ends.
        to: Point,
        /// Its colours.
        stops: &'a [Stop],
    },
    /// From a point to a circle around it.
    Radial {
        /// The middle of the pixel where the gradient starts.
        center: Point,
        /// How far away it ends, in pixels.
        radius: u32,
        /// Its colours.
        stops: &'a [Stop],
    },
}

impl Paint<'_> {
    /// Whether nothing of what was there shows through where all of a pixel is painted.
    pub(crate) fn is_opaque(&self) -> bool {
        match self {
            Self::Ink(_) => true,
            Self::Linear { stops, .. } | Self::Radial { stops, .. } => {
                !stops.is_empty() && stops.iter().all(|stop| stop.alpha == u8::MAX)
            }
        }
    }
}

impl From<Ink> for Paint<'_> {
    fn from(ink: Ink) -> Self {
        Self::Ink(ink)
    }
}

/// Blends with whatever is there.
impl From<Rgb888> for Paint<'_> {
    fn from(color: Rgb888) -> Self {
        Self::Ink(Ink::over(color))
    }
}
