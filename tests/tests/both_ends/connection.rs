//! How the ends meet, part, lose each other and meet again.

use std::time::Duration;

use vitrine_frontend::head::REFRESH;
use vitrine_frontend::{Display, Error, Pacing, Presented};
use vitrine_xen::fake::{Domain, Fault, Operation, Vdispl, vdispl};
use vitrine_xen::platform::StoreError;
use vitrine_xen::xenbus::XenbusState::{Closed, Connected, InitWait, Initialised, Initialising};
use vitrine_xen::{DomainId, GrantRef};

use crate::setup::{Both, DOM0, GUEST, LONG, Loop, MODE, picture, show};

/// A connection on which one picture was shown, and the handle of the display's loop.
fn connected(both: &mut Both) -> (Display<Domain>, Loop) {
    let (mut display, driver) = both.open(Pacing::Free).unwrap();
    let (shown, display) = both.run(async move { (show(&mut display, 1).await, display) });
    assert_eq!(shown, Ok(Presented::Shown));
    assert_eq!(both.states(), (Connected, Connected));
    (display, driver)
}

fn show_one(both: &mut Both, mut display: Display<Domain>, number: u32) -> Display<Domain> {
    let (shown, display) = both.run(async move { (show(&mut display, number).await, display) });
    assert_eq!(shown, Ok(Presented::Shown));
    assert_eq!(both.image(), Some(picture(number, 123, 77)));
    display
}

#[test]
fn a_connection_that_is_closed_leaves_nothing() {
    let mut both = Both::new();
    let (display, driver) = connected(&mut both);
    let card = display.card();
    both.run(async move { card.close().await });
    assert_eq!(both.wait(&driver), Some(Ok(())));
    assert_eq!(both.states(), (Closed, InitWait));
    assert!(both.image().is_none());
    drop(display);
    both.assert_nothing_left();
}

/// A back end that reports frames at once is listened to only when there is something to hear.
#[test]
fn closing_takes_no_time_beside_a_back_end_that_is_early() {
    let mut both = Both::new();
    let (mut display, driver) = both.open(Pacing::Refresh(REFRESH)).unwrap();
    let display = both.run(async move {
        for number in 1..=4 {
            assert_eq!(show(&mut display, number).await, Ok(Presented::Shown));
        }
        display
    });
    let (card, start) = (display.card(), both.world.now());
    both.run(async move { card.close().await });
    assert!(both.world.now() - start < Duration::from_millis(100), "it waited for a time-out");
    assert_eq!(both.wait(&driver), Some(Ok(())));
}

#[test]
fn closing_ends_although_the_appliance_waits_for_a_frame_too() {
    let mut both = Both::new();
    let (display, driver) = connected(&mut both);
    let card = display.card();
    let closing = both.tasks.spawn(async move { card.close().await });
    // Asks after the card has, again and again, and waits for ever once there are no frames any more.
    let mut display = display;
    both.tasks.spawn(async move { while display.acquire().await.unwrap().present().await.is_ok() {} });
    assert_eq!(both.wait(&closing), Some(()));
    assert_eq!(both.wait(&driver), Some(Ok(())));
    assert_eq!(both.states(), (Closed, InitWait));
}

#[test]
fn it_makes_no_difference_which_end_is_there_first() {
    let mut both = Both::without_device();
    both.world.add_vdispl(GUEST, DOM0, 0, &Vdispl::one("Virtual-1", MODE));
    let (mut display, _) = both.open(Pacing::Free).unwrap();
    let handle = both.tasks.spawn(async move { show(&mut display, 7).await });
    both.run_for(LONG);
    assert!(!handle.is_finished());
    both.start_back_end();
    assert_eq!(both.wait(&handle), Some(Ok(Presented::Shown)));
    assert_eq!(both.image(), Some(picture(7, 123, 77)));
}

#[test]
fn a_slow_xenstore_and_merged_watches_change_nothing() {
    for (answer_time, coalescing) in [(0, true), (1, false), (30, true), (700, false)] {
        let mut both = Both::new();
        both.world.set_answer_time(Duration::from_millis(answer_time));
        both.world.set_watch_coalescing(coalescing);
        let (display, driver) = connected(&mut both);
        let card = display.card();
        both.run(async move { card.close().await });
        assert_eq!(both.wait(&driver), Some(Ok(())));
        drop(display);
        both.assert_nothing_left();
    }
}

#[test]
fn a_transaction_that_has_to_start_again_does_so() {
    let mut both = Both::new();
    let mut refusals = 5;
    both.world.set_faults(move |_: DomainId, operation: &Operation<'_>| {
        let Operation::WriteTogether(_) = operation else { return None };
        refusals -= 1;
        (refusals >= 0).then_some(Fault::Store(StoreError::Again))
    });
    connected(&mut both);
}

#[test]
fn a_transaction_that_never_succeeds_ends_in_a_message() {
    let mut both = Both::new();
    both.world.set_answer_time(Duration::from_millis(1));
    both.world.set_faults(|_: DomainId, operation: &Operation<'_>| {
        matches!(operation, Operation::WriteTogether(_)).then_some(Fault::Store(StoreError::Again))
    });
    let (display, _) = both.open(Pacing::Free).unwrap();
    let outcome = both.run(async move { display.ready().await });
    assert_eq!(outcome.err(), Some(Error::Node("device/vdispl/0".to_string(), StoreError::Again)));
}

#[test]
fn a_back_end_that_leaves_in_order_and_comes_back_is_found() {
    let mut both = Both::new();
    let (display, _) = connected(&mut both);
    both.back_end.as_mut().unwrap().engine.leave();
    both.settle();
    assert!(!display.is_connected());
    let (ports, mapping) = (both.dom0.usage().ports, both.dom0.usage().mapping);
    assert_eq!((ports, mapping, both.guest.usage().grants), (0, 0, 0));
    both.kill_back_end();
    both.start_back_end();
    both.settle();
    let display = show_one(&mut both, display, 2);
    show_one(&mut both, display, 3);
    assert_eq!(both.world.violations(), [""; 0]);
}

#[test]
fn a_back_end_that_is_killed_is_waited_for_and_its_successor_found() {
    let mut both = Both::new();
    let (mut display, _) = connected(&mut both);
    both.kill_back_end();
    // Nobody says anything: only the time-out tells.
    let began = both.world.now();
    let (lost, display) = both.run(async move { (show(&mut display, 2).await, display) });
    assert_eq!(lost, Ok(Presented::Unconfirmed));
    assert_eq!(both.world.now() - began, Duration::from_millis(3000));
    both.run_for(LONG);
    both.start_back_end();
    both.settle();
    assert_eq!(both.guest.usage().grants, 24, "nothing stays granted to nobody");
    let display = show_one(&mut both, display, 3);
    show_one(&mut both, display, 4);
    assert_eq!(both.world.violations(), [""; 0]);
}

#[test]
fn a_back_end_that_is_replaced_unnoticed_never_sees_the_old_rings() {
    let mut both = Both::new();
    let (display, _) = connected(&mut both);
    both.kill_back_end();
    both.start_back_end();
    both.settle();
    let display = show_one(&mut both, display, 2);
    show_one(&mut both, display, 3);
    assert_eq!(both.world.violations(), [""; 0]);
}

#[test]
fn frames_in_flight_end_when_the_back_end_goes() {
    let mut both = Both::new();
    let (mut display, _) = connected(&mut both);
    both.screens.hold_flips();
    let handle = both.tasks.spawn(async move { show(&mut display, 2).await });
    both.settle();
    assert!(!handle.is_finished());
    both.back_end.as_mut().unwrap().engine.leave();
    both.settle();
    assert_eq!(handle.take(), Some(Ok(Presented::Disconnected)));
}

#[test]
fn a_frame_that_is_lent_survives_its_connection() {
    let mut both = Both::new();
    let (mut display, _) = connected(&mut both);
    let world = both.world.clone();
    let handle = both.tasks.spawn(async move {
        let frame = display.acquire().await.unwrap();
        vitrine_xen::platform::FrontPlatform::sleep_until(&world.domain(GUEST), Duration::from_secs(60)).await;
        // The buffer is no longer shared, and still there.
        crate::setup::draw(&frame, 2);
        (frame.present().await, display)
    });
    both.settle();
    both.back_end.as_mut().unwrap().engine.leave();
    both.settle();
    assert_eq!(both.guest.usage().grants, 0);
    both.run_for(Duration::from_secs(61));
    assert_eq!(handle.take().unwrap().0, Ok(Presented::Disconnected));
    assert_eq!(both.world.violations(), [""; 0]);
}

#[test]
fn a_detached_device_ends_at_both_ends() {
    let mut both = Both::new();
    let (display, _) = connected(&mut both);
    both.world.detach_vdispl(GUEST, DOM0, 0);
    both.settle();
    assert_eq!(both.states(), (Closed, Closed));
    both.world.remove_vdispl(GUEST, DOM0, 0);
    // Pages that the back end let go of a little later than the front end leave their quarantine.
    both.run_for(Duration::from_secs(2));
    assert!(!display.is_connected());
    let usage = both.guest.usage();
    assert_eq!((usage.pages, usage.grants, usage.ports), (0, 0, 0));
    assert_eq!((both.dom0.usage().mapping, both.dom0.usage().ports), (0, 0));
    assert_eq!(both.back_end.as_ref().unwrap().engine.devices().count(), 0);
    // And what is attached anew is used.
    both.world.add_vdispl(GUEST, DOM0, 0, &Vdispl::one("Virtual-1", MODE));
    show_one(&mut both, display, 9);
}

#[test]
fn a_device_that_is_made_anew_between_two_looks_is_found() {
    for answer_time in [0, 1, 20] {
        let mut both = Both::without_device();
        both.world.set_answer_time(Duration::from_millis(answer_time));
        both.world.add_vdispl(GUEST, DOM0, 0, &Vdispl::one("Virtual-1", MODE));
        both.world.store_write(&format!("{}/state", vdispl::backend_path(GUEST, DOM0, 0)), "2");
        let (display, _) = both.open(Pacing::Free).unwrap();
        both.run_for(LONG);
        assert_eq!(both.states(), (Initialised, InitWait));
        both.world.remove_vdispl(GUEST, DOM0, 0);
        both.world.add_vdispl(GUEST, DOM0, 0, &Vdispl::one("Virtual-1", MODE));
        both.start_back_end();
        show_one(&mut both, display, 4);
    }
}

#[test]
fn a_display_that_is_dropped_frees_nothing_that_is_granted() {
    let mut both = Both::new();
    let (display, driver) = connected(&mut both);
    both.tasks = Default::default();
    drop((display, driver));
    // The back end has not been told, and still maps every page: they are lost rather than used for something else.
    assert_eq!(both.world.violations(), [""; 0]);
    let usage = both.guest.usage();
    assert_eq!((usage.pages, usage.mapped), (22, 22), "two rings and twice ten pages; the directories were only read");
}

#[test]
fn a_guest_that_dies_takes_its_device_with_it() {
    let mut both = Both::new();
    let (display, _) = connected(&mut both);
    both.world.destroy(GUEST);
    both.tasks = Default::default();
    drop(display);
    both.settle();
    both.world.remove_vdispl(GUEST, DOM0, 0);
    both.settle();
    assert_eq!((both.dom0.usage().mapping, both.dom0.usage().ports, both.screens.open_heads()), (0, 0, 0));
    assert_eq!(both.back_end.as_ref().unwrap().engine.devices().count(), 0);
    assert_eq!(both.dom0.usage().watches, 1, "the watch on all devices stays");
}

#[test]
fn a_guest_that_starts_again_is_served_again() {
    let mut both = Both::new();
    for round in 1..=3 {
        let (display, _) = connected(&mut both);
        let display = show_one(&mut both, display, round);
        both.world.destroy(GUEST);
        both.tasks = Default::default();
        drop(display);
        both.settle();
        both.world.remove_vdispl(GUEST, DOM0, 0);
        both.guest = both.world.domain(GUEST);
        both.world.add_vdispl(GUEST, DOM0, 0, &Vdispl::one("Virtual-1", MODE));
        both.settle();
    }
    assert_eq!(both.world.violations(), [""; 0]);
}

#[test]
fn pages_that_the_back_end_keeps_mapped_stay_in_quarantine() {
    let mut both = Both::new();
    let (display, driver) = connected(&mut both);
    // Somebody in domain 0 maps everything once more, and does not let go.
    let live: Vec<GrantRef> =
        (8..40).map(GrantRef).filter(|reference| both.guest.granted(*reference).is_some()).collect();
    let kept = both.dom0.map(GUEST, &live).unwrap();
    let card = display.card();
    both.run(async move { card.close().await });
    both.wait(&driver).unwrap().unwrap();
    assert_eq!(both.states().0, Closed);
    assert_eq!(display.grants_in_quarantine(), live.len());
    assert_eq!((both.guest.usage().grants, both.guest.usage().mapped), (live.len(), live.len()));
    assert!(both.guest.usage().pages >= live.len(), "their pages are not given to anyone");
    drop(kept);
    assert_eq!(both.world.violations(), [""; 0]);
}

#[test]
fn quarantine_ends_when_the_back_end_lets_go() {
    let mut both = Both::new();
    let (display, _) = connected(&mut both);
    let live: Vec<GrantRef> =
        (8..40).map(GrantRef).filter(|reference| both.guest.granted(*reference).is_some()).collect();
    let kept = both.dom0.map(GUEST, &live).unwrap();
    both.back_end.as_mut().unwrap().engine.leave();
    both.settle();
    both.kill_back_end();
    both.start_back_end();
    // The next connection works with other pages meanwhile.
    let display = show_one(&mut both, display, 2);
    assert_eq!(display.grants_in_quarantine(), live.len());
    drop(kept);
    both.run_for(Duration::from_secs(2));
    assert_eq!(display.grants_in_quarantine(), 0);
    let display = show_one(&mut both, display, 3);
    assert_eq!(both.guest.usage().grants, live.len(), "what the second connection has, as much as the first had");
    drop(display);
    assert_eq!(both.world.violations(), [""; 0]);
    assert_eq!(both.states(), (Connected, Connected));
}

#[test]
fn a_back_end_that_keeps_every_page_costs_the_memory_of_two_connections() {
    let mut both = Both::new();
    let (mut display, _) = connected(&mut both);
    let one_connection = both.guest.usage().grants;
    let mut kept = Vec::new();
    for round in 0..4 {
        let live: Vec<GrantRef> =
            (8..200).map(GrantRef).filter(|reference| both.guest.granted(*reference).is_some()).collect();
        kept.push(both.dom0.map(GUEST, &live).unwrap());
        both.back_end.as_mut().unwrap().engine.leave();
        both.settle();
        both.kill_back_end();
        both.start_back_end();
        both.run_for(Duration::from_secs(3));
        assert!(both.guest.usage().grants <= 2 * one_connection, "in round {round}");
    }
    assert!(!display.is_connected(), "it waits until the back end lets go");
    drop(kept);
    both.run_for(Duration::from_secs(3));
    assert_eq!(display.grants_in_quarantine(), 0);
    display = show_one(&mut both, display, 2);
    drop(display);
    assert_eq!(both.world.violations(), [""; 0]);
}

#[test]
fn a_device_may_be_there_before_it_is_whole() {
    let mut both = Both::without_device();
    both.start_back_end();
    let back = vdispl::backend_path(GUEST, DOM0, 0);
    both.world.store_write(&format!("{back}/online"), "1");
    both.settle();
    both.world.add_vdispl(GUEST, DOM0, 0, &Vdispl::one("Virtual-1", MODE));
    both.settle();
    assert_eq!(both.states(), (Initialising, InitWait));
    connected(&mut both);
}

/// A device that is removed and attached anew while its nodes are read: they can't be read, and when the front end looks
/// again, the back end is in the state that it was in.
#[test]
fn nodes_that_could_not_be_read_are_read_again_when_something_changes() {
    let mut both = Both::new();
    let mut away = true;
    both.world.set_faults(move |caller: DomainId, operation: &Operation<'_>| {
        let read = matches!(operation, Operation::Read(path) if path.ends_with("0/resolution"));
        (caller == GUEST && read && core::mem::take(&mut away)).then_some(Fault::Store(StoreError::Denied))
    });
    let (display, _) = both.open(Pacing::Free).unwrap();
    both.run_for(LONG);
    assert_eq!(both.states(), (Closed, InitWait));
    let reads = both.guest.counters().store_requests;
    both.run_for(LONG);
    assert_eq!(both.guest.counters().store_requests, reads, "it is at rest");
    both.world.store_write(&format!("{}/state", vdispl::backend_path(GUEST, DOM0, 0)), "2");
    let ready = both.tasks.spawn(async move { display.ready().await });
    assert!(both.wait(&ready).is_some_and(|ready| ready.is_ok()), "{:?}", both.states());
}
