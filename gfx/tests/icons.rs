//! Icons against a reference that knows their coverage.

mod common;

use common::{Before, Operation, check_rgb, color, coordinate, scene};
use embedded_graphics::{pixelcolor::Rgb888, prelude::*};
use proptest::prelude::*;
use vitrine_gfx::image::{Icon, IconPicture};
use vitrine_gfx::{Ink, PixelMemory, Surface, mix};

/// An icon in one size, and a size that is asked for.
#[derive(Clone, Debug)]
struct Drawn {
    levels: Vec<u8>,
    side: usize,
    icon: &'static Icon,
    at: Point,
    room: u32,
    color: Rgb888,
}

/// Each row in runs of at most 16.
fn encode(levels: &[u8], side: usize) -> Vec<u8> {
    let runs = |row: &[u8]| {
        let same = row.chunk_by(|one, next| one == next).flat_map(|same| same.chunks(16));
        same.map(|run| run[0] << 4 | (run.len() - 1) as u8).collect::<Vec<_>>()
    };
    levels.chunks(side).flat_map(runs).collect()
}

fn leaked(side: usize, levels: &[u8]) -> &'static Icon {
    let runs = Vec::leak(encode(levels, side));
    Box::leak(Box::new(Icon::new(Vec::leak(vec![IconPicture::new(side as u16, runs)]))))
}

impl Operation for Drawn {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>) {
        self.icon.draw(surface, self.at, self.room, Ink::over(self.color));
    }

    fn pixel(&self, at: Point, before: &Before<'_>) -> Option<Rgb888> {
        let margin = i64::from(self.room).saturating_sub(self.side as i64).max(0) / 2;
        let place = |at: i32, start: i32| {
            // Beyond the last coordinate there is nothing.
            let start = (i64::from(start) + margin).min(i32::MAX.into());
            usize::try_from(i64::from(at) - start).ok().filter(|place| *place < self.side)
        };
        let (x, y) = (place(at.x, self.at.x)?, place(at.y, self.at.y)?);
        match self.levels[y * self.side + x] {
            0 => None,
            level => Some(mix(before.color(at), self.color, level * 17)),
        }
    }
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let room = prop_oneof![4 => 0u32..100, 1 => Just(u32::MAX), 1 => any::<u32>()];
    (1usize..70, any::<u32>(), coordinate(), coordinate(), room, color()).prop_map(|(side, seed, x, y, room, color)| {
        let noise = (0..(side * side) as u32).map(|index| ((index / 7) ^ seed).wrapping_mul(0x9e37_79b9) >> 26);
        let levels: Vec<u8> = noise.map(|value| (value as u8).saturating_sub(24).min(15)).collect();
        Drawn { icon: leaked(side, &levels), levels, side, at: Point::new(x, y), room, color }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn draws_icons_anywhere(scene in scene(drawn())) {
        check_rgb(&scene)?;
    }

    #[test]
    fn a_known_background_need_not_be_read(drawn in drawn(), background in color()) {
        let size = Size::new(80, 40);
        let blank = || {
            let mut surface = Surface::new(vec![0; 80 * 40], size).unwrap();
            surface.clear(background).unwrap();
            surface
        };
        let (mut over, mut on) = (blank(), blank());
        drawn.icon.draw(&mut over, drawn.at, drawn.room, Ink::over(drawn.color));
        drawn.icon.draw(&mut on, drawn.at, drawn.room, Ink::over(drawn.color).on(background));
        prop_assert_eq!(over.memory(), on.memory());
    }

    /// What isn't an icon's data is drawn somehow, within the icon's square.
    #[test]
    fn any_bytes_are_drawn_somehow(bytes in prop::collection::vec(any::<u8>(), 0..300), side in 1u16..=256) {
        let icon = Icon::new(Vec::leak(vec![IconPicture::new(side, Vec::leak(bytes))]));
        let mut surface = Surface::new(vec![0; 300 * 300], Size::new(300, 300)).unwrap();
        icon.draw(&mut surface, Point::new(3, 3), side.into(), Ink::over(Rgb888::WHITE));
        for at in surface.bounding_box().points() {
            let inside = (3..3 + i32::from(side)).contains(&at.x) && (3..3 + i32::from(side)).contains(&at.y);
            prop_assert!(inside || surface.pixel(at) == Some(Rgb888::BLACK));
        }
    }
}

#[test]
fn the_largest_picture_that_fits_is_taken() {
    static PICTURES: [IconPicture; 3] =
        [IconPicture::new(16, &[]), IconPicture::new(24, &[]), IconPicture::new(48, &[])];
    static ICON: Icon = Icon::new(&PICTURES);
    let sides = [0, 15, 16, 23, 24, 47, 48, u32::MAX].map(|room| ICON.side(room));
    assert_eq!(sides, [16, 16, 16, 16, 24, 24, 48, 48]);
}
