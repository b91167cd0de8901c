//! Who has which frame of RAM: a bitmap, one bit for each.
//!
//! Runs are given from the top of memory down, so that the heap, which grows upwards from the bottom, stays in one piece
//! for as long as there is memory at all.

use core::ops::Range;

/// The frame allocator. Frames are counted from 0, as physical addresses divided by 4096.
pub(crate) struct Frames<'a> {
    /// Bit N of word M: frame 64 M + N is in use, or is no RAM.
    used: &'a mut [u64],
    free: usize,
    total: usize,
    /// The fewest free frames that there ever were.
    least_free: usize,
}

impl<'a> Frames<'a> {
    /// An allocator of nothing, for frames up to 64 times the length of `bitmap`.
    pub(crate) fn new(bitmap: &'a mut [u64]) -> Self {
        bitmap.fill(u64::MAX);
        Self { used: bitmap, free: 0, total: 0, least_free: 0 }
    }

    /// Hands over frames that are RAM and free. Those above the bitmap's end stay unused; those that were handed over
    /// before are not counted again.
    pub(crate) fn add(&mut self, frames: Range<usize>) {
        let end = frames.end.min(self.used.len() * 64);
        let mut frame = frames.start;
        while frame < end {
            let whole_word = frame.is_multiple_of(64) && end - frame >= 64 && self.used[frame / 64] == u64::MAX;
            let step = if whole_word { 64 } else { 1 };
            if whole_word {
                self.used[frame / 64] = 0;
            }
            if whole_word || self.is_used(frame) {
                self.set(frame, false);
                self.free += step;
                self.total += step;
            }
            frame += step;
        }
        self.least_free = self.free;
    }

    /// Takes frames out for good, whichever of them are free.
    pub(crate) fn reserve(&mut self, frames: Range<usize>) {
        for frame in frames.start..frames.end.min(self.used.len() * 64) {
            if !self.is_used(frame) {
                self.set(frame, true);
                self.free -= 1;
            }
        }
        self.least_free = self.free;
    }

    /// Gives the highest run of `count` free frames, `count` at least 1; the answer is its first frame.
    pub(crate) fn allocate(&mut self, count: usize) -> Option<usize> {
        let first = self.highest_run(count)?;
        self.mark_used(first, count);
        Some(first)
    }

    /// The highest free frame below `below`, left free.
    pub(crate) fn highest_below(&self, below: usize) -> Option<usize> {
        let mut frame = below.min(self.used.len() * 64);
        while frame > 0 {
            frame -= 1;
            if self.used[frame / 64] == u64::MAX {
                frame -= frame % 64;
            } else if !self.is_used(frame) {
                return Some(frame);
            }
        }
        None
    }

    /// Takes these very frames, if all of them are free.
    pub(crate) fn take(&mut self, first: usize, count: usize) -> bool {
        let Some(end) = first.checked_add(count).filter(|end| *end <= self.used.len() * 64) else { return false };
        let free = (first..end).all(|frame| !self.is_used(frame));
        if free {
            self.mark_used(first, count);
        }
        free
    }

    /// Takes frames back that [`Self::allocate`] or [`Self::take`] gave. Panics when one of them is free already.
    pub(crate) fn release(&mut self, first: usize, count: usize) {
        for frame in first..first + count {
            assert!(self.is_used(frame), "frame {frame:#x} is released twice");
            self.set(frame, false);
        }
        self.free += count;
    }

    /// The lowest run of `count` free frames from `from` on, left free.
    pub(crate) fn lowest_run(&self, from: usize, count: usize) -> Option<usize> {
        let mut run = 0;
        for frame in from..self.used.len() * 64 {
            run = if self.is_used(frame) { 0 } else { run + 1 };
            if run == count {
                return Some(frame + 1 - count);
            }
        }
        None
    }

    /// Free frames.
    pub(crate) fn free(&self) -> usize {
        self.free
    }

    /// Frames that were ever handed over.
    pub(crate) fn total(&self) -> usize {
        self.total
    }

    /// The fewest free frames that there ever were.
    pub(crate) fn least_free(&self) -> usize {
        self.least_free
    }

    fn mark_used(&mut self, first: usize, count: usize) {
        for frame in first..first + count {
            self.set(frame, true);
        }
        self.free -= count;
        self.least_free = self.least_free.min(self.free);
    }

    /// The highest run of `count` free frames. Words that are all free or all used are passed in one step.
    fn highest_run(&self, count: usize) -> Option<usize> {
        if count == 0 || count > self.free {
            return None;
        }
        let mut run = 0;
        for (index, &word) in self.used.iter().enumerate().rev() {
            match word {
                u64::MAX => run = 0,
                0 if run + 64 < count => run += 64,
                _ => {
                    for bit in (0..64).rev() {
                        run = if word >> bit & 1 == 0 { run + 1 } else { 0 };
                        if run == count {
                            return Some(index * 64 + bit);
                        }
                    }
                }
            }
        }
        None
    }

    fn is_used(&self, frame: usize) -> bool {
        self.used[frame / 64] >> (frame % 64) & 1 == 1
    }

    fn set(&mut self, frame: usize, used: bool) {
        let bit = 1 << (frame % 64);
        match used {
            true => self.used[frame / 64] |= bit,
            false => self.used[frame / 64] &= !bit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn runs_come_from_the_top() {
        let mut bitmap = [0; 4];
        let mut frames = Frames::new(&mut bitmap);
        frames.add(1..200);
        assert_eq!((frames.free(), frames.total()), (199, 199));
        assert_eq!(frames.allocate(1), Some(199));
        assert_eq!(frames.allocate(100), Some(99));
        assert_eq!(frames.allocate(98), Some(1));
        assert_eq!(frames.allocate(1), None);
        frames.release(99, 100);
        assert_eq!(frames.allocate(100), Some(99));
        assert_eq!(frames.least_free(), 0);
    }

    #[test]
    fn a_run_can_cross_free_words_and_end_in_the_middle_of_one() {
        let mut bitmap = [0; 8];
        let mut frames = Frames::new(&mut bitmap);
        frames.add(10..500);
        frames.reserve(300..301);
        assert_eq!(frames.allocate(250), Some(50));
        assert_eq!(frames.allocate(199), Some(301));
        assert_eq!(frames.allocate(199), None);
    }

    #[test]
    fn certain_frames_are_given_once() {
        let mut bitmap = [0; 2];
        let mut frames = Frames::new(&mut bitmap);
        frames.add(0..100);
        assert!(frames.take(10, 20));
        assert!(!frames.take(29, 2));
        assert!(!frames.take(100, 1) && !frames.take(127, 2) && !frames.take(usize::MAX, 2));
        assert_eq!(frames.lowest_run(5, 5), Some(5));
        assert_eq!(frames.lowest_run(5, 6), Some(30));
    }

    #[test]
    fn single_frames_are_found_from_the_top() {
        let mut bitmap = [0; 5];
        let mut frames = Frames::new(&mut bitmap);
        frames.add(3..300);
        frames.reserve(10..280);
        frames.reserve(290..291);
        let mut found = Vec::new();
        let mut below = usize::MAX;
        while let Some(frame) = frames.highest_below(below) {
            assert!(frames.take(frame, 1));
            found.push(frame);
            below = frame;
        }
        assert_eq!(found, (3..10).chain(280..290).chain(291..300).rev().collect::<Vec<_>>()[..]);
        assert_eq!(frames.free(), 0);
    }

    #[test]
    #[should_panic(expected = "released twice")]
    fn a_frame_is_released_once() {
        let mut bitmap = [0; 1];
        let mut frames = Frames::new(&mut bitmap);
        frames.add(0..64);
        let first = frames.allocate(2).unwrap();
        frames.release(first, 2);
        frames.release(first, 1);
    }

    proptest! {
        /// However memory is cut up, the single frames that are found are all that are free, each once.
        #[test]
        fn every_free_frame_is_found(held in prop::collection::btree_set(0usize..400, 0..400)) {
            let mut bitmap = [0; 7];
            let mut frames = Frames::new(&mut bitmap);
            frames.add(0..400);
            held.iter().for_each(|frame| frames.reserve(*frame..*frame + 1));
            let mut found = Vec::new();
            let mut below = usize::MAX;
            while let Some(frame) = frames.highest_below(below) {
                prop_assert!(frames.take(frame, 1));
                found.push(frame);
                below = frame;
            }
            let free: Vec<usize> = (0..400).rev().filter(|frame| !held.contains(frame)).collect();
            prop_assert_eq!(found, free);
            prop_assert_eq!(frames.free(), 0);
        }

        /// Against a plain list of who has what: no frame is given twice, and none is lost.
        #[test]
        fn no_frame_is_given_twice(requests in prop::collection::vec((1usize..40, any::<bool>()), 1..200)) {
            let mut bitmap = [0; 6];
            let mut frames = Frames::new(&mut bitmap);
            frames.add(3..350);
            let mut given: Vec<(usize, usize)> = Vec::new();
            for (count, release) in requests {
                if release && !given.is_empty() {
                    let (first, count) = given.swap_remove(count % given.len());
                    frames.release(first, count);
                } else if let Some(first) = frames.allocate(count) {
                    prop_assert!(first >= 3 && first + count <= 350);
                    prop_assert!(given.iter().all(|&(other, length)| first + count <= other || other + length <= first));
                    given.push((first, count));
                }
                let held: usize = given.iter().map(|(_, count)| count).sum();
                prop_assert_eq!(frames.free(), 347 - held);
            }
        }
    }
}
