//! What an appliance does with a display beside drawing: it asks for modes and changes them, switches it off and on, and
//! presents on several at once.

use std::time::Duration;

use vitrine_frontend::{Display, Error, Frame, Pacing, Presented};
use vitrine_xen::fake::{Domain, Vdispl};
use vitrine_xen::io::displif::nodes::Resolution;

use crate::setup::{Both, LONG, draw, picture, show};
use crate::several::Seat;

const LARGE: Resolution = Resolution { width: 160, height: 100 };
const SMALL: Resolution = Resolution { width: 64, height: 48 };

fn shown_first() -> (Both, Display<Domain>) {
    let mut both = Both::new();
    let mut display = both.open_ready();
    let display = both.run(async move {
        assert_eq!(show(&mut display, 1).await, Ok(Presented::Shown));
        display
    });
    both.run_for(Duration::from_secs(1));
    (both, display)
}

#[test]
fn modes_are_those_that_the_display_lists() {
    let (_both, display) = shown_first();
    let sizes: Vec<_> = display.modes().iter().map(|mode| (mode.width, mode.height, mode.preferred)).collect();
    assert!(sizes.contains(&(160, 100, false)) && sizes.contains(&(64, 48, false)), "{sizes:?}");
    assert_eq!(sizes.iter().filter(|mode| mode.2).count(), 1);
    assert!(sizes.contains(&(123, 77, true)), "the mode that it has is the one that it likes best: {sizes:?}");
    let info = display.info().unwrap();
    assert_eq!(info.edid.unwrap().name.as_deref(), Some("test screen"));
}

#[test]
fn the_mode_changes_while_pictures_are_shown() {
    let (mut both, mut display) = shown_first();
    let before = both.guest.usage();
    let mut ages = Vec::new();
    for (number, mode) in (2..).zip([LARGE, SMALL, LARGE, Resolution { width: 123, height: 77 }]) {
        let (age, given_back) = both.run(async move {
            display.set_mode(mode).await.unwrap();
            let frame = display.acquire().await.unwrap();
            assert_eq!(frame.resolution(), mode);
            let age = frame.age();
            draw(&frame, number);
            assert_eq!(frame.present().await, Ok(Presented::Shown));
            (age, display)
        });
        display = given_back;
        ages.push(age);
        assert!(both.image() == Some(picture(number, mode.width, mode.height)), "{mode}");
    }
    assert_eq!(ages, [0; 4], "every mode begins with buffers in which nothing is");
    both.run_for(LONG);
    assert_eq!((both.guest.usage(), display.grants_in_quarantine()), (before, 0));
    assert_eq!(both.world.violations(), [""; 0]);
}

#[test]
fn a_mode_that_does_not_fit_leaves_the_old_one() {
    let (mut both, display) = shown_first();
    let before = both.guest.usage();
    both.guest.set_memory(before.pages + 10);
    let (error, mut display) = both.run(async move { (display.set_mode(LARGE).await, display) });
    assert!(matches!(error, Err(Error::Memory { width: 160, height: 100, .. })), "{error:?}");
    assert_eq!(both.guest.usage(), before);
    both.run(async move { assert_eq!(show(&mut display, 3).await, Ok(Presented::Shown)) });
    assert_eq!(both.image(), Some(picture(3, 123, 77)));
}

#[test]
fn a_frame_of_the_old_mode_is_not_shown() {
    let (mut both, mut display) = shown_first();
    let other = display.card().display(0, Pacing::Free);
    both.run(async move {
        let frame = display.acquire().await.unwrap();
        other.set_mode(LARGE).await.unwrap();
        draw(&frame, 9);
        assert_eq!(frame.present().await, Ok(Presented::Disconnected));
        assert_eq!(show(&mut display, 2).await, Ok(Presented::Shown));
    });
    assert_eq!(both.image(), Some(picture(2, 160, 100)));
    assert_eq!(both.world.violations(), [""; 0]);
}

#[test]
fn a_display_is_switched_off_and_on_without_a_leak() {
    let (mut both, mut display) = shown_first();
    let lit = both.guest.usage();
    let (mut dark, handle) = (None, display.card().display(0, Pacing::Free));
    for round in 0..20 {
        display.switch_off();
        both.run_for(Duration::from_secs(2));
        assert_eq!(both.image(), None);
        assert!(display.is_connected());
        let usage = both.guest.usage();
        assert!(usage.grants < lit.grants, "its buffers are gone");
        assert_eq!(*dark.get_or_insert(usage), usage, "in round {round}");
        let waiting = both.tasks.spawn(async move {
            let age = display.acquire().await.unwrap().age();
            (age, show(&mut display, round).await, display)
        });
        both.run_for(Duration::from_secs(1));
        assert!(!waiting.is_finished(), "nothing is lent while it is dark");
        handle.switch_on();
        let (age, shown, given_back) = both.wait(&waiting).unwrap();
        assert_eq!((age, shown), (0, Ok(Presented::Shown)));
        assert_eq!(both.image(), Some(picture(round, 123, 77)));
        display = given_back;
    }
    assert_eq!((both.guest.usage(), display.grants_in_quarantine()), (lit, 0));
    assert_eq!(both.world.violations(), [""; 0]);
}

#[test]
fn what_is_off_stays_off_with_the_next_back_end() {
    let (mut both, display) = shown_first();
    display.switch_off();
    both.back_end.as_mut().unwrap().engine.leave();
    both.settle();
    both.kill_back_end();
    both.start_back_end();
    both.run_for(Duration::from_secs(5));
    assert!(display.is_connected() && both.image().is_none());
    display.switch_on();
    let mut display = display;
    both.run(async move { assert_eq!(show(&mut display, 4).await, Ok(Presented::Shown)) });
    assert_eq!(both.image(), Some(picture(4, 123, 77)));
}

#[test]
fn frames_go_to_several_screens_together() {
    let mut both = Both::with(&Vdispl::one("Virtual-1", "64x48").and("Virtual-2", "123x77"));
    let seat = Seat::new(&both);
    let mut displays = seat.displays(&mut both);
    for round in 0..4 {
        both.screens.hold_flips();
        let flips = both.screens.flips();
        let waiting = both.tasks.spawn(async move {
            let mut frames = Vec::new();
            for (number, display) in (10 * round..).zip(&mut displays) {
                let frame = display.acquire().await.unwrap();
                draw(&frame, number);
                frames.push(frame);
            }
            let presented = Frame::present_together(frames).await;
            (presented, displays)
        });
        both.settle();
        assert_eq!(both.screens.flips() - flips, 2, "both are on their way");
        assert!(!waiting.is_finished());
        while both.screens.vertical_blank() > 0 {
            both.settle();
        }
        let (presented, given_back) = both.wait(&waiting).unwrap();
        assert_eq!(presented, Ok(Presented::Shown));
        assert_eq!(both.screens.image("Virtual-1"), Some(picture(10 * round, 64, 48)));
        assert_eq!(both.screens.image("Virtual-2"), Some(picture(10 * round + 1, 123, 77)));
        displays = given_back;
    }
}
