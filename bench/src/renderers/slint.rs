//! slint's software renderer.
//!
//! It shows windows made of elements, so a scene's items become elements of a window that is drawn in full each time, its
//! background included. What is below must therefore be one colour. It has no picture that moves within itself; its text would
//! need fonts that are embedded when the window is compiled, so scenes with text are left out.

use std::{cell::RefCell, rc::Rc};

use embedded_graphics::{
    geometry::{Point, Size},
    pixelcolor::{Rgb888, RgbColor as _},
    primitives::Rectangle,
};
use slint::{
    Color, ComponentHandle as _, Image, ModelRc, PhysicalSize, PlatformError, Rgba8Pixel, SharedPixelBuffer,
    platform::{
        Platform, WindowAdapter,
        software_renderer::{MinimalSoftwareWindow, PremultipliedRgbaColor, RepaintBufferType},
    },
};
use vitrine_scenes::{Edge, HEIGHT, Item, PIXELS, Picture, Scene, WIDTH};

use super::{Drawing, Renderer};

slint::slint! {
    export struct Block {
        x: length,
        y: length,
        width: length,
        height: length,
        radius: length,
        fill: color,
        picture: image,
    }

    export component SceneWindow inherits Window {
        in property <color> below;
        in property <[Block]> blocks;
        in property <[Block]> pictures;
        background: below;
        for block in blocks: Rectangle {
            x: block.x;
            y: block.y;
            width: block.width;
            height: block.height;
            border-radius: block.radius;
            background: block.fill;
        }
        for block in pictures: Image {
            x: block.x;
            y: block.y;
            width: block.width;
            height: block.height;
            source: block.picture;
        }
    }
}

pub struct Slint;

impl Renderer for Slint {
    fn name(&self) -> &'static str {
        "slint"
    }

    fn prepare(&self, scene: &Rc<Scene>) -> Option<Box<dyn Drawing>> {
        let below = match scene.below[..] {
            [] => Rgb888::BLACK,
            [Item::Clear(color)] => color,
            _ => return None,
        };
        let blocks = scene.items.iter().map(block).collect::<Option<Vec<_>>>()?;
        let (pictures, blocks): (Vec<_>, Vec<_>) = blocks.into_iter().partition(|block| block.picture.size().width > 0);
        // Elements of one kind come after those of the other.
        if !pictures.is_empty() && !blocks.is_empty() {
            return None;
        }
        let (component, window) = window();
        component.set_below(color_of(below, u8::MAX));
        component.set_blocks(ModelRc::from(blocks.as_slice()));
        component.set_pictures(ModelRc::from(pictures.as_slice()));
        window.set_size(PhysicalSize::new(WIDTH as u32, HEIGHT as u32));
        component.show().ok()?;
        Some(Box::new(SlintScene {
            _component: component,
            window,
            pixels: vec![PremultipliedRgbaColor::default(); PIXELS],
        }))
    }
}

thread_local! {
    /// The window that slint has asked for last.
    static WINDOW: RefCell<Option<Rc<MinimalSoftwareWindow>>> = const { RefCell::new(None) };
}

/// A platform that has nothing but memory to draw on.
struct Memory;

impl Platform for Memory {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        let window = MinimalSoftwareWindow::new(RepaintBufferType::NewBuffer);
        WINDOW.set(Some(window.clone()));
        Ok(window)
    }
}

/// A component, and the window that it is in.
fn window() -> (SceneWindow, Rc<MinimalSoftwareWindow>) {
    // Only the first call succeeds, and one is enough.
    let _ = slint::platform::set_platform(Box::new(Memory));
    let component = SceneWindow::new().expect("the platform has windows");
    let window = WINDOW.take().expect("the component has asked for a window");
    (component, window)
}

/// An item as an element; a picture of no size where it has none.
fn block(item: &Item) -> Option<Block> {
    let filled = |area: &Rectangle, radius: u32, color: Rgb888| {
        let Rectangle { top_left: Point { x, y }, size: Size { width, height } } = *area;
        Block {
            x: x as f32,
            y: y as f32,
            width: width as f32,
            height: height as f32,
            radius: radius as f32,
            fill: color_of(color, u8::MAX),
            picture: Image::default(),
        }
    };
    match item {
        Item::Clear(color) => {
            Some(filled(&Rectangle::new(Point::zero(), Size::new(WIDTH as u32, HEIGHT as u32)), 0, *color))
        }
        Item::Fill(area, color) => Some(filled(area, 0, *color)),
        Item::Circle(area, color, Edge::Smooth) => Some(filled(area, area.size.width / 2, *color)),
        Item::Rounded(area, radius, color, Edge::Smooth) => Some(filled(area, *radius, *color)),
        Item::Image(at, picture) => {
            let area = Rectangle::new(*at, picture.size());
            Some(Block { picture: image(picture), ..filled(&area, 0, Rgb888::BLACK) })
        }
        _ => None,
    }
}

fn image(picture: &Picture) -> Image {
    let size = picture.size();
    let mut buffer = SharedPixelBuffer::<Rgba8Pixel>::new(size.width, size.height);
    for (to, &from) in buffer.make_mut_slice().iter_mut().zip(&picture.straight) {
        let [blue, green, red, alpha] = from.to_le_bytes();
        *to = Rgba8Pixel { r: red, g: green, b: blue, a: alpha };
    }
    Image::from_rgba8(buffer)
}

fn color_of(color: Rgb888, alpha: u8) -> Color {
    Color::from_argb_u8(alpha, color.r(), color.g(), color.b())
}

struct SlintScene {
    /// Lives as long as its window is drawn.
    _component: SceneWindow,
    window: Rc<MinimalSoftwareWindow>,
    pixels: Vec<PremultipliedRgbaColor>,
}

impl Drawing for SlintScene {
    fn draw(&mut self, _target: &mut [u32]) {
        self.window.request_redraw();
        self.window.draw_if_needed(|renderer| {
            renderer.render(&mut self.pixels, WIDTH);
        });
    }

    fn save(&mut self, target: &mut [u32]) {
        for (to, from) in target.iter_mut().zip(&self.pixels) {
            *to = u32::from_le_bytes([from.blue, from.green, from.red, 0]);
        }
    }
}
