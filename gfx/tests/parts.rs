//! Sub-surfaces: what is drawn in one is what is drawn moved and clipped.

use embedded_graphics::{pixelcolor::Rgb888, prelude::*, primitives::Rectangle};
use proptest::prelude::*;
use vitrine_gfx::{Ink, Surface};

const SIZE: Size = Size::new(40, 30);
const INK: Ink = Ink::over(Rgb888::new(200, 100, 50));

fn surface() -> Surface<Vec<u32>> {
    let memory = (0..SIZE.width * SIZE.height).map(|pixel| pixel.wrapping_mul(0x9e_3779) & 0xff_ffff).collect();
    Surface::new(memory, SIZE).unwrap()
}

fn rectangle() -> impl Strategy<Value = Rectangle> {
    (-20..50, -20..40, 0u32..60, 0u32..50)
        .prop_map(|(x, y, width, height)| Rectangle::new(Point::new(x, y), Size::new(width, height)))
}

proptest! {
    #[test]
    fn a_part_is_a_moved_and_clipped_surface(first in rectangle(), second in rectangle(), shape in rectangle()) {
        let (mut parts, mut whole) = (surface(), surface());
        let mut part = parts.part(&first);
        prop_assert_eq!(part.size(), first.size);
        let mut inner = part.part(&second);
        inner.fill_rounded(&shape, 5, INK);
        drop(inner);
        part.fill_circle(shape.top_left, 9, INK);
        drop(part);
        parts.fill_solid(&Rectangle::new(Point::new(1, 1), Size::new(2, 2)), Rgb888::new(1, 2, 3)).unwrap();

        let second = second.translate(first.top_left);
        whole.set_clip(&first.intersection(&second));
        whole.fill_rounded(&shape.translate(second.top_left), 5, INK);
        whole.set_clip(&first);
        whole.fill_circle(shape.top_left + first.top_left, 9, INK);
        whole.set_clip(&Rectangle::new(Point::zero(), SIZE));
        whole.fill_solid(&Rectangle::new(Point::new(1, 1), Size::new(2, 2)), Rgb888::new(1, 2, 3)).unwrap();

        prop_assert_eq!(parts.memory(), whole.memory());
        let damage = |surface: &Surface<Vec<u32>>| surface.damage().rectangles().collect::<Vec<_>>();
        prop_assert_eq!(damage(&parts), damage(&whole));
    }

    #[test]
    fn no_part_panics(x: i32, y: i32, width: u32, height: u32, inner in rectangle()) {
        let mut surface = surface();
        let mut part = surface.part(&Rectangle::new(Point::new(x, y), Size::new(width, height)));
        part.clear(Rgb888::new(1, 2, 3)).unwrap();
        part.set_clip(&Rectangle::new(Point::new(y, x), Size::new(height, width)));
        part.fill_rounded(&inner, 3, INK);
        part.part(&Rectangle::new(Point::new(y, x), Size::new(height, width))).fill_circle(Point::new(x, y), 7, INK);
    }
}

#[test]
fn a_part_is_copied_from_as_it_is_drawn_on() {
    let (mut source, mut copy) = (surface(), surface());
    copy.draw_surface(&source.part(&Rectangle::new(Point::new(5, 4), Size::new(6, 3))), Point::new(-1, 20));
    for (x, y) in (0..5).flat_map(|x| (0..3).map(move |y| (x, y))) {
        assert_eq!(copy.pixel(Point::new(x, y + 20)), source.pixel(Point::new(x + 6, y + 4)));
    }
    assert_eq!(copy.pixel(Point::new(5, 20)), surface().pixel(Point::new(5, 20)));
    assert_eq!(copy.damage().pixels(), 15);
}
