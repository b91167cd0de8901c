//! The header: sign, name, time of day, and a light that shows that frames are being shown.

use super::{EDGE, GROUND, Layout, MUTED, TEAL, WRITING};
use crate::WallTime;
use crate::gfx::{
    PixelMemory, Surface,
    kit::{Label, Scale, icons},
    mix,
    text::{Align, Font, Line, TextStyle, fonts},
};
use alloc::{vec, vec::Vec};
use core::time::Duration;
use embedded_graphics::{prelude::*, primitives::Rectangle};

/// What is above the cards.
pub struct Header {
    layout: Layout,
    time: Label,
    date: Label,
    /// The light that travels along the line below the header.
    light: Surface<Vec<u32>>,
}

impl Header {
    pub fn new(layout: &Layout, scale: Scale) -> Self {
        let width = scale.px(300);
        let left = layout.size.width as i32 - layout.margin - width;
        let area = |y: i32, height: i32| {
            Rectangle::new(Point::new(left, scale.px(y)), Size::new(width as u32, scale.length(height)))
        };
        let label = |area, font, color| Label::new(area, font, color, GROUND).aligned(Align::Right);
        Self {
            layout: *layout,
            time: label(area(12, 42), Font::fitting(&fonts::FIGURES, scale.px(46)), WRITING),
            date: label(area(61, 24), Font::fitting(&fonts::REGULAR, scale.px(20)), MUTED),
            light: paint_light(Size::new(scale.length(220).max(1), 2)),
        }
    }

    pub fn draw_frame<M: PixelMemory>(&self, surface: &mut Surface<M>, scale: Scale) {
        let side = scale.length(48).max(36);
        let sign = Point::new(self.layout.margin, (self.layout.header - side as i32) / 2);
        icons::VITRINE.draw(surface, sign, side);
        let x = sign.x + side as i32 + scale.px(16);
        let title = TextStyle::new(Font::fitting(&fonts::MEDIUM, scale.px(33)), WRITING).on(GROUND);
        title.draw(surface, "Vitrine", Point::new(x, scale.px(44)));
        let caption = TextStyle::new(Font::fitting(&fonts::REGULAR, scale.px(20)), MUTED).on(GROUND);
        caption.draw(surface, "a display appliance on Xen", Point::new(x, scale.px(72)));
    }

    pub fn show<M: PixelMemory>(&mut self, surface: &mut Surface<M>, age: u64, now: &WallTime) {
        let WallTime { year, month, day, hour, minute, second, .. } = *now;
        self.time.show(surface, age, Line::format(format_args!("{hour:02}:{minute:02}:{second:02}")));
        self.date.show(surface, age, Line::format(format_args!("{year}-{month:02}-{day:02} UTC")));
    }

    /// The line below the header, along which a light travels to and fro: the sign that frames are being shown.
    pub fn draw_light<M: PixelMemory>(&self, surface: &mut Surface<M>, uptime: Duration) {
        const THERE_AND_BACK: u128 = 6000;
        let phase = (uptime.as_millis() % THERE_AND_BACK) as i32;
        let width = self.layout.size.width as i32;
        let light = self.light.size().width as i32;
        let way = i64::from(width + light);
        let half = THERE_AND_BACK as i32 / 2;
        let there = if phase < half { phase } else { 2 * half - phase };
        let left = (way * i64::from(there) / i64::from(half)) as i32 - light;

        let line = Rectangle::new(Point::new(0, self.layout.header), Size::new(width as u32, 2));
        let Ok(()) = surface.fill_solid(&line, EDGE);
        surface.draw_surface(&self.light, Point::new(left, self.layout.header));
    }
}

/// A light that fades to both sides.
fn paint_light(size: Size) -> Surface<Vec<u32>> {
    let mut light = Surface::new(vec![0; (size.width * size.height) as usize], size).expect("the memory has this size");
    let width = size.width as i32;
    let area = light.bounding_box();
    let brightness = |x: i32| 255 - (2 * x - width).abs() * 255 / width;
    let colors = area.points().map(|point| mix(EDGE, TEAL, brightness(point.x) as u8));
    let Ok(()) = light.fill_contiguous(&area, colors);
    light
}
