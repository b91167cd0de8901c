//! A domain's frames: which are in use, and the pages that are made of them.

use std::vec::Vec;

use super::domain::Domain;
use super::pages::{Backing, Run};
use crate::memory::SharedMemory;
use crate::platform::{OutOfMemory, OwnPages, SharedPages};
use crate::{Gfn, PAGE_SIZE};

/// The number of the first frame that is handed out, so that a frame is never mistaken for a small count.
const FIRST_FRAME: u64 = 0x100;
/// What the words of a free frame say.
pub(super) const POISON: u32 = 0xdead_f4a3;

/// The frames of one domain.
pub(super) struct Frames {
    pub(super) backing: Backing,
    used: Vec<bool>,
    /// Whether the pages of a run lie in no helpful order.
    pub(super) scattered: bool,
}

impl Frames {
    pub(super) fn new(limit: usize) -> Self {
        let backing = Backing::new().expect("the host has memory for an anonymous file");
        Self { backing, used: std::vec![false; limit], scattered: false }
    }

    /// Sets how many frames there are. Panics when one that would go is in use.
    pub(super) fn set_limit(&mut self, limit: usize) {
        assert!(!self.used.iter().skip(limit).any(|used| *used), "a domain's memory can't shrink below what is in use");
        self.used.resize(limit, false);
    }

    pub(super) fn in_use(&self) -> usize {
        self.used.iter().filter(|used| **used).count()
    }

    pub(super) fn contains(&self, frame: Gfn) -> bool {
        let index = frame.0.checked_sub(FIRST_FRAME).and_then(|index| usize::try_from(index).ok());
        index.and_then(|index| self.used.get(index)).is_some_and(|used| *used)
    }

    /// Takes `count` frames: the first run of neighbours that fits, else whichever are free.
    pub(super) fn take(&mut self, count: usize) -> Result<Vec<Gfn>, OutOfMemory> {
        assert!(count > 0, "at least one page is allocated");
        let mut run = 0;
        for index in 0..self.used.len() {
            run = if self.used[index] { 0 } else { run + 1 };
            if run == count {
                return Ok(self.occupy((index + 1 - count..=index).collect()));
            }
        }
        let free: Vec<usize> = (0..self.used.len()).filter(|index| !self.used[*index]).take(count).collect();
        if free.len() < count {
            return Err(OutOfMemory { wanted: count, free: free.len() });
        }
        Ok(self.occupy(free))
    }

    pub(super) fn give_back(&mut self, frames: &[Gfn]) {
        for frame in frames {
            self.used[(frame.0 - FIRST_FRAME) as usize] = false;
        }
    }

    /// Takes these frames, which are in ascending order.
    fn occupy(&mut self, mut frames: Vec<usize>) -> Vec<Gfn> {
        frames.iter().for_each(|index| self.used[*index] = true);
        let end = frames.last().map_or(0, |last| last + 1);
        self.backing.grow(FIRST_FRAME + end as u64).expect("the host has memory for the domain");
        if self.scattered {
            frames.reverse();
        }
        frames.into_iter().map(|index| Gfn(FIRST_FRAME + index as u64)).collect()
    }
}

/// Pages of a fake domain; poisoned and given back on drop.
pub struct Pages {
    domain: Domain,
    frames: Vec<Gfn>,
    run: Run,
}

impl Pages {
    pub(super) fn new(domain: Domain, frames: Vec<Gfn>, run: Run) -> Self {
        run.memory().clear();
        Self { domain, frames, run }
    }
}

impl SharedPages for Pages {
    fn memory(&self) -> SharedMemory<'_> {
        self.run.memory()
    }
}

impl OwnPages for Pages {
    fn count(&self) -> usize {
        self.frames.len()
    }

    fn gfn(&self, index: usize) -> Gfn {
        self.frames[index]
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        self.run.memory().fill_words(0, self.frames.len() * PAGE_SIZE / 4, POISON);
        self.domain.take_back(&self.frames);
    }
}

/// One frame as the test sees it, whoever owns it and whether or not it is granted: for looking into a ring, and for
/// breaking what is in it.
pub struct Frame {
    run: Run,
}

impl Frame {
    pub(super) fn new(run: Run) -> Self {
        Self { run }
    }
}

impl SharedPages for Frame {
    fn memory(&self) -> SharedMemory<'_> {
        self.run.memory()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_taken_in_one_run_where_there_is_one() {
        let mut frames = Frames::new(10);
        let (first, second) = (frames.take(4).unwrap(), frames.take(3).unwrap());
        frames.give_back(&first);
        assert_eq!(frames.take(8), Err(OutOfMemory { wanted: 8, free: 7 }));
        let apart = frames.take(5).unwrap();
        assert_eq!(apart, [0, 1, 2, 3, 7].map(|index| Gfn(FIRST_FRAME + index)));
        frames.give_back(&apart);
        assert_eq!(frames.take(4).unwrap(), first);
        assert_eq!(frames.in_use(), 7);
        assert!(second.iter().all(|frame| frames.contains(*frame)));
        assert!(!frames.contains(Gfn(FIRST_FRAME + 7)) && !frames.contains(Gfn(0)));
    }

    #[test]
    fn a_scattered_run_is_not_in_order() {
        let mut frames = Frames::new(4);
        frames.scattered = true;
        assert_eq!(frames.take(2).unwrap(), [Gfn(FIRST_FRAME + 1), Gfn(FIRST_FRAME)]);
    }

    #[test]
    #[should_panic(expected = "can't shrink")]
    fn memory_in_use_stays() {
        let mut frames = Frames::new(4);
        frames.take(2).unwrap();
        frames.set_limit(1);
    }
}
