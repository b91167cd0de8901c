//! The row operations of `Surface` against a reference that sets one pixel at a time.

use core::convert::Infallible;
use embedded_graphics::{pixelcolor::Rgb888, prelude::*, primitives::Rectangle};
use proptest::prelude::*;
use vitrine_gfx::format::{
    Argb1555, Argb4444, Argb8888, Formatted, Rgb565, Rgb888 as Rgb888Bytes, Xrgb1555, Xrgb4444, Yuyv,
};
use vitrine_gfx::{PixelMemory, Surface, SurfaceError};

/// What a draw target is by definition: pixels set one after the other, those outside dropped.
struct Reference {
    size: Size,
    clip: Rectangle,
    pixels: Vec<u32>,
}

impl Reference {
    fn set(&mut self, x: i64, y: i64, color: Rgb888) {
        let inside = |at: i64, from: i32, length: u32| at >= from.into() && at < i64::from(from) + i64::from(length);
        let Rectangle { top_left, size } = self.clip;
        if inside(x, 0, self.size.width)
            && inside(y, 0, self.size.height)
            && inside(x, top_left.x, size.width)
            && inside(y, top_left.y, size.height)
        {
            self.pixels[y as usize * self.size.width as usize + x as usize] = color.into_storage();
        }
    }
}

impl OriginDimensions for Reference {
    fn size(&self) -> Size {
        self.size
    }
}

impl DrawTarget for Reference {
    type Color = Rgb888;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb888>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        pixels.into_iter().for_each(|Pixel(point, color)| self.set(point.x.into(), point.y.into(), color));
        Ok(())
    }

    fn fill_contiguous<I: IntoIterator<Item = Rgb888>>(
        &mut self,
        area: &Rectangle,
        colors: I,
    ) -> Result<(), Infallible> {
        let width = u64::from(area.size.width);
        for (index, color) in (0..width * u64::from(area.size.height)).zip(colors) {
            let x = i64::from(area.top_left.x) + (index % width) as i64;
            let y = i64::from(area.top_left.y) + (index / width) as i64;
            self.set(x, y, color);
        }
        Ok(())
    }

    fn fill_solid(&mut self, area: &Rectangle, color: Rgb888) -> Result<(), Infallible> {
        // Only the pixels of the picture can matter: the area may have 2^64 of them.
        for y in 0..i64::from(self.size.height) {
            for x in 0..i64::from(self.size.width) {
                let inside =
                    |at: i64, from: i32, length: u32| at >= from.into() && at < i64::from(from) + i64::from(length);
                if inside(x, area.top_left.x, area.size.width) && inside(y, area.top_left.y, area.size.height) {
                    self.set(x, y, color);
                }
            }
        }
        Ok(())
    }
}

#[derive(Clone, Debug)]
enum Operation {
    Pixels(Vec<(Point, Rgb888)>),
    Contiguous(Rectangle, Vec<Rgb888>),
    Solid(Rectangle, Rgb888),
    Clear(Rgb888),
}

impl Operation {
    fn draw<D: DrawTarget<Color = Rgb888, Error = Infallible>>(&self, target: &mut D) {
        let Ok(()) = match self {
            Self::Pixels(pixels) => target.draw_iter(pixels.iter().map(|&(point, color)| Pixel(point, color))),
            Self::Contiguous(area, colors) => target.fill_contiguous(area, colors.iter().copied()),
            Self::Solid(area, color) => target.fill_solid(area, *color),
            Self::Clear(color) => target.clear(*color),
        };
    }
}

fn color() -> impl Strategy<Value = Rgb888> {
    any::<u32>().prop_map(|value| Rgb888::from(embedded_graphics::pixelcolor::raw::RawU24::new(value)))
}

/// Mostly near a picture of at most 300 x 12 pixels, at times as far away as it gets.
fn coordinate() -> impl Strategy<Value = i32> {
    prop_oneof![8 => -20..320, 1 => Just(i32::MIN), 1 => Just(i32::MAX), 1 => any::<i32>()]
}

fn length() -> impl Strategy<Value = u32> {
    prop_oneof![8 => 0u32..330, 1 => Just(u32::MAX), 1 => any::<u32>()]
}

fn rectangle() -> impl Strategy<Value = Rectangle> {
    (coordinate(), coordinate(), length(), length())
        .prop_map(|(x, y, width, height)| Rectangle::new(Point::new(x, y), Size::new(width, height)))
}

/// An area that an iterator of colours can cover in a test's time, wherever it lies.
fn small_rectangle() -> impl Strategy<Value = Rectangle> {
    (prop_oneof![-200..310, coordinate()], prop_oneof![-20..14, coordinate()], 0u32..310, 0u32..20)
        .prop_map(|(x, y, width, height)| Rectangle::new(Point::new(x, y), Size::new(width, height)))
}

/// Runs of pixels along rows, and scattered ones.
fn pixels() -> impl Strategy<Value = Vec<(Point, Rgb888)>> {
    let run = (coordinate(), -2..14, 1usize..300, color()).prop_map(|(x, y, count, color)| {
        (0..count).map(|step| (Point::new(x.saturating_add(step as i32), y), color)).collect::<Vec<_>>()
    });
    let scattered = prop::collection::vec(((coordinate(), -2..14).prop_map(|(x, y)| Point::new(x, y)), color()), 0..20);
    prop::collection::vec(prop_oneof![run, scattered], 0..4).prop_map(|parts| parts.concat())
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        pixels().prop_map(Operation::Pixels),
        (small_rectangle(), prop::collection::vec(color(), 0..6000))
            .prop_map(|(area, colors)| Operation::Contiguous(area, colors)),
        (rectangle(), color()).prop_map(|(area, color)| Operation::Solid(area, color)),
        color().prop_map(Operation::Clear),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn draws_what_the_reference_draws(
        width in 1u32..300,
        height in 1u32..12,
        gap in 0usize..5,
        clip in prop_oneof![Just(Rectangle::new(Point::zero(), Size::new(300, 12))), rectangle()],
        operations in prop::collection::vec(operation(), 1..5),
    ) {
        const UNTOUCHED: u32 = 0xdead_beef;
        let size = Size::new(width, height);
        let stride = width as usize + gap;
        let mut surface = Surface::with_stride(vec![UNTOUCHED; stride * height as usize], size, 4 * stride).unwrap();
        surface.set_clip(&clip);
        let mut reference = Reference { size, clip, pixels: vec![UNTOUCHED; (width * height) as usize] };
        for operation in &operations {
            operation.draw(&mut surface);
            operation.draw(&mut reference);
        }
        let damage: Vec<Rectangle> = surface.damage().rectangles().collect();
        let memory = surface.into_memory();
        for y in 0..height as usize {
            let (drawn, beyond) = memory[y * stride..][..stride].split_at(width as usize);
            prop_assert_eq!(drawn, &reference.pixels[y * width as usize..][..width as usize], "row {}", y);
            prop_assert!(beyond.iter().all(|&pixel| pixel == UNTOUCHED), "drawn between the rows");
            for (x, &pixel) in drawn.iter().enumerate() {
                let damaged = damage.iter().any(|area| area.contains(Point::new(x as i32, y as i32)));
                prop_assert!(damaged || pixel == UNTOUCHED, "({}, {}) changed and is not damaged", x, y);
            }
        }
    }
}

/// Draws on memory of another format, and compares with the finished XRGB8888 picture written to such memory.
fn compare<M: PixelMemory + Clone + PartialEq + core::fmt::Debug>(
    memory: M,
    (size, stride): (Size, usize),
    operations: &[Operation],
) -> Result<(), TestCaseError> {
    let row = size.width as usize;
    let mut words = Surface::new(vec![0; row * size.height as usize], size).unwrap();
    let mut surface = Surface::with_stride(memory.clone(), size, stride).unwrap();
    words.clear(Rgb888::BLACK).unwrap();
    surface.clear(Rgb888::BLACK).unwrap();
    for operation in operations {
        operation.draw(&mut words);
        operation.draw(&mut surface);
    }
    let mut expected = memory;
    for (y, pixels) in words.into_memory().chunks(row).enumerate() {
        expected.write(y * stride, pixels);
    }
    prop_assert_eq!(surface.into_memory(), expected);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_format_shows_what_xrgb8888_shows(
        width in 1u32..300,
        height in 1u32..12,
        gap in 0usize..3,
        operations in prop::collection::vec(operation(), 1..5),
    ) {
        let size = Size::new(width, height);
        let picture = |bytes: usize| {
            let stride = (bytes * width as usize).next_multiple_of(4) + 4 * gap;
            (vec![0; stride * height as usize], (size, stride))
        };
        macro_rules! each {
            ($bytes:literal: $($format:ident)*) => {
                $(
                    let (memory, shape) = picture($bytes);
                    compare(Formatted::<$format, _>::new(memory), shape, &operations)?;
                )*
            };
        }
        each!(4: Argb8888);
        each!(3: Rgb888Bytes);
        each!(2: Rgb565 Xrgb1555 Argb1555 Xrgb4444 Argb4444);
        let (memory, shape) = picture(2);
        compare(Yuyv::new(memory), shape, &operations)?;
    }
}

#[test]
fn rows_start_at_whole_words() {
    let memory = || Formatted::<Rgb888Bytes, _>::new(vec![0; 64]);
    assert_eq!(Surface::new(memory(), Size::new(3, 2)).unwrap().stride(), 12);
    assert_eq!(Surface::new(memory(), Size::new(5, 2)).unwrap().stride(), 16);
    let error = SurfaceError::Stride { stride: 10, row: 9, alignment: 4 };
    assert_eq!(Surface::with_stride(memory(), Size::new(3, 2), 10).unwrap_err(), error);
}
