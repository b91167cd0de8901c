//! The loops, written once for vectors of any length.

/// Makes `replay` for one level of instructions out of what the module has: the type `Vector` of so many pixels, and the
/// kernels `splat`, `splat_half`, `add`, `multiply`, `high`, `and`, `or`, `invert`, `shift_up`, `shift_down`, `choose`, `spread`,
/// `alphas`, `widen_low`, `widen_high` and `narrow` on it.
macro_rules! loops {
    ($level:ident, $lanes:literal) => {
        use super::{Step, rows};
        use crate::PIXELS;
        use bytemuck::must_cast;

        type Pixels = [u32; $lanes];

        fearless_simd::kernel! {
            /// Writes what one item changes.
            pub fn replay(token: $level, step: &Step, target: &mut [u32]) {
                let target = &mut target[..PIXELS];
                match step {
                    Step::Runs { color, runs, coverage } => {
                        let mut coverage = &coverage[..];
                        for run in runs {
                            let pixels = &mut target[run.at as usize..][..run.len as usize];
                            if run.solid {
                                fill(token, pixels, *color);
                            } else {
                                let (now, later) = coverage.split_at(pixels.len());
                                coverage = later;
                                cover(token, pixels, *color, now);
                            }
                        }
                    }
                    Step::Groups { color, runs, masks, weights } => {
                        for run in runs {
                            fill(token, &mut target[run.at as usize..][..run.len as usize], *color);
                        }
                        let colors = splat(token, *color);
                        for &(at, mask) in masks {
                            let Some(eight) = target[at as usize..].first_chunk_mut::<8>() else { return };
                            let (vectors, _) = eight.as_chunks_mut::<$lanes>();
                            let (masks, _) = MASKS[usize::from(mask)].as_chunks::<$lanes>();
                            for (pixels, mask) in vectors.iter_mut().zip(masks) {
                                *pixels = must_cast(choose(token, must_cast(*pixels), colors, must_cast(*mask)));
                            }
                        }
                        let colors = halves(token, colors);
                        for (at, weights) in weights {
                            let Some(eight) = target[*at as usize..].first_chunk_mut::<8>() else { return };
                            let (vectors, _) = eight.as_chunks_mut::<$lanes>();
                            let (weights, _) = weights.as_chunks::<$lanes>();
                            for (pixels, weights) in vectors.iter_mut().zip(weights) {
                                *pixels = blend(token, *pixels, colors, *weights);
                            }
                        }
                    }
                    Step::Image { at, picture } => {
                        let width = picture.size().width as usize;
                        for (row, start) in rows(*at, picture) {
                            target[start..][..width].copy_from_slice(&picture.straight[row * width..][..width]);
                        }
                    }
                    Step::Alpha { at, picture } => {
                        let width = picture.size().width as usize;
                        for (row, start) in rows(*at, picture) {
                            over(token, &mut target[start..][..width], &picture.premultiplied[row * width..][..width]);
                        }
                    }
                    Step::Tint { color, alpha, runs } => {
                        for run in runs {
                            tint(token, &mut target[run.at as usize..][..run.len as usize], *color, *alpha);
                        }
                    }
                    Step::Pixels { runs, pixels } => {
                        let mut pixels = &pixels[..];
                        for run in runs {
                            let (now, later) = pixels.split_at(run.len as usize);
                            target[run.at as usize..][..now.len()].copy_from_slice(now);
                            pixels = later;
                        }
                    }
                    Step::Scroll { by } => target.copy_within(..PIXELS - by, *by),
                }
            }
        }

        /// For each mask, eight pixels of ones where its bits are set.
        static MASKS: [[u32; 8]; 256] = {
            let mut masks = [[0; 8]; 256];
            let mut index = 0;
            while index < 256 * 8 {
                masks[index / 8][index % 8] = if index / 8 >> (index % 8) & 1 == 1 { u32::MAX } else { 0 };
                index += 1;
            }
            masks
        };

        fearless_simd::kernel! {
            /// Where the length isn't a multiple of a vector's, the last vector overlaps the one before it.
            #[inline]
            fn fill(_token: $level, pixels: &mut [u32], color: u32) {
                if let Some(last) = pixels.len().checked_sub($lanes) {
                    let (whole, _) = pixels.as_chunks_mut::<$lanes>();
                    whole.iter_mut().for_each(|vector| *vector = [color; $lanes]);
                    pixels[last..].copy_from_slice(&[color; $lanes]);
                } else if let Some(last) = pixels.len().checked_sub(4) {
                    pixels[..4].copy_from_slice(&[color; 4]);
                    pixels[last..].copy_from_slice(&[color; 4]);
                } else {
                    pixels.iter_mut().for_each(|pixel| *pixel = color);
                }
            }
        }

        fearless_simd::kernel! {
            /// Divides numbers of at most 255 * 255 by 255, rounded to the nearest.
            #[inline]
            fn divide(token: $level, numbers: Vector) -> Vector {
                // (n + 128) * 257 / 65536: exact for all of them.
                high(token, add(token, numbers, splat_half(token, 128)), splat_half(token, 257))
            }
        }

        fearless_simd::kernel! {
            /// The even bytes of each pixel, and the odd ones, as 16-bit numbers.
            #[inline]
            fn halves(token: $level, pixels: Vector) -> (Vector, Vector) {
                (and(token, pixels, splat_half(token, 0xff)), shift_down(token, pixels))
            }
        }

        fearless_simd::kernel! {
            #[inline]
            fn joined(token: $level, even: Vector, odd: Vector) -> Vector {
                or(token, even, shift_up(token, odd))
            }
        }

        fearless_simd::kernel! {
            /// A colour, in halves, on as many pixels as there are weights.
            #[inline]
            fn blend(token: $level, below: Pixels, color: (Vector, Vector), weights: [u8; $lanes]) -> Pixels {
                let weights = spread(token, weights);
                let rest = invert(token, weights);
                let below = halves(token, must_cast(below));
                let even = add(token, multiply(token, below.0, rest), multiply(token, color.0, weights));
                let odd = add(token, multiply(token, below.1, rest), multiply(token, color.1, weights));
                must_cast(joined(token, divide(token, even), divide(token, odd)))
            }
        }

        fearless_simd::kernel! {
            #[inline]
            fn cover(token: $level, pixels: &mut [u32], color: u32, coverage: &[u8]) {
                let color = halves(token, splat(token, color));
                let (weights, weights_rest) = coverage.as_chunks::<$lanes>();
                let (whole, rest) = pixels.as_chunks_mut::<$lanes>();
                for (vector, weights) in whole.iter_mut().zip(weights) {
                    *vector = blend(token, *vector, color, *weights);
                }
                if !rest.is_empty() {
                    let (mut vector, mut weights) = ([0; $lanes], [0; $lanes]);
                    vector.iter_mut().zip(&*rest).for_each(|(to, from)| *to = *from);
                    weights.iter_mut().zip(weights_rest).for_each(|(to, from)| *to = *from);
                    let vector = blend(token, vector, color, weights);
                    rest.iter_mut().zip(vector).for_each(|(to, from)| *to = from);
                }
            }
        }

        fearless_simd::kernel! {
            #[inline]
            fn tint(token: $level, pixels: &mut [u32], color: u32, alpha: u8) {
                // The same for all pixels. The highest bytes become 0.
                let weight = splat_half(token, alpha.into());
                let color = widen_low(token, splat(token, color & 0xff_ffff));
                let added = add(token, multiply(token, color, weight), splat_half(token, 128));
                let left = widen_low(token, splat(token, 0xff_ffff));
                let rest = and(token, left, splat_half(token, 255 - i16::from(alpha)));
                let half = |below: Vector| -> Vector {
                    let sum = add(token, multiply(token, below, rest), added);
                    high(token, sum, splat_half(token, 257))
                };
                let one = |below: Pixels| -> Pixels {
                    let below = must_cast(below);
                    must_cast(narrow(token, half(widen_low(token, below)), half(widen_high(token, below))))
                };
                let (whole, rest) = pixels.as_chunks_mut::<$lanes>();
                // How fast a shorter loop is depends on where in memory its code happens to lie.
                let (pairs, single) = whole.as_chunks_mut::<2>();
                pairs.iter_mut().for_each(|[first, second]| (*first, *second) = (one(*first), one(*second)));
                single.iter_mut().for_each(|vector| *vector = one(*vector));
                rest.iter_mut().for_each(|pixel| [*pixel, ..] = one([*pixel; $lanes]));
            }
        }

        fearless_simd::kernel! {
            /// Premultiplied pixels on others.
            #[inline]
            fn over_vector(token: $level, below: Pixels, over: Pixels) -> Pixels {
                let over = must_cast::<Pixels, Vector>(over);
                let rest = invert(token, alphas(token, over));
                let below = halves(token, must_cast(below));
                let even = divide(token, multiply(token, below.0, rest));
                let odd = divide(token, multiply(token, below.1, rest));
                // No channel is larger than its alpha, so no sum is larger than a byte.
                let colors = and(token, over, splat(token, 0xff_ffff));
                must_cast(add(token, joined(token, even, odd), colors))
            }
        }

        fearless_simd::kernel! {
            #[inline]
            fn over(token: $level, pixels: &mut [u32], over: &[u32]) {
                let (over, over_rest) = over.as_chunks::<$lanes>();
                let (whole, rest) = pixels.as_chunks_mut::<$lanes>();
                for (below, over) in whole.iter_mut().zip(over) {
                    *below = over_vector(token, *below, *over);
                }
                for (below, over) in rest.iter_mut().zip(over_rest) {
                    [*below, ..] = over_vector(token, [*below; $lanes], [*over; $lanes]);
                }
            }
        }
    };
}

/// Names the instructions that `loops` is made of.
macro_rules! instructions {
    ($level:ident, $($name:ident($($value:ident: $type:ty),*) = $body:expr;)*) => {
        $(fearless_simd::kernel! {
            #[inline]
            fn $name(_token: $level, $($value: $type),*) -> Vector {
                $body
            }
        })*
    };
}

pub(super) use {instructions, loops};
