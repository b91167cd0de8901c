//! A picture in which every wrong pixel shows: drawn by the same code on the host and in an appliance, so that a
//! screenshot can be compared with it pixel by pixel.
//!
//! From top to bottom: colour bars (a swapped channel), ramps (a lost bit), patterns of single pixels (a wrong stride,
//! offset or size), text in every font, anti-aliased shapes, and the frame's number. Between them all four methods of
//! `DrawTarget`, blending and clipping are used.

use crate::{
    Ink, PixelMemory, SUBPIXEL, Surface,
    shape::Stroke,
    text::{Font, Line, TextStyle, fonts},
};
use core::convert::Infallible;
use embedded_graphics::{
    mono_font::{MonoFont, MonoTextStyleBuilder, ascii},
    prelude::*,
    primitives::{PrimitiveStyle, Rectangle},
    text::{Baseline, Text},
};
use embedded_graphics_core::pixelcolor::{Rgb888, WebColors};

const GROUND: Rgb888 = Rgb888::new(16, 20, 32);
const WRITING: Rgb888 = Rgb888::new(232, 236, 244);
const ACCENT: Rgb888 = Rgb888::new(255, 176, 0);

/// The colour bars, from left to right.
const BARS: [Rgb888; 8] = [
    Rgb888::WHITE,
    Rgb888::YELLOW,
    Rgb888::CYAN,
    Rgb888::GREEN,
    Rgb888::MAGENTA,
    Rgb888::RED,
    Rgb888::BLUE,
    Rgb888::BLACK,
];

/// Height that the texts take, in pixels, when there is room.
const TEXTS_HEIGHT: u32 = 400;

/// Draws the card. It depends on the surface's size and on `frame` only, and covers every pixel.
pub fn draw<M: PixelMemory>(surface: &mut Surface<M>, frame: u32) {
    // A surface's error can't happen, and the compiler knows that.
    let Ok(()) = draw_bands(surface, frame);
}

fn draw_bands<M: PixelMemory>(surface: &mut Surface<M>, frame: u32) -> Result<(), Infallible> {
    let Size { width, height } = surface.size();
    surface.clear(GROUND)?;
    let mut bands = Bands { width, top: 0 };
    let others = 4 * (height / 40) + height / 12 + height / 10 + TEXTS_HEIGHT;
    draw_bars(surface, bands.next(height.saturating_sub(others).max(height / 6)))?;
    for channels in [0xff_ffff, 0xff_0000, 0x00_ff00, 0x00_00ff] {
        draw_ramp(surface, bands.next(height / 40), channels)?;
    }
    draw_patterns(surface, bands.next(height / 12))?;
    draw_shapes(surface, bands.next(height / 10));
    draw_texts(surface, bands.next(height.saturating_sub(bands.top)))?;
    draw_frame_number(surface, frame);
    // The outermost pixels, which a wrong mode or an overscan loses.
    surface.bounding_box().into_styled(PrimitiveStyle::with_stroke(ACCENT, 1)).draw(surface)
}

/// Deals out the height from top to bottom.
struct Bands {
    width: u32,
    top: u32,
}

impl Bands {
    fn next(&mut self, height: u32) -> Rectangle {
        let band = Rectangle::new(Point::new(0, self.top as i32), Size::new(self.width, height));
        self.top += height;
        band
    }
}

/// The `index`th of `count` columns that divide an area, with no gap whatever its width.
fn column(area: Rectangle, index: u32, count: u32) -> Rectangle {
    let edge = |index: u32| area.size.width * index / count;
    let (left, right) = (edge(index), edge(index + 1));
    Rectangle::new(area.top_left + Size::new(left, 0), Size::new(right - left, area.size.height))
}

fn draw_bars<M: PixelMemory>(surface: &mut Surface<M>, area: Rectangle) -> Result<(), Infallible> {
    for (index, color) in (0..).zip(BARS) {
        surface.fill_solid(&column(area, index, BARS.len() as u32), color)?;
    }
    Ok(())
}

/// All 256 levels of some channels, from left to right.
fn draw_ramp<M: PixelMemory>(surface: &mut Surface<M>, area: Rectangle, channels: u32) -> Result<(), Infallible> {
    let Size { width, height } = area.size;
    let levels = (0..width).map(|x| x * 255 / (width - 1).max(1));
    let row = levels.map(|level| {
        let [_, r, g, b] = ((level * 0x1_0101) & channels).to_be_bytes();
        Rgb888::new(r, g, b)
    });
    surface.fill_contiguous(&area, (0..height).flat_map(|_| row.clone()))
}

/// Single pixels: a checkerboard, vertical lines, horizontal lines, and a grid with lines eight pixels apart.
fn draw_patterns<M: PixelMemory>(surface: &mut Surface<M>, area: Rectangle) -> Result<(), Infallible> {
    let patterns: [fn(i32, i32) -> bool; 4] =
        [|x, y| (x + y) % 2 == 0, |x, _| x % 2 == 0, |_, y| y % 2 == 0, |x, y| x % 8 == 0 || y % 8 == 0];
    for (index, lit) in (0..).zip(patterns) {
        let part = column(area, index, patterns.len() as u32);
        let lit = |point: Point| lit(point.x, point.y);
        if index < 2 {
            let colors = part.points().map(|point| if lit(point) { Rgb888::WHITE } else { Rgb888::BLACK });
            surface.fill_contiguous(&part, colors)?;
        } else {
            let points = part.points().filter(|&point| lit(point));
            surface.draw_iter(points.map(|point| Pixel(point, Rgb888::CSS_LIGHT_SKY_BLUE)))?;
        }
    }
    Ok(())
}

/// Rounded rectangles, circles and strokes, over a gradient and over a known colour.
fn draw_shapes<M: PixelMemory>(surface: &mut Surface<M>, area: Rectangle) {
    surface.fill_gradient(&area, Rgb888::CSS_MIDNIGHT_BLUE, Rgb888::CSS_DARK_SLATE_GRAY);
    let side = area.size.height * 3 / 4;
    let gap = area.size.height / 8;
    let mut at = area.top_left + Size::new_equal(gap);
    for (index, color) in (0..).zip(BARS) {
        let tile = Rectangle::new(at, Size::new_equal(side));
        surface.fill_rounded(&tile, side * index / 14, Ink::over(color));
        // A disc of the next colour on the tile, whose own colour is known where the disc is.
        let inset = side / 4;
        let disc = Ink::over(BARS[(index as usize + 3) % BARS.len()]).on(color);
        surface.fill_circle(at + Size::new_equal(inset), side - 2 * inset, disc);
        at.x += (side + gap) as i32;
    }
    let foot = Point::new(at.x, at.y + side as i32) * SUBPIXEL;
    for step in 0..12 {
        let head = foot + Point::new(step * side as i32 / 4, -(side as i32)) * SUBPIXEL;
        let foot = foot + Point::new(step * side as i32 / 8, 0) * SUBPIXEL;
        surface.stroke_line(foot, head, &Stroke::new(128 + 64 * step as u32).round(), Ink::over(WRITING));
    }
}

/// A line in each font, set one after the other like words.
fn draw_texts<M: PixelMemory>(surface: &mut Surface<M>, area: Rectangle) -> Result<(), Infallible> {
    let before = surface.set_clip(&area);
    let mut flow = Flow::new(area);
    for font in [&ascii::FONT_6X10, &ascii::FONT_9X15_BOLD, &ascii::FONT_10X20] {
        draw_bitmap_text(surface, font, &mut flow)?;
    }
    let families: [(&[&'static Font], &str); 5] = [
        (&fonts::REGULAR, "Waltz, bad nymph"),
        (&fonts::MEDIUM, "Quick jigs ±5°"),
        (&fonts::TITLES, "AVocado"),
        (&fonts::FIGURES, "2.6"),
        (&fonts::DIGITS, "8"),
    ];
    for (family, text) in families {
        for (index, &font) in family.iter().enumerate() {
            let style = TextStyle::new(font, WRITING);
            // Every other one on a known background: both ways of blending must look alike.
            let style = if index % 2 == 0 { style.on(GROUND) } else { style };
            let at = flow.place(Size::new(font.measure(text) as u32, font.cap_height() as u32));
            style.draw(surface, text, at + Size::new(0, font.cap_height() as u32));
        }
    }
    surface.set_clip(&before);
    Ok(())
}

fn draw_bitmap_text<M: PixelMemory>(
    surface: &mut Surface<M>,
    font: &MonoFont<'_>,
    flow: &mut Flow,
) -> Result<(), Infallible> {
    let text = "Sphinx of black quartz";
    let opaque = MonoTextStyleBuilder::new().font(font).text_color(Rgb888::BLACK).background_color(ACCENT).build();
    let transparent = MonoTextStyleBuilder::new().font(font).text_color(ACCENT).build();
    for style in [opaque, transparent] {
        let width = font.character_size.width * text.len() as u32;
        let at = flow.place(Size::new(width, font.character_size.height));
        Text::with_baseline(text, at, style, Baseline::Top).draw(surface)?;
    }
    Ok(())
}

/// Places boxes from left to right and from top to bottom.
struct Flow {
    area: Rectangle,
    at: Point,
    row_height: u32,
}

impl Flow {
    const GAP: u32 = 12;

    fn new(area: Rectangle) -> Self {
        let area = area.offset(-(Self::GAP as i32));
        Self { area, at: area.top_left, row_height: 0 }
    }

    /// The top left corner of the next box.
    fn place(&mut self, size: Size) -> Point {
        let right = self.area.top_left.x + self.area.size.width as i32;
        if self.at.x + size.width as i32 > right && self.at.x > self.area.top_left.x {
            self.at = Point::new(self.area.top_left.x, self.at.y + (self.row_height + Self::GAP) as i32);
            self.row_height = 0;
        }
        let at = self.at;
        self.at.x += (size.width + Self::GAP) as i32;
        self.row_height = self.row_height.max(size.height);
        at
    }
}

/// The frame's number in the bottom left corner.
fn draw_frame_number<M: PixelMemory>(surface: &mut Surface<M>, frame: u32) {
    let style = TextStyle::new(&fonts::LIGHT_48, Rgb888::BLACK).on(ACCENT);
    let text = Line::format(format_args!("{frame:010}"));
    let size = Size::new(style.font().measure(text.as_str()) as u32 + 32, 64);
    let top = surface.size().saturating_sub(size).height as i32;
    let plate = Rectangle::new(Point::new(0, top), size);
    let Ok(()) = surface.fill_solid(&plate, ACCENT);
    style.draw(surface, text.as_str(), plate.top_left + Point::new(16, 49));
}
