//! embedded-graphics on its own `Framebuffer`, and on embedded-graphics-framebuf.
//!
//! Both take pixel by pixel what embedded-graphics gives, and neither blends: what is anti-aliased they can't draw. A pixel of
//! the former has three bytes.

use std::rc::Rc;

use embedded_graphics::{
    framebuffer::{Framebuffer, buffer_size},
    image::{GetPixel as _, Image, ImageRaw},
    mono_font::{MonoTextStyle, ascii::FONT_10X20},
    pixelcolor::{
        Rgb888,
        raw::{LittleEndian, RawU24},
    },
    prelude::*,
    primitives::{Circle, Line, PrimitiveStyle, Rectangle, RoundedRectangle, Styled},
    text::{Baseline, Text},
};
use embedded_graphics_framebuf::{FrameBuf, backends::FrameBufferBackend};
use vitrine_scenes::{Edge, HEIGHT, Item, PIXELS, Scene, WIDTH};

use super::{Drawing, Renderer};

type Style = PrimitiveStyle<Rgb888>;

type Own = Framebuffer<Rgb888, RawU24, LittleEndian, WIDTH, HEIGHT, { buffer_size::<Rgb888>(WIDTH, HEIGHT) }>;

/// embedded-graphics' own.
pub struct OwnFramebuffer;

/// embedded-graphics-framebuf.
pub struct FrameBufCrate;

impl Renderer for OwnFramebuffer {
    fn name(&self) -> &'static str {
        "e-g Framebuffer"
    }

    fn prepare(&self, scene: &Rc<Scene>) -> Option<Box<dyn Drawing>> {
        prepared::<Own>(scene, |target, point| target.pixel(point).unwrap_or_default(), big(Own::new))
    }
}

impl Renderer for FrameBufCrate {
    fn name(&self) -> &'static str {
        "e-g-framebuf"
    }

    fn prepare(&self, scene: &Rc<Scene>) -> Option<Box<dyn Drawing>> {
        let target = Box::new(FrameBuf::new(Pixels(vec![Rgb888::BLACK; PIXELS]), WIDTH, HEIGHT));
        prepared(scene, |target, point| target.get_color_at(point), target)
    }
}

/// Makes something that is too large for the stack of the main thread.
fn big<T: Send + 'static>(make: impl FnOnce() -> T + Send + 'static) -> Box<T> {
    let maker = std::thread::Builder::new().stack_size(64 << 20).spawn(move || Box::new(make()));
    maker.expect("a thread can be started").join().expect("making it does not panic")
}

/// What a `FrameBuf` writes to.
struct Pixels(Vec<Rgb888>);

impl FrameBufferBackend for Pixels {
    type Color = Rgb888;

    fn set(&mut self, index: usize, color: Rgb888) {
        self.0[index] = color;
    }

    fn get(&self, index: usize) -> Rgb888 {
        self.0[index]
    }

    fn nr_elements(&self) -> usize {
        self.0.len()
    }
}

fn prepared<T>(scene: &Scene, read: fn(&T, Point) -> Rgb888, target: Box<T>) -> Option<Box<dyn Drawing>>
where
    T: DrawTarget<Color = Rgb888> + 'static,
    T::Error: std::fmt::Debug,
{
    let items = scene.items.iter().map(Step::new).collect::<Option<Vec<_>>>()?;
    Some(Box::new(Embedded { items, target, read }))
}

/// An item that embedded-graphics can draw, as it wants it.
enum Step {
    Clear(Rgb888),
    Fill(Rectangle, Rgb888),
    Circle(Styled<Circle, Style>),
    Rounded(Styled<RoundedRectangle, Style>),
    Line(Styled<Line, Style>),
    Image(Point, Vec<u8>, u32),
    Characters(Point, String, MonoTextStyle<'static, Rgb888>),
}

impl Step {
    fn new(item: &Item) -> Option<Self> {
        let fill = Style::with_fill;
        Some(match *item {
            Item::Clear(color) => Self::Clear(color),
            Item::Fill(area, color) => Self::Fill(area, color),
            Item::Circle(area, color, Edge::Aliased) => {
                Self::Circle(Circle::new(area.top_left, area.size.width).into_styled(fill(color)))
            }
            Item::Rounded(area, radius, color, Edge::Aliased) => {
                let rounded = RoundedRectangle::with_equal_corners(area, Size::new_equal(radius));
                Self::Rounded(rounded.into_styled(fill(color)))
            }
            Item::Line(from, to, color, Edge::Aliased) => {
                Self::Line(Line::new(from, to).into_styled(Style::with_stroke(color, 1)))
            }
            Item::Image(at, ref picture) => {
                let bytes = picture.straight.iter().flat_map(|pixel| pixel.to_be_bytes().into_iter().skip(1)).collect();
                Self::Image(at, bytes, picture.size().width)
            }
            Item::Characters(at, ref text, color, _) => {
                Self::Characters(at, text.clone(), MonoTextStyle::new(&FONT_10X20, color))
            }
            Item::Circle(..)
            | Item::Rounded(..)
            | Item::Line(..)
            | Item::Alpha(..)
            | Item::Tint(..)
            | Item::Text(..)
            | Item::Polyline(..)
            | Item::Scroll(_) => return None,
        })
    }

    fn draw<T: DrawTarget<Color = Rgb888>>(&self, target: &mut T) -> Result<(), T::Error> {
        match *self {
            Self::Clear(color) => target.clear(color),
            Self::Fill(area, color) => target.fill_solid(&area, color),
            Self::Circle(circle) => circle.draw(target),
            Self::Rounded(rounded) => rounded.draw(target),
            Self::Line(line) => line.draw(target),
            Self::Image(at, ref bytes, width) => Image::new(&ImageRaw::<Rgb888>::new(bytes, width), at).draw(target),
            Self::Characters(at, ref text, style) => {
                Text::with_baseline(text, at, style, Baseline::Top).draw(target).map(drop)
            }
        }
    }
}

struct Embedded<T> {
    items: Vec<Step>,
    target: Box<T>,
    read: fn(&T, Point) -> Rgb888,
}

impl<T: DrawTarget<Color = Rgb888>> Drawing for Embedded<T>
where
    T::Error: std::fmt::Debug,
{
    fn draw(&mut self, _target: &mut [u32]) {
        for item in &self.items {
            item.draw(&mut *self.target).expect("memory can be drawn on");
        }
    }

    fn load(&mut self, target: &[u32]) {
        let screen = Rectangle::new(Point::zero(), Size::new(WIDTH as u32, HEIGHT as u32));
        let colors = target.iter().map(|&pixel| Rgb888::from(RawU24::new(pixel)));
        self.target.fill_contiguous(&screen, colors).expect("memory can be drawn on");
    }

    fn save(&mut self, target: &mut [u32]) {
        for (index, pixel) in target.iter_mut().enumerate() {
            let at = Point::new((index % WIDTH) as i32, (index / WIDTH) as i32);
            *pixel = (self.read)(&self.target, at).into_storage();
        }
    }
}
