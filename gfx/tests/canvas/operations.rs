//! Views of random operations: every kind that there is. A new drawing operation is to be added here.

use crate::shapes::{Shape, shape};
use embedded_graphics::mono_font::{MonoTextStyle, ascii::FONT_6X10};
use embedded_graphics::primitives::{Circle, Line, PrimitiveStyle, PrimitiveStyleBuilder, Rectangle};
use embedded_graphics::text::Text;
use embedded_graphics::{pixelcolor::Rgb888, pixelcolor::raw::RawU24, prelude::*};
use proptest::prelude::*;
use vitrine_gfx::image::{Filling, Fit, Insets, Mask, NinePatch, Picture, Sampling};
use vitrine_gfx::shape::Shadow;
use vitrine_gfx::text::{Align, Font, Paragraph, TextStyle, Vertical, fonts};
use vitrine_gfx::{Ink, PixelMemory, Surface, View, image::Qoi, testcard};

/// A picture with transparent parts.
const SIGN: &[u8] = include_bytes!("../../../examples/hello/vitrine.qoi");

/// A picture: what is drawn, one after the other.
#[derive(Clone, Debug)]
pub struct Scene(pub Vec<Operation>);

impl View for Scene {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>) {
        let stock = STOCK.get_or_init(Stock::new);
        self.0.iter().for_each(|operation| operation.draw(surface, stock));
    }
}

/// One drawing operation with its parameters.
#[derive(Clone, Debug)]
pub enum Operation {
    Clear(Rgb888),
    Solid(Rectangle, Rgb888),
    Contiguous(Rectangle, Vec<Rgb888>),
    Pixels(Vec<(Point, Rgb888)>),
    Gradient(Rectangle, Rgb888, Rgb888),
    Shape(Shape),
    Shadow(Rectangle, u32, Shadow),
    Text(usize, Align, Rgb888, Option<Rgb888>, Point, String),
    Picture(usize, Point, u8),
    Mask(Point, Rgb888),
    Scaled(usize, Rectangle, Rectangle, Sampling, u8),
    Fitted(usize, Rectangle, Fit, u8),
    NinePatch(usize, Rectangle, u8),
    Paragraph(usize, Align, Vertical, Rgb888, Rectangle, String),
    Blend(usize, Point, u8),
    Copy(usize, Point),
    Icon(Point),
    Tint(Rectangle, Rgb888, u8),
    Scroll(Rectangle, Point),
    Move(Rectangle, Point),
    Testcard(u32),
    Primitive(Point, u32, Point, Rgb888, u32),
    MonoText(Point, String, Rgb888, Option<Rgb888>),
    Part(Rectangle, Vec<Self>),
    Clip(Rectangle, Vec<Self>),
}

/// Pictures to be drawn.
struct Stock {
    pictures: Vec<Picture>,
    mask: Mask,
    patches: Vec<NinePatch>,
    opaque: Vec<Surface<Vec<u32>>>,
}

static STOCK: std::sync::OnceLock<Stock> = std::sync::OnceLock::new();

/// How many pictures of a kind there are.
const STOCK_SIZE: usize = 2;

impl Stock {
    fn new() -> Self {
        let noise = |seed: u32, count: u32| {
            let pixel = |at: u32| (at ^ seed).wrapping_mul(0x9e37_79b9).rotate_left(at % 31);
            (0..count).map(pixel).collect::<Vec<u32>>()
        };
        let picture = |pixels| Picture::from_straight(pixels, Size::new(50, 30)).unwrap();
        let solid = noise(4, 50 * 30).iter().map(|pixel| pixel | 0xff00_0000).collect();
        let pictures = vec![picture(noise(1, 50 * 30)), picture(solid)];
        let mask = Mask::of(&pictures[0]).unwrap();
        let patch = |filling| NinePatch::new(pictures[0].clone(), Insets::all(9), filling).unwrap();
        let patches = vec![patch(Filling::Stretched), patch(Filling::Tiled)];
        let opaque = |seed, width, height| Surface::new(noise(seed, width * height), Size::new(width, height)).unwrap();
        Self { pictures, mask, patches, opaque: vec![opaque(2, 70, 20), opaque(3, 9, 90)] }
    }
}

/// Six that are small, and one whose glyphs are larger than tiles.
fn text_font(index: usize) -> &'static Font {
    fonts::REGULAR.get(index).copied().unwrap_or(fonts::FIGURES[4])
}

impl Operation {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>, stock: &Stock) {
        match self {
            Self::Clear(color) => surface.clear(*color).unwrap(),
            Self::Solid(area, color) => surface.fill_solid(area, *color).unwrap(),
            Self::Contiguous(area, colors) => surface.fill_contiguous(area, colors.iter().copied()).unwrap(),
            Self::Pixels(pixels) => surface.draw_iter(pixels.iter().map(|&(at, color)| Pixel(at, color))).unwrap(),
            Self::Gradient(area, top, bottom) => surface.fill_gradient(area, *top, *bottom),
            Self::Shape(shape) => shape.draw(surface),
            Self::Shadow(area, radius, shadow) => surface.draw_shadow(area, *radius, shadow),
            Self::Text(font, align, color, ground, at, text) => {
                let mut style = TextStyle::new(text_font(*font), *color).aligned(*align);
                if let Some(ground) = ground {
                    style = style.on(*ground);
                }
                style.draw(surface, text, *at);
            }
            Self::Picture(picture, at, opacity) => surface.draw_picture(&stock.pictures[*picture], *at, *opacity),
            Self::Mask(at, color) => surface.draw_mask(&stock.mask, *at, *color),
            Self::Scaled(picture, source, target, sampling, opacity) => {
                surface.draw_scaled(&stock.pictures[*picture], source, target, *sampling, *opacity);
            }
            Self::Fitted(picture, frame, fit, opacity) => {
                surface.draw_fitted(&stock.pictures[*picture], frame, *fit, *opacity);
            }
            Self::NinePatch(patch, frame, opacity) => stock.patches[*patch].draw(surface, frame, *opacity),
            Self::Paragraph(font, align, vertical, color, area, text) => {
                let style = TextStyle::new(fonts::REGULAR[*font], *color).aligned(*align);
                Paragraph::new(style, *area).vertical(*vertical).draw(surface, text);
            }
            Self::Blend(image, at, opacity) => surface.blend_surface(&stock.opaque[*image], *at, *opacity),
            Self::Copy(image, at) => surface.draw_surface(&stock.opaque[*image], *at),
            Self::Icon(at) => Qoi::parse(SIGN).unwrap().draw(surface, *at).unwrap(),
            Self::Tint(area, color, alpha) => surface.tint(area, *color, *alpha),
            Self::Scroll(area, by) => surface.scroll(area, *by),
            Self::Move(area, to) => surface.move_area(area, *to),
            Self::Testcard(frame) => testcard::draw(surface, *frame),
            Self::Primitive(at, size, to, color, width) => {
                let style = PrimitiveStyleBuilder::new().stroke_color(*color).stroke_width(*width).build();
                Circle::new(*at, *size).into_styled(style).draw(surface).unwrap();
                Line::new(*at, *to).into_styled(PrimitiveStyle::with_stroke(*color, *width)).draw(surface).unwrap();
            }
            Self::MonoText(at, text, color, ground) => {
                let mut style = MonoTextStyle::new(&FONT_6X10, *color);
                style.background_color = *ground;
                Text::new(text, *at, style).draw(surface).unwrap();
            }
            Self::Part(area, operations) => {
                let mut part = surface.part(area);
                operations.iter().for_each(|operation| operation.draw(&mut part, stock));
            }
            Self::Clip(area, operations) => {
                let before = surface.set_clip(area);
                operations.iter().for_each(|operation| operation.draw(surface, stock));
                surface.set_clip(&before);
            }
        }
    }
}

pub fn color() -> impl Strategy<Value = Rgb888> {
    any::<u32>().prop_map(|value| Rgb888::from(RawU24::new(value)))
}

/// Mostly within pictures of 150x70, which have some tiles in each direction.
pub fn point() -> impl Strategy<Value = Point> {
    (-30..170, -30..90).prop_map(|(x, y)| Point::new(x, y))
}

pub fn rectangle() -> impl Strategy<Value = Rectangle> {
    (point(), 0u32..130, 0u32..60).prop_map(|(at, width, height)| Rectangle::new(at, Size::new(width, height)))
}

pub fn ink() -> impl Strategy<Value = Ink> {
    prop_oneof![color().prop_map(Ink::over), (color(), color()).prop_map(|(color, ground)| Ink::over(color).on(ground))]
}

fn leaf() -> BoxedStrategy<Operation> {
    let opacity = || prop_oneof![any::<u8>(), Just(u8::MAX)];
    let pixels = || prop::collection::vec((point(), color()), 0..30);
    let letters = || prop::sample::select(vec!["12:00", "12:01", "AVATAR", "µ", "", "a longer text"]);
    let text = (0..7usize, 0..3usize, color(), prop::option::of(color()), point(), letters()).prop_map(
        |(font, align, color, ground, at, text)| {
            let align = [Align::Left, Align::Center, Align::Right][align];
            Operation::Text(font, align, color, ground, at, text.into())
        },
    );
    prop_oneof![
        color().prop_map(Operation::Clear),
        (rectangle(), color()).prop_map(|(area, color)| Operation::Solid(area, color)),
        (rectangle(), prop::collection::vec(color(), 0..400))
            .prop_map(|(area, colors)| Operation::Contiguous(area, colors)),
        pixels().prop_map(Operation::Pixels),
        (rectangle(), color(), color()).prop_map(|(area, top, bottom)| Operation::Gradient(area, top, bottom)),
        shape().prop_map(Operation::Shape),
        shadow(),
        text,
        (0..STOCK_SIZE, point(), opacity()).prop_map(|(picture, at, opacity)| Operation::Picture(picture, at, opacity)),
        (point(), color()).prop_map(|(at, color)| Operation::Mask(at, color)),
        any::<[u64; PARAMETERS]>().prop_map(|values| of_pictures(&values)),
        any::<[u64; PARAMETERS]>().prop_map(|values| paragraph(&values)),
        (0..STOCK_SIZE, point(), opacity()).prop_map(|(image, at, opacity)| Operation::Blend(image, at, opacity)),
        (0..STOCK_SIZE, point()).prop_map(|(image, at)| Operation::Copy(image, at)),
        point().prop_map(Operation::Icon),
        (rectangle(), color(), any::<u8>()).prop_map(|(area, color, alpha)| Operation::Tint(area, color, alpha)),
        (rectangle(), -40..40, -30..30).prop_map(|(area, x, y)| Operation::Scroll(area, Point::new(x, y))),
        (rectangle(), point()).prop_map(|(area, to)| Operation::Move(area, to)),
        (0u32..100).prop_map(Operation::Testcard),
        (point(), 0u32..50, point(), color(), 0u32..5)
            .prop_map(|(at, size, to, color, width)| Operation::Primitive(at, size, to, color, width)),
        (point(), letters(), color(), prop::option::of(color()))
            .prop_map(|(at, text, color, ground)| Operation::MonoText(at, text.into(), color, ground)),
    ]
    .boxed()
}

fn shadow() -> impl Strategy<Value = Operation> {
    let shadow = (color(), any::<u8>(), 0u32..30, -9..9, -9..9).prop_map(|(color, alpha, blur, x, y)| Shadow {
        color,
        alpha,
        blur,
        offset: Point::new(x, y),
    });
    (rectangle(), 0u32..40, shadow).prop_map(|(area, radius, shadow)| Operation::Shadow(area, radius, shadow))
}

/// How many numbers an operation is made of, at most.
pub const PARAMETERS: usize = 8;

/// How many kinds [`of_kind`] knows.
pub const KINDS: usize = 25;

/// An operation of this kind, each parameter of which is made of one of the numbers.
pub fn of_kind(kind: usize, values: &[u64; PARAMETERS]) -> Operation {
    let [a, b, c, d, e, f, ..] = *values;
    let (at, area) = (place(a), Rectangle::new(place(a), extent(b)));
    let opacity = |value: u64| [255, 128, 90, 254][value as usize % 4];
    match kind {
        0 => Operation::Clear(shade(a)),
        1 => Operation::Solid(area, shade(c)),
        2 => Operation::Contiguous(area, (0..2000).map(|index| shade(c + index % (d % 50 + 1))).collect()),
        3 => Operation::Pixels((0..20).map(|index| (place(a + index), shade(b + index))).collect()),
        4 => Operation::Gradient(area, shade(c), shade(d)),
        5 => {
            Operation::Text(pick(a, 7), align(b), shade(c), d.is_multiple_of(2).then(|| shade(d)), place(e), letters(f))
        }
        6 => Operation::Picture(pick(b, STOCK_SIZE), at, opacity(c)),
        7 => Operation::Mask(at, shade(b)),
        8 => Operation::Blend(pick(b, STOCK_SIZE), at, opacity(c)),
        9 => Operation::Copy(pick(b, STOCK_SIZE), at),
        10 => Operation::Icon(at),
        11 => Operation::Tint(area, shade(c), opacity(d)),
        12 => Operation::Scroll(area, Point::new(c as i32 % 40, d as i32 % 20)),
        13 => Operation::Testcard(a as u32 % 100),
        14 => Operation::Primitive(at, b as u32 % 50, place(c), shade(d), e as u32 % 5),
        15 => Operation::MonoText(at, letters(b), shade(c), d.is_multiple_of(2).then(|| shade(d))),
        16 => Operation::Part(area, vec![Operation::Gradient(Rectangle::new(place(c), extent(d)), shade(e), shade(f))]),
        17 => Operation::Clip(area, vec![Operation::Mask(place(c), shade(d))]),
        18 => of_pictures(values),
        19 => paragraph(values),
        20 => Operation::Move(area, place(c)),
        21 => Operation::Text(6, align(b), shade(c), d.is_multiple_of(2).then(|| shade(d)), place(e), figures(f)),
        22 => {
            let (offset, blur) = (Point::new(e as i32 % 9, (e >> 32) as i32 % 9), d as u32 % 20);
            Operation::Shadow(area, b as u32 % 20, Shadow { color: shade(c), alpha: opacity(f), blur, offset })
        }
        _ => Operation::Shape(Shape::of(values)),
    }
}

fn pick(value: u64, count: usize) -> usize {
    value as usize % count
}

pub fn place(value: u64) -> Point {
    Point::new(value as i32 % 120 - 10, (value >> 32) as i32 % 60 - 5)
}

pub fn extent(value: u64) -> Size {
    Size::new(value as u32 % 100, (value >> 32) as u32 % 60)
}

pub fn shade(value: u64) -> Rgb888 {
    Rgb888::from(RawU24::new((value ^ value >> 32) as u32))
}

fn align(value: u64) -> Align {
    [Align::Left, Align::Center, Align::Right, Align::Justified][value as usize % 4]
}

fn letters(value: u64) -> String {
    ["12:00", "12:01", "AVATAR", "µ and more", "a longer text of\nseveral lines"][value as usize % 5].into()
}

fn figures(value: u64) -> String {
    ["60", "68", "69", "80"][value as usize % 4].into()
}

fn of_pictures(values: &[u64; PARAMETERS]) -> Operation {
    let [a, b, c, d, e, f, g, h] = *values;
    let (frame, picture, opacity) = (Rectangle::new(place(b), extent(c)), pick(d, STOCK_SIZE), [255, 99][pick(e, 2)]);
    match h % 3 {
        0 => {
            let sampling = [Sampling::Nearest, Sampling::Bilinear][pick(f, 2)];
            Operation::Scaled(picture, Rectangle::new(place(a), extent(g)), frame, sampling, opacity)
        }
        1 => Operation::Fitted(
            picture,
            frame,
            [Fit::Contain, Fit::Cover, Fit::Stretch, Fit::Center][pick(f, 4)],
            opacity,
        ),
        _ => Operation::NinePatch(picture, frame, opacity),
    }
}

fn paragraph(values: &[u64; PARAMETERS]) -> Operation {
    let [a, b, c, d, e, f, g, _] = *values;
    let vertical = [Vertical::Top, Vertical::Middle, Vertical::Bottom][pick(c, 3)];
    Operation::Paragraph(pick(a, 6), align(b), vertical, shade(d), Rectangle::new(place(e), extent(f)), letters(g))
}

pub fn operation() -> BoxedStrategy<Operation> {
    leaf()
        .prop_recursive(3, 12, 4, |inner| {
            let several = prop::collection::vec(inner, 0..4);
            (any::<bool>(), rectangle(), several).prop_map(|(part, area, operations)| match part {
                true => Operation::Part(area, operations),
                false => Operation::Clip(area, operations),
            })
        })
        .boxed()
}

/// Operations that move pixels, and such as make them differ.
pub fn moving() -> BoxedStrategy<Operation> {
    prop_oneof![
        2 => (rectangle(), -40..40, -30..30).prop_map(|(area, x, y)| Operation::Scroll(area, Point::new(x, y))),
        1 => (rectangle(), point()).prop_map(|(area, to)| Operation::Move(area, to)),
        3 => (rectangle(), color()).prop_map(|(area, color)| Operation::Solid(area, color)),
        1 => (rectangle(), color(), color()).prop_map(|(area, top, bottom)| Operation::Gradient(area, top, bottom)),
    ]
    .boxed()
}

/// Operations that write what they know and read nothing.
pub fn opaque() -> BoxedStrategy<Operation> {
    let pixels = prop::collection::vec((point(), color()), 0..30);
    prop_oneof![
        color().prop_map(Operation::Clear),
        (rectangle(), color()).prop_map(|(area, color)| Operation::Solid(area, color)),
        (rectangle(), prop::collection::vec(color(), 0..400))
            .prop_map(|(area, colors)| Operation::Contiguous(area, colors)),
        pixels.prop_map(Operation::Pixels),
        (rectangle(), color(), color()).prop_map(|(area, top, bottom)| Operation::Gradient(area, top, bottom)),
        (0..STOCK_SIZE, point()).prop_map(|(image, at)| Operation::Copy(image, at)),
        (rectangle(), rectangle(), color())
            .prop_map(|(clip, area, color)| { Operation::Clip(clip, vec![Operation::Solid(area, color)]) }),
    ]
    .boxed()
}

pub fn scene(operation: fn() -> BoxedStrategy<Operation>) -> impl Strategy<Value = Scene> {
    prop::collection::vec(operation(), 0..10).prop_map(Scene)
}
