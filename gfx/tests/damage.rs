//! Damage.

use embedded_graphics::{prelude::*, primitives::Rectangle};
use proptest::prelude::*;
use vitrine_gfx::{Damage, damage::MAX_RECTANGLES};

fn rectangle(range: i32) -> impl Strategy<Value = Rectangle> {
    (0..range, 0..range, 1..range as u32 / 4, 1..range as u32 / 4)
        .prop_map(|(x, y, width, height)| Rectangle::new(Point::new(x, y), Size::new(width, height)))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_forgotten(rectangles in prop::collection::vec(rectangle(4000), 0..40)) {
        let mut damage = Damage::NONE;
        rectangles.iter().for_each(|rectangle| damage.add(rectangle));
        prop_assert!(damage.rectangles().count() <= MAX_RECTANGLES);
        for rectangle in &rectangles {
            prop_assert!(damage.rectangles().any(|known| known.intersection(rectangle) == *rectangle));
        }
        prop_assert_eq!(damage.is_empty(), rectangles.is_empty());
    }
}
