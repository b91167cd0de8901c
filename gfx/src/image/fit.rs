//! Where a picture goes in a frame of another shape.

use embedded_graphics_core::geometry::{Point, Size};
use embedded_graphics_core::primitives::Rectangle;

/// How a picture is made to fit a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fit {
    /// As large as it can be with all of it to be seen, in the middle of the frame.
    Contain,
    /// As small as it can be with all of the frame filled, the middle of it to be seen.
    Cover,
    /// As large as the frame, whatever that does to its shape.
    Stretch,
    /// As it is, in the middle of the frame; what doesn't fit is not to be seen.
    Center,
}

/// A part of a picture, and where it goes. Either both are empty or none is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The part, as a rectangle of the picture.
    pub source: Rectangle,
    /// Where it goes: inside the frame.
    pub target: Rectangle,
}

impl Fit {
    /// Which part of a picture of that size goes where in the frame. Whatever the sizes are, what is scaled has at least one
    /// pixel, unless picture or frame have none.
    pub fn place(self, picture: Size, frame: &Rectangle) -> Placed {
        let whole = Rectangle::new(Point::zero(), picture);
        if picture.width.min(picture.height).min(frame.size.width).min(frame.size.height) == 0 {
            let empty = Rectangle::new(frame.top_left, Size::zero());
            return Placed { source: Rectangle::new(Point::zero(), Size::zero()), target: empty };
        }
        match self {
            Self::Contain => Placed { source: whole, target: middle(frame, largest(picture, frame.size)) },
            Self::Cover => Placed { source: middle(&whole, largest(frame.size, picture)), target: *frame },
            Self::Stretch => Placed { source: whole, target: *frame },
            Self::Center => {
                let shown = picture.component_min(frame.size);
                Placed { source: middle(&whole, shown), target: middle(frame, shown) }
            }
        }
    }
}

/// The largest size of the shape of `shape` that `room` has room for; at least one pixel.
fn largest(shape: Size, room: Size) -> Size {
    let scaled = |side: u32, times: u32, by: u32| {
        let product = u64::from(side) * u64::from(times);
        u32::try_from((product + u64::from(by) / 2) / u64::from(by)).unwrap_or(u32::MAX).max(1)
    };
    if u64::from(shape.width) * u64::from(room.height) >= u64::from(room.width) * u64::from(shape.height) {
        Size::new(room.width, scaled(shape.height, room.width, shape.width).min(room.height))
    } else {
        Size::new(scaled(shape.width, room.height, shape.height).min(room.width), room.height)
    }
}

/// A rectangle of that size, which is at most the frame's, in its middle.
fn middle(frame: &Rectangle, size: Size) -> Rectangle {
    let Rectangle { top_left: Point { x, y }, size: Size { width, height } } = *frame;
    let [x, y] = [(x, width - size.width), (y, height - size.height)]
        .map(|(start, room)| start.saturating_add_unsigned(room / 2));
    Rectangle::new(Point::new(x, y), size)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rectangle(x: i32, y: i32, width: u32, height: u32) -> Rectangle {
        Rectangle::new(Point::new(x, y), Size::new(width, height))
    }

    #[test]
    fn a_wide_picture_in_a_square_frame() {
        let (picture, frame) = (Size::new(200, 100), rectangle(10, 20, 50, 50));
        let placed = |fit: Fit| fit.place(picture, &frame);
        let whole = rectangle(0, 0, 200, 100);
        assert_eq!(placed(Fit::Contain), Placed { source: whole, target: rectangle(10, 32, 50, 25) });
        assert_eq!(placed(Fit::Cover), Placed { source: rectangle(50, 0, 100, 100), target: frame });
        assert_eq!(placed(Fit::Stretch), Placed { source: whole, target: frame });
        assert_eq!(placed(Fit::Center), Placed { source: rectangle(75, 25, 50, 50), target: frame });
    }

    #[test]
    fn all_sizes_and_places() {
        const SIDES: [u32; 7] = [0, 1, 2, 99, 16_384, i32::MAX as u32, u32::MAX];
        const PLACES: [i32; 4] = [i32::MIN, -7, 0, i32::MAX];
        for (fit, place) in [Fit::Contain, Fit::Cover, Fit::Stretch, Fit::Center]
            .into_iter()
            .flat_map(|fit| PLACES.map(|place| (fit, place)))
        {
            let sizes = SIDES.iter().flat_map(|width| SIDES.map(|height| Size::new(*width, height)));
            for (picture, frame) in sizes.clone().flat_map(|one| sizes.clone().map(move |other| (one, other))) {
                let Placed { source, target } = fit.place(picture, &Rectangle::new(Point::new_equal(place), frame));
                assert_eq!(source.is_zero_sized(), target.is_zero_sized());
                assert!(source.size.width <= picture.width && source.size.height <= picture.height);
                assert!(target.size.width <= frame.width && target.size.height <= frame.height);
                let whole = picture.width.min(picture.height).min(frame.width).min(frame.height) > 0;
                assert_eq!(whole, !target.is_zero_sized());
            }
        }
    }
}
