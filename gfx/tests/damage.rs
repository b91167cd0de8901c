//! Damage, and bringing an old buffer up to date.

use embedded_graphics::{pixelcolor::Rgb888, prelude::*, primitives::Rectangle};
use proptest::prelude::*;
use vitrine_gfx::{Damage, DamageHistory, Surface, damage::MAX_RECTANGLES};

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

    /// A swapchain of any length, drawn on partially: every buffer that is presented shows what one buffer would.
    #[test]
    fn copying_forward_keeps_buffers_equal(
        buffers in 1usize..6,
        frames in prop::collection::vec(prop::collection::vec((rectangle(64), any::<u8>()), 0..12), 1..20),
    ) {
        let size = Size::new(70, 60);
        let blank = |value| Surface::new(vec![value; 70 * 60], size).unwrap();
        let mut chain: Vec<_> = (0..buffers as u32).map(blank).collect();
        let mut single = blank(0);
        let mut history = DamageHistory::new();
        for (frame, rectangles) in frames.iter().enumerate() {
            let mut back = chain.remove(0);
            // Every buffer is `buffers` frames old when its turn comes again.
            let age = if frame < buffers { 0 } else { buffers };
            match chain.last() {
                Some(front) => history.copy_forward(&mut back, front, age),
                None => 0,
            };
            if frame == 0 {
                let Ok(()) = back.clear(Rgb888::BLACK);
            }
            for &(area, level) in rectangles {
                let Ok(()) = back.fill_solid(&area, Rgb888::new(level, level, level));
                let Ok(()) = single.fill_solid(&area, Rgb888::new(level, level, level));
            }
            history.push(back.take_damage());
            prop_assert_eq!(back.memory(), single.memory(), "frame {}", frame);
            chain.push(back);
        }
    }
}

#[test]
fn ages_that_are_not_known() {
    let mut history = DamageHistory::new();
    assert!(history.since(0).is_none());
    assert!(history.since(1).is_some_and(|damage| damage.is_empty()));
    assert!(history.since(2).is_none());
    history.push(Damage::NONE);
    assert!(history.since(2).is_some());
    assert!(history.since(3).is_none());
    assert!(history.since(usize::MAX).is_none());
}

#[test]
fn a_moving_thing_costs_what_it_covers() {
    let size = Size::new(1920, 1080);
    let surface = || Surface::new(vec![0; 1920 * 1080], size).unwrap();
    let (mut front, mut back) = (surface(), surface());
    let mut history = DamageHistory::new();
    history.push(Damage::NONE);
    let Ok(()) = front.fill_solid(&Rectangle::new(Point::new(500, 500), Size::new(100, 100)), Rgb888::RED);
    history.push(front.take_damage());
    assert_eq!(history.copy_forward(&mut back, &front, 2), 100 * 100);
    assert_eq!(back.memory(), front.memory());
    assert!(back.damage().is_empty(), "copying is not drawing");
}
