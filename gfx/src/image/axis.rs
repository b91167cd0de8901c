//! Which pixels of a picture are seen where, when it is drawn in another size.

use crate::surface::STAGE;

/// What a pixel is when it lies between those of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sampling {
    /// The nearest one: hard edges, as pixel art wants it.
    Nearest,
    /// A mix of the four around it. Good for sizes of half to twice the picture's; much smaller, most of its pixels are never
    /// looked at, and [`scaled`](super::Picture::scaled) is better.
    Bilinear,
}

/// A place in a picture counts in 256ths of a pixel.
const ONE: u64 = 256;

/// Source pixels of two rows that are mixed at a time.
pub const SPAN: usize = 2 * STAGE;

/// How target pixels along an axis go to source pixels.
#[derive(Clone, Copy, Debug)]
pub enum Spread {
    /// All source pixels for all target pixels.
    Stretch(Sampling),
    /// The source pixels over and over again.
    Tile,
}

/// Goes along an axis of a picture, a step for each target pixel.
///
/// A place depends on the target pixel alone and not on where drawing begins, as quotient and remainder are kept exactly:
/// a part that is drawn again is what it was.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    /// Where the first source pixel is in the picture, and how many there are.
    start: usize,
    count: u64,
    /// From there, in parts of [`ONE`], and what is left of the division by `divisor`.
    place: u64,
    remainder: u64,
    step: u64,
    step_remainder: u64,
    divisor: u64,
    spread: Spread,
}

/// Two neighbouring source pixels, and the weight of the second in 256ths.
#[derive(Clone, Copy)]
pub struct Between {
    pub one: usize,
    pub other: usize,
    pub weight: u32,
}

impl Axis {
    /// Begins at target pixel `index` of `target`, with the source pixels from `start` on, `source` of them. None of the
    /// counts is 0, and `index` is less than `target`.
    pub fn new(start: i32, source: usize, target: u32, index: u32, spread: Spread) -> Self {
        let (start, count, index) = (start as usize, source as u64, u64::from(index));
        if let Spread::Tile = spread {
            let place = index % count * ONE;
            return Self { start, count, place, remainder: 0, step: ONE, step_remainder: 0, divisor: 1, spread };
        }
        // The middle of target pixel i is at (2i + 1) / (2 target) of all. No product gets larger than 2⁵⁵: index and target
        // are below 2³², the source's side below 2¹⁵.
        let divisor = 2 * u64::from(target);
        let (place, step) = ((2 * index + 1) * count * ONE, 2 * count * ONE);
        let (remainder, step_remainder) = (place % divisor, step % divisor);
        Self { start, count, place: place / divisor, remainder, step: step / divisor, step_remainder, divisor, spread }
    }

    /// The source pixels of this target pixel.
    #[inline(always)]
    pub fn between(&self) -> Between {
        let last = self.count - 1;
        let (one, other, weight) = match self.spread {
            Spread::Stretch(Sampling::Bilinear) => {
                // From the middle of a source pixel to that of the next; before the first and after the last there is one only.
                let place = self.place.saturating_sub(ONE / 2);
                let one = (place / ONE).min(last);
                (one, (one + 1).min(last), place % ONE)
            }
            _ => (self.place / ONE, self.place / ONE, 0),
        };
        Between { one: self.start + one as usize, other: self.start + other as usize, weight: weight as u32 }
    }

    /// How many of the next target pixels, of which there are so many, a span of source pixels is enough for, and how many of
    /// these they take at most.
    pub fn span(&self, targets: usize) -> (usize, usize) {
        let (source, target) = (self.count, self.divisor / 2);
        match self.spread {
            Spread::Tile => {
                let count = targets.min((self.count - self.place / ONE) as usize).min(SPAN);
                (count, count)
            }
            Spread::Stretch(_) => {
                // Three more: the neighbour, and what is begun at either end. One target pixel always takes two at most.
                let most = ((SPAN as u64 - 3) * target / source).clamp(1, STAGE as u64) as usize;
                let count = targets.min(most);
                (count, ((count as u64 * source / target) as usize + 3).min(SPAN))
            }
        }
    }

    /// Sets the next target pixels; `source` begins with pixel `first` of a row.
    pub fn sample(&mut self, source: &[u32], first: usize, targets: &mut [u32]) {
        // A copy, which is kept in registers.
        let mut axis = *self;
        for target in targets {
            let Between { one, other, weight } = axis.between();
            *target = gathered(lerp(spread(source[one - first]), spread(source[other - first]), weight));
            axis.advance();
        }
        *self = axis;
    }

    /// Goes on to the next target pixel.
    #[inline(always)]
    pub fn advance(&mut self) {
        self.place += self.step;
        self.remainder += self.step_remainder;
        if self.remainder >= self.divisor {
            self.remainder -= self.divisor;
            self.place += 1;
        }
        if matches!(self.spread, Spread::Tile) && self.place == self.count * ONE {
            self.place = 0;
        }
    }

    /// The first source pixel of `count` that follow each other, one for each target pixel from here.
    pub fn run(&self, count: usize) -> Option<usize> {
        let Between { one, weight, .. } = self.between();
        let follow = self.step == ONE && self.step_remainder == 0 && weight == 0;
        (follow && one + count <= self.start + self.count as usize).then_some(one)
    }
}

/// The channels of a pixel in 16 bits each, in an order of their own.
#[inline(always)]
fn spread(pixel: u32) -> u64 {
    let pixel = u64::from(pixel);
    (pixel | pixel << 24) & CHANNELS
}

/// Undoes [`spread`].
#[inline(always)]
fn gathered(channels: u64) -> u32 {
    (channels | channels >> 24) as u32
}

/// The lower byte of each 16 bits.
const CHANNELS: u64 = 0x00ff_00ff_00ff_00ff;

/// Each channel of `other` by `weight / 256`, at most 255, and of `one` by the rest, rounded to the nearest.
#[inline(always)]
fn lerp(one: u64, other: u64, weight: u32) -> u64 {
    const HALF: u64 = 0x0080_0080_0080_0080;
    let weight = u64::from(weight);
    (one * (256 - weight) + other * weight + HALF) >> 8 & CHANNELS
}
