//! Anti-aliased drawing: a colour laid on in parts.

use embedded_graphics_core::pixelcolor::Rgb888;

/// A colour, and what is known about the pixels that it is laid on.
///
/// Where the background is known, drawing an edge needs no reading of the frame buffer. Both give the same picture when
/// what is known is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ink {
    pub(crate) color: Rgb888,
    pub(crate) background: Option<Rgb888>,
}

impl Ink {
    /// Blends with whatever is there.
    pub const fn over(color: Rgb888) -> Self {
        Self { color, background: None }
    }

    /// The same colour, on pixels that are all known to have the colour `background`.
    pub const fn on(self, background: Rgb888) -> Self {
        Self { background: Some(background), ..self }
    }
}
