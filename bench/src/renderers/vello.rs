//! vello_cpu: sparse strips, with one thread. Its pixels are RGBA.
//!
//! It draws a whole scene at a time; what was below is kept (`TargetInit::SrcOver`).

use std::{rc::Rc, sync::Arc};

use embedded_graphics::{
    geometry::Point,
    pixelcolor::{Rgb888, RgbColor as _},
    primitives::Rectangle,
};
use vello_cpu::{
    Glyph, Image, ImageSource, Pixmap, PixmapMut, RasterizerSettings, RenderContext, RenderSettings, Resources,
    TargetInit,
    color::{AlphaColor, Srgb},
    kurbo::{Affine, BezPath, Cap, Circle, Join, Rect, RoundedRect, Shape as _, Stroke},
    peniko::{Blob, FontData, ImageSampler},
};
use vitrine_scenes::{Edge, Face, HEIGHT, Item, PIXELS, Scene, WIDTH};

use super::{Drawing, Renderer, glyphs, rgba};

pub struct Vello;

impl Renderer for Vello {
    fn name(&self) -> &'static str {
        "vello_cpu"
    }

    fn prepare(&self, scene: &Rc<Scene>) -> Option<Box<dyn Drawing>> {
        let mut resources = Resources::new();
        let steps = scene.items.iter().map(|item| Step::new(item, &mut resources)).collect::<Option<Vec<_>>>()?;
        let settings = RenderSettings { num_threads: 0, ..RenderSettings::default() };
        let context = RenderContext::new_with(WIDTH as u16, HEIGHT as u16, settings);
        Some(Box::new(VelloScene { steps, context, resources, fonts: Fonts::new(), pixels: vec![0; PIXELS] }))
    }
}

enum Step {
    Item(Item),
    Image(Point, (f64, f64), Image),
}

impl Step {
    fn new(item: &Item, resources: &mut Resources) -> Option<Self> {
        match item {
            Item::Image(at, picture) | Item::Alpha(at, picture) => {
                let size = picture.size();
                let mut pixmap = Pixmap::new(size.width as u16, size.height as u16);
                let bytes = pixmap.data_as_u8_slice_mut();
                bytes
                    .chunks_exact_mut(4)
                    .zip(&picture.premultiplied)
                    .for_each(|(to, &from)| to.copy_from_slice(&rgba(from).to_le_bytes()));
                let id = resources.register_image(Arc::new(pixmap));
                let image = Image {
                    image: ImageSource::opaque_id_with_transparency_hint(id, matches!(item, Item::Alpha(..))),
                    sampler: ImageSampler::new(),
                };
                Some(Self::Image(*at, (size.width.into(), size.height.into()), image))
            }
            Item::Characters(..) | Item::Scroll(_) => None,
            _ => Some(Self::Item(item.clone())),
        }
    }
}

/// The font files, and which glyph a character is.
struct Fonts(Vec<(Face, FontData, fontdue::Font)>);

impl Fonts {
    fn new() -> Self {
        let one = |face| {
            let bytes = glyphs::file(face);
            let font =
                fontdue::Font::from_bytes(bytes, fontdue::FontSettings::default()).expect("the files are in order");
            (face, FontData::new(Blob::new(Arc::new(bytes)), 0), font)
        };
        Self(Face::ALL.into_iter().map(one).collect())
    }

    fn of(&self, face: Face) -> (&FontData, &fontdue::Font) {
        let (_, data, font) = self.0.iter().find(|(known, ..)| *known == face).expect("all faces are there");
        (data, font)
    }
}

struct VelloScene {
    steps: Vec<Step>,
    context: RenderContext,
    resources: Resources,
    fonts: Fonts,
    pixels: Vec<u32>,
}

impl Drawing for VelloScene {
    fn draw(&mut self, _target: &mut [u32]) {
        self.context.reset();
        for step in &self.steps {
            draw(&mut self.context, &mut self.resources, &self.fonts, step);
        }
        self.context.flush();
        let bytes = bytemuck::cast_slice_mut(&mut self.pixels);
        let target = PixmapMut::new(WIDTH as u16, HEIGHT as u16, bytes).expect("the size fits");
        let settings = RasterizerSettings { target_init: TargetInit::SrcOver, ..RasterizerSettings::default() };
        self.context.render_with(target, &mut self.resources, settings);
    }

    fn load(&mut self, target: &[u32]) {
        self.pixels.iter_mut().zip(target).for_each(|(to, from)| *to = rgba(from | 0xff00_0000));
    }

    fn save(&mut self, target: &mut [u32]) {
        target.iter_mut().zip(&self.pixels).for_each(|(to, from)| *to = rgba(*from) & 0xff_ffff);
    }
}

fn draw(context: &mut RenderContext, resources: &mut Resources, fonts: &Fonts, step: &Step) {
    match step {
        Step::Image(at, (width, height), image) => {
            let (x, y) = (f64::from(at.x), f64::from(at.y));
            context.set_paint_transform(Affine::translate((x, y)));
            context.set_paint(image.clone());
            context.fill_rect(&Rect::new(x, y, x + width, y + height));
            context.reset_paint_transform();
        }
        Step::Item(Item::Clear(color)) => {
            context.set_paint(color_of(*color, 255));
            context.fill_rect(&Rect::new(0.0, 0.0, WIDTH as f64, HEIGHT as f64));
        }
        Step::Item(Item::Fill(area, color)) => {
            context.set_paint(color_of(*color, 255));
            context.fill_rect(&rect(area));
        }
        Step::Item(Item::Tint(area, color, alpha)) => {
            context.set_paint(color_of(*color, *alpha));
            context.fill_rect(&rect(area));
        }
        Step::Item(Item::Circle(area, color, edge)) => {
            let area = rect(area);
            fill(context, *color, *edge, &Circle::new(area.center(), area.width() / 2.0).to_path(0.1));
        }
        Step::Item(Item::Rounded(area, radius, color, edge)) => {
            fill(context, *color, *edge, &RoundedRect::from_rect(rect(area), f64::from(*radius)).to_path(0.1));
        }
        Step::Item(Item::Line(from, to, color, edge)) => {
            let mut path = BezPath::new();
            path.move_to((f64::from(from.x) + 0.5, f64::from(from.y) + 0.5));
            path.line_to((f64::from(to.x) + 0.5, f64::from(to.y) + 0.5));
            stroke(context, *color, *edge, 1.0, &path);
        }
        Step::Item(Item::Polyline(points, width, color)) => {
            let mut path = BezPath::new();
            for (index, point) in points.iter().enumerate() {
                let at = (f64::from(point.x) / 256.0, f64::from(point.y) / 256.0);
                if index == 0 { path.move_to(at) } else { path.line_to(at) }
            }
            stroke(context, *color, Edge::Smooth, f64::from(*width) / 256.0, &path);
        }
        Step::Item(Item::Text(at, text, face, color)) => {
            let (data, font) = fonts.of(*face);
            let mut pen = at.x as f32;
            let glyphs = text.chars().map(|character| {
                let (id, x) = (font.lookup_glyph_index(character), pen);
                pen += font.metrics_indexed(id, face.em()).advance_width;
                Glyph { id: id.into(), x, y: at.y as f32 }
            });
            context.set_paint(color_of(*color, 255));
            let run = context.glyph_run(resources, data).font_size(face.em()).hint(false).atlas_cache(true);
            run.fill_glyphs(glyphs.collect::<Vec<_>>().into_iter()).expect("the glyphs are in the font");
        }
        Step::Item(_) => {}
    }
}

fn fill(context: &mut RenderContext, color: Rgb888, edge: Edge, path: &BezPath) {
    context.set_aliasing_threshold((edge == Edge::Aliased).then_some(128));
    context.set_paint(color_of(color, 255));
    context.fill_path(path);
}

fn stroke(context: &mut RenderContext, color: Rgb888, edge: Edge, width: f64, path: &BezPath) {
    context.set_aliasing_threshold((edge == Edge::Aliased).then_some(128));
    context.set_stroke(Stroke::new(width).with_caps(Cap::Round).with_join(Join::Round));
    context.set_paint(color_of(color, 255));
    context.stroke_path(path);
}

fn rect(area: &Rectangle) -> Rect {
    let (x, y) = (f64::from(area.top_left.x), f64::from(area.top_left.y));
    Rect::new(x, y, x + f64::from(area.size.width), y + f64::from(area.size.height))
}

fn color_of(color: Rgb888, alpha: u8) -> AlphaColor<Srgb> {
    AlphaColor::from_rgba8(color.r(), color.g(), color.b(), alpha)
}
