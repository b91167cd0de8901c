//! A canvas draws only what has changed, and its buffers show what drawing everything would show.

mod chain;
mod operations;
mod parameters;
mod shapes;

use chain::{Buffer, Turn, play};
use embedded_graphics::{pixelcolor::RgbColor, prelude::*, primitives::Rectangle};
use operations::{Operation, Scene, moving, opaque, operation, scene};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use vitrine_gfx::format::{Argb1555, Argb4444, Argb8888, Formatted, Rgb565, Rgb888, Xrgb1555, Xrgb4444, Yuyv};
use vitrine_gfx::{Canvas, PictureId, PixelMemory, Surface, View};

const SIZE: Size = Size::new(150, 70);

/// What happens to a picture's operations before the next one.
#[derive(Clone, Debug)]
enum Change {
    Replace(usize, Operation),
    Insert(usize, Operation),
    Remove(usize),
    Swap(usize, usize),
    All(Scene),
    None,
}

impl Change {
    fn apply(&self, Scene(operations): &mut Scene) {
        let place = |at: usize, count: usize| at % count.max(1);
        let count = operations.len();
        match self {
            Self::Replace(at, operation) if count > 0 => operations[place(*at, count)] = operation.clone(),
            Self::Insert(at, operation) => operations.insert(place(*at, count + 1), operation.clone()),
            Self::Remove(at) if count > 0 => drop(operations.remove(place(*at, count))),
            Self::Swap(one, other) if count > 0 => operations.swap(place(*one, count), place(*other, count)),
            Self::All(scene) => operations.clone_from(&scene.0),
            _ => (),
        }
    }
}

fn change(operation: fn() -> BoxedStrategy<Operation>) -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => (any::<usize>(), operation()).prop_map(|(at, operation)| Change::Replace(at, operation)),
        2 => (any::<usize>(), operation()).prop_map(|(at, operation)| Change::Insert(at, operation)),
        2 => any::<usize>().prop_map(Change::Remove),
        2 => (any::<usize>(), any::<usize>()).prop_map(|(one, other)| Change::Swap(one, other)),
        1 => scene(operation).prop_map(Change::All),
        2 => Just(Change::None),
    ]
}

fn turn() -> impl Strategy<Value = Turn> {
    prop_oneof![
        12 => Just(Turn::Show),
        2 => Just(Turn::ShowWithoutFront),
        1 => Just(Turn::Drop),
        1 => Just(Turn::SomebodyElse),
        1 => Just(Turn::AgeUnknown),
        1 => Just(Turn::NewBuffers),
    ]
}

/// A first picture, and what happens then.
fn story(
    operation: fn() -> BoxedStrategy<Operation>,
) -> impl Strategy<Value = (usize, Scene, Vec<(Vec<Change>, Turn)>)> {
    let turns = prop::collection::vec((prop::collection::vec(change(operation), 0..3), turn()), 1..12);
    (1usize..=4, scene(operation), turns)
}

/// The pictures of a story, and how each gets to the screen.
fn pictures((_, first, turns): &(usize, Scene, Vec<(Vec<Change>, Turn)>)) -> Vec<(Scene, Turn)> {
    let mut scene = first.clone();
    let mut pictures = vec![(scene.clone(), Turn::Show)];
    for (changes, turn) in turns {
        changes.iter().for_each(|change| change.apply(&mut scene));
        pictures.push((scene.clone(), *turn));
    }
    pictures
}

fn config(cases: u32) -> ProptestConfig {
    // More of them on request: PROPTEST_CASES=10000 is 25 times as many.
    let cases = cases * ProptestConfig::default().cases.max(400) / 400;
    let kept = Box::new(FileFailurePersistence::Off);
    ProptestConfig { cases, failure_persistence: Some(kept), max_shrink_iters: 4000, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn every_buffer_shows_what_a_full_redraw_would(story in story(operation)) {
        play::<Vec<u32>>(SIZE, story.0, &pictures(&story))?;
    }
}

proptest! {
    #![proptest_config(config(150))]

    /// The same with little but pixels that are moved about.
    #[test]
    fn what_is_moved_is_drawn_as_a_whole(story in story(moving)) {
        play::<Vec<u32>>(SIZE, story.0, &pictures(&story))?;
    }
}

/// The same in another format: blends are rounded by it, and so is what is read back.
fn in_format<B: Buffer>() {
    proptest!(config(15), |(story in story(operation))| play::<B>(SIZE, story.0, &pictures(&story))?);
}

#[test]
fn in_formats_of_fewer_and_other_bits() {
    in_format::<Formatted<Argb8888, Vec<u8>>>();
    in_format::<Formatted<Rgb888, Vec<u8>>>();
    in_format::<Formatted<Rgb565, Vec<u8>>>();
    in_format::<Formatted<Xrgb1555, Vec<u8>>>();
    in_format::<Formatted<Argb1555, Vec<u8>>>();
    in_format::<Formatted<Xrgb4444, Vec<u8>>>();
    in_format::<Formatted<Argb4444, Vec<u8>>>();
}

proptest! {
    #![proptest_config(config(60))]

    /// Two pixels of YUYV share their chroma, and a blend takes what it finds there into account: only what reads nothing leaves
    /// the same bytes however a picture is cut into rectangles.
    #[test]
    fn in_yuyv_what_reads_nothing_is_the_same(story in story(opaque)) {
        play::<Yuyv<Vec<u8>>>(SIZE, story.0, &pictures(&story))?;
    }
}

/// Colours without an end, for more pixels than anybody can count.
#[test]
fn endless_pixels_end() {
    struct Endless;

    impl View for Endless {
        fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>) {
            let corner = Point::new(i32::MIN, i32::MIN);
            for area in [Rectangle::new(corner, Size::new(u32::MAX, u32::MAX)), Rectangle::new(Point::zero(), SIZE * 9)]
            {
                surface.fill_contiguous(&area, core::iter::repeat(RgbColor::WHITE)).unwrap();
            }
        }
    }

    let mut buffer = Surface::new(vec![0u32; (SIZE.width * SIZE.height) as usize], SIZE).unwrap();
    Canvas::new().compose(SIZE, &Endless).unwrap().paint(&mut buffer, 0, None, None).presented(PictureId(0, 1));
    assert!(buffer.memory().iter().all(|pixel| *pixel == 0xff_ffff));
}
