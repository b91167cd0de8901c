//! Places and colours, most of them in or near a picture and some as far away as there are numbers.

use embedded_graphics::{pixelcolor::Rgb888, prelude::*, primitives::Rectangle};
use proptest::prelude::*;

use super::color_of;

/// Any colour.
pub fn color() -> impl Strategy<Value = Rgb888> {
    any::<u32>().prop_map(color_of)
}

/// Mostly near a picture of at most 300 pixels, at times as far away as it gets.
pub fn coordinate() -> impl Strategy<Value = i32> {
    prop_oneof![6 => -20..80, 4 => -20..320, 1 => Just(i32::MIN), 1 => Just(i32::MAX), 1 => any::<i32>()]
}

/// A width or height: mostly of something that fits the picture.
pub fn length() -> impl Strategy<Value = u32> {
    prop_oneof![6 => 0u32..80, 4 => 0u32..330, 1 => Just(u32::MAX), 1 => any::<u32>()]
}

/// A rectangle anywhere.
pub fn rectangle() -> impl Strategy<Value = Rectangle> {
    (coordinate(), coordinate(), length(), length())
        .prop_map(|(x, y, width, height)| Rectangle::new(Point::new(x, y), Size::new(width, height)))
}

/// A rectangle that is likely to show.
pub fn inner_rectangle() -> impl Strategy<Value = Rectangle> {
    (-10..60, -4..8, 0u32..300, 0u32..60)
        .prop_map(|(x, y, width, height)| Rectangle::new(Point::new(x, y), Size::new(width, height)))
}

/// A rectangle anywhere with few enough pixels to name each of them.
pub fn small_rectangle() -> impl Strategy<Value = Rectangle> {
    (prop_oneof![-200..310, coordinate()], prop_oneof![-20..14, coordinate()], 0u32..310, 0u32..20)
        .prop_map(|(x, y, width, height)| Rectangle::new(Point::new(x, y), Size::new(width, height)))
}
