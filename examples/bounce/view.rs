//! What the bounce appliance shows: a ball in a room, of which a frame changes as few pixels as can be.

use crate::gfx::{
    Ink, PixelMemory, Shown, Surface, mix,
    text::{Align, Font, TextStyle, fonts},
};
use crate::kit::Scale;
use alloc::{vec, vec::Vec};
use embedded_graphics::{pixelcolor::Rgb888, prelude::*, primitives::Rectangle};

const GROUND: Rgb888 = Rgb888::new(10, 13, 24);
const ROOM: Rgb888 = Rgb888::new(20, 26, 44);
const FRAME: Rgb888 = Rgb888::new(42, 52, 82);
const WRITING: Rgb888 = Rgb888::new(238, 242, 250);
const MUTED: Rgb888 = Rgb888::new(126, 138, 166);
/// The ball where no light falls, where all of it does, and where it is reflected.
const SHADE: Rgb888 = Rgb888::new(112, 20, 64);
const LIT: Rgb888 = Rgb888::new(255, 122, 89);
const GLEAM: Rgb888 = Rgb888::new(255, 240, 220);

/// Frames that the ball takes to fall, and to cross the room.
const FALL: i32 = 44;
const CROSSING: i32 = 230;

/// Positions and speeds are in 1/256 pixel.
const FINE: i32 = 256;

/// How many places of the ball are remembered: the oldest buffer that needn't be drawn whole.
const PLACES: usize = 4;

/// The ball and its room on a screen of one size.
pub struct Bounce {
    room: Rectangle,
    drawn: Shown<()>,
    ball: Surface<Vec<u32>>,
    motion: Motion,
    /// Where the ball was drawn in the last frames, the newest first.
    places: [Point; PLACES],
}

impl Bounce {
    /// The ball at its highest point. Allocates its picture; drawing allocates nothing.
    pub fn new(size: Size) -> Self {
        let scale = Scale::of(size);
        let margin = scale.px(32);
        let top = scale.px(88);
        let room = Rectangle::new(
            Point::new(margin, top),
            Size::new(size.width - 2 * margin as u32, size.height - (top + margin) as u32),
        );
        let ball = paint_ball(scale.length(128).max(8));
        let inside = room.offset(-scale.px(14).max(4));
        let free = inside.size.saturating_sub(ball.size());
        Self {
            room,
            drawn: Shown::new(),
            motion: Motion::new(Rectangle::new(inside.top_left, free)),
            ball,
            places: [inside.top_left; PLACES],
        }
    }

    /// Moves the ball by one frame and draws it on a buffer of the given age.
    pub fn draw<M: PixelMemory>(&mut self, surface: &mut Surface<M>, age: u64) {
        let at = self.motion.advance();
        let stale = self.drawn.update((), age);
        let old = usize::try_from(age).ok().and_then(|age| self.places.get(age.checked_sub(1)?)).copied();
        match old {
            Some(old) if !stale => self.wipe(surface, old, at),
            _ => self.draw_room(surface),
        }
        surface.draw_surface(&self.ball, at);
        self.places.rotate_right(1);
        self.places[0] = at;
    }

    /// Wipes away what of the ball at `old` the ball at `new` will not cover.
    fn wipe<M: PixelMemory>(&self, surface: &mut Surface<M>, old: Point, new: Point) {
        let Size { width, height } = self.ball.size();
        let (dx, dy) = (new.x - old.x, new.y - old.y);
        let columns = dx.unsigned_abs().min(width);
        let rows = dy.unsigned_abs().min(height);
        // At the left when the ball moved to the right, at the top when it moved down.
        let left = if dx > 0 { 0 } else { width - columns };
        let top = if dy > 0 { 0 } else { height - rows };
        let beside = Rectangle::new(old + Size::new(left, 0), Size::new(columns, height));
        let above = Rectangle::new(old + Size::new(0, top), Size::new(width, rows));
        for area in [beside, above] {
            let Ok(()) = surface.fill_solid(&area, ROOM);
        }
    }

    fn draw_room<M: PixelMemory>(&self, surface: &mut Surface<M>) {
        let scale = Scale::of(surface.size());
        let Ok(()) = surface.clear(GROUND);
        let radius = scale.length(18);
        surface.fill_rounded(&self.room, radius, Ink::over(FRAME).on(GROUND));
        surface.fill_rounded(&self.room.offset(-1), radius.saturating_sub(1), Ink::over(ROOM).on(FRAME));

        let baseline = self.room.top_left.y - scale.px(30);
        let title = TextStyle::new(Font::fitting(&fonts::MEDIUM, scale.px(33)), WRITING).on(GROUND);
        title.draw(surface, "Bounce", Point::new(self.room.top_left.x, baseline));
        let caption = TextStyle::new(Font::fitting(&fonts::REGULAR, scale.px(22)), MUTED).on(GROUND);
        let right = self.room.top_left.x + self.room.size.width as i32;
        let text = "One page flip a frame, drawn in place";
        caption.aligned(Align::Right).draw(surface, text, Point::new(right, baseline));
    }
}

/// A ball that falls, bounces without loss, and turns round at the walls.
struct Motion {
    /// Where the ball's top left corner may be.
    free: Rectangle,
    x: i32,
    y: i32,
    dx: i32,
    dy: i32,
    gravity: i32,
}

impl Motion {
    fn new(free: Rectangle) -> Self {
        let (width, height) = (free.size.width as i32 * FINE, free.size.height as i32 * FINE);
        Self { free, x: 0, y: 0, dx: width / CROSSING, dy: 0, gravity: 2 * height / (FALL * FALL) }
    }

    /// The next place of the ball.
    fn advance(&mut self) -> Point {
        let (right, floor) = (self.free.size.width as i32 * FINE, self.free.size.height as i32 * FINE);
        self.x += self.dx;
        if !(0..=right).contains(&self.x) {
            self.dx = -self.dx;
            self.x = self.x.clamp(0, right);
        }
        self.dy += self.gravity;
        self.y += self.dy;
        if self.y >= floor {
            // Always the speed of a whole fall, so that rounding neither stops the ball nor throws it out.
            self.y = floor;
            self.dy = -self.gravity * FALL;
        }
        self.y = self.y.max(0);
        self.free.top_left + Point::new(self.x / FINE, self.y / FINE)
    }
}

/// A ball lit from the upper left, in a square with the room's colour.
fn paint_ball(diameter: u32) -> Surface<Vec<u32>> {
    let size = Size::new_equal(diameter);
    let mut ball = Surface::new(vec![0; (diameter * diameter) as usize], size).expect("the memory has the ball's size");
    let Ok(()) = ball.clear(ROOM);
    let colors = ball.bounding_box().points().map(|point| lit(point, diameter));
    let Ok(()) = ball.fill_contiguous(&Rectangle::new(Point::zero(), size), colors);
    ball
}

/// The colour of a pixel of the ball's picture.
fn lit(point: Point, diameter: u32) -> Rgb888 {
    let diameter = diameter as i32;
    // From the middle, in 1/256 of the radius.
    let along = |at: i32| (2 * at + 1 - diameter) * FINE / diameter;
    let (x, y) = (along(point.x), along(point.y));
    let from_middle = (x * x + y * y).isqrt();
    let z = (FINE * FINE - x * x - y * y).max(0).isqrt();
    // The light comes from (-0.45, -0.6, 0.66).
    let light = ((-115 * x - 154 * y + 169 * z) / FINE).clamp(0, 255);
    let square = |value: i32| value * value / 255;
    let gleam = square(square(square(square(square(light)))));
    let color = mix(mix(SHADE, LIT, light as u8), GLEAM, (gleam * 3 / 4) as u8);
    // How much of the pixel is inside the rim.
    let inside = ((FINE - from_middle) * diameter / 2 + FINE / 2).clamp(0, 255);
    mix(ROOM, color, inside as u8)
}
