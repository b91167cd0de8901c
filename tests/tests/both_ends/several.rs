//! Several devices with several connectors each: each shows its own picture at its own pace, and loses only what is its own.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use vitrine_frontend::{Card, Cards, Display, Error, Pacing, Presented};
use vitrine_xen::fake::{Domain, Vdispl};
use vitrine_xen::io::displif::nodes::Resolution;

use crate::setup::{Both, DOM0, GUEST, LONG, draw, picture, show};

/// The modes of the connectors of each device, all different.
const MODES: [(u32, u32); 4] = [(64, 48), (123, 77), (31, 33), (100, 1)];

/// The register, which has the loops of its cards run among the guest's tasks.
pub struct Seat {
    pub cards: Cards<Domain>,
    new: Rc<RefCell<Vec<Card<Domain>>>>,
}

impl Seat {
    pub fn new(both: &Both) -> Self {
        let new = Rc::new(RefCell::new(Vec::new()));
        let added = new.clone();
        Self { cards: Cards::new(both.guest.clone(), move |card| added.borrow_mut().push(card.clone())), new }
    }

    pub fn all(&self, both: &mut Both) -> Result<Vec<Card<Domain>>, Error> {
        let (cards, store) = (self.cards.clone(), both.guest.store());
        let all = both.run(async move { cards.all(&store).await });
        for card in self.new.take() {
            both.tasks.spawn(card.drive(both.guest.store()));
        }
        all
    }

    pub fn displays(&self, both: &mut Both) -> Vec<Display<Domain>> {
        let mut displays = Vec::new();
        for card in self.all(both).expect("there are devices") {
            let asked = card.clone();
            let connectors = both.run(async move { asked.connectors().await }).expect("the connectors can be used");
            displays.extend((0..connectors.len()).map(|connector| card.display(connector, Pacing::Free)));
        }
        displays
    }
}

/// A device with four connectors, of which the first is the screen of this number.
fn device(first: usize) -> Vdispl {
    let connectors = MODES.iter().enumerate();
    let named =
        connectors.map(|(index, mode)| (format!("Virtual-{}", first + index), format!("{}x{}", mode.0, mode.1)));
    Vdispl { be_alloc: "0".to_string(), connectors: named.collect() }
}

fn two_devices() -> Both {
    let mut both = Both::without_device();
    both.start_back_end();
    both.world.add_vdispl(GUEST, DOM0, 0, &device(1));
    both.world.add_vdispl(GUEST, DOM0, 1, &device(5));
    both.settle();
    both
}

/// Shows a picture on each display; they have the numbers `from` and on.
fn show_all(both: &mut Both, displays: Vec<Display<Domain>>, from: u32) -> Vec<Display<Domain>> {
    let tasks: Vec<_> = (from..)
        .zip(displays)
        .map(|(number, mut display)| both.tasks.spawn(async move { (show(&mut display, number).await, display) }))
        .collect();
    tasks.iter().map(|task| both.wait(task).expect("it is shown in time")).map(shown).collect()
}

/// All displays, each showing a picture: 1 and on.
fn all_lit(both: &mut Both, seat: &Seat) -> Vec<Display<Domain>> {
    let displays = seat.displays(both);
    show_all(both, displays, 1)
}

fn shown((result, display): (Result<Presented, Error>, Display<Domain>)) -> Display<Domain> {
    assert_eq!(result, Ok(Presented::Shown));
    display
}

/// That the screens `first` and on show the pictures `from` and on.
#[track_caller]
fn assert_screens(both: &Both, first: usize, from: u32) {
    for (index, (width, height)) in MODES.into_iter().enumerate() {
        let screen = format!("Virtual-{}", first + index);
        assert!(both.screens.image(&screen) == Some(picture(from + index as u32, width, height)), "{screen}");
    }
}

#[test]
fn eight_connectors_of_two_devices_show_eight_pictures() {
    let mut both = two_devices();
    let seat = Seat::new(&both);
    let mut displays = seat.displays(&mut both);
    let places: Vec<_> = displays.iter().map(|display| (display.card().number(), display.connector())).collect();
    assert_eq!(places, [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (1, 1), (1, 2), (1, 3)]);
    for from in [10, 20, 30] {
        displays = show_all(&mut both, displays, from);
        assert_screens(&both, 1, from);
        assert_screens(&both, 5, from + 4);
    }
    let info = displays[6].info().unwrap().configuration;
    assert_eq!((info.unique_id.as_str(), info.resolution), ("Virtual-7", Resolution { width: 31, height: 33 }));
    let cards = seat.cards.clone();
    both.run(async move { cards.close().await });
    drop((displays, seat));
    both.run_for(LONG);
    both.assert_nothing_left();
}

#[test]
fn whoever_asks_for_a_device_shares_it() {
    let mut both = two_devices();
    let seat = Seat::new(&both);
    let first = all_lit(&mut both, &seat);
    let held = both.guest.usage();
    let second = seat.displays(&mut both);
    assert_eq!((both.guest.usage(), second.len()), (held, first.len()));
    // Frames of both handles are shown, one after the other.
    let displays = show_all(&mut both, second, 11);
    assert_screens(&both, 1, 11);
    show_all(&mut both, first, 21);
    assert_screens(&both, 1, 21);
    drop(displays);
}

#[test]
fn a_connector_that_stands_still_holds_no_other_one_up() {
    let mut both = two_devices();
    let seat = Seat::new(&both);
    let mut displays = all_lit(&mut both, &seat);
    both.screens.hold_flips_of("Virtual-2");
    let mut second = displays.remove(1);
    let still = both.tasks.spawn(async move { (show(&mut second, 50).await, second) });
    for from in [60, 70, 80] {
        displays = show_all(&mut both, displays, from);
    }
    assert!(!still.is_finished());
    both.screens.vertical_blank();
    shown(both.wait(&still).unwrap());
    assert_eq!(both.world.violations(), [""; 0]);
}

#[test]
fn each_connector_is_paced_for_itself() {
    let mut both = two_devices();
    let seat = Seat::new(&both);
    let displays = seat.displays(&mut both);
    let start = both.world.now();
    let periods = [5u64, 10, 20, 40].map(Duration::from_millis);
    let counts: Vec<_> = displays
        .into_iter()
        .zip(periods.iter().cycle())
        .map(|(mut display, period)| {
            display.set_pacing(Pacing::Refresh(*period));
            let flips = Rc::new(RefCell::new(0u32));
            let count = flips.clone();
            both.tasks.spawn(async move {
                while show(&mut display, 3).await == Ok(Presented::Shown) {
                    *count.borrow_mut() += 1;
                }
            });
            flips
        })
        .collect();
    both.run_for(Duration::from_secs(2));
    let elapsed = both.world.now() - start;
    for (count, period) in counts.iter().zip(periods.iter().cycle()) {
        let expected = elapsed.as_millis() / period.as_millis();
        let shown = u128::from(*count.borrow());
        assert!(expected.abs_diff(shown) <= 2, "{shown} of {expected} frames at {period:?}");
    }
}

#[test]
fn a_device_that_goes_takes_only_its_own_pictures() {
    let mut both = two_devices();
    let seat = Seat::new(&both);
    let mut first = all_lit(&mut both, &seat);
    let mut second = first.split_off(4);
    let detach = |both: &mut Both, number| {
        both.world.detach_vdispl(GUEST, DOM0, number);
        both.settle();
        both.world.remove_vdispl(GUEST, DOM0, number);
        both.run_for(Duration::from_secs(2));
    };
    detach(&mut both, 0);
    assert!(!first[0].is_connected() && second[0].is_connected(), "it takes no device that another card has");
    second = show_all(&mut both, second, 15);
    assert_screens(&both, 5, 15);
    // Both are away. Each takes its own number first, and the other one what is left.
    detach(&mut both, 1);
    both.world.add_vdispl(GUEST, DOM0, 1, &device(5));
    second = show_all(&mut both, second, 25);
    assert_screens(&both, 5, 25);
    assert!(!first[0].is_connected());
    both.world.add_vdispl(GUEST, DOM0, 2, &device(1));
    first = show_all(&mut both, first, 31);
    assert_screens(&both, 1, 31);
    assert_eq!((first[0].card().number(), second[0].card().number()), (2, 1));
    assert_eq!(seat.all(&mut both).unwrap().len(), 2);
    assert_eq!(both.world.violations(), [""; 0]);
}

#[test]
fn a_connector_that_is_gone_after_the_device_was_exchanged_says_so() {
    let mut both = two_devices();
    let seat = Seat::new(&both);
    let displays = all_lit(&mut both, &seat);
    both.world.detach_vdispl(GUEST, DOM0, 0);
    both.settle();
    both.world.remove_vdispl(GUEST, DOM0, 0);
    both.world.add_vdispl(GUEST, DOM0, 0, &Vdispl::one("Virtual-1", "64x48"));
    both.run_for(Duration::from_secs(2));
    let results: Vec<_> =
        displays.into_iter().take(2).map(|mut display| both.run(async move { show(&mut display, 40).await })).collect();
    assert_eq!(results, [Ok(Presented::Shown), Err(Error::NoConnector(1))]);
}

#[test]
fn a_device_that_does_not_exist_is_named() {
    let mut both = two_devices();
    let (seat, store) = (Seat::new(&both), both.guest.store());
    let error = both.run(async move { seat.cards.card(&store, 7).await.err() });
    assert!(format!("{}", error.unwrap()).contains("device/vdispl/7/backend"));
    both.world.remove_vdispl(GUEST, DOM0, 0);
    both.world.remove_vdispl(GUEST, DOM0, 1);
    assert_eq!(Seat::new(&both).all(&mut both).err(), Some(Error::NoDevice));
}

#[test]
fn frames_of_several_displays_may_be_lent_at_once() {
    let mut both = two_devices();
    let seat = Seat::new(&both);
    let displays = seat.displays(&mut both);
    let result = both.run(async move {
        let mut displays = displays;
        let mut frames = Vec::new();
        for display in &mut displays {
            frames.push(display.acquire().await.unwrap());
        }
        let mut results = Vec::new();
        // The last one first, so that the order in which they were lent has no part in it.
        for (number, frame) in (1..9).zip(frames).rev() {
            draw(&frame, number);
            results.push(frame.present().await);
        }
        results
    });
    assert_eq!(result, [const { Ok(Presented::Shown) }; 8]);
    assert_screens(&both, 1, 1);
    assert_screens(&both, 5, 5);
}
