//! Pictures made larger or smaller with a filter.
//!
//! Every target pixel is a weighted sum of the source pixels around it, first down the columns, then along the row that this
//! gives: so one row of sums is all that has to be kept, and the long loop runs over memory in order. It is done here because
//! of the crates that do it `fast_image_resize` makes an image 670 KB larger, `pic-scale-safe` needs the standard library,
//! and `resize` keeps 16 bytes for every source row's target pixel (46 MB for one photo of 12 megapixels made 960 wide).

use alloc::vec::Vec;

use bytemuck::must_cast_slice;
use embedded_graphics_core::geometry::{OriginDimensions, Size};

use super::picture::{allocate, reserve};
use super::{ImageError, Picture};
use crate::simd;

/// How source pixels are weighed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// By how much of the target pixel's area they cover: exact averages when smaller, hard edges when larger.
    Box,
    /// Linear: smooth, and a little soft. Bilinear interpolation when larger.
    Triangle,
    /// The cubic through its points: sharp without much ringing, the one to take for photos.
    CatmullRom,
    /// A windowed sinc of three lobes: sharpest, with some ringing at hard edges.
    Lanczos3,
}

impl Filter {
    /// How far it reaches from its middle, in pixels of the larger of both scales.
    const fn support(self) -> f64 {
        match self {
            Self::Box => 0.5,
            Self::Triangle => 1.0,
            Self::CatmullRom => 2.0,
            Self::Lanczos3 => 3.0,
        }
    }

    /// The weight of what is `x` away, on a scale on which the weights' distance is 1; not for boxes.
    fn weight(self, x: f64) -> f64 {
        let x = x.abs();
        match self {
            Self::CatmullRom if x < 1.0 => (1.5 * x - 2.5) * x * x + 1.0,
            Self::CatmullRom if x < 2.0 => ((2.5 - 0.5 * x) * x - 4.0) * x + 2.0,
            Self::Lanczos3 if x < 3.0 => sinc(x) * sinc(x / 3.0),
            Self::Triangle if x < 1.0 => 1.0 - x,
            _ => 0.0,
        }
    }
}

fn sinc(x: f64) -> f64 {
    let angle = x * core::f64::consts::PI;
    if x < 1e-6 { 1.0 } else { libm::sin(angle) / angle }
}

/// One axis of both pictures.
struct Axis {
    filter: Filter,
    source: usize,
    /// Source pixels a target pixel.
    ratio: f64,
}

impl Axis {
    fn new(filter: Filter, source: u32, target: u32) -> Self {
        Self { filter, source: source as usize, ratio: f64::from(source) / f64::from(target) }
    }

    /// More weights than a target pixel has.
    fn most_weights(&self) -> usize {
        (2 * (self.filter.support() * self.ratio.max(1.0)) as usize + 4).min(self.source)
    }

    /// Appends the weights of the source pixels for a target pixel, which sum up to 1, and returns which source pixel is the
    /// first.
    fn weigh(&self, target: usize, weights: &mut Vec<f32>) -> usize {
        let middle = (target as f64 + 0.5) * self.ratio;
        let reach = match self.filter {
            Filter::Box => self.ratio / 2.0,
            other => other.support() * self.ratio.max(1.0),
        };
        let (start, end) = (middle - reach, middle + reach);
        // Casts stop at 0 and cut off the fraction.
        let (mut first, mut last) = (start as usize, (end as usize).min(self.source - 1));
        while first < last && self.weight(first, middle) == 0.0 {
            first += 1;
        }
        while last > first && self.weight(last, middle) == 0.0 {
            last -= 1;
        }
        let sum: f64 = (first..=last).map(|index| self.weight(index, middle)).sum();
        weights.extend((first..=last).map(|index| (self.weight(index, middle) / sum) as f32));
        first
    }

    /// The weight of a source pixel for a target pixel with its middle there, before all are made to sum up to 1.
    fn weight(&self, index: usize, middle: f64) -> f64 {
        let start = index as f64;
        match self.filter {
            Filter::Box => {
                let (from, to) = (middle - self.ratio / 2.0, middle + self.ratio / 2.0);
                (to.min(start + 1.0) - from.max(start)).max(0.0)
            }
            other => other.weight((start + 0.5 - middle) / self.ratio.max(1.0)),
        }
    }
}

/// The weights of all target pixels of a row.
struct Columns {
    /// Of each target pixel the first source pixel, and where its weights end.
    places: Vec<(usize, usize)>,
    weights: Vec<f32>,
}

impl Columns {
    fn new(axis: &Axis, targets: u32) -> Result<Self, ImageError> {
        let mut places = allocate(targets as usize)?;
        let mut weights = allocate(targets as usize * axis.most_weights())?;
        for target in 0..targets as usize {
            let first = axis.weigh(target, &mut weights);
            places.push((first, weights.len()));
        }
        Ok(Self { places, weights })
    }

    /// Appends a row of pixels made of a row of sums.
    fn gather(&self, sums: &[[f32; 4]], pixels: &mut Vec<u32>) {
        let mut from = 0;
        pixels.extend(self.places.iter().map(|&(first, end)| {
            let weights = &self.weights[from..end];
            from = end;
            let mut total = [0.0; 4];
            for (weight, sum) in weights.iter().zip(&sums[first..]) {
                total = core::array::from_fn(|channel| total[channel] + weight * sum[channel]);
            }
            pixel(total)
        }));
    }
}

/// Rounds to a premultiplied pixel. Filters that overshoot may make a channel larger than its alpha, which is then cut.
fn pixel(channels: [f32; 4]) -> u32 {
    // Added to a number of 0 to 255 this leaves its nearest integer in the lowest bits: the cast would take longer than the sum.
    const INTEGERS: f32 = (1 << (f32::MANTISSA_DIGITS - 1)) as f32;
    let bytes = channels.map(|channel| (channel.clamp(0.0, 255.0) + INTEGERS).to_bits() as u8);
    let [alpha, red, green, blue] = u32::from_ne_bytes(bytes).to_be_bytes();
    u32::from_be_bytes([alpha, red.min(alpha), green.min(alpha), blue.min(alpha)])
}

impl Picture {
    /// A copy of the picture in another size. Allocates four bytes a pixel of it and, for the time that it takes, 16 bytes a
    /// column of the source and 4 a weight. Channels are weighed as they are, without regard to gamma, as nearly everybody does.
    ///
    /// # Errors
    ///
    /// [`ImageError::Size`] when there can't be a picture of that size, [`ImageError::Memory`].
    pub fn scaled(&self, size: Size, filter: Filter) -> Result<Self, ImageError> {
        let (across, down) = self.axes(size, filter);
        let mut pixels = reserve(size)?;
        let columns = Columns::new(&across, size.width)?;
        let mut weights = allocate(down.most_weights())?;
        let mut sums = allocate(across.source)?;
        sums.resize(across.source, [0.0; 4]);
        for y in 0..size.height as usize {
            weights.clear();
            let first = down.weigh(y, &mut weights);
            simd::vectorize(
                #[inline(always)]
                || self.sum_rows(&mut sums, first, &weights),
            );
            columns.gather(&sums, &mut pixels);
        }
        Ok(self.made_of(pixels, size))
    }

    fn axes(&self, target: Size, filter: Filter) -> (Axis, Axis) {
        let source = self.size();
        let axis = |source, target: u32| Axis::new(filter, source, target.max(1));
        (axis(source.width, target.width), axis(source.height, target.height))
    }

    /// Sets `sums` to those of rows from `first` on, each times its weight.
    #[inline(always)]
    fn sum_rows(&self, sums: &mut [[f32; 4]], first: usize, weights: &[f32]) {
        sums.fill([0.0; 4]);
        let sums = sums.as_flattened_mut();
        let bytes = |row: usize| must_cast_slice::<u32, u8>(self.row(row));
        // Four rows at a time: sums are read and written as often as rows are.
        let (fours, rest) = weights.as_chunks();
        for (index, &[a, b, c, d]) in fours.iter().enumerate() {
            let [one, two, three, four] = core::array::from_fn(|row| bytes(first + 4 * index + row));
            let rows = one.iter().zip(two).zip(three).zip(four);
            for (sum, (((one, two), three), four)) in sums.iter_mut().zip(rows) {
                *sum += f32::from(*one) * a + f32::from(*two) * b + f32::from(*three) * c + f32::from(*four) * d;
            }
        }
        for (weight, row) in rest.iter().zip(first + 4 * fours.len()..) {
            sums.iter_mut().zip(bytes(row)).for_each(|(sum, byte)| *sum += f32::from(*byte) * weight);
        }
    }
}
