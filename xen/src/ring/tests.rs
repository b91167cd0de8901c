//! Both ends of a ring over one page.

use super::*;
use crate::memory::SharedMemory;
use crate::platform::SharedPages;
use core::cell::UnsafeCell;
use core::ptr::NonNull;
use proptest::prelude::*;
use std::collections::VecDeque;
use std::rc::Rc;
use std::vec::Vec;

#[repr(align(4096))]
struct Aligned(UnsafeCell<[u8; 4096]>);

#[derive(Clone)]
struct Page(Rc<Aligned>);

impl Page {
    fn new() -> Self {
        Self(Rc::new(Aligned(UnsafeCell::new([0xa5; 4096]))))
    }
}

impl SharedPages for Page {
    fn memory(&self) -> SharedMemory<'_> {
        // SAFETY: the bytes live in an UnsafeCell that `self` keeps alive, and no reference to them is ever made.
        unsafe { SharedMemory::new(NonNull::new(self.0.0.get().cast()).unwrap(), 4096) }
    }
}

fn slot(number: u32) -> Slot {
    let mut slot = [0; SLOT_SIZE];
    slot[..4].copy_from_slice(&number.to_le_bytes());
    slot
}

#[test]
fn a_new_ring_is_empty_and_asks_for_the_first_event() {
    let page = Page::new();
    let mut front = FrontRing::new(page.clone());
    let memory = page.memory();
    assert_eq!([0, 4, 8, 12].map(|at| memory.read_u32(at)), [0, 1, 0, 1]);
    assert_eq!(front.pop(), Ok(None));
    assert_eq!(front.push(&slot(7)), Ok(true));
    assert_eq!(memory.read_u32(64), 7);
}

#[test]
fn the_ring_takes_32_requests_and_no_more() {
    let mut front = FrontRing::new(Page::new());
    for number in 0..CONTROL_SLOTS {
        assert!(front.push(&slot(number)).is_ok());
    }
    assert_eq!(front.push(&slot(32)), Err(RingFull));
}

#[test]
fn answers_to_nothing_are_an_error() {
    let page = Page::new();
    let mut front = FrontRing::new(page.clone());
    front.push(&slot(1)).unwrap();
    page.memory().write_u32(8, 2);
    assert_eq!(front.pop(), Err(RingError { theirs: 2, ours: 0 }));
    page.memory().write_u32(8, u32::MAX);
    assert!(front.pop().is_err());
}

#[test]
fn requests_beyond_the_ring_are_an_error() {
    let page = Page::new();
    let mut back = BackRing::new(page.clone());
    page.memory().write_u32(0, 33);
    assert!(back.pop().is_err());
}

#[test]
fn the_index_wraps_at_32_bits() {
    let page = Page::new();
    let mut events = EventConsumer { page: page.clone(), consumer: u32::MAX };
    let mut source = EventProducer { page: page.clone(), producer: u32::MAX };
    page.memory().write_u32(0, u32::MAX);
    page.memory().write_u32(4, u32::MAX);
    for number in 0..3 {
        source.push(&slot(number)).unwrap();
    }
    // 2^32 - 1 is slot 3 of 63, and 0 is slot 0: the numbers jump.
    assert_eq!(page.memory().read_u32(64 + 64 * 3), 0);
    assert_eq!(page.memory().read_u32(64), 1);
    for number in 0..3 {
        assert_eq!(events.pop(), Ok(Some(slot(number))));
    }
}

#[test]
fn a_full_event_page_keeps_what_it_has() {
    let page = Page::new();
    let mut events = EventConsumer::new(page.clone());
    let mut source = EventProducer::new(page.clone());
    for number in 0..EVENT_SLOTS {
        assert_eq!(source.push(&slot(number)), Ok(()));
    }
    assert_eq!(source.push(&slot(99)), Err(RingFull));
    assert_eq!(events.pop(), Ok(Some(slot(0))));
    assert_eq!(source.push(&slot(63)), Ok(()));
    page.memory().write_u32(4, 65);
    assert!(events.pop().is_err());
}

proptest! {
    /// Whatever the order of steps: every request arrives once and in order, so does every response, and an end that
    /// was told to sleep is always woken.
    #[test]
    fn nothing_is_lost_or_left_asleep(steps in prop::collection::vec(0..4u8, 1..400)) {
        let page = Page::new();
        let (mut front, mut back) = (FrontRing::new(page.clone()), BackRing::new(page));
        let (mut sent, mut answered) = (0, 0);
        let (mut at_back, mut expected) = (VecDeque::new(), VecDeque::new());
        let (mut back_asleep, mut front_asleep) = (true, true);
        for step in steps {
            match step {
                0 => if let Ok(wake) = front.push(&slot(sent)) {
                    expected.push_back(sent);
                    sent += 1;
                    prop_assert!(wake || !back_asleep);
                    back_asleep = back_asleep && !wake;
                },
                1 => match back.pop().unwrap() {
                    Some(request) => at_back.push_back(request),
                    None => back_asleep = true,
                },
                2 => if let Some(request) = at_back.pop_front() {
                    let wake = back.push(&request);
                    prop_assert!(wake || !front_asleep);
                    front_asleep = front_asleep && !wake;
                },
                _ => match front.pop().unwrap() {
                    Some(response) => {
                        prop_assert_eq!(response, slot(expected.pop_front().unwrap()));
                        answered += 1;
                    }
                    None => front_asleep = true,
                },
            }
            prop_assert_eq!(front.in_flight(), sent - answered);
        }
    }

    /// Garbage in the indices never makes either end read a slot that was not written, or panic.
    #[test]
    fn garbage_indices_are_survived(words in prop::collection::vec(any::<u32>(), 4), pushes in 0..40u32) {
        let page = Page::new();
        let mut front = FrontRing::new(page.clone());
        for number in 0..pushes {
            let _ = front.push(&slot(number));
        }
        for (index, word) in words.iter().enumerate() {
            page.memory().write_u32(4 * index, *word);
        }
        let popped: Vec<_> = core::iter::from_fn(|| front.pop().ok().flatten()).take(100).collect();
        prop_assert!(popped.len() <= pushes.min(CONTROL_SLOTS) as usize);
        let mut back = BackRing::new(page.clone());
        prop_assert!(core::iter::from_fn(|| back.pop().ok().flatten()).take(100).count() <= 32);
        let mut events = EventConsumer { page, consumer: 0 };
        prop_assert!(core::iter::from_fn(|| events.pop().ok().flatten()).take(100).count() <= 63);
    }
}
