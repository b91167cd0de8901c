//! tiny-skia: Skia's software renderer in Rust. It has no text, and its pixels are RGBA.

use std::rc::Rc;

use embedded_graphics::{
    geometry::Point,
    pixelcolor::{Rgb888, RgbColor as _},
    primitives::Rectangle,
};
use tiny_skia::{
    Color, FillRule, FilterQuality, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, PixmapMut, PixmapPaint, Rect,
    Shader, Stroke, Transform,
};
use vitrine_scenes::{Edge, HEIGHT, Item, PIXELS, Scene, WIDTH};

use super::{Drawing, Renderer, rgba};

pub struct TinySkia;

impl Renderer for TinySkia {
    fn name(&self) -> &'static str {
        "tiny-skia"
    }

    fn prepare(&self, scene: &Rc<Scene>) -> Option<Box<dyn Drawing>> {
        let steps = scene.items.iter().map(Step::new).collect::<Option<Vec<_>>>()?;
        Some(Box::new(TinySkiaScene { steps, pixels: vec![0; PIXELS] }))
    }
}

enum Step {
    Item(Item),
    Image(Point, Pixmap),
}

impl Step {
    fn new(item: &Item) -> Option<Self> {
        match item {
            Item::Image(at, picture) | Item::Alpha(at, picture) => {
                let bytes = picture.premultiplied.iter().flat_map(|&pixel| rgba(pixel).to_le_bytes()).collect();
                let size = tiny_skia::IntSize::from_wh(picture.size().width, picture.size().height)?;
                Some(Self::Image(*at, Pixmap::from_vec(bytes, size)?))
            }
            Item::Characters(..) | Item::Text(..) | Item::Scroll(_) => None,
            _ => Some(Self::Item(item.clone())),
        }
    }
}

struct TinySkiaScene {
    steps: Vec<Step>,
    pixels: Vec<u32>,
}

impl Drawing for TinySkiaScene {
    fn draw(&mut self, _target: &mut [u32]) {
        let bytes = bytemuck::cast_slice_mut(&mut self.pixels);
        let mut target = PixmapMut::from_bytes(bytes, WIDTH as u32, HEIGHT as u32).expect("the size fits");
        for step in &self.steps {
            draw(&mut target, step);
        }
    }

    fn load(&mut self, target: &[u32]) {
        self.pixels.iter_mut().zip(target).for_each(|(to, from)| *to = rgba(from | 0xff00_0000));
    }

    fn save(&mut self, target: &mut [u32]) {
        target.iter_mut().zip(&self.pixels).for_each(|(to, from)| *to = rgba(*from) & 0xff_ffff);
    }
}

fn draw(target: &mut PixmapMut<'_>, step: &Step) {
    let all = Transform::identity();
    match step {
        Step::Image(at, picture) => {
            let paint = PixmapPaint { quality: FilterQuality::Nearest, ..PixmapPaint::default() };
            target.draw_pixmap(at.x, at.y, picture.as_ref(), &paint, all, None);
        }
        Step::Item(Item::Clear(color)) => target.fill(color_of(*color, 255)),
        Step::Item(Item::Fill(area, color)) => target.fill_rect(rect(area), &paint(*color, 255, false), all, None),
        Step::Item(Item::Tint(area, color, alpha)) => {
            target.fill_rect(rect(area), &paint(*color, *alpha, false), all, None)
        }
        Step::Item(Item::Circle(area, color, edge)) => {
            let path = PathBuilder::from_oval(rect(area)).expect("the circle is not empty");
            target.fill_path(&path, &paint(*color, 255, *edge == Edge::Smooth), FillRule::Winding, all, None);
        }
        Step::Item(Item::Rounded(area, radius, color, edge)) => {
            let path = rounded(rect(area), *radius as f32);
            target.fill_path(&path, &paint(*color, 255, *edge == Edge::Smooth), FillRule::Winding, all, None);
        }
        Step::Item(Item::Line(from, to, color, edge)) => {
            let mut path = PathBuilder::new();
            path.move_to(from.x as f32 + 0.5, from.y as f32 + 0.5);
            path.line_to(to.x as f32 + 0.5, to.y as f32 + 0.5);
            stroke(target, path, 1.0, &paint(*color, 255, *edge == Edge::Smooth));
        }
        Step::Item(Item::Polyline(points, width, color)) => {
            let mut path = PathBuilder::new();
            for (index, point) in points.iter().enumerate() {
                let (x, y) = (point.x as f32 / 256.0, point.y as f32 / 256.0);
                if index == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
            }
            stroke(target, path, *width as f32 / 256.0, &paint(*color, 255, true));
        }
        Step::Item(_) => {}
    }
}

fn stroke(target: &mut PixmapMut<'_>, path: PathBuilder, width: f32, paint: &Paint<'_>) {
    let stroke = Stroke { width, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
    if let Some(path) = path.finish() {
        target.stroke_path(&path, paint, &stroke, Transform::identity(), None);
    }
}

fn rect(area: &Rectangle) -> Rect {
    let Rectangle { top_left, size } = area;
    Rect::from_xywh(top_left.x as f32, top_left.y as f32, size.width as f32, size.height as f32)
        .expect("it is not empty")
}

fn color_of(color: Rgb888, alpha: u8) -> Color {
    Color::from_rgba8(color.r(), color.g(), color.b(), alpha)
}

fn paint(color: Rgb888, alpha: u8, anti_alias: bool) -> Paint<'static> {
    Paint { shader: Shader::SolidColor(color_of(color, alpha)), anti_alias, ..Paint::default() }
}

/// Corners as cubic curves that are nearly circles.
fn rounded(rect: Rect, radius: f32) -> Path {
    // 4 / 3 * (sqrt(2) - 1)
    let control = radius * (1.0 - 0.552_284_8);
    let (left, top, right, bottom) = (rect.left(), rect.top(), rect.right(), rect.bottom());
    let mut path = PathBuilder::new();
    path.move_to(left + radius, top);
    path.line_to(right - radius, top);
    path.cubic_to(right - control, top, right, top + control, right, top + radius);
    path.line_to(right, bottom - radius);
    path.cubic_to(right, bottom - control, right - control, bottom, right - radius, bottom);
    path.line_to(left + radius, bottom);
    path.cubic_to(left + control, bottom, left, bottom - control, left, bottom - radius);
    path.line_to(left, top + radius);
    path.cubic_to(left, top + control, left + control, top, left + radius, top);
    path.close();
    path.finish().expect("the rectangle is not empty")
}
