//! The test card, where one can say what must be there.

use embedded_graphics::{pixelcolor::Rgb888, prelude::*};
use vitrine_gfx::{Surface, testcard};

const SIZES: [Size; 3] = [Size::new(800, 600), Size::new(1024, 768), Size::new(1920, 1080)];

fn card(size: Size, frame: u32) -> Surface<Vec<u32>> {
    let mut surface = Surface::new(vec![0xff_ffff; (size.width * size.height) as usize], size).unwrap();
    testcard::draw(&mut surface, frame);
    surface
}

#[test]
fn bars_in_memory_are_xrgb() {
    for size in SIZES {
        let memory = card(size, 1).into_memory();
        let row = &memory[10 * size.width as usize..][..size.width as usize];
        let middles = (0..8).map(|bar| row[(2 * bar + 1) * size.width as usize / 16]);
        let expected = [0xff_ffff, 0xff_ff00, 0x00_ffff, 0x00_ff00, 0xff_00ff, 0xff_0000, 0x00_00ff, 0x00_0000];
        assert_eq!(middles.collect::<Vec<u32>>(), expected, "{size}");
    }
}

#[test]
fn the_outermost_pixels_are_a_frame() {
    for size in SIZES {
        let card = card(size, 1);
        let (right, bottom) = (size.width as i32 - 1, size.height as i32 - 1);
        let corner = card.pixel(Point::zero());
        let middles = [(right / 2, 0), (right / 2, bottom), (0, bottom / 2), (right, bottom / 2), (right, bottom)];
        for (x, y) in middles {
            assert_eq!(card.pixel(Point::new(x, y)), corner, "({x}, {y}) of {size}");
        }
        assert_ne!(card.pixel(Point::new(1, 1)), corner);
    }
}

#[test]
fn ramps_have_every_level() {
    let card = card(Size::new(1024, 768), 1);
    let levels = |y: i32, channel: fn(Rgb888) -> u8| {
        let mut levels: Vec<u8> = (1..1023).map(|x| channel(card.pixel(Point::new(x, y)).unwrap())).collect();
        assert!(levels.is_sorted());
        levels.dedup();
        levels.len()
    };
    // The ramps begin below the bars, whose lower edge is where the last bar's black ends.
    let top = (1..).find(|&y| card.pixel(Point::new(1000, y)) != Some(Rgb888::BLACK)).unwrap() + 1;
    let height = 768 / 40;
    let channels: [fn(Rgb888) -> u8; 4] = [|color| color.g(), |color| color.r(), |color| color.g(), |color| color.b()];
    for (index, channel) in (0..).zip(channels) {
        // All but the highest, which is in the last column, where the frame is.
        assert_eq!(levels(top + index * height, channel), 255, "ramp {index}");
    }
}

#[test]
fn the_number_is_all_that_changes() {
    let size = Size::new(1024, 768);
    let (first, second) = (card(size, 1), card(size, 2));
    let differing: Vec<Point> =
        first.bounding_box().points().filter(|&point| first.pixel(point) != second.pixel(point)).collect();
    assert!(!differing.is_empty());
    assert!(differing.iter().all(|point| point.x < 400 && point.y > 700), "outside the plate with the number");
}
