//! Pictures in other sizes: scaled as they are drawn, scaled beforehand, and as nine-patches.

mod common;

use common::{Before, Operation, check, check_rgb, color_of, holds, rectangle, rounded, scene};
use embedded_graphics::{pixelcolor::Rgb888, prelude::*, primitives::Rectangle};
use proptest::prelude::*;
use vitrine_gfx::image::{Filling, Filter, Fit, ImageError, Insets, NinePatch, Picture, Sampling};
use vitrine_gfx::{PixelMemory, Surface, mix};

/// Noise, or with `smooth` something more like a photo; transparent in places unless `opaque`.
fn picture(size: Size, seed: u32, opaque: bool, smooth: bool) -> Picture {
    let pixel = |at: Point| {
        let noise = ((at.x as u32) ^ (at.y as u32) << 8 ^ seed).wrapping_mul(0x9e37_79b9);
        let wave = |by: f64| (127.5 + 127.0 * (f64::from(at.x) / by + f64::from(at.y) / 9.0).sin()) as u32;
        let pixel = if smooth { wave(5.0) << 24 | wave(6.0) << 16 | wave(7.0) << 8 | wave(8.0) } else { noise };
        if opaque { pixel | 0xff00_0000 } else { pixel }
    };
    Picture::from_straight(Rectangle::new(Point::zero(), size).points().map(pixel).collect(), size).unwrap()
}

fn channels(pixel: u32) -> [u32; 4] {
    pixel.to_be_bytes().map(u32::from)
}

/// A premultiplied pixel on what is there.
fn laid(picture: &Picture, [alpha, red, green, blue]: [u32; 4], opacity: u8, below: Rgb888) -> Rgb888 {
    if picture.is_opaque() {
        return mix(below, Rgb888::new(red as u8, green as u8, blue as u8), opacity);
    }
    let faded = |value: u32| rounded(value * u32::from(opacity));
    let rest = 255 - u32::from(faded(alpha));
    let sum = |over: u32, below: u8| faded(over) + rounded(u32::from(below) * rest);
    Rgb888::new(sum(red, below.r()), sum(green, below.g()), sum(blue, below.b()))
}

/// Two source pixels and the weight of the second in 256ths.
type Between = (u32, u32, u32);

/// Which of `source` pixels the pixel `index` of `target` shows.
fn between(index: u32, source: u32, target: u32, sampling: Sampling) -> Between {
    let middle = (2 * i128::from(index) + 1) * i128::from(source) * 256 / (2 * i128::from(target));
    let last = i128::from(source) * 256 - 256;
    match sampling {
        Sampling::Nearest => ((middle / 256) as u32, (middle / 256) as u32, 0),
        Sampling::Bilinear => {
            let place = (middle - 128).clamp(0, last);
            let one = (place / 256) as u32;
            (one, (one + 1).min(source - 1), (place % 256) as u32)
        }
    }
}

fn sample(picture: &Picture, across: Between, down: Between) -> [u32; 4] {
    let lerp = |one: [u32; 4], other: [u32; 4], weight: u32| {
        core::array::from_fn(|i| (one[i] * (256 - weight) + other[i] * weight + 128) / 256)
    };
    let pixel = |x: u32, y: u32| channels(picture.pixels()[(y * picture.size().width + x) as usize]);
    let column = |x| lerp(pixel(x, down.0), pixel(x, down.1), down.2);
    lerp(column(across.0), column(across.1), across.2)
}

#[derive(Clone, Debug)]
struct Scaled {
    picture: Picture,
    source: Rectangle,
    target: Rectangle,
    sampling: Sampling,
    opacity: u8,
}

impl Operation for Scaled {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>) {
        surface.draw_scaled(&self.picture, &self.source, &self.target, self.sampling, self.opacity);
    }

    fn pixel(&self, at: Point, before: &Before<'_>) -> Option<Rgb888> {
        let Size { width, height } = self.picture.size();
        let cut = |start: i32, length: u32, side: u32| {
            let end = (i64::from(start) + i64::from(length)).min(side.into());
            let start = i64::from(start).max(0);
            (start < end).then_some((start as u32, (end - start) as u32))
        };
        let (left, columns) = cut(self.source.top_left.x, self.source.size.width, width)?;
        let (top, rows) = cut(self.source.top_left.y, self.source.size.height, height)?;
        let Rectangle { top_left, size } = self.target;
        if !holds(&self.target, at) {
            return None;
        }
        let axis = |index: u32, start: u32, source: u32, target: u32| {
            let (one, other, weight) = between(index, source, target, self.sampling);
            (start + one, start + other, weight)
        };
        let across = axis(at.x.abs_diff(top_left.x), left, columns, size.width);
        let down = axis(at.y.abs_diff(top_left.y), top, rows, size.height);
        Some(laid(&self.picture, sample(&self.picture, across, down), self.opacity, before.color(at)))
    }
}

fn opacity() -> impl Strategy<Value = u8> {
    prop_oneof![Just(255), Just(0), any::<u8>()]
}

fn scaled() -> impl Strategy<Value = Scaled> {
    let sampling = prop_oneof![Just(Sampling::Nearest), Just(Sampling::Bilinear)];
    let source = prop_oneof![
        1 => rectangle(),
        3 => (0..20, 0..10, 1u32..60, 1u32..30).prop_map(|(x, y, w, h)| Rectangle::new(Point::new(x, y), Size::new(w, h)))
    ];
    let size = (1u32..60, 1u32..30).prop_map(|(width, height)| Size::new(width, height));
    (size, any::<u32>(), any::<bool>(), source, rectangle(), sampling, opacity(), any::<bool>()).prop_map(
        |(size, seed, opaque, source, mut target, sampling, opacity, as_it_is)| {
            if as_it_is {
                target.size = source.size;
            }
            Scaled { picture: picture(size, seed, opaque, false), source, target, sampling, opacity }
        },
    )
}

#[derive(Clone, Debug)]
struct Patched {
    picture: Picture,
    insets: Insets,
    filling: Filling,
    frame: Rectangle,
    opacity: u8,
}

impl Patched {
    /// Which source pixels the pixel `index` of a side of `room` pixels shows.
    fn axis(&self, index: u32, before: u32, after: u32, side: u32, room: u32) -> Between {
        let Insets { left, top, right, bottom } = self.insets;
        let Size { width, height } = self.frame.size;
        let factor =
            |room: u32, corners: u32| if corners > room { (u64::from(room), u64::from(corners)) } else { (1, 1) };
        let (across, down) = (factor(width, left + right), factor(height, top + bottom));
        let (part, whole) = if across.0 * down.1 <= down.0 * across.1 { across } else { down };
        let smaller = |inset: u32| ((u64::from(inset) * part * 2 + whole) / (whole * 2)) as u32;
        let start = smaller(before).min(room);
        let end = smaller(after).min(room - start);
        let moved = |(one, other, weight): Between, by: u32| (one + by, other + by, weight);
        if index < start {
            return between(index, before, start, Sampling::Bilinear);
        }
        if index >= room - end {
            return moved(between(index - (room - end), after, end, Sampling::Bilinear), side - after);
        }
        let (first, count) =
            if before + after == side { (before.min(side - 1), 1) } else { (before, side - before - after) };
        let index = index - start;
        match self.filling {
            Filling::Stretched => moved(between(index, count, room - start - end, Sampling::Bilinear), first),
            Filling::Tiled => (first + index % count, first + index % count, 0),
        }
    }
}

impl Operation for Patched {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>) {
        NinePatch::new(self.picture.clone(), self.insets, self.filling).unwrap().draw(
            surface,
            &self.frame,
            self.opacity,
        );
    }

    fn pixel(&self, at: Point, before: &Before<'_>) -> Option<Rgb888> {
        let Rectangle { top_left, size } = self.frame;
        let Insets { left, top, right, bottom } = self.insets;
        let picture = self.picture.size();
        let (x, y) = (at.x.abs_diff(top_left.x), at.y.abs_diff(top_left.y));
        holds(&self.frame, at).then(|| {
            let across = self.axis(x, left, right, picture.width, size.width);
            let down = self.axis(y, top, bottom, picture.height, size.height);
            laid(&self.picture, sample(&self.picture, across, down), self.opacity, before.color(at))
        })
    }
}

fn patched() -> impl Strategy<Value = Patched> {
    let filling = prop_oneof![Just(Filling::Stretched), Just(Filling::Tiled)];
    let insets = [0u32..12, 0u32..9, 0u32..12, 0u32..9];
    (insets, 0u32..9, 0u32..9, any::<u32>(), any::<bool>(), filling, rectangle(), opacity()).prop_map(
        |([left, top, right, bottom], across, down, seed, opaque, filling, frame, opacity)| {
            let size = Size::new((left + right + across).max(1), (top + bottom + down).max(1));
            let insets = Insets { left, top, right, bottom };
            Patched { picture: picture(size, seed, opaque, false), insets, filling, frame, opacity }
        },
    )
}

/// Bilinear drawing by the book, in floating point.
fn bilinear(picture: &Picture, at: Point, target: Size) -> [f64; 4] {
    let Size { width, height } = picture.size();
    let axis = |index: i32, source: u32, target: u32| {
        let place = (f64::from(index) + 0.5) * f64::from(source) / f64::from(target) - 0.5;
        let place = place.clamp(0.0, f64::from(source - 1));
        (place as u32, (place as u32 + 1).min(source - 1), place.fract())
    };
    let ((x, next_x, across), (y, next_y, down)) = (axis(at.x, width, target.width), axis(at.y, height, target.height));
    let pixel = |x: u32, y: u32| channels(picture.pixels()[(y * width + x) as usize]).map(f64::from);
    core::array::from_fn(|i| {
        let row = |y| pixel(x, y)[i] * (1.0 - across) + pixel(next_x, y)[i] * across;
        row(y) * (1.0 - down) + row(next_y) * down
    })
}

/// The weights of all source pixels for a target pixel, as the filters are defined, without a thought for speed.
fn weights(filter: Filter, source: u32, target: u32, index: u32) -> Vec<f64> {
    let ratio = f64::from(source) / f64::from(target);
    let middle = (f64::from(index) + 0.5) * ratio;
    let sinc = |x: f64| if x == 0.0 { 1.0 } else { (core::f64::consts::PI * x).sin() / (core::f64::consts::PI * x) };
    let weigh = |pixel: u32| {
        let x = ((f64::from(pixel) + 0.5 - middle) / ratio.max(1.0)).abs();
        match filter {
            Filter::Box => {
                let (from, to) = (middle - ratio / 2.0, middle + ratio / 2.0);
                (to.min(f64::from(pixel) + 1.0) - from.max(f64::from(pixel))).max(0.0)
            }
            Filter::Triangle => (1.0 - x).max(0.0),
            Filter::CatmullRom if x < 1.0 => 1.5 * x.powi(3) - 2.5 * x.powi(2) + 1.0,
            Filter::CatmullRom if x < 2.0 => -0.5 * x.powi(3) + 2.5 * x.powi(2) - 4.0 * x + 2.0,
            Filter::Lanczos3 if x < 3.0 => sinc(x) * sinc(x / 3.0),
            Filter::CatmullRom | Filter::Lanczos3 => 0.0,
        }
    };
    let weights: Vec<f64> = (0..source).map(weigh).collect();
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / sum).collect()
}

fn filter() -> impl Strategy<Value = Filter> {
    prop_oneof![Just(Filter::Box), Just(Filter::Triangle), Just(Filter::CatmullRom), Just(Filter::Lanczos3)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn draws_parts_of_pictures_in_any_size(scene in scene(scaled())) {
        check(&scene)?;
    }

    #[test]
    fn draws_nine_patches_of_any_size(scene in scene(patched())) {
        check_rgb(&scene)?;
    }

    #[test]
    fn bilinear_drawing_is_near_the_exact_one(
        (width, height) in (1u32..40, 1u32..20), (columns, rows) in (1u32..90, 1u32..50), seed in any::<u32>(),
    ) {
        let (picture, size) = (picture(Size::new(width, height), seed, true, true), Size::new(columns, rows));
        let mut surface = Surface::new(vec![0; (columns * rows) as usize], size).unwrap();
        surface.draw_fitted(&picture, &Rectangle::new(Point::zero(), size), Fit::Stretch, 255);
        for at in surface.bounding_box().points() {
            let [_, red, green, blue] = bilinear(&picture, at, size);
            let pixel = surface.pixel(at).unwrap();
            for (drawn, exact) in [(pixel.r(), red), (pixel.g(), green), (pixel.b(), blue)] {
                // Half a unit of rounding, twice, and a 256th of the distance between two pixels, twice.
                prop_assert!((f64::from(drawn) - exact).abs() < 3.0, "{drawn} and {exact} at {at}");
            }
        }
    }

    #[test]
    fn scaling_is_the_sum_that_it_should_be(
        (width, height) in (1u32..70, 1u32..40), (columns, rows) in (1u32..70, 1u32..40),
        filter in filter(), seed in any::<u32>(), opaque in any::<bool>(), smooth in any::<bool>(),
    ) {
        let (source, size) = (picture(Size::new(width, height), seed, opaque, smooth), Size::new(columns, rows));
        let scaled = source.scaled(size, filter).unwrap();
        prop_assert_eq!(scaled.size(), size);
        prop_assert_eq!(scaled.is_opaque(), opaque || scaled.pixels().iter().all(|pixel| pixel >> 24 == 0xff));
        let across: Vec<_> = (0..columns).map(|x| weights(filter, width, columns, x)).collect();
        for y in 0..rows {
            let down = weights(filter, height, rows, y);
            let mut sums = vec![[0.0; 4]; width as usize];
            for (row, weight) in source.pixels().chunks(width as usize).zip(&down) {
                for (sum, pixel) in sums.iter_mut().zip(row) {
                    let channels = channels(*pixel);
                    (0..4).for_each(|i| sum[i] += weight * f64::from(channels[i]));
                }
            }
            for x in 0..columns {
                let sum: [f64; 4] = core::array::from_fn(|i| across[x as usize].iter().zip(&sums).map(|(weight, sum)| weight * sum[i]).sum());
                let pixel = channels(scaled.pixels()[(y * columns + x) as usize]);
                let alpha = sum[0].clamp(0.0, 255.0);
                prop_assert!((f64::from(pixel[0]) - alpha).abs() < 0.51, "alpha {} and not {alpha}", pixel[0]);
                for i in 1..4 {
                    let exact = sum[i].clamp(0.0, f64::from(pixel[0]));
                    prop_assert!((f64::from(pixel[i]) - exact).abs() < 0.51, "{} and not {exact} at {x}, {y}", pixel[i]);
                }
            }
        }
    }

    #[test]
    fn one_colour_stays_one_colour(
        (width, height) in (1u32..3000, 1u32..5), (columns, rows) in (1u32..3000, 1u32..5), filter in filter(), color in any::<u32>(),
    ) {
        let source = Picture::from_straight(vec![color; (width * height) as usize], Size::new(width, height)).unwrap();
        let scaled = source.scaled(Size::new(columns, rows), filter).unwrap();
        prop_assert!(scaled.pixels().iter().all(|pixel| *pixel == source.pixels()[0]));
    }
}

#[test]
fn the_same_size_is_the_same_picture() {
    for (width, height) in [(1, 1), (37, 5), (300, 2), (2, 1000)] {
        let source = picture(Size::new(width, height), 5, false, false);
        for filter in [Filter::Box, Filter::Triangle, Filter::CatmullRom, Filter::Lanczos3] {
            assert_eq!(source.scaled(source.size(), filter).unwrap(), source, "{filter:?}");
        }
    }
}

#[test]
fn what_is_transparent_has_no_colour_that_could_show() {
    // Red hidden under full transparency, next to opaque green.
    let pixels = (0..64).map(|index| if index % 8 < 4 { 0x00ff_0000 } else { 0xff00_ff00 }).collect();
    let source = Picture::from_straight(pixels, Size::new(8, 8)).unwrap();
    for filter in [Filter::Box, Filter::Triangle, Filter::CatmullRom, Filter::Lanczos3] {
        let scaled = source.scaled(Size::new(21, 3), filter).unwrap();
        assert!(scaled.pixels().iter().all(|pixel| pixel & 0xff_00ff == 0), "{filter:?}");
    }
}

#[test]
fn extreme_sizes() {
    let wide = picture(Size::new(16_384, 1), 1, true, false);
    for filter in [Filter::Box, Filter::Triangle, Filter::CatmullRom, Filter::Lanczos3] {
        let dot = wide.scaled(Size::new(1, 1), filter).unwrap();
        let mean = wide.pixels().iter().map(|pixel| u64::from(pixel >> 8 & 0xff)).sum::<u64>() as f64 / 16_384.0;
        if filter == Filter::Box {
            assert!((f64::from(dot.pixels()[0] >> 8 & 0xff) - mean).abs() < 0.6);
        }
        assert_eq!(dot.scaled(Size::new(1, 16_384), filter).unwrap().pixels(), vec![dot.pixels()[0]; 16_384]);
    }
    for size in [Size::new(0, 5), Size::new(5, 0), Size::new(16_385, 1), Size::new(u32::MAX, u32::MAX)] {
        assert_eq!(wide.scaled(size, Filter::Box).unwrap_err(), ImageError::Size { size });
    }
}

#[test]
fn a_wide_picture_on_few_pixels() {
    let wide = picture(Size::new(16_384, 2), 1, true, false);
    for columns in [1, 2, 3, 60, 64, 65, 300] {
        let size = Size::new(columns, 3);
        let mut surface = Surface::new(vec![0; (columns * 3) as usize], size).unwrap();
        surface.draw_fitted(&wide, &Rectangle::new(Point::zero(), size), Fit::Stretch, 255);
        for at in surface.bounding_box().points() {
            let across = between(at.x as u32, 16_384, columns, Sampling::Bilinear);
            let [_, red, green, blue] = sample(&wide, across, between(at.y as u32, 2, 3, Sampling::Bilinear));
            assert_eq!(surface.pixel(at), Some(Rgb888::new(red as u8, green as u8, blue as u8)), "{at} of {columns}");
        }
    }
}

#[test]
fn corners_that_do_not_fit_are_refused() {
    let source = picture(Size::new(10, 4), 1, true, false);
    assert!(NinePatch::new(source.clone(), Insets { left: 5, right: 5, top: 2, bottom: 2 }, Filling::Tiled).is_ok());
    for insets in [Insets::all(3), Insets { left: u32::MAX, right: 2, top: 0, bottom: 0 }] {
        let error = NinePatch::new(source.clone(), insets, Filling::Tiled).unwrap_err();
        assert_eq!(error, ImageError::Insets { size: Size::new(10, 4) });
    }
}

#[test]
fn drawing_allocates_nothing() {
    let source = picture(Size::new(40, 30), 1, false, false);
    let patch = NinePatch::new(source.clone(), Insets::all(9), Filling::Stretched).unwrap();
    let mut surface = Surface::new(vec![0; 300 * 200], Size::new(300, 200)).unwrap();
    let frame = surface.bounding_box();
    let info = allocation_counter::measure(|| {
        surface.draw_picture(&source, Point::new(-3, 5), 200);
        surface.draw_fitted(&source, &frame, Fit::Cover, 90);
        patch.draw(&mut surface, &frame, 255);
    });
    assert_eq!(info.count_total, 0);
    assert_ne!(surface.pixel(Point::new(100, 100)), Some(color_of(0)));
}
