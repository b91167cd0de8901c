//! Addresses that hold no RAM of their own: where granted frames of other domains appear, and where scattered frames are
//! put side by side.

use alloc::vec::Vec;
use core::ops::Range;

/// A range of page numbers, given out in runs. The lowest run that is long enough is given, so that as few page tables as
/// possible are needed, here and in Xen.
pub(crate) struct Window {
    pages: Range<usize>,
    /// What is given out: ascending, none empty, none overlapping.
    taken: Vec<Range<usize>>,
}

impl Window {
    /// A window of these pages, all of them free.
    pub(crate) const fn new(pages: Range<usize>) -> Self {
        Self { pages, taken: Vec::new() }
    }

    /// The first page of a run of `count`; `None` when no free run is as long, or when `count` is 0.
    pub(crate) fn take(&mut self, count: usize) -> Option<usize> {
        if count == 0 {
            return None;
        }
        self.taken.try_reserve(1).ok()?;
        let mut start = self.pages.start;
        let mut place = 0;
        for taken in &self.taken {
            if taken.start - start >= count {
                break;
            }
            start = taken.end;
            place += 1;
        }
        let end = start.checked_add(count).filter(|end| *end <= self.pages.end)?;
        self.taken.insert(place, start..end);
        Some(start)
    }

    /// Takes pages of one run back, not necessarily all of it. Panics when they were not given out as one run.
    pub(crate) fn release(&mut self, pages: Range<usize>) {
        let within = |taken: &Range<usize>| taken.start <= pages.start && pages.end <= taken.end;
        let place = self.taken.iter().position(within).expect("pages of a run that was given out");
        let run = self.taken[place].clone();
        let rest = [run.start..pages.start, pages.end..run.end];
        self.taken.splice(place..=place, rest.into_iter().filter(|range| !range.is_empty()));
    }

    /// Pages that are given out.
    #[cfg(test)]
    pub(crate) fn used(&self) -> usize {
        self.taken.iter().map(Range::len).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_lowest_run_that_fits_is_given() {
        let mut window = Window::new(100..200);
        assert_eq!([10, 20, 30].map(|count| window.take(count)), [Some(100), Some(110), Some(130)]);
        window.release(110..130);
        assert_eq!([21, 20, 41, 1, 19].map(|count| window.take(count)), [Some(160), Some(110), None, Some(181), None]);
        assert_eq!([18, 1].map(|count| window.take(count)), [Some(182), None]);
        assert_eq!([0, usize::MAX].map(|count| window.take(count)), [None, None]);
    }

    #[test]
    fn part_of_a_run_can_stay_for_good() {
        let mut window = Window::new(0..10);
        assert_eq!(window.take(10), Some(0));
        window.release(0..4);
        window.release(5..10);
        assert_eq!((window.used(), window.take(6), window.take(4), window.take(5)), (1, None, Some(0), Some(5)));
    }

    #[test]
    #[should_panic(expected = "given out")]
    fn a_page_is_released_once() {
        let mut window = Window::new(0..10);
        window.take(3);
        window.release(0..2);
        window.release(1..2);
    }

    proptest! {
        /// Against a plain list of who has what.
        #[test]
        fn no_page_is_given_twice(requests in prop::collection::vec((1usize..40, any::<bool>()), 1..200)) {
            let mut window = Window::new(7..300);
            let mut given: Vec<Range<usize>> = Vec::new();
            for (count, release) in requests {
                if release && !given.is_empty() {
                    window.release(given.swap_remove(count % given.len()));
                } else if let Some(first) = window.take(count) {
                    prop_assert!(first >= 7 && first + count <= 300);
                    prop_assert!(given.iter().all(|other| first + count <= other.start || other.end <= first));
                    given.push(first..first + count);
                } else {
                    let mut used: Vec<_> = given.iter().flat_map(Clone::clone).collect();
                    used.extend([6, 300]);
                    used.sort_unstable();
                    prop_assert!(used.windows(2).all(|pair| pair[1] - pair[0] - 1 < count), "a run was free");
                }
                prop_assert_eq!(window.used(), given.iter().map(Range::len).sum::<usize>());
            }
        }
    }
}
