//! Hashes of drawing operations, and names for what pictures hold.

use core::{
    hash::Hasher,
    sync::atomic::{AtomicU64, Ordering},
};

use embedded_graphics_core::geometry::Point;

use crate::area::Area;

/// Odd, with as many ones as zeros and no pattern: the fraction of the golden ratio.
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// A hash of a drawing operation: the same on every run, quick for a few numbers, and not meant to withstand anybody.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Digest {
    hash: u64,
    below: Below,
}

/// What an operation does with the pixels that it finds in its area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Below {
    /// Each is replaced: what they were does not matter.
    Hidden,
    /// What becomes of each may depend on what it was.
    Mixed,
    /// What becomes of each depends on what all were that are in this area.
    Moved(Area),
}

impl Digest {
    /// The hash of nothing.
    pub const fn new() -> Self {
        Self { hash: MULTIPLIER, below: Below::Mixed }
    }

    /// The operation replaces every pixel of its area, to the last one, whatever it was.
    pub const fn opaque(&mut self) -> &mut Self {
        self.below = Below::Hidden;
        self
    }

    /// The operation moves pixels about in `area`, which has to be inside the surface.
    pub const fn moves(&mut self, area: Area) -> &mut Self {
        self.below = Below::Moved(area);
        self
    }

    /// What the operation does with the pixels that it finds.
    pub const fn below(&self) -> Below {
        self.below
    }

    /// Takes in places: of a plot there are so many that hashing them takes as long as all else.
    pub fn places(&mut self, places: &[Point]) {
        // Of each four that follow each other, each goes to a hash of its own: no multiplication waits for the one before.
        let mut parts = [1, 2, 3, 4].map(|part| Self { hash: self.hash ^ part, ..*self });
        for four in places.chunks(parts.len()) {
            for (part, place) in parts.iter_mut().zip(four) {
                part.mix(u64::from(place.x as u32) << 32 | u64::from(place.y as u32));
            }
        }
        parts.iter().for_each(|part| self.mix(part.hash));
        self.mix(places.len() as u64);
    }

    /// Takes in one number.
    #[inline]
    const fn mix(&mut self, number: u64) {
        // Both halves of the product, so that every bit of the numbers reaches every bit of the hash.
        let product = ((self.hash ^ number) as u128).wrapping_mul((MULTIPLIER ^ number.rotate_left(32)) as u128 | 1);
        self.hash = (product as u64 ^ (product >> 64) as u64).rotate_left(23).wrapping_add(MULTIPLIER);
    }
}

impl Hasher for Digest {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.mix(u64::from_le_bytes(*word)));
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.mix(u64::from_le_bytes(last) ^ (bytes.len() as u64) << 56);
    }

    fn write_u8(&mut self, number: u8) {
        self.mix(number.into());
    }

    fn write_u32(&mut self, number: u32) {
        self.mix(number.into());
    }

    fn write_u64(&mut self, number: u64) {
        self.mix(number);
    }

    fn write_usize(&mut self, number: usize) {
        self.mix(number as u64);
    }

    fn finish(&self) -> u64 {
        self.hash
    }
}

/// Names what a picture holds, so that drawing it can be hashed without looking at its pixels.
#[derive(Debug)]
pub(crate) struct Identity(AtomicU64);

impl Identity {
    /// No name yet.
    const UNNAMED: u64 = 0;

    /// Content that nobody has asked about.
    pub const fn new() -> Self {
        Self(AtomicU64::new(Self::UNNAMED))
    }

    /// A number that no other content has had.
    pub fn get(&self) -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(Identity::UNNAMED + 1);
        match self.0.load(Ordering::Relaxed) {
            Self::UNNAMED => {
                let name = NEXT.fetch_add(1, Ordering::Relaxed);
                // Of two that come here at once one has its name forgotten: then it counts as changed, which is safe.
                self.0.store(name, Ordering::Relaxed);
                name
            }
            name => name,
        }
    }

    /// The content has changed.
    pub fn renew(&mut self) {
        *self.0.get_mut() = Self::UNNAMED;
    }
}

impl Clone for Identity {
    /// A copy has the same content.
    fn clone(&self) -> Self {
        Self(AtomicU64::new(self.get()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn content_is_named_anew_when_it_changes() {
        let (mut one, other) = (Identity::new(), Identity::new());
        let name = one.get();
        assert_eq!(name, one.get());
        assert_eq!(name, one.clone().get());
        assert_ne!(name, other.get());
        one.renew();
        assert_ne!(name, one.get());
    }

    #[test]
    fn places_count_and_so_do_their_order_and_number() {
        let digest = |places: &[(i32, i32)]| {
            let mut digest = Digest::new();
            digest.places(&places.iter().copied().map(Point::from).collect::<Vec<_>>());
            digest.finish()
        };
        let all: Vec<_> = (0..11).map(|at| (at, -at)).collect();
        for index in 0..all.len() {
            let (mut changed, mut turned, mut swapped) = (all.clone(), all.clone(), all.clone());
            changed[index].1 += 1;
            turned[index] = (turned[index].1, turned[index].0 + 1);
            swapped.swap(index, (index + 4) % all.len());
            assert!([changed, turned, swapped].iter().all(|other| digest(other) != digest(&all)), "place {index}");
            assert_ne!(digest(&all[..index]), digest(&all));
        }
        assert_ne!(digest(&[]), digest(&[(0, 0)]));
    }

    #[test]
    fn bytes_count_and_so_does_where_they_end() {
        let digest = |parts: &[&[u8]]| {
            let mut digest = Digest::new();
            parts.iter().for_each(|part| digest.write(part));
            digest.finish()
        };
        assert_eq!(digest(&[b"12345678", b"9"]), digest(&[b"12345678", b"9"]));
        assert_ne!(digest(&[b"1"]), digest(&[b"1\0"]));
        assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
        assert_ne!(digest(&[b"abcdefgh"]), digest(&[b"abcdefgi"]));
    }
}
