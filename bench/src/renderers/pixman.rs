//! pixman: what X servers and cairo put pixels with. It has no shapes of its own but trapezoids; those are cairo's column.
//!
//! `unsafe` because it is C. An image borrows its pixels until it is unreferenced; every [`Image`] here either owns them or
//! lives shorter than the slice that it was made of.

use std::{ffi::c_void, ptr, rc::Rc};

use embedded_graphics::{
    geometry::{Point, Size},
    mono_font::{MonoTextStyle, ascii::FONT_10X20},
    pixelcolor::{Rgb888, RgbColor as _},
    prelude::Drawable as _,
    primitives::Rectangle,
    text::{Baseline, Text},
};
use vitrine_gfx::Surface;
use vitrine_scenes::{Face, HEIGHT, Item, Scene, WIDTH};

use super::{
    Drawing, Renderer,
    glyphs::{Glyph, Glyphs},
};

/// `pixman.h`: PIXMAN_x8r8g8b8, PIXMAN_a8r8g8b8, PIXMAN_a8.
const XRGB: u32 = 0x2002_0888;
const ARGB: u32 = 0x2002_8888;
const A8: u32 = 0x0801_8000;

/// `pixman.h`: PIXMAN_OP_SRC, PIXMAN_OP_OVER.
const SRC: u32 = 1;
const OVER: u32 = 3;

#[repr(C)]
struct RawImage([u8; 0]);

#[repr(C)]
struct Cache([u8; 0]);

#[repr(C)]
struct Color16 {
    red: u16,
    green: u16,
    blue: u16,
    alpha: u16,
}

#[repr(C)]
struct Box32 {
    x1: i32,
    y1: i32,
    x2: i32,
    y2: i32,
}

#[repr(C)]
struct Placed {
    x: i32,
    y: i32,
    glyph: *const c_void,
}

// SAFETY: as declared in pixman.h, version 0.42.
unsafe extern "C" {
    fn pixman_image_create_bits(format: u32, width: i32, height: i32, bits: *mut u32, stride: i32) -> *mut RawImage;
    fn pixman_image_create_solid_fill(color: *const Color16) -> *mut RawImage;
    fn pixman_image_unref(image: *mut RawImage) -> i32;
    fn pixman_image_fill_boxes(
        op: u32,
        image: *mut RawImage,
        color: *const Color16,
        count: i32,
        boxes: *const Box32,
    ) -> i32;
    fn pixman_image_composite32(
        op: u32,
        source: *mut RawImage,
        mask: *mut RawImage,
        target: *mut RawImage,
        source_x: i32,
        source_y: i32,
        mask_x: i32,
        mask_y: i32,
        x: i32,
        y: i32,
        width: i32,
        height: i32,
    );
    fn pixman_glyph_cache_create() -> *mut Cache;
    fn pixman_glyph_cache_destroy(cache: *mut Cache);
    fn pixman_glyph_cache_freeze(cache: *mut Cache);
    fn pixman_glyph_cache_thaw(cache: *mut Cache);
    fn pixman_glyph_cache_lookup(cache: *mut Cache, font: *const c_void, glyph: *const c_void) -> *const c_void;
    fn pixman_glyph_cache_insert(
        cache: *mut Cache,
        font: *const c_void,
        glyph: *const c_void,
        x: i32,
        y: i32,
        image: *mut RawImage,
    ) -> *const c_void;
    fn pixman_composite_glyphs_no_mask(
        op: u32,
        source: *mut RawImage,
        target: *mut RawImage,
        source_x: i32,
        source_y: i32,
        x: i32,
        y: i32,
        cache: *mut Cache,
        count: i32,
        glyphs: *const Placed,
    );
}

pub struct Pixman;

impl Renderer for Pixman {
    fn name(&self) -> &'static str {
        "pixman"
    }

    fn prepare(&self, scene: &Rc<Scene>) -> Option<Box<dyn Drawing>> {
        let steps = scene.items.iter().map(Step::new).collect::<Option<Vec<_>>>()?;
        let mut text = GlyphCache::new();
        text.insert_all(scene);
        let placed = Vec::with_capacity(256);
        Some(Box::new(PixmanScene { steps, glyphs: Glyphs::new(scene), text, placed }))
    }
}

/// An image, and its pixels if they are its own.
struct Image {
    raw: *mut RawImage,
    _pixels: Vec<u32>,
}

impl Image {
    /// Of pixels that outlive it.
    fn borrowing(pixels: &mut [u32], format: u32, size: Size) -> Self {
        let words = if format == A8 { size.width.div_ceil(4) } else { size.width };
        assert!(pixels.len() >= (words * size.height) as usize);
        let (width, height, stride) = (size.width as i32, size.height as i32, words as i32 * 4);
        // SAFETY: the slice holds `height` rows of `stride` bytes, as was just looked at.
        let raw = unsafe { pixman_image_create_bits(format, width, height, pixels.as_mut_ptr(), stride) };
        assert!(!raw.is_null(), "pixman has no memory left");
        Self { raw, _pixels: vec![] }
    }

    fn owning(mut pixels: Vec<u32>, format: u32, size: Size) -> Self {
        // A vector that is moved keeps its elements where they are.
        Self { raw: Self::borrowing(&mut pixels, format, size).into_raw(), _pixels: pixels }
    }

    fn solid(color: &Color16) -> Self {
        // SAFETY: reads the color.
        let raw = unsafe { pixman_image_create_solid_fill(color) };
        assert!(!raw.is_null(), "pixman has no memory left");
        Self { raw, _pixels: vec![] }
    }

    /// Coverage, a row starting every four bytes.
    fn coverage(glyph: &Glyph) -> Self {
        let stride = glyph.width.next_multiple_of(4);
        let mut bytes = vec![0; stride * glyph.height];
        for (to, from) in bytes.chunks_mut(stride.max(1)).zip(glyph.coverage.chunks(glyph.width.max(1))) {
            to[..from.len()].copy_from_slice(from);
        }
        let words = bytes.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
        Self::owning(words, A8, Size::new(glyph.width as u32, glyph.height as u32))
    }

    fn into_raw(self) -> *mut RawImage {
        let raw = self.raw;
        std::mem::forget(self);
        raw
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        // SAFETY: the reference that creating it gave.
        unsafe { pixman_image_unref(self.raw) };
    }
}

enum Step {
    Box(u32, Rectangle, Rgb888, u8),
    Image(u32, Point, Image, Size),
    Characters(Point, String, Rgb888),
    Text(Point, String, Face, Rgb888),
}

impl Step {
    fn new(item: &Item) -> Option<Self> {
        let screen = Rectangle::new(Point::zero(), Size::new(WIDTH as u32, HEIGHT as u32));
        match *item {
            Item::Clear(color) => Some(Self::Box(SRC, screen, color, u8::MAX)),
            Item::Fill(area, color) => Some(Self::Box(SRC, area, color, u8::MAX)),
            Item::Tint(area, color, alpha) => Some(Self::Box(OVER, area, color, alpha)),
            Item::Image(at, ref picture) => {
                let size = picture.size();
                Some(Self::Image(SRC, at, Image::owning(picture.straight.clone(), XRGB, size), size))
            }
            Item::Alpha(at, ref picture) => {
                let size = picture.size();
                Some(Self::Image(OVER, at, Image::owning(picture.premultiplied.clone(), ARGB, size), size))
            }
            Item::Characters(at, ref text, color, _) => Some(Self::Characters(at, text.clone(), color)),
            Item::Text(at, ref text, face, color) => Some(Self::Text(at, text.clone(), face, color)),
            _ => None,
        }
    }
}

/// pixman's own store of glyphs. A font's key is its face, that of `FONT_10X20` is [`Self::MONO`].
struct GlyphCache(*mut Cache);

impl GlyphCache {
    const MONO: usize = 99;

    fn new() -> Self {
        // SAFETY: no demands.
        let cache = unsafe { pixman_glyph_cache_create() };
        assert!(!cache.is_null(), "pixman has no memory left");
        // SAFETY: made above. Frozen for good, so that no glyph is thrown out.
        unsafe { pixman_glyph_cache_freeze(cache) };
        Self(cache)
    }

    fn insert_all(&mut self, scene: &Scene) {
        let glyphs = Glyphs::new(scene);
        for (face, character, glyph) in glyphs.all() {
            self.insert(1 + face as usize, character, glyph);
        }
        for item in &scene.items {
            let Item::Characters(_, text, ..) = item else { continue };
            text.chars().for_each(|character| self.insert(Self::MONO, character, &mono(character)));
        }
    }

    fn insert(&mut self, font: usize, character: char, glyph: &Glyph) {
        if self.lookup(font, character).is_null() && glyph.width > 0 && glyph.height > 0 {
            let image = Image::coverage(glyph);
            let (font, key) = (ptr::without_provenance(font), ptr::without_provenance(character as usize));
            // SAFETY: pixman copies the image's pixels; keys are compared and never followed.
            unsafe { pixman_glyph_cache_insert(self.0, font, key, 0, 0, image.raw) };
        }
    }

    fn lookup(&self, font: usize, character: char) -> *const c_void {
        let (font, key) = (ptr::without_provenance(font), ptr::without_provenance(character as usize));
        // SAFETY: keys are compared and never followed.
        unsafe { pixman_glyph_cache_lookup(self.0, font, key) }
    }
}

impl Drop for GlyphCache {
    fn drop(&mut self) {
        // SAFETY: made by `new` and frozen once.
        unsafe {
            pixman_glyph_cache_thaw(self.0);
            pixman_glyph_cache_destroy(self.0);
        }
    }
}

/// A character of `FONT_10X20`.
fn mono(character: char) -> Glyph {
    let mut surface = Surface::new(vec![0; 200], Size::new(10, 20)).expect("the size fits");
    let style = MonoTextStyle::new(&FONT_10X20, Rgb888::WHITE);
    let Ok(_) =
        Text::with_baseline(character.encode_utf8(&mut [0; 4]), Point::zero(), style, Baseline::Top).draw(&mut surface);
    let coverage = surface.memory().iter().map(|pixel| *pixel as u8).collect();
    Glyph { width: 10, height: 20, left: 0, top: 0, advance: 10.0, coverage }
}

struct PixmanScene {
    steps: Vec<Step>,
    glyphs: Glyphs,
    text: GlyphCache,
    placed: Vec<Placed>,
}

impl Drawing for PixmanScene {
    fn draw(&mut self, target: &mut [u32]) {
        let image = Image::borrowing(target, XRGB, Size::new(WIDTH as u32, HEIGHT as u32));
        for index in 0..self.steps.len() {
            self.step(index, image.raw);
        }
    }
}

impl PixmanScene {
    fn step(&mut self, index: usize, target: *mut RawImage) {
        match &self.steps[index] {
            Step::Box(op, area, color, alpha) => {
                let Rectangle { top_left: Point { x, y }, size: Size { width, height } } = *area;
                let area = Box32 { x1: x, y1: y, x2: x + width as i32, y2: y + height as i32 };
                // SAFETY: the target is alive, one box is read.
                unsafe { pixman_image_fill_boxes(*op, target, &color16(*color, *alpha), 1, &area) };
            }
            Step::Image(op, at, image, size) => {
                let (width, height) = (size.width as i32, size.height as i32);
                // SAFETY: both images are alive; pixman clips.
                unsafe {
                    pixman_image_composite32(
                        *op,
                        image.raw,
                        ptr::null_mut(),
                        target,
                        0,
                        0,
                        0,
                        0,
                        at.x,
                        at.y,
                        width,
                        height,
                    );
                }
            }
            Step::Characters(at, text, color) => {
                self.placed.clear();
                for (index, character) in text.chars().enumerate() {
                    let glyph = self.text.lookup(GlyphCache::MONO, character);
                    self.placed.push(Placed { x: at.x + index as i32 * 10, y: at.y, glyph });
                }
                self.composite(*color, target);
            }
            Step::Text(at, text, face, color) => {
                self.placed.clear();
                for (character, place) in self.glyphs.line(text, *face, *at) {
                    let glyph = self.text.lookup(1 + *face as usize, character);
                    if !glyph.is_null() {
                        self.placed.push(Placed { x: place.x, y: place.y, glyph });
                    }
                }
                self.composite(*color, target);
            }
        }
    }

    /// Draws the glyphs in `placed`.
    fn composite(&self, color: Rgb888, target: *mut RawImage) {
        let source = Image::solid(&color16(color, u8::MAX));
        let (count, glyphs) = (self.placed.len() as i32, self.placed.as_ptr());
        // SAFETY: images and cache are alive; the glyphs were just looked up in the cache, which is frozen.
        unsafe { pixman_composite_glyphs_no_mask(OVER, source.raw, target, 0, 0, 0, 0, self.text.0, count, glyphs) };
    }
}

/// 16 bits a channel, multiplied by alpha.
fn color16(color: Rgb888, alpha: u8) -> Color16 {
    let channel = |value: u8| (u32::from(value) * u32::from(alpha) * 257 / 255) as u16;
    Color16 {
        red: channel(color.r()),
        green: channel(color.g()),
        blue: channel(color.b()),
        alpha: u16::from(alpha) * 257,
    }
}
