//! Devices that are detached and attached while the appliance runs: it keeps its display, and nothing is left behind.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use vitrine_frontend::face::{Attached, Hotplug};
use vitrine_frontend::{Display, Error, Pacing, Presented};
use vitrine_xen::DomainId;
use vitrine_xen::fake::{Domain, Usage, Vdispl, vdispl};
use vitrine_xen::xenbus::XenbusState::{Closed, Connected, InitWait};

use crate::setup::{BackEnd, Both, DOM0, GUEST, LONG, MODE, draw, picture, show};

/// A driver domain, for a second back end.
const DRIVER: DomainId = DomainId(3);

fn attach(both: &mut Both, number: u32) {
    both.world.add_vdispl(GUEST, DOM0, number, &Vdispl::one("Virtual-1", MODE));
    both.settle();
}

/// What `xl vdispl-detach` does: it asks, waits for the back end, and removes both folders.
fn detach(both: &mut Both, number: u32) {
    both.world.detach_vdispl(GUEST, DOM0, number);
    both.settle();
    both.world.remove_vdispl(GUEST, DOM0, number);
    both.settle();
}

/// Shows one picture, on a display that may have to wait for its device.
fn show_one(both: &mut Both, mut display: Display<Domain>, number: u32) -> Display<Domain> {
    let (shown, display) = both.run(async move { (show(&mut display, number).await, display) });
    assert_eq!(shown, Ok(Presented::Shown));
    assert_eq!(both.image(), Some(picture(number, 123, 77)));
    display
}

/// That the guest holds nothing but the watches of a loop that waits for a device.
#[track_caller]
fn assert_waits_for_a_device(both: &mut Both) {
    // Pages that the back end let go of a little later than the front end leave their quarantine.
    both.run_for(Duration::from_secs(2));
    assert_eq!(both.guest.usage(), Usage { watches: 2, ..Usage::default() });
    assert_eq!((both.dom0.usage().mapping, both.dom0.usage().ports, both.screens.open_heads()), (0, 0, 0));
    assert_eq!(both.world.violations(), [""; 0]);
}

#[test]
fn twenty_times_detached_and_attached() {
    let mut both = Both::new();
    let mut display = both.open_ready();
    display = show_one(&mut both, display, 1);
    let connected = both.guest.usage();
    for round in 0..20u32 {
        // The toolstack gives the number anew, or the next one.
        let (old, new) = (round / 2, round.div_ceil(2));
        detach(&mut both, old);
        assert!(!display.is_connected());
        let (_, waited) = both.run(async move { (display.disconnected().await, display) });
        display = waited;
        assert_waits_for_a_device(&mut both);
        attach(&mut both, new);
        let (age, waited) = both.run(async move {
            let age = display.acquire().await.unwrap().age();
            (age, display)
        });
        assert_eq!(age, 0, "nothing of what was drawn is there any more");
        display = show_one(&mut both, waited, 2 + round);
        assert_eq!(both.guest.usage(), connected, "in round {round}");
    }
    let card = display.card();
    both.run(async move { card.close().await });
    drop(display);
    both.run_for(LONG);
    both.assert_nothing_left();
}

#[test]
fn while_there_is_no_device_nothing_is_polled() {
    let mut both = Both::new();
    let display = both.open_ready();
    let display = show_one(&mut both, display, 1);
    detach(&mut both, 0);
    assert_waits_for_a_device(&mut both);
    assert_eq!(both.world.next_timer(), None);
    let before = both.guest.counters();
    both.run_for(Duration::from_secs(3600));
    assert_eq!(both.guest.counters(), before);
    drop(display);
}

#[test]
fn a_device_that_is_to_go_ends_closed_whatever_its_back_end_offers() {
    let mut both = Both::new();
    let display = both.open_ready();
    let display = show_one(&mut both, display, 1);
    both.world.detach_vdispl(GUEST, DOM0, 0);
    both.settle();
    assert_eq!(both.states(), (Closed, Closed));
    // displ_be offers a device that its front end has closed once more, whatever `online` says.
    both.world.store_write(&format!("{}/state", vdispl::backend_path(GUEST, DOM0, 0)), "2");
    both.run_for(Duration::from_secs(5));
    assert_eq!(both.states(), (Closed, InitWait));
    assert!(!display.is_connected());
    // The operator changes their mind.
    both.world.store_write(&format!("{}/online", vdispl::backend_path(GUEST, DOM0, 0)), "1");
    show_one(&mut both, display, 2);
}

#[test]
fn a_frame_that_is_lent_survives_its_device() {
    let mut both = Both::new();
    let display = both.open_ready();
    let mut display = show_one(&mut both, display, 1);
    let (there, here) = (Rc::new(Cell::new(false)), Rc::new(Cell::new(false)));
    let (drawn, go_on) = (there.clone(), here.clone());
    let guest = both.guest.clone();
    let appliance = both.tasks.spawn(async move {
        let frame = display.acquire().await.unwrap();
        drawn.set(true);
        while !go_on.get() {
            let next = guest.now() + Duration::from_millis(10);
            vitrine_xen::platform::FrontPlatform::sleep_until(&guest, next).await;
        }
        draw(&frame, 2);
        (frame.present().await, show(&mut display, 3).await)
    });
    both.run_for(Duration::from_millis(50));
    assert!(there.get());
    detach(&mut both, 0);
    attach(&mut both, 1);
    here.set(true);
    assert_eq!(both.wait(&appliance), Some((Ok(Presented::Disconnected), Ok(Presented::Shown))));
    assert_eq!(both.image(), Some(picture(3, 123, 77)));
    assert_eq!(both.world.violations(), [""; 0]);
}

#[test]
fn a_frame_in_flight_ends_with_its_device() {
    let mut both = Both::new();
    let display = both.open_ready();
    let mut display = show_one(&mut both, display, 1);
    both.screens.hold_flips();
    let flight = both.tasks.spawn(async move { (show(&mut display, 2).await, display) });
    both.settle();
    assert!(!flight.is_finished());
    detach(&mut both, 0);
    let (lost, display) = flight.take().unwrap();
    assert_eq!(lost, Ok(Presented::Disconnected));
    assert_waits_for_a_device(&mut both);
    both.screens.vertical_blank();
    attach(&mut both, 0);
    let mut display = display;
    let next = both.tasks.spawn(async move { show(&mut display, 3).await });
    both.settle();
    both.screens.vertical_blank();
    assert_eq!(both.wait(&next), Some(Ok(Presented::Shown)));
}

/// Xenstore answers slowly, so that each step of a connection takes a while, and the device goes after each.
#[test]
fn a_device_may_go_at_any_moment_of_a_connection() {
    for (moment, waits) in (0..60).flat_map(|moment| [(moment, true), (moment, false)]) {
        let mut both = Both::new();
        both.world.set_answer_time(Duration::from_millis(3));
        let (mut display, _) = both.open(Pacing::Free).unwrap();
        let appliance = both.tasks.spawn(async move {
            while show(&mut display, 5).await? != Presented::Shown {}
            Ok::<_, Error>(display)
        });
        both.run_for(Duration::from_millis(moment));
        if appliance.is_finished() {
            return assert!(moment > 20, "it connects faster than this test believes");
        }
        both.world.detach_vdispl(GUEST, DOM0, 0);
        if waits {
            both.run_for(Duration::from_secs(1));
        }
        both.world.remove_vdispl(GUEST, DOM0, 0);
        both.run_for(Duration::from_secs(3));
        assert_waits_for_a_device(&mut both);
        both.world.add_vdispl(GUEST, DOM0, 1, &Vdispl::one("Virtual-1", MODE));
        let shown = both.wait(&appliance).map(|shown| shown.map(drop));
        assert_eq!(shown, Some(Ok(())), "detached after {moment} ms");
        assert_eq!(both.world.violations(), [""; 0]);
    }
    panic!("it never connects");
}

#[test]
fn a_back_end_in_another_domain_takes_over() {
    let mut both = Both::new();
    let display = both.open_ready();
    let display = show_one(&mut both, display, 1);
    let driver = both.world.domain(DRIVER);
    let mut second = BackEnd::start(&driver, both.screens.clone());
    both.on_the_way = Box::new(move || {
        second.turn();
    });
    detach(&mut both, 0);
    both.world.add_vdispl(GUEST, DRIVER, 0, &Vdispl::one("Virtual-1", MODE));
    let display = show_one(&mut both, display, 2);
    assert!(display.is_connected() && driver.usage().mapping > 0);
    assert_eq!(both.dom0.usage().mapping, 0);
    assert_eq!(both.states().0, Connected);
}

#[test]
fn what_is_not_whole_is_passed_over() {
    let mut both = Both::new();
    let display = both.open_ready();
    let display = show_one(&mut both, display, 1);
    detach(&mut both, 0);
    // Names that are no numbers, a folder without a back end, and one whose back end is long gone.
    let devices = format!("/local/domain/{}/device/vdispl", GUEST.0);
    for (node, value) in [("x/state", "1"), ("3/state", "1"), ("4/backend", "/nowhere"), ("4/backend-id", "0")] {
        both.world.store_write(&format!("{devices}/{node}"), value);
        both.settle();
    }
    assert!(!display.is_connected());
    attach(&mut both, 7);
    show_one(&mut both, display, 2);
}

#[test]
fn closing_while_the_device_is_detached_ends_at_once() {
    let mut both = Both::new();
    let (display, driver) = both.open(Pacing::Free).unwrap();
    detach(&mut both, 0);
    let (card, start) = (display.card(), both.world.now());
    both.run(async move { card.close().await });
    assert_eq!(both.wait(&driver), Some(Ok(())));
    assert_eq!(both.world.now(), start);
    drop(display);
    both.run_for(LONG);
    both.assert_nothing_left();
}

#[test]
fn whoever_asks_is_told_which_devices_there_are() {
    let mut both = Both::without_device();
    both.start_back_end();
    let store = both.guest.store();
    let told = Rc::new(RefCell::new(Vec::new()));
    let tell = told.clone();
    both.tasks.spawn(async move {
        let mut hotplug = Hotplug::new(store).await.unwrap();
        while let Ok(devices) = hotplug.changed().await {
            let connectors =
                |device: &Attached| device.configuration.as_ref().map_or(0, |found| found.connectors.len());
            tell.borrow_mut().push(devices.iter().map(|one| (one.number, connectors(one))).collect::<Vec<_>>());
        }
    });
    both.settle();
    assert_eq!(told.take(), [[]], "none at first, which is told at once");
    both.world.add_vdispl(GUEST, DOM0, 4, &Vdispl::one("Virtual-3", MODE));
    both.settle();
    let two = Vdispl::one("Virtual-1", MODE).and("Virtual-2", "40x30");
    both.world.add_vdispl(GUEST, DOM0, 2, &two);
    both.settle();
    assert_eq!(told.take().last().unwrap()[..], [(2, 2), (4, 1)]);
    // What the front end itself writes there is no news.
    let display = both.open_ready();
    assert!(told.borrow().is_empty());
    both.world.detach_vdispl(GUEST, DOM0, 2);
    both.settle();
    assert_eq!(told.take().last().unwrap()[..], [(4, 1)]);
    drop(display);
    detach(&mut both, 4);
    assert_eq!(told.take().last().unwrap()[..], []);
}

#[test]
fn without_a_device_there_is_a_clear_error_or_a_way_to_wait() {
    let mut both = Both::without_device();
    both.start_back_end();
    assert_eq!(both.open(Pacing::Free).err(), Some(Error::NoDevice));
    let store = both.guest.store();
    let waiting = both.tasks.spawn(async move {
        let mut hotplug = Hotplug::new(store).await?;
        while hotplug.changed().await?.is_empty() {}
        Ok::<_, Error>(())
    });
    both.run_for(LONG);
    assert!(!waiting.is_finished());
    attach(&mut both, 0);
    assert_eq!(both.wait(&waiting), Some(Ok(())));
    let display = both.open_ready();
    show_one(&mut both, display, 1);
}
