//! What a scene is made of.

use alloc::{rc::Rc, string::String, vec::Vec};

use embedded_graphics::{pixelcolor::Rgb888, prelude::*, primitives::Rectangle};
use vitrine_gfx::text::{Font, FontBuf, fonts};

use crate::Picture;

/// How the edge of a shape is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// A pixel is covered or not.
    Aliased,
    /// A pixel is covered in parts.
    Smooth,
}

/// A proportional typeface in one size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Face {
    /// Roboto Regular, 15 pixels per em.
    Caption,
    /// Roboto Regular, 19 pixels per em.
    Text,
    /// Roboto Medium, 23 pixels per em.
    Heading,
    /// Roboto Light, 68 pixels per em.
    Figure,
    /// Roboto Light, 101 pixels per em.
    Clock,
}

impl Face {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Caption, Self::Text, Self::Heading, Self::Figure, Self::Clock];

    /// As vitrine-gfx has it.
    pub fn font(self) -> &'static Font {
        match self {
            Self::Caption => fonts::REGULAR[1],
            Self::Text => fonts::REGULAR[3],
            Self::Heading => fonts::MEDIUM[4],
            Self::Figure => fonts::FIGURES[4],
            Self::Clock => fonts::FIGURES[6],
        }
    }

    /// Pixels per em: seldom whole, so that the top of most letters lies on a pixel's edge (see `gfx/build.rs`).
    pub fn em(self) -> f32 {
        let (units, height) = match self {
            Self::Caption => (1082.0, 8.0),
            Self::Text => (1082.0, 10.0),
            Self::Heading => (1082.0, 12.0),
            Self::Figure => (1456.0, 48.0),
            Self::Clock => (1456.0, 72.0),
        };
        2048.0 * height / units
    }

    /// Which of the files in `gfx/fonts` it is: `Roboto-` and this.
    pub fn weight(self) -> &'static str {
        match self {
            Self::Caption | Self::Text => "Regular",
            Self::Heading => "Medium",
            Self::Figure | Self::Clock => "Light",
        }
    }
}

/// One thing to draw. Opaque colours replace what is there, but for the edges of what is smooth.
#[derive(Clone, Debug)]
pub enum Item {
    /// The whole screen in one colour.
    Clear(Rgb888),
    /// A rectangle in one colour.
    Fill(Rectangle, Rgb888),
    /// A filled circle in this square.
    Circle(Rectangle, Rgb888, Edge),
    /// A filled rectangle with corners of this radius.
    Rounded(Rectangle, u32, Rgb888, Edge),
    /// An opaque picture, its top left corner here.
    Image(Point, Rc<Picture>),
    /// A picture with alpha of its own.
    Alpha(Point, Rc<Picture>),
    /// A colour over a rectangle, with the weight `alpha / 255`.
    Tint(Rectangle, Rgb888, u8),
    /// One line in embedded-graphics' `FONT_10X20`, the top left corner of its first character here, on whatever is there. The font as vitrine-gfx has it, too.
    Characters(Point, String, Rgb888, Rc<FontBuf>),
    /// One line of anti-aliased text, on whatever is there, its baseline starting here.
    Text(Point, String, Face, Rgb888),
    /// A line 1 pixel wide between the middles of two pixels.
    Line(Point, Point, Rgb888, Edge),
    /// Lines between points, which are in 1/256 pixel, anti-aliased and of this width, in 1/256 pixel too.
    Polyline(Vec<Point>, u32, Rgb888),
    /// All pixels move down by so many rows; the first rows stay.
    Scroll(u32),
}

impl Item {
    /// The same in another colour; what has no colour is not changed.
    pub fn colored(&self, color: Rgb888) -> Self {
        let mut item = self.clone();
        match &mut item {
            Self::Clear(own)
            | Self::Fill(_, own)
            | Self::Circle(_, own, _)
            | Self::Rounded(_, _, own, _)
            | Self::Tint(_, own, _)
            | Self::Characters(_, _, own, _)
            | Self::Text(_, _, _, own)
            | Self::Line(_, _, own, _)
            | Self::Polyline(_, _, own) => *own = color,
            Self::Image(..) | Self::Alpha(..) | Self::Scroll(_) => {}
        }
        item
    }

    /// The colour, if it has one.
    pub fn color(&self) -> Option<Rgb888> {
        match self {
            Self::Clear(color)
            | Self::Fill(_, color)
            | Self::Circle(_, color, _)
            | Self::Rounded(_, _, color, _)
            | Self::Tint(_, color, _)
            | Self::Characters(_, _, color, _)
            | Self::Text(_, _, _, color)
            | Self::Line(_, _, color, _)
            | Self::Polyline(_, _, color) => Some(*color),
            Self::Image(..) | Self::Alpha(..) | Self::Scroll(_) => None,
        }
    }
}
