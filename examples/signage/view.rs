//! The sign at one moment: which slide, how far it has faded into the next, how far the news has moved.

use core::time::Duration;

use vitrine::WallTime;
use vitrine::embedded_graphics::primitives::Rectangle;
use vitrine::gfx::text::{Align, Font, Line, TextStyle, fonts};
use vitrine::gfx::{PixelMemory, Surface, View};
use vitrine::kit::Scale;
use vitrine::prelude::*;

use crate::slides::{self, Slide};

/// How long a slide takes to fade into the next.
const FADE: Duration = Duration::from_millis(1200);

/// How far the news moves in a second, in pixels at 1280x720.
const SPEED: i32 = 120;

/// What is told, piece by piece, again and again.
const NEWS: [&str; 4] = [
    "Guided tour today at 15:00, meet at the stairs",
    "Late opening on Thursday until 21:00",
    "The cloakroom is on the lower floor",
    "Members bring a friend for free this month",
];

const BAND: Rgb888 = Rgb888::new(0x0b, 0x10, 0x1d);
const WRITING: Rgb888 = Rgb888::new(0xf4, 0xf1, 0xea);
const DOT: Rgb888 = Rgb888::new(0xff, 0xb4, 0x5e);

/// Everything that the sign shows.
pub struct Sign {
    size: Size,
    scale: Scale,
    slides: [Slide; 3],
    /// How long each of them is shown, the fade included.
    period: Duration,
    news: News,
    uptime: Duration,
    clock: Line,
}

impl Sign {
    /// A sign for a screen of this size.
    ///
    /// # Errors
    ///
    /// A picture can't be decoded.
    pub fn new(size: Size, seconds: u32) -> Result<Self, Error> {
        let scale = Scale::of(size);
        Ok(Self {
            size,
            scale,
            slides: slides::all(size)?,
            period: Duration::from_secs(seconds.into()),
            news: News::new(scale),
            uptime: Duration::ZERO,
            clock: Line::EMPTY,
        })
    }

    /// The screen that it was made for.
    pub const fn size(&self) -> Size {
        self.size
    }

    /// Sets the moment.
    pub fn set_time(&mut self, uptime: Duration, now: &WallTime) {
        self.uptime = uptime;
        self.clock = Line::format(format_args!("{:02}:{:02}", now.hour, now.minute));
    }

    /// The slide that is shown, and how much of the next one lies on it.
    fn slide(&self) -> (usize, u8) {
        let (period, passed) = (self.period.as_millis(), self.uptime.as_millis());
        let index = (passed / period) as usize % self.slides.len();
        let fade = FADE.as_millis().min(period);
        let faded = (passed % period).saturating_sub(period - fade);
        (index, (faded * 255 / fade) as u8)
    }

    fn draw_slides<M: PixelMemory>(&self, surface: &mut Surface<M>) {
        let (index, opacity) = self.slide();
        surface.draw_surface(&self.slides[index], Point::zero());
        if opacity > 0 {
            surface.blend_surface(&self.slides[(index + 1) % self.slides.len()], Point::zero(), opacity);
        }
    }

    fn draw_clock<M: PixelMemory>(&self, surface: &mut Surface<M>) {
        let style = TextStyle::new(Font::fitting(&fonts::MEDIUM, self.scale.px(34)), WRITING);
        let middle = Point::new(self.size.width as i32 - self.scale.px(108), self.scale.px(64));
        let pill = Size::new(self.scale.length(120), self.scale.length(52));
        surface.fill_rounded(&Rectangle::with_center(middle, pill), pill.height / 2, BAND);
        let baseline = Point::new(middle.x, middle.y + style.font().cap_height() / 2);
        style.aligned(Align::Center).draw(surface, self.clock.as_str(), baseline);
    }
}

impl View for Sign {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>) {
        self.draw_slides(surface);
        self.draw_clock(surface);
        let height = self.scale.length(56);
        let band =
            Rectangle::new(Point::new(0, (self.size.height - height) as i32), Size::new(self.size.width, height));
        let moved = self.uptime.as_millis() as i64 * i64::from(self.scale.px(SPEED)) / 1000;
        self.news.draw(&mut surface.part(&band), moved);
    }
}

/// The line of news.
struct News {
    style: TextStyle,
    /// From one piece to the next, with the dot between them in the middle.
    gap: i32,
    /// The length of all pieces, with a gap behind each.
    length: i32,
}

impl News {
    fn new(scale: Scale) -> Self {
        let style = TextStyle::new(Font::fitting(&fonts::REGULAR, scale.px(34)), WRITING);
        let gap = scale.px(72).max(1);
        let length = NEWS.iter().map(|piece| style.font().measure(piece) + gap).sum();
        Self { style, gap, length }
    }

    /// Draws what is to be seen after the line has moved by so many pixels.
    fn draw<M: PixelMemory>(&self, band: &mut Surface<M>, moved: i64) {
        let Ok(()) = band.clear(BAND);
        let (width, height) = (band.size().width as i32, band.size().height as i32);
        let baseline = (height + self.style.font().cap_height()) / 2;
        let mut x = -(moved.rem_euclid(i64::from(self.length)) as i32);
        for piece in NEWS.iter().cycle() {
            if x >= width {
                break;
            }
            let end = self.style.draw(band, piece, Point::new(x, baseline));
            let dot = Size::new_equal((self.gap / 9).max(3) as u32);
            let place = Rectangle::with_center(Point::new(end + self.gap / 2, height / 2), dot);
            band.fill_circle(place.top_left, dot.width, DOT);
            x = end + self.gap;
        }
    }
}
