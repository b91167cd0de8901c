//! The colours of gradients, pixel by pixel.

use super::paint::{Paint, Stop};
use embedded_graphics_core::{geometry::Point, pixelcolor::RgbColor};

/// How many colours a gradient has before dithering: one more than there can be between black and white.
const STEPS: usize = 256;

/// A channel's bits after the binary point, in the ramp.
const FRACTION: u32 = 8;

/// Alpha, red, green and blue, in 1/256 of what a byte counts.
type Color = [u16; 4];

/// Thresholds between 0 and 1, in 1/64, each of which is left over or not by rounding: eight rows of eight pixels in which
/// those that are close to each other differ the most. Known as a Bayer matrix.
const THRESHOLDS: [[u8; 8]; 8] = {
    let mut thresholds = [[0; 8]; 8];
    let mut index = 0;
    while index < 64 {
        let (x, y) = (index % 8, index / 8);
        let (mut value, mut bit) = (0, 0);
        while bit < 3 {
            let (column, row) = (x >> bit & 1, y >> bit & 1);
            value |= ((column ^ row) << 1 | row) << (2 * (2 - bit));
            bit += 1;
        }
        thresholds[y][x] = value as u8;
        index += 1;
    }
    thresholds
};

/// A gradient, ready to be drawn.
pub(crate) struct Gradient {
    ramp: [Color; STEPS],
    place: Place,
    opaque: bool,
}

/// How far along the gradient a pixel is: 0 at its start, 1 at its end.
enum Place {
    Linear { from: (f32, f32), per_pixel: (f32, f32) },
    Radial { center: (f32, f32), per_pixel: f32 },
}

impl Gradient {
    /// `None` when the paint is one colour, or a gradient without any.
    pub fn new(paint: &Paint<'_>) -> Option<Self> {
        let exact = |point: Point| (point.x as f32, point.y as f32);
        let (place, stops) = match *paint {
            Paint::Ink(_) => return None,
            Paint::Linear { from, to, stops } => {
                let (from, to) = (exact(from), exact(to));
                let way = (to.0 - from.0, to.1 - from.1);
                // A gradient that goes nowhere is all end.
                let squared = (way.0 * way.0 + way.1 * way.1).max(f32::MIN_POSITIVE);
                (Place::Linear { from, per_pixel: (way.0 / squared, way.1 / squared) }, stops)
            }
            Paint::Radial { center, radius, stops } => {
                (Place::Radial { center: exact(center), per_pixel: 1.0 / radius.max(1) as f32 }, stops)
            }
        };
        let (&first, rest) = stops.split_first()?;
        let opaque = stops.iter().all(|stop| stop.alpha == u8::MAX);
        Some(Self { ramp: ramp(first, rest), place, opaque })
    }

    /// Whether nothing shows through anywhere.
    pub const fn is_opaque(&self) -> bool {
        self.opaque
    }

    /// The straight ARGB colours of the pixels from (x, y) on.
    pub fn colors(&self, x: i32, y: i32, pixels: &mut [u32]) {
        let thresholds = &THRESHOLDS[y as usize % 8];
        for (column, pixel) in (x..).zip(pixels) {
            let part = self.place.of(column as f32, y as f32);
            let color = &self.ramp[(part * (STEPS - 1) as f32 + 0.5) as usize % STEPS];
            *pixel = dithered(color, thresholds[column as usize % 8]);
        }
    }
}

impl Place {
    /// Between 0 and 1.
    fn of(&self, x: f32, y: f32) -> f32 {
        let part = match *self {
            Self::Linear { from, per_pixel } => (x - from.0) * per_pixel.0 + (y - from.1) * per_pixel.1,
            Self::Radial { center, per_pixel } => {
                let (dx, dy) = (x - center.0, y - center.1);
                libm::sqrtf(dx * dx + dy * dy) * per_pixel
            }
        };
        part.clamp(0.0, 1.0)
    }
}

/// The colours at equal distances.
fn ramp(mut before: Stop, mut rest: &[Stop]) -> [Color; STEPS] {
    let mut ramp = [[0; 4]; STEPS];
    for (at, color) in ramp.iter_mut().enumerate() {
        while let [next, others @ ..] = rest
            && usize::from(next.at) <= at
        {
            (before, rest) = (*next, others);
        }
        let after = rest.first().unwrap_or(&before);
        let length = after.at.saturating_sub(before.at).max(1);
        let passed = at.saturating_sub(before.at.into()).min(length.into());
        let mixed = |before: u8, after: u8| {
            let (before, after) = (usize::from(before), usize::from(after));
            (((before * (usize::from(length) - passed) + after * passed) << FRACTION) / usize::from(length)) as u16
        };
        *color = [
            mixed(before.alpha, after.alpha),
            mixed(before.color.r(), after.color.r()),
            mixed(before.color.g(), after.color.g()),
            mixed(before.color.b(), after.color.b()),
        ];
    }
    ramp
}

/// Rounds up what is left over by more than a threshold, in 1/64.
fn dithered(color: &Color, threshold: u8) -> u32 {
    let added = u16::from(threshold) << 2;
    color.iter().fold(0, |pixel, &channel| pixel << 8 | u32::from((channel + added) >> FRACTION))
}
