//! What every pixel is after fills, copies, moves and blends: in each format, with each instruction set, anywhere.

mod common;

use common::{
    Before, Operation, check, color, color_of, coordinate, holds, rectangle, rounded, scene, small_rectangle,
};
use embedded_graphics::{pixelcolor::Rgb888, prelude::*, primitives::Rectangle};
use proptest::prelude::*;
use vitrine_gfx::format::{Formatted, Rgb888 as Rgb888Bytes};
use vitrine_gfx::image::{Mask, Picture};
use vitrine_gfx::{PixelMemory, Surface, SurfaceError, mix};

/// Operations of [`DrawTarget`].
#[derive(Clone, Debug)]
enum Drawing {
    Pixels(Vec<(Point, Rgb888)>),
    Contiguous(Rectangle, Vec<Rgb888>),
    Solid(Rectangle, Rgb888),
    Clear(Rgb888),
}

impl Operation for Drawing {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>) {
        let Ok(()) = match self {
            Self::Pixels(pixels) => surface.draw_iter(pixels.iter().map(|&(at, color)| Pixel(at, color))),
            Self::Contiguous(area, colors) => surface.fill_contiguous(area, colors.iter().copied()),
            Self::Solid(area, color) => surface.fill_solid(area, *color),
            Self::Clear(color) => surface.clear(*color),
        };
    }

    fn pixel(&self, at: Point, _: &Before<'_>) -> Option<Rgb888> {
        match self {
            Self::Pixels(pixels) => pixels.iter().rev().find(|(place, _)| *place == at).map(|&(_, color)| color),
            Self::Contiguous(area, colors) => {
                if !holds(area, at) {
                    return None;
                }
                let [x, y] = [at.x - area.top_left.x, at.y - area.top_left.y];
                colors.get(y as usize * area.size.width as usize + x as usize).copied()
            }
            Self::Solid(area, color) => holds(area, at).then_some(*color),
            // All of the part, which the clip is within.
            Self::Clear(color) => Some(*color),
        }
    }
}

/// Runs of pixels along rows, and scattered ones.
fn pixels() -> impl Strategy<Value = Vec<(Point, Rgb888)>> {
    let run = (coordinate(), -2..14, 1usize..300, color()).prop_map(|(x, y, count, color)| {
        (0..count).map(|step| (Point::new(x.saturating_add(step as i32), y), color)).collect::<Vec<_>>()
    });
    let scattered = prop::collection::vec(((coordinate(), -2..14).prop_map(|(x, y)| Point::new(x, y)), color()), 0..20);
    prop::collection::vec(prop_oneof![run, scattered], 0..3).prop_map(|parts| parts.concat())
}

fn drawing() -> impl Strategy<Value = Drawing> {
    prop_oneof![
        pixels().prop_map(Drawing::Pixels),
        (small_rectangle(), prop::collection::vec(color(), 0..3000))
            .prop_map(|(area, colors)| Drawing::Contiguous(area, colors)),
        (rectangle(), color()).prop_map(|(area, color)| Drawing::Solid(area, color)),
        color().prop_map(Drawing::Clear),
    ]
}

/// Operations that look at what is there.
#[derive(Clone, Debug)]
enum Change {
    Scroll(Rectangle, Point),
    Move(Rectangle, Point),
    Tint(Rectangle, Rgb888, u8),
}

impl Operation for Change {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>) {
        match self {
            Self::Scroll(area, by) => surface.scroll(area, *by),
            Self::Move(area, to) => surface.move_area(area, *to),
            Self::Tint(area, color, alpha) => surface.tint(area, *color, *alpha),
        }
    }

    fn pixel(&self, at: Point, before: &Before<'_>) -> Option<Rgb888> {
        match self {
            Self::Scroll(area, by) => {
                let from = Point::new(at.x.checked_sub(by.x)?, at.y.checked_sub(by.y)?);
                let moves = holds(area, at) && holds(area, from) && holds(&before.clip, from);
                moves.then(|| before.color(from))
            }
            Self::Move(area, to) => {
                let from = |at: i32, to: i32, start: i32| i64::from(at) - i64::from(to) + i64::from(start);
                let x = i32::try_from(from(at.x, to.x, area.top_left.x)).ok()?;
                let from = Point::new(x, i32::try_from(from(at.y, to.y, area.top_left.y)).ok()?);
                (holds(area, from) && holds(&before.clip, from)).then(|| before.color(from))
            }
            Self::Tint(area, color, alpha) => holds(area, at).then(|| mix(before.color(at), *color, *alpha)),
        }
    }
}

/// Mostly a little way, which overlaps.
fn distance() -> impl Strategy<Value = i32> {
    prop_oneof![3 => -12..12, 2 => -300..300, 1 => Just(0), 1 => any::<i32>(), 1 => Just(i32::MIN)]
}

fn change() -> impl Strategy<Value = Change> {
    let by = (distance(), distance()).prop_map(|(x, y)| Point::new(x, y));
    prop_oneof![
        (rectangle(), by).prop_map(|(area, by)| Change::Scroll(area, by)),
        (rectangle(), coordinate(), coordinate()).prop_map(|(area, x, y)| Change::Move(area, Point::new(x, y))),
        (rectangle(), color(), any::<u8>()).prop_map(|(area, color, alpha)| Change::Tint(area, color, alpha)),
    ]
}

/// A picture that is laid on.
#[derive(Clone, Debug)]
struct Laid {
    pixels: Vec<u32>,
    size: Size,
    at: Point,
    opacity: u8,
    how: How,
}

#[derive(Clone, Copy, Debug)]
enum How {
    Copied,
    Blended,
    /// By the picture's own alpha.
    Over,
    /// Its alpha, in the colour.
    Masked(Rgb888),
}

impl Laid {
    /// What the picture's pixel lets be seen, when pixels without alpha and others are treated alike.
    fn over(&self, pixel: u32, below: Rgb888) -> Rgb888 {
        if self.pixels.iter().all(|pixel| pixel >> 24 == 0xff) {
            return mix(below, color_of(pixel), self.opacity);
        }
        let [alpha, red, green, blue] = pixel.to_be_bytes();
        let faded = |value: u8| rounded(u32::from(value) * u32::from(self.opacity));
        let rest = 255 - u32::from(faded(alpha));
        let sum = |over: u8, below: u8| {
            let multiplied = rounded(u32::from(over) * u32::from(alpha));
            faded(multiplied) + rounded(u32::from(below) * rest)
        };
        Rgb888::new(sum(red, below.r()), sum(green, below.g()), sum(blue, below.b()))
    }
}

impl Operation for Laid {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>) {
        let picture = Surface::new(self.pixels.clone(), self.size).unwrap();
        let with_alpha = Picture::from_straight(self.pixels.clone(), self.size).unwrap();
        match self.how {
            How::Copied => surface.draw_surface(&picture, self.at),
            How::Blended => surface.blend_surface(&picture, self.at, self.opacity),
            How::Over => surface.draw_picture(&with_alpha, self.at, self.opacity),
            How::Masked(color) => surface.draw_mask(&Mask::of(&with_alpha).unwrap(), self.at, color),
        }
    }

    fn pixel(&self, at: Point, before: &Before<'_>) -> Option<Rgb888> {
        if !holds(&Rectangle::new(self.at, self.size), at) {
            return None;
        }
        let [column, row] = [at.x - self.at.x, at.y - self.at.y];
        let pixel = self.pixels[row as usize * self.size.width as usize + column as usize];
        let (color, below) = (color_of(pixel), before.color(at));
        Some(match self.how {
            How::Copied => color,
            How::Blended => mix(below, color, self.opacity),
            How::Over => self.over(pixel, below),
            How::Masked(color) => mix(below, color, (pixel >> 24) as u8),
        })
    }
}

fn laid() -> impl Strategy<Value = Laid> {
    let how = prop_oneof![Just(How::Copied), Just(How::Blended), Just(How::Over), color().prop_map(How::Masked)];
    let at = (coordinate(), coordinate()).prop_map(|(x, y)| Point::new(x, y));
    let opacity = prop_oneof![Just(255), Just(0), any::<u8>()];
    let opaque = prop::bool::weighted(0.3);
    (1u32..200, 1u32..30, any::<u32>(), opaque, at, opacity, how).prop_map(
        |(width, height, seed, opaque, at, opacity, how)| {
            let noise = (0..width * height).map(|index| (index ^ seed).wrapping_mul(0x9e37_79b9));
            // Whole stretches that cover everything or nothing, as pictures have them.
            let pixel = |(index, noise): (u32, u32)| match (index ^ seed) / 16 % 4 {
                _ if opaque => noise | 0xff00_0000,
                0 => noise | 0xff00_0000,
                1 => noise & 0x00ff_ffff,
                _ => noise,
            };
            Laid { pixels: (0..).zip(noise).map(pixel).collect(), size: Size::new(width, height), at, opacity, how }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn draws_what_the_reference_draws(scene in scene(drawing())) {
        check(&scene)?;
    }

    #[test]
    fn changes_what_is_there(scene in scene(change())) {
        check(&scene)?;
    }

    #[test]
    fn lays_pictures_on(scene in scene(laid())) {
        check(&scene)?;
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
