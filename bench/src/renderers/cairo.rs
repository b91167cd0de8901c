//! cairo, with FreeType's glyphs.
//!
//! `unsafe` because it is C. A surface borrows its pixels until it is destroyed: every [`Surface`] here either owns them or
//! lives shorter than the slice that it was made of.

use std::{ffi::c_void, ptr, rc::Rc};

use embedded_graphics::{
    geometry::{Point, Size},
    pixelcolor::{Rgb888, RgbColor as _},
    primitives::Rectangle,
};
use vitrine_scenes::{Edge, Face, HEIGHT, Item, Scene, WIDTH};

use super::{Drawing, Renderer, glyphs};

/// `cairo.h`: CAIRO_FORMAT_ARGB32, CAIRO_FORMAT_RGB24.
const ARGB: i32 = 0;
const RGB: i32 = 1;

/// `cairo.h`: CAIRO_ANTIALIAS_NONE, CAIRO_ANTIALIAS_GRAY; CAIRO_LINE_CAP_ROUND, CAIRO_LINE_JOIN_ROUND; CAIRO_HINT_STYLE_NONE,
/// CAIRO_HINT_METRICS_OFF.
const ALIASED: i32 = 1;
const GRAY: i32 = 2;
const ROUND: i32 = 1;
const NO_HINTS: i32 = 1;

#[repr(C)]
struct Raw([u8; 0]);

#[repr(C)]
#[derive(Clone, Copy)]
struct Placed {
    index: u64,
    x: f64,
    y: f64,
}

// SAFETY: as declared in cairo.h and cairo-ft.h, version 1.16, and freetype.h, version 2.12.
unsafe extern "C" {
    fn cairo_image_surface_create_for_data(
        data: *mut u32,
        format: i32,
        width: i32,
        height: i32,
        stride: i32,
    ) -> *mut Raw;
    fn cairo_surface_destroy(surface: *mut Raw);
    fn cairo_create(surface: *mut Raw) -> *mut Raw;
    fn cairo_destroy(context: *mut Raw);
    fn cairo_set_source_rgba(context: *mut Raw, red: f64, green: f64, blue: f64, alpha: f64);
    fn cairo_set_source_surface(context: *mut Raw, surface: *mut Raw, x: f64, y: f64);
    fn cairo_set_antialias(context: *mut Raw, antialias: i32);
    fn cairo_set_line_width(context: *mut Raw, width: f64);
    fn cairo_set_line_cap(context: *mut Raw, cap: i32);
    fn cairo_set_line_join(context: *mut Raw, join: i32);
    fn cairo_move_to(context: *mut Raw, x: f64, y: f64);
    fn cairo_line_to(context: *mut Raw, x: f64, y: f64);
    fn cairo_arc(context: *mut Raw, x: f64, y: f64, radius: f64, from: f64, to: f64);
    fn cairo_new_sub_path(context: *mut Raw);
    fn cairo_close_path(context: *mut Raw);
    fn cairo_rectangle(context: *mut Raw, x: f64, y: f64, width: f64, height: f64);
    fn cairo_fill(context: *mut Raw);
    fn cairo_stroke(context: *mut Raw);
    fn cairo_paint(context: *mut Raw);
    fn cairo_set_font_face(context: *mut Raw, face: *mut Raw);
    fn cairo_set_font_size(context: *mut Raw, size: f64);
    fn cairo_set_font_options(context: *mut Raw, options: *const Raw);
    fn cairo_font_options_create() -> *mut Raw;
    fn cairo_font_options_set_antialias(options: *mut Raw, antialias: i32);
    fn cairo_font_options_set_hint_style(options: *mut Raw, style: i32);
    fn cairo_font_options_set_hint_metrics(options: *mut Raw, metrics: i32);
    fn cairo_show_glyphs(context: *mut Raw, glyphs: *const Placed, count: i32);
    fn cairo_ft_font_face_create_for_ft_face(face: *mut c_void, flags: i32) -> *mut Raw;
    fn FT_Init_FreeType(library: *mut *mut c_void) -> i32;
    fn FT_New_Memory_Face(
        library: *mut c_void,
        bytes: *const u8,
        count: i64,
        index: i64,
        face: *mut *mut c_void,
    ) -> i32;
}

pub struct Cairo;

impl Renderer for Cairo {
    fn name(&self) -> &'static str {
        "cairo"
    }

    fn prepare(&self, scene: &Rc<Scene>) -> Option<Box<dyn Drawing>> {
        let steps = scene.items.iter().map(Step::new).collect::<Option<Vec<_>>>()?;
        Some(Box::new(CairoScene { steps, fonts: Fonts::new(), placed: Vec::with_capacity(256) }))
    }
}

/// A surface, and its pixels if they are its own.
struct Surface {
    raw: *mut Raw,
    _pixels: Vec<u32>,
}

impl Surface {
    /// Of pixels that outlive it.
    fn borrowing(pixels: &mut [u32], format: i32, size: Size) -> Self {
        assert!(pixels.len() >= (size.width * size.height) as usize);
        let (width, height) = (size.width as i32, size.height as i32);
        // SAFETY: the slice holds so many pixels, as was just looked at.
        let raw = unsafe { cairo_image_surface_create_for_data(pixels.as_mut_ptr(), format, width, height, width * 4) };
        Self { raw, _pixels: vec![] }
    }

    fn owning(mut pixels: Vec<u32>, format: i32, size: Size) -> Self {
        // A vector that is moved keeps its elements where they are.
        let borrowed = Self::borrowing(&mut pixels, format, size);
        let raw = borrowed.raw;
        std::mem::forget(borrowed);
        Self { raw, _pixels: pixels }
    }
}

impl Drop for Surface {
    fn drop(&mut self) {
        // SAFETY: the reference that creating it gave.
        unsafe { cairo_surface_destroy(self.raw) };
    }
}

enum Step {
    Item(Item),
    Image(Point, Surface),
}

impl Step {
    fn new(item: &Item) -> Option<Self> {
        match item {
            Item::Image(at, picture) => {
                Some(Self::Image(*at, Surface::owning(picture.straight.clone(), RGB, picture.size())))
            }
            Item::Alpha(at, picture) => {
                Some(Self::Image(*at, Surface::owning(picture.premultiplied.clone(), ARGB, picture.size())))
            }
            Item::Characters(..) | Item::Scroll(_) => None,
            _ => Some(Self::Item(item.clone())),
        }
    }
}

/// cairo's faces, and fontdue's for which glyph a character is and how wide. They stay to the end of the program.
struct Fonts {
    faces: Vec<(Face, *mut Raw, fontdue::Font)>,
    options: *mut Raw,
}

impl Fonts {
    fn new() -> Self {
        let mut library = ptr::null_mut();
        // SAFETY: writes the library's handle.
        assert_eq!(unsafe { FT_Init_FreeType(&mut library) }, 0, "FreeType can't be started");
        let one = |face: Face| {
            let bytes = glyphs::file(face);
            let mut handle = ptr::null_mut();
            // SAFETY: the bytes are in the program itself, so the face may keep them.
            let error = unsafe { FT_New_Memory_Face(library, bytes.as_ptr(), bytes.len() as i64, 0, &mut handle) };
            assert_eq!(error, 0, "the font files are in order");
            // SAFETY: a face that is never freed.
            let raw = unsafe { cairo_ft_font_face_create_for_ft_face(handle, 0) };
            let font = fontdue::Font::from_bytes(bytes, fontdue::FontSettings::default());
            (face, raw, font.expect("the font files are in order"))
        };
        let faces = Face::ALL.into_iter().map(one).collect();
        // SAFETY: options that are never freed.
        let options = unsafe {
            let options = cairo_font_options_create();
            cairo_font_options_set_antialias(options, GRAY);
            cairo_font_options_set_hint_style(options, NO_HINTS);
            cairo_font_options_set_hint_metrics(options, NO_HINTS);
            options
        };
        Self { faces, options }
    }
}

struct CairoScene {
    steps: Vec<Step>,
    fonts: Fonts,
    placed: Vec<Placed>,
}

impl Drawing for CairoScene {
    fn draw(&mut self, target: &mut [u32]) {
        let surface = Surface::borrowing(target, RGB, Size::new(WIDTH as u32, HEIGHT as u32));
        // SAFETY: the surface lives until the context is destroyed; `step` is given a context that is alive.
        unsafe {
            let context = cairo_create(surface.raw);
            cairo_set_font_options(context, self.fonts.options);
            cairo_set_line_cap(context, ROUND);
            cairo_set_line_join(context, ROUND);
            for step in &self.steps {
                draw(context, step, &self.fonts, &mut self.placed);
            }
            cairo_destroy(context);
        }
    }
}

/// # Safety
///
/// The context must be alive.
unsafe fn draw(context: *mut Raw, step: &Step, fonts: &Fonts, placed: &mut Vec<Placed>) {
    // SAFETY: the context is alive, as are the surfaces of images and all fonts.
    unsafe {
        match step {
            Step::Image(at, image) => {
                cairo_set_source_surface(context, image.raw, at.x.into(), at.y.into());
                cairo_paint(context);
            }
            Step::Item(Item::Clear(color)) => {
                paint(context, *color, u8::MAX, Edge::Smooth);
                cairo_paint(context);
            }
            Step::Item(Item::Fill(area, color)) => {
                paint(context, *color, u8::MAX, Edge::Smooth);
                rectangle(context, area);
                cairo_fill(context);
            }
            Step::Item(Item::Tint(area, color, alpha)) => {
                paint(context, *color, *alpha, Edge::Smooth);
                rectangle(context, area);
                cairo_fill(context);
            }
            Step::Item(Item::Circle(area, color, edge)) => {
                let radius = f64::from(area.size.width) / 2.0;
                let middle = |from: i32| f64::from(from) + radius;
                paint(context, *color, u8::MAX, *edge);
                cairo_arc(
                    context,
                    middle(area.top_left.x),
                    middle(area.top_left.y),
                    radius,
                    0.0,
                    std::f64::consts::TAU,
                );
                cairo_fill(context);
            }
            Step::Item(Item::Rounded(area, radius, color, edge)) => {
                paint(context, *color, u8::MAX, *edge);
                rounded(context, area, f64::from(*radius));
                cairo_fill(context);
            }
            Step::Item(Item::Line(from, to, color, edge)) => {
                paint(context, *color, u8::MAX, *edge);
                cairo_set_line_width(context, 1.0);
                cairo_move_to(context, f64::from(from.x) + 0.5, f64::from(from.y) + 0.5);
                cairo_line_to(context, f64::from(to.x) + 0.5, f64::from(to.y) + 0.5);
                cairo_stroke(context);
            }
            Step::Item(Item::Polyline(points, width, color)) => {
                paint(context, *color, u8::MAX, Edge::Smooth);
                cairo_set_line_width(context, f64::from(*width) / 256.0);
                for point in points {
                    cairo_line_to(context, f64::from(point.x) / 256.0, f64::from(point.y) / 256.0);
                }
                cairo_stroke(context);
            }
            Step::Item(Item::Text(at, text, face, color)) => {
                let Some((_, raw, font)) = fonts.faces.iter().find(|(known, ..)| known == face) else { return };
                paint(context, *color, u8::MAX, Edge::Smooth);
                cairo_set_font_face(context, *raw);
                cairo_set_font_size(context, face.em().into());
                let mut pen = at.x as f32;
                placed.clear();
                for character in text.chars() {
                    let index = font.lookup_glyph_index(character);
                    placed.push(Placed { index: index.into(), x: pen.into(), y: at.y.into() });
                    pen += font.metrics_indexed(index, face.em()).advance_width;
                }
                cairo_show_glyphs(context, placed.as_ptr(), placed.len() as i32);
            }
            Step::Item(_) => {}
        }
    }
}

/// # Safety
///
/// The context must be alive.
unsafe fn paint(context: *mut Raw, color: Rgb888, alpha: u8, edge: Edge) {
    let channel = |value: u8| f64::from(value) / 255.0;
    // SAFETY: the context is alive.
    unsafe {
        cairo_set_source_rgba(context, channel(color.r()), channel(color.g()), channel(color.b()), channel(alpha));
        cairo_set_antialias(context, if edge == Edge::Smooth { GRAY } else { ALIASED });
    }
}

/// # Safety
///
/// The context must be alive.
unsafe fn rectangle(context: *mut Raw, area: &Rectangle) {
    let Rectangle { top_left: Point { x, y }, size: Size { width, height } } = *area;
    // SAFETY: the context is alive.
    unsafe { cairo_rectangle(context, x.into(), y.into(), width.into(), height.into()) };
}

/// # Safety
///
/// The context must be alive.
unsafe fn rounded(context: *mut Raw, area: &Rectangle, radius: f64) {
    use std::f64::consts::{FRAC_PI_2, PI};
    let (left, top) = (f64::from(area.top_left.x) + radius, f64::from(area.top_left.y) + radius);
    let (right, bottom) =
        (left + f64::from(area.size.width) - 2.0 * radius, top + f64::from(area.size.height) - 2.0 * radius);
    // SAFETY: the context is alive.
    unsafe {
        cairo_new_sub_path(context);
        cairo_arc(context, right, top, radius, -FRAC_PI_2, 0.0);
        cairo_arc(context, right, bottom, radius, 0.0, FRAC_PI_2);
        cairo_arc(context, left, bottom, radius, FRAC_PI_2, PI);
        cairo_arc(context, left, top, radius, PI, PI + FRAC_PI_2);
        cairo_close_path(context);
    }
}
