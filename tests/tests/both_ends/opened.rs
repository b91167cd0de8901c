//! Any number of open connectors: independent, shut and opened again, in other modes, and nothing of it is lost.

use std::time::Duration;

use vitrine_frontend::swapchain::Outcome;
use vitrine_frontend::{Error, Pacing};
use vitrine_xen::fake::{Fault, Operation, Usage, Vdispl};
use vitrine_xen::io::displif::Status;
use vitrine_xen::io::displif::nodes::Resolution;
use vitrine_xen::xenbus::XenbusState;
use vitrine_xen::{DomainId, PAGE_SIZE};

use crate::rig::{Rig, screen, size};
use crate::setup::{GUEST, picture};

/// That a connector shows its picture of this number.
#[track_caller]
fn assert_shows(rig: &Rig, connector: u32, number: u32) {
    let (width, height) = size(connector);
    assert!(rig.both.screens.image(&screen(connector)) == Some(picture(number, width, height)), "{connector}");
}

#[test]
fn four_and_sixteen_connectors_show_their_own_pictures() {
    for count in [4, 16] {
        let mut rig = Rig::with_connectors(count);
        (0..count).for_each(|connector| rig.open(connector as usize));
        for round in 0..10 {
            for connector in 0..count {
                let shown = rig.show(connector as usize, 100 * round + connector);
                assert_eq!(shown, Some(u64::from(round) + 1), "connector {connector}");
            }
            rig.settle();
            (0..count).for_each(|connector| assert_shows(&rig, connector, 100 * round + connector));
        }
        assert_eq!(rig.both.world.violations(), [""; 0]);
    }
}

#[test]
fn sixteen_connectors_that_are_opened_at_once_get_their_buffers_through_one_ring() {
    let mut rig = Rig::with_connectors(16);
    // 64 requests for a ring of 32.
    (0..16).for_each(|connector| rig.device.open(connector, Pacing::Free));
    rig.settle();
    for connector in 0..16 {
        let (width, height) = size(connector);
        assert_eq!(rig.device.mode(connector as usize), Some(Resolution { width, height }));
    }
}

#[test]
fn a_connector_whose_flip_is_not_done_holds_up_no_other() {
    let mut rig = Rig::with_connectors(4);
    (0..4).for_each(|connector| rig.open(connector));
    (0..4).for_each(|connector| _ = rig.show(connector, 0));
    rig.settle();
    rig.both.screens.hold_flips_of(&screen(2));
    let stuck = rig.show(2, 1).unwrap();
    for number in 1..=50 {
        for connector in [0, 1, 3] {
            assert!(rig.show(connector, number).is_some(), "connector {connector}, picture {number}");
        }
        rig.settle();
        assert!(rig.show(2, 99).is_none());
    }
    let generation = rig.device.generation();
    assert_eq!(rig.device.outcome(2, generation, stuck), Some(None));
    rig.both.screens.vertical_blank();
    rig.settle();
    assert_eq!(rig.device.outcome(2, generation, stuck), Some(Some(Outcome::Shown)));
    assert_eq!(rig.device.statistics(2).stray_events, 0);
}

#[test]
fn a_frame_is_presented_once_and_on_its_own_connector_only() {
    let mut rig = Rig::with_connectors(2);
    (0..2).for_each(|connector| rig.open(connector));
    let lent: Vec<_> = (0..2).map(|connector| rig.device.lend(connector).unwrap()).collect();
    (0..).zip(&lent).for_each(|(number, lent)| crate::rig::fill(lent, number));
    let now = rig.now();
    for (connector, other) in [(0, &lent[1]), (1, &lent[0])] {
        assert_eq!(
            rig.device.present(connector, other.generation, other.buffer, now),
            None,
            "it is another connector's"
        );
    }
    rig.settle();
    assert_eq!(rig.both.screens.flips(), 0);
    for (connector, own) in lent.iter().enumerate() {
        assert!(rig.device.present(connector, own.generation, own.buffer, now).is_some());
    }
    rig.settle();
    (0..2).for_each(|connector| assert_shows(&rig, connector, connector));
    assert_eq!(rig.device.present(0, lent[0].generation, lent[0].buffer, now), None, "it is not lent any more");
}

/// What both ends use, so that nothing that leaks goes unseen.
fn usage(rig: &Rig) -> (Usage, Usage) {
    (rig.both.guest.usage(), rig.both.dom0.usage())
}

#[test]
fn a_connector_is_shut_and_opened_fifty_times_and_nothing_is_lost() {
    let mut rig = Rig::with_connectors(2);
    rig.open(1);
    let (shut, mut opened) = (usage(&rig), None);
    for round in 0..50 {
        rig.open(0);
        rig.show(0, round).unwrap();
        rig.settle();
        assert_shows(&rig, 0, round);
        assert_eq!(usage(&rig), *opened.get_or_insert_with(|| usage(&rig)), "round {round}");
        // In each state that it can be in: just shown, in flight, lent, and not even ready.
        match round % 4 {
            0 => {}
            1 => _ = rig.show(0, 7),
            2 => _ = rig.device.lend(0),
            _ => {
                rig.device.shut(0);
                rig.settle();
                rig.device.open(0, Pacing::Free);
            }
        }
        rig.device.shut(0);
        rig.settle();
        assert!(rig.both.screens.image(&screen(0)).is_none(), "it is dark");
        assert_eq!(usage(&rig), shut, "round {round}");
        assert_eq!((rig.device.mode(0), rig.device.grants_in_quarantine()), (None, 0));
        // The other connector notices nothing.
        rig.show(1, round).unwrap();
        rig.settle();
        assert_shows(&rig, 1, round);
    }
    assert_eq!(rig.both.world.violations(), [""; 0]);
}

#[test]
fn a_connector_that_is_shut_and_opened_at_once_shows_pictures_again() {
    let mut rig = Rig::with_connectors(1);
    rig.open(0);
    rig.show(0, 1).unwrap();
    let (lent, generation) = (rig.device.lend(0).is_some(), rig.device.generation());
    assert!(!lent, "one flip is in flight");
    rig.device.shut(0);
    rig.device.open(0, Pacing::Free);
    rig.settle();
    assert_eq!(rig.device.generation(), generation);
    rig.show(0, 2).unwrap();
    rig.settle();
    assert_shows(&rig, 0, 2);
}

/// The modes of the tests' screens, beside what the toolstack says.
const OTHER: Resolution = Resolution { width: 64, height: 48 };

/// One connector of 123x77 whose back end speaks version 2.
fn one() -> Rig {
    let mut rig = Rig::new(&Vdispl::one("Virtual-1", "123x77"));
    rig.open(0);
    rig
}

#[test]
fn a_mode_changes_while_pictures_are_shown_and_back_and_nothing_is_lost() {
    let mut rig = one();
    let first = rig.device.mode(0).unwrap();
    rig.show(0, 1).unwrap();
    rig.settle();
    let before = usage(&rig);
    for round in 0..20 {
        for mode in [OTHER, first] {
            // In flight, lent, or at rest.
            match round % 3 {
                0 => _ = rig.show(0, 8),
                1 => _ = rig.device.lend(0),
                _ => {}
            }
            let now = rig.now();
            let ticket = rig.device.set_mode(0, mode, now).unwrap();
            assert_eq!(rig.result(ticket), Ok(()));
            assert_eq!(rig.device.mode(0), Some(mode));
            rig.settle();
            let lent = rig.device.lend(0).unwrap();
            assert_eq!((lent.resolution, lent.age), (mode, 0));
            crate::rig::fill(&lent, round);
            rig.device.present(0, lent.generation, lent.buffer, now).unwrap();
            rig.settle();
            assert_eq!(rig.both.image(), Some(picture(round, mode.width, mode.height)));
        }
        assert_eq!(usage(&rig), before, "round {round}");
    }
    assert_eq!(rig.both.world.violations(), [""; 0]);
}

#[test]
fn a_frame_of_the_mode_before_can_not_be_presented() {
    let mut rig = one();
    let lent = rig.device.lend(0).unwrap();
    let now = rig.now();
    let ticket = rig.device.set_mode(0, OTHER, now).unwrap();
    assert_eq!(rig.result(ticket), Ok(()));
    assert_eq!(rig.device.present(0, lent.generation, lent.buffer, now), None);
    // Its memory is still there, and nobody else's.
    crate::rig::fill(&lent, 3);
    assert_eq!(rig.both.world.violations(), [""; 0]);
}

#[test]
fn a_frame_that_is_presented_while_the_mode_changes_ends_and_the_next_one_is_shown() {
    for refused in [false, true] {
        let (mut rig, mut back_end) = Rig::scripted(None, |device| device.open(0, Pacing::Free));
        back_end.answer_all(&mut rig);
        rig.show(0, 1).unwrap();
        back_end.answer_all(&mut rig);
        let (lent, now) = (rig.device.lend(0).unwrap(), rig.now());
        let ticket = rig.device.set_mode(0, OTHER, now).unwrap();
        let configuration = loop {
            rig.settle();
            let request = back_end.next().expect("the new buffers are made known, then shown");
            if request.operation.code() == 0x14 {
                break request;
            }
            back_end.answer(&request, Status::OK);
        };
        let number = rig.device.present(0, lent.generation, lent.buffer, now).unwrap();
        rig.settle();
        assert_eq!(rig.device.outcome(0, lent.generation, number), Some(None));
        back_end.answer(&configuration, if refused { Status::INVALID } else { Status::OK });
        rig.settle();
        assert_eq!(rig.device.result(ticket).unwrap().is_err(), refused);
        assert_eq!(rig.device.outcome(0, lent.generation, number), Some(Some(Outcome::Unconfirmed)));
        assert_eq!(back_end.answer_all(&mut rig), [0; 0], "a frame of the old mode is not flipped to");
        assert_eq!(rig.show(0, 2), Some(number + 1));
        assert_eq!(back_end.answer_all(&mut rig).len(), 1);
    }
}

#[test]
fn a_mode_that_the_back_end_refuses_changes_nothing() {
    // Whichever of the requests it refuses, or leaves unanswered: buffers, framebuffers, configuration.
    let requests = [(0x10, Error::NoAnswer(0x10)), (0x12, Error::NoAnswer(0x12)), (0x14, Error::NoAnswer(0x14))];
    for ((code, silence), refused) in
        requests.into_iter().flat_map(|request| [(request.clone(), true), (request, false)])
    {
        let (mut rig, mut back_end) = Rig::scripted(None, |device| device.open(0, Pacing::Free));
        back_end.answer_all(&mut rig);
        let mode = rig.device.mode(0).unwrap();
        rig.show(0, 1).unwrap();
        back_end.answer_all(&mut rig);
        let before = rig.both.guest.usage();
        let now = rig.now();
        let ticket = rig.device.set_mode(0, OTHER, now).unwrap();
        let mut left = None;
        while left.is_none() {
            rig.settle();
            let request = back_end.next().expect("the request comes");
            match request.operation.code() == code {
                true if refused => back_end.answer(&request, Status::INVALID),
                true => {}
                false => back_end.answer(&request, Status::OK),
            }
            left = (request.operation.code() == code).then_some(request);
        }
        // What follows is answered.
        let expected = if refused { Error::Refused(code, Status::INVALID) } else { silence };
        for _ in 0..32 {
            back_end.answer_all(&mut rig);
            rig.run_for(Duration::from_millis(100));
        }
        assert_eq!(rig.device.result(ticket), Some(Err(expected)));
        if let (Some(late), false) = (left, refused) {
            back_end.answer(&late, Status::OK);
        }
        back_end.answer_all(&mut rig);
        assert_eq!((rig.device.mode(0), rig.both.guest.usage()), (Some(mode), before), "{code:#x}");
        assert!(rig.show(0, 2).is_some());
        let cookies = back_end.answer_all(&mut rig);
        assert_eq!(cookies.len(), 1, "the old mode goes on");
        assert_eq!(rig.both.world.violations(), [""; 0]);
    }
}

#[test]
fn a_mode_for_which_there_are_no_grants_changes_nothing() {
    let mut rig = one();
    rig.show(0, 1).unwrap();
    rig.settle();
    let (before, now) = (usage(&rig), rig.now());
    rig.both.world.set_faults(|_: DomainId, operation: &Operation<'_>| {
        matches!(operation, Operation::Grant(..)).then_some(Fault::Refuse)
    });
    assert!(matches!(rig.device.set_mode(0, OTHER, now), Err(Error::Grants { .. })));
    rig.both.world.clear_faults();
    rig.settle();
    assert_eq!(usage(&rig), before);
    rig.show(0, 2).unwrap();
    rig.settle();
    assert_eq!(rig.both.image().map(|image| image.pixels.len()), Some(picture(2, 123, 77).pixels.len()));
    // And half way through, which is every number of grants that is too few.
    let needed = 2 * (64 * 48 * 4 / PAGE_SIZE + 1);
    for granted in 0..needed {
        let mut left = granted;
        rig.both.world.set_faults(move |_: DomainId, operation: &Operation<'_>| {
            let Operation::Grant(..) = operation else { return None };
            left = left.saturating_sub(1);
            (left == 0).then_some(Fault::Refuse)
        });
        assert!(rig.device.set_mode(0, OTHER, now).is_err(), "{granted}");
        assert_eq!(usage(&rig), before, "{granted}");
    }
}

#[test]
fn a_mode_is_for_an_open_connector_and_one_at_a_time() {
    let mut rig = Rig::with_connectors(2);
    let now = rig.now();
    assert_eq!(rig.device.set_mode(0, OTHER, now), Err(Error::Busy(0)), "it is not open");
    assert_eq!(rig.device.set_mode(7, OTHER, now), Err(Error::NoConnector(7)));
    rig.open(0);
    let nothing = Resolution { width: 0, height: 5 };
    assert_eq!(rig.device.set_mode(0, nothing, now), Err(Error::Picture { width: 0, height: 5 }));
    let first = rig.device.set_mode(0, OTHER, now).unwrap();
    assert_eq!(rig.device.set_mode(0, OTHER, now), Err(Error::Busy(0)));
    rig.device.shut(0);
    assert_eq!(rig.result(first), Err(Error::Shut(0)));
    rig.both.kill_back_end();
    rig.both
        .world
        .store_write(&format!("{}/state", vitrine_xen::fake::vdispl::backend_path(GUEST, DomainId(0), 0)), "6");
    rig.settle();
    assert_eq!(rig.device.set_mode(0, OTHER, now), Err(Error::Disconnected));
    assert_eq!(rig.both.states().0, XenbusState::Initialising);
    rig.run_for(Duration::from_secs(2));
    assert_eq!(rig.both.guest.usage(), Usage::default());
}
