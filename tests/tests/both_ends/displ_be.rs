//! What displ_be, the back end that others have, does otherwise than the header or than ours, and how our front end takes
//! it. `docs/displif.md` lists these differences with the tests that show them; those that are here are tested nowhere else.

use std::time::Duration;

use vitrine_frontend::{Display, Error, Presented};
use vitrine_xen::fake::{Domain, Handle, Vdispl, vdispl};
use vitrine_xen::io::displif::{Operation, Request, Status};
use vitrine_xen::ring::EVENT_SLOTS;
use vitrine_xen::xenbus::XenbusState::{self, Closed, Closing, Connected, InitWait, Initialised, Initialising};

use crate::scripted::{ScriptedBackEnd, cookie};
use crate::setup::{Both, DOM0, GUEST, LONG, MODE, show};

type Shown = Handle<(Result<Presented, Error>, Display<Domain>)>;

fn present(both: &mut Both, mut display: Display<Domain>) -> Shown {
    both.tasks.spawn(async move { (show(&mut display, 1).await, display) })
}

/// Shows one picture on a connection that is new to this back end.
#[track_caller]
fn shows(both: &mut Both, display: Display<Domain>, back_end: &mut ScriptedBackEnd) -> Display<Domain> {
    let shown = present(both, display);
    let flip = back_end.answer_until_flip(both);
    back_end.complete(&flip, 0);
    both.settle();
    let (outcome, display) = shown.take().expect("the flip is done");
    assert_eq!(outcome, Ok(Presented::Shown));
    display
}

/// Lets the back end leave a connection through these states, and then take what the front end publishes anew. Whether the
/// front end sees each of the states or only the last makes no difference.
#[track_caller]
fn finds_its_way_back(through: &[XenbusState]) {
    for merged in [false, true] {
        let (mut both, display, mut old) = ScriptedBackEnd::meet();
        let display = shows(&mut both, display, &mut old);
        old.leave();
        for state in through {
            ScriptedBackEnd::enter(&both, *state);
            if !merged {
                both.settle();
            }
        }
        both.settle();
        assert_eq!(both.states().0, Initialised, "{through:?}, merged: {merged}");
        let mut new = ScriptedBackEnd::bind(&both);
        ScriptedBackEnd::enter(&both, Connected);
        both.settle();
        let display = shows(&mut both, display, &mut new);
        assert_eq!(display.grants_in_quarantine(), 0);
        assert_eq!(both.world.violations(), [""; 0]);
    }
}

#[test]
fn displ_be_flaps_5_6_1_when_it_starts() {
    finds_its_way_back(&[Closing, Closed, Initialising, InitWait]);
}

#[test]
fn displ_be_flaps_5_6_2_when_the_front_end_starts_anew() {
    finds_its_way_back(&[Closing, Closed, InitWait]);
}

/// It answers Initialising only when it is in 1, 4 or 6 itself. In 2 it waits, and says nothing any more: nothing changes
/// that an edge could tell.
#[test]
fn displ_be_in_2_says_nothing_when_the_front_end_comes_to_1() {
    finds_its_way_back(&[InitWait]);
}

/// Linux stays in Closing for ever after an error; displ_be, started anew, says only its states.
#[test]
fn a_front_end_that_gave_up_tries_again_when_the_back_end_starts_anew() {
    let mut both = Both::without_device();
    both.world.add_vdispl(GUEST, DOM0, 0, &Vdispl::one("Virtual-1", "broken"));
    ScriptedBackEnd::enter(&both, InitWait);
    let (display, _) = both.open(vitrine_frontend::Pacing::Free).unwrap();
    both.settle();
    assert_eq!(both.states().0, Closed);
    assert!(both.guests_error().contains("broken"));
    both.world.store_write(&format!("{}/0/resolution", vdispl::frontend_path(GUEST, 0)), MODE);
    for state in [Closing, Closed, Initialising, InitWait] {
        ScriptedBackEnd::enter(&both, state);
        both.settle();
    }
    let mut back_end = ScriptedBackEnd::bind(&both);
    ScriptedBackEnd::enter(&both, Connected);
    both.settle();
    shows(&mut both, display, &mut back_end);
}

/// It does not look at `online`: it offers a device that is being detached once more, while the toolstack waits for Closed.
#[test]
fn displ_be_offers_a_device_that_is_being_detached() {
    let (mut both, display, mut back_end) = ScriptedBackEnd::meet();
    shows(&mut both, display, &mut back_end);
    both.world.detach_vdispl(GUEST, DOM0, 0);
    back_end.leave();
    for state in [Closed, InitWait, Closed, Initialising, InitWait] {
        both.settle();
        assert_eq!(both.states().0, Closed, "the front end does not come back");
        ScriptedBackEnd::enter(&both, state);
    }
    both.run_for(LONG);
    assert_eq!(both.states().0, Closed);
}

/// It has no `versions` node, so it gets no `version` node.
#[test]
fn displ_be_lists_no_versions() {
    let (mut both, display, mut back_end) = ScriptedBackEnd::meet();
    shows(&mut both, display, &mut back_end);
    assert_eq!(both.world.store_read(&format!("{}/version", vdispl::frontend_path(GUEST, 0))), None);
}

/// 70 flips that nobody took: events 63 to 69 were dropped, and the next one has the number 70.
#[test]
fn displ_be_drops_events_63_to_69_and_counts_on() {
    let (mut both, display, mut back_end) = ScriptedBackEnd::meet();
    let shown = present(&mut both, display);
    let flip = back_end.answer_until_flip(&mut both);
    back_end.answer(&flip, Status::OK);
    for id in 0..EVENT_SLOTS as u16 {
        back_end.frame_done(id, 0x5555);
    }
    both.settle();
    assert!(!shown.is_finished());
    back_end.frame_done(70, cookie(&flip));
    both.settle();
    assert_eq!(shown.take().expect("the event counts").0, Ok(Presented::Shown));
}

/// A flip in place of one that is not done makes it forget the earlier one's event (Wayland), or is refused (KMS).
#[test]
fn displ_be_forgets_the_event_of_a_flip_that_is_overtaken() {
    let (mut both, display, mut back_end) = ScriptedBackEnd::meet();
    let display = shows(&mut both, display, &mut back_end);
    let shown = present(&mut both, display);
    let first = back_end.answer_until_flip(&mut both);
    back_end.answer(&first, Status::OK);
    both.run_for(Duration::from_millis(2000));
    assert!(!shown.is_finished());
    assert_eq!(back_end.next(), None, "no flip is sent while one is not done");
    back_end.frame_done(1, cookie(&first));
    both.settle();
    assert_eq!(shown.take().unwrap().0, Ok(Presented::Shown));
}

/// Each ring has a thread of its own there: what ring 0 has not answered does not exist for another ring.
#[test]
fn displ_be_serves_its_rings_in_no_order() {
    let (mut both, display, mut back_end) = ScriptedBackEnd::meet();
    let _shown = present(&mut both, display);
    both.settle();
    let mut held: Vec<Request> = core::iter::from_fn(|| back_end.next()).collect();
    let attach = |request: &Request| matches!(request.operation, Operation::FramebufferAttach(_));
    let last = held.remove(held.iter().rposition(attach).expect("the buffers are made known"));
    for request in held {
        back_end.answer(&request, Status::OK);
    }
    both.run_for(Duration::from_millis(2000));
    let early: Vec<Request> = core::iter::from_fn(|| back_end.next()).collect();
    let shows_something = |request: &Request| matches!(request.operation, Operation::SetConfig(_));
    assert!(!early.iter().any(shows_something), "{last:?} is not answered");
}

/// It answers 0 when something is destroyed that is not there, keeps a buffer mapped until its framebuffers are detached, and
/// shows the last picture until the configuration is reset: so the order of the end matters, and its answers don't.
#[test]
fn displ_be_wants_a_certain_order_at_the_end_and_answers_anything() {
    for status in [Status::OK, Status::NOT_FOUND, Status(-5)] {
        let (mut both, display, mut back_end) = ScriptedBackEnd::meet();
        let display = shows(&mut both, display, &mut back_end);
        let card = display.card();
        let closing = both.tasks.spawn(async move { card.close().await });
        let mut codes = Vec::new();
        both.settle();
        while let Some(request) = back_end.next() {
            codes.push(request.operation.code());
            back_end.answer(&request, status);
            both.settle();
        }
        assert_eq!(codes, [0x14, 0x13, 0x13, 0x11, 0x11]);
        assert_eq!(both.states().0, Closing);
        back_end.leave();
        for state in [Closing, Closed, InitWait] {
            ScriptedBackEnd::enter(&both, state);
            both.settle();
        }
        assert_eq!(both.wait(&closing), Some(()));
        assert_eq!(both.states().0, Closed);
        drop(display);
        both.assert_nothing_left();
    }
}
