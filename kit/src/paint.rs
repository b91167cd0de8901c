//! What the widgets draw with: shapes placed by fractions of pixels, and text in boxes.

use embedded_graphics_core::geometry::{Point, Size};
use embedded_graphics_core::pixelcolor::Rgb888;
use embedded_graphics_core::primitives::Rectangle;
use vitrine_gfx::image::Icon;
use vitrine_gfx::shape::{Rule, Step, Stroke};
use vitrine_gfx::text::{Align, TextStyle};
use vitrine_gfx::{Ink, PixelMemory, SUBPIXEL, Surface, mix};

use crate::Theme;
use crate::layout::square;

/// A place, in pixels with fractions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    pub x: f32,
    pub y: f32,
}

impl Place {
    pub fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    /// The middle of an area.
    pub fn middle(area: &Rectangle) -> Self {
        let half = |from: i32, length: u32| from as f32 + length as f32 / 2.0;
        Self::new(half(area.top_left.x, area.size.width), half(area.top_left.y, area.size.height))
    }

    /// The place `radius` away, so much of a turn clockwise from the top.
    pub fn around(self, turn: f32, radius: f32) -> Self {
        let angle = turn * core::f32::consts::TAU;
        Self::new(self.x + libm::sinf(angle) * radius, self.y - libm::cosf(angle) * radius)
    }

    /// In [`SUBPIXEL`]s.
    pub fn subpixels(self) -> Point {
        Point::new((self.x * SUBPIXEL as f32) as i32, (self.y * SUBPIXEL as f32) as i32)
    }
}

/// Fills a rounded rectangle.
pub(crate) fn rounded<M: PixelMemory>(surface: &mut Surface<M>, area: Rectangle, radius: u32, color: Rgb888) {
    surface.fill_rounded(&area, radius, Ink::over(color));
}

/// Fills a rounded rectangle with an outline inside of its edge.
pub(crate) fn outlined<M: PixelMemory>(
    surface: &mut Surface<M>,
    area: Rectangle,
    radius: u32,
    (fill, outline): (Rgb888, Rgb888),
    width: u32,
) {
    rounded(surface, area, radius, fill);
    surface.stroke_rounded(&area, radius, width, Ink::over(outline));
}

/// Fills a circle around a place.
pub(crate) fn dot<M: PixelMemory>(surface: &mut Surface<M>, middle: Place, radius: f32, color: Rgb888) {
    let at = middle.subpixels();
    surface.stroke_line(at, at, &pen(radius * 2.0), Ink::over(color));
}

/// Draws a straight stroke with round ends.
pub(crate) fn stroke<M: PixelMemory>(surface: &mut Surface<M>, from: Place, to: Place, width: f32, color: Rgb888) {
    surface.stroke_line(from.subpixels(), to.subpixels(), &pen(width), Ink::over(color));
}

/// A pen of a width in pixels, with round ends.
fn pen(width: f32) -> Stroke<'static> {
    Stroke::new((width * SUBPIXEL as f32) as u32).round()
}

/// Draws an arc with round ends, from and through so much of a turn (at most 1), clockwise from the top.
pub(crate) fn arc<M: PixelMemory>(
    surface: &mut Surface<M>,
    middle: Place,
    radius: f32,
    width: f32,
    (from, sweep): (f32, f32),
    color: Rgb888,
) {
    /// An eighth of a turn at most each: the cubic is less than a thousandth of a pixel off at any size of screen.
    const PARTS: usize = 8;
    let part = sweep.clamp(-1.0, 1.0) / PARTS as f32;
    // How far the control places are from the ends, along the tangents.
    let reach = 4.0 / 3.0 * libm::tanf(part * core::f32::consts::TAU / 4.0) * radius;
    let mut steps = [Step::MoveTo(middle.around(from, radius).subpixels()); PARTS + 1];
    for (index, step) in steps[1..].iter_mut().enumerate() {
        let (start, end) = (from + part * index as f32, from + part * (index + 1) as f32);
        let first = middle.around(start, radius).around(start + 0.25, reach);
        let second = middle.around(end, radius).around(end - 0.25, reach);
        *step = Step::CubicTo(first.subpixels(), second.subpixels(), middle.around(end, radius).subpixels());
    }
    surface.stroke_path(&steps, &pen(width), Ink::over(color));
}

/// Draws a needle: it is `width` wide where it begins and a third of that at its tip.
pub(crate) fn needle<M: PixelMemory>(surface: &mut Surface<M>, from: Place, tip: Place, width: f32, color: Rgb888) {
    let (dx, dy) = (tip.x - from.x, tip.y - from.y);
    let length = libm::sqrtf(dx * dx + dy * dy).max(1.0);
    let beside = |place: Place, width: f32| {
        Place::new(place.x - dy / length * width / 2.0, place.y + dx / length * width / 2.0).subpixels()
    };
    let thin = width / 3.0;
    let outline = [beside(from, width), beside(tip, thin), beside(tip, -thin), beside(from, -width)];
    surface.fill_polygon(&outline, Rule::NonZero, Ink::over(color));
    dot(surface, from, width / 2.0, color);
    dot(surface, tip, thin / 2.0, color);
}

/// Draws an icon into the largest square in the middle of an area.
pub(crate) fn icon<M: PixelMemory>(surface: &mut Surface<M>, icon: &Icon, area: Rectangle, color: Rgb888) {
    let Rectangle { top_left, size } = square(area);
    icon.draw(surface, top_left, size.width, Ink::over(color));
}

/// Draws one line of text into an area, its capitals in the middle of the height; what is too long for it ends in an ellipsis.
/// Returns the x at which the text ends.
pub(crate) fn text<M: PixelMemory>(
    surface: &mut Surface<M>,
    style: TextStyle,
    text: &str,
    area: Rectangle,
    align: Align,
) -> i32 {
    let Rectangle { top_left, size: Size { width, height } } = area;
    let baseline = top_left.y + (height as i32 + style.font().cap_height()) / 2;
    if style.font().measure(text) > width as i32 {
        let shown = beginning(style, text, width as i32 - style.font().measure(ELLIPSIS));
        let end = style.aligned(Align::Left).draw(surface, shown, Point::new(top_left.x, baseline));
        return style.aligned(Align::Left).draw(surface, ELLIPSIS, Point::new(end, baseline));
    }
    let x = match align {
        Align::Left | Align::Justified => 0,
        Align::Center => width as i32 / 2,
        Align::Right => width as i32,
    };
    style.aligned(align).draw(surface, text, Point::new(top_left.x + x, baseline))
}

const ELLIPSIS: &str = "…";

/// As much of a text as fits into so many pixels.
fn beginning(style: TextStyle, text: &str, width: i32) -> &str {
    // Halving: so many bytes fit, and so many don't.
    let (mut fits, mut too_long) = (0, text.len());
    while fits < too_long {
        let half = (fits + too_long) / 2;
        let middle = match (text.floor_char_boundary(half), text.ceil_char_boundary(half)) {
            (before, _) if before > fits => before,
            (_, after) if after > fits && after < too_long => after,
            // A single character is between them.
            _ => break,
        };
        if style.font().measure(&text[..middle]) <= width {
            fits = middle;
        } else {
            too_long = middle;
        }
    }
    text[..fits].trim_end()
}

/// Width and height of one line of text.
pub(crate) fn text_size(style: TextStyle, text: &str) -> Size {
    Size::new(style.font().measure(text).max(0) as u32, style.font().line_height().max(0) as u32)
}

/// What lies so much of the way from one colour to another.
pub(crate) fn between(from: Rgb888, to: Rgb888, part: f32) -> Rgb888 {
    mix(from, to, (part.clamp(0.0, 1.0) * 255.0) as u8)
}

/// Draws the ring that shows that keys go to what it surrounds, inside of the area's edge.
pub(crate) fn focus_ring<M: PixelMemory>(surface: &mut Surface<M>, theme: &Theme, area: Rectangle, radius: u32) {
    surface.stroke_rounded(&area, radius, theme.thick(2), Ink::over(theme.palette.text));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use vitrine_gfx::text::fonts;

    proptest! {
        #[test]
        fn text_is_cut_where_the_room_ends(text in "[a-z é°…]{0,40}", width in -10..300) {
            let style = TextStyle::new(&fonts::REGULAR_17, Rgb888::new(0, 0, 0));
            prop_assume!(style.font().measure(&text) > width);
            let ends = text.char_indices().map(|(at, _)| at);
            let longest = ends.take_while(|&end| end == 0 || style.font().measure(&text[..end]) <= width).last();
            prop_assert_eq!(beginning(style, &text, width), text[..longest.unwrap_or(0)].trim_end());
        }
    }
}
