//! The real front end and a back end that is late, out of order, forgetful, or hostile.

use std::time::Duration;

use vitrine_frontend::{Display, Error, Presented};
use vitrine_xen::fake::{Domain, Handle};
use vitrine_xen::io::displif::{Operation, Status};
use vitrine_xen::platform::SharedPages;
use vitrine_xen::ring::EVENT_SLOTS;
use vitrine_xen::xenbus::XenbusState;

use crate::scripted::{ScriptedBackEnd, cookie};
use crate::setup::{Both, LONG, show};

type Shown = Handle<(Result<Presented, Error>, Display<Domain>)>;

/// Presents a frame, on a connection where the back end has answered all that comes before its flip.
fn present(both: &mut Both, mut display: Display<Domain>) -> Shown {
    both.tasks.spawn(async move { (show(&mut display, 1).await, display) })
}

/// A frame whose page flip has reached the back end.
fn presented() -> (Both, Shown, ScriptedBackEnd, vitrine_xen::io::displif::Request) {
    let (mut both, display, mut back_end) = ScriptedBackEnd::meet();
    let shown = present(&mut both, display);
    let flip = back_end.answer_until_flip(&mut both);
    (both, shown, back_end, flip)
}

#[test]
fn a_frame_is_done_when_both_answer_and_event_are_there_in_either_order() {
    for event_first in [false, true] {
        let (mut both, shown, mut back_end, flip) = presented();
        for step in [event_first, !event_first] {
            assert!(!shown.is_finished());
            if step {
                back_end.frame_done(0, cookie(&flip))
            } else {
                back_end.answer(&flip, Status::OK)
            }
            both.settle();
        }
        assert_eq!(shown.take().unwrap().0, Ok(Presented::Shown), "event first: {event_first}");
    }
}

#[test]
fn a_late_answer_counts_until_three_seconds_are_over() {
    let (mut both, shown, mut back_end, flip) = presented();
    both.run_for(Duration::from_millis(2990));
    assert!(!shown.is_finished());
    back_end.complete(&flip, 0);
    both.settle();
    assert_eq!(shown.take().unwrap().0, Ok(Presented::Shown));
}

#[test]
fn an_answer_that_does_not_come_fails_its_flip_and_the_next_one_goes_on() {
    let (mut both, shown, mut back_end, late) = presented();
    let began = both.world.now();
    let (outcome, display) = both.wait(&shown).unwrap();
    assert_eq!(outcome, Ok(Presented::Unconfirmed));
    assert_eq!((both.world.now() - began).as_millis(), 3000);
    assert!(display.is_connected());
    // The back end wakes up while the next flip is in flight, and answers everything. Events for a flip that was given up
    // count for nothing.
    let shown = present(&mut both, display);
    both.settle();
    back_end.complete(&late, 0);
    both.settle();
    assert!(!shown.is_finished());
    let flip = back_end.answer_until_flip(&mut both);
    assert_ne!((flip.id, cookie(&flip)), (late.id, cookie(&late)));
    back_end.complete(&flip, 1);
    both.settle();
    let (outcome, display) = shown.take().unwrap();
    let statistics = display.statistics();
    assert_eq!((outcome, statistics.unconfirmed, statistics.stray_events), (Ok(Presented::Shown), 1, 1));
    assert_eq!(both.world.violations(), [""; 0]);
}

#[test]
fn a_late_answer_that_comes_twice_ends_the_connection() {
    let (mut both, shown, mut back_end, late) = presented();
    let (_, display) = both.wait(&shown).unwrap();
    back_end.answer(&late, Status::OK);
    both.settle();
    assert!(display.is_connected());
    let shown = present(&mut both, display);
    both.settle();
    back_end.next().expect("the next flip");
    back_end.answer(&late, Status::OK);
    both.settle();
    assert_eq!(shown.take().unwrap().0, Ok(Presented::Disconnected));
}

/// Both orders in which back ends report the pending flip, and both cookies that its event may carry (displ_be's carries
/// the refused flip's).
#[test]
fn a_busy_back_end_is_asked_again_when_its_pending_flip_is_done() {
    for (event_first, own_cookie) in [(false, false), (false, true), (true, false), (true, true)] {
        let (mut both, shown, mut back_end, refused) = presented();
        let pending = if own_cookie { cookie(&refused) } else { 0x7777 };
        for step in [event_first, !event_first] {
            both.settle();
            assert!(back_end.next().is_none());
            if step { back_end.frame_done(0, pending) } else { back_end.answer(&refused, Status::BUSY) }
        }
        let again = back_end.answer_until_flip(&mut both);
        assert_eq!(again.operation, refused.operation);
        assert!(!shown.is_finished());
        back_end.complete(&again, 1);
        both.settle();
        let (outcome, display) = shown.take().unwrap();
        assert_eq!((outcome, display.statistics().retries), (Ok(Presented::Shown), 1));
    }
}

#[test]
fn a_back_end_that_is_busy_for_ever_is_not_asked_for_ever() {
    let (mut both, shown, mut back_end, mut flip) = presented();
    let began = both.world.now();
    let mut tries = 0;
    while !shown.is_finished() {
        back_end.answer(&flip, Status::BUSY);
        back_end.frame_done(0, 0x7777);
        both.run_for(Duration::from_millis(100));
        tries += 1;
        match back_end.next() {
            Some(request) => flip = request,
            None => break,
        }
    }
    let (outcome, display) = both.wait(&shown).unwrap();
    assert_eq!(outcome, Ok(Presented::Unconfirmed));
    assert!((both.world.now() - began).as_millis() <= 3200 && tries <= 33, "{tries} tries");
    assert!(display.is_connected());
}

#[test]
fn a_back_end_that_never_answers_gets_no_more_than_its_ring_holds() {
    let (mut both, display, mut back_end) = ScriptedBackEnd::meet();
    let shown = present(&mut both, display);
    let first = back_end.answer_until_flip(&mut both);
    let (_, mut display) = both.wait(&shown).unwrap();
    let appliance = both.tasks.spawn(async move {
        for number in 0..60 {
            let _ = show(&mut display, number).await;
        }
        display
    });
    both.run_for(Duration::from_secs(200));
    let mut waiting = vec![first];
    waiting.extend(core::iter::from_fn(|| back_end.next()));
    assert_eq!(waiting.len(), 32 - 3, "the rest of the ring is left for what is not a frame");
    // As soon as it wakes up, everything goes on.
    for request in &waiting {
        back_end.answer(request, Status::OK);
    }
    while !appliance.is_finished() {
        both.settle();
        while let Some(flip) = back_end.next() {
            back_end.complete(&flip, 0);
            both.settle();
        }
        both.run_for(Duration::from_millis(3000));
    }
    assert!(appliance.take().unwrap().is_connected());
}

#[test]
fn a_frame_without_its_event_is_unconfirmed_and_the_next_one_goes_on() {
    let (mut both, shown, mut back_end, flip) = presented();
    back_end.answer(&flip, Status::OK);
    let began = both.world.now();
    let (outcome, display) = both.wait(&shown).unwrap();
    assert_eq!(outcome, Ok(Presented::Unconfirmed));
    let took = both.world.now() - began;
    assert!((3000..=3200).contains(&took.as_millis()), "{took:?}");
    let shown = present(&mut both, display);
    let flip = back_end.answer_until_flip(&mut both);
    back_end.complete(&flip, 1);
    both.settle();
    let (outcome, display) = shown.take().unwrap();
    assert_eq!((outcome, display.statistics().unconfirmed), (Ok(Presented::Shown), 1));
}

#[test]
fn gaps_in_the_events_identifiers_do_not_matter() {
    let (mut both, display, mut back_end) = ScriptedBackEnd::meet();
    let mut display = display;
    for id in [5, 6, 70, 0, 65535, 3] {
        let shown = present(&mut both, display);
        let flip = back_end.answer_until_flip(&mut both);
        back_end.complete(&flip, id);
        both.settle();
        let (outcome, again) = shown.take().unwrap();
        assert_eq!(outcome, Ok(Presented::Shown), "event {id}");
        display = again;
    }
}

#[test]
fn events_for_nobody_are_counted_and_do_nothing() {
    let (mut both, shown, mut back_end, flip) = presented();
    back_end.frame_done(0, cookie(&flip) + 1000);
    back_end.frame_done(1, 0);
    back_end.answer(&flip, Status::OK);
    both.settle();
    assert!(!shown.is_finished());
    back_end.frame_done(2, cookie(&flip));
    both.settle();
    let (outcome, display) = shown.take().unwrap();
    assert_eq!((outcome, display.statistics().stray_events), (Ok(Presented::Shown), 2));
}

#[test]
fn spurious_events_do_nothing() {
    let (mut both, shown, mut back_end, flip) = presented();
    for _ in 0..100 {
        back_end.notify(0);
        back_end.notify(1);
        both.settle();
    }
    assert!(!shown.is_finished());
    back_end.complete(&flip, 0);
    both.settle();
    assert_eq!(shown.take().unwrap().0, Ok(Presented::Shown));
}

#[test]
fn a_refusal_of_any_request_is_told_with_its_code_and_status() {
    for (code, status) in [(0x10, -22), (0x10, -12), (0x12, -2), (0x14, -22), (0x15, -1), (0x15, -11), (0x15, i32::MIN)]
    {
        let (mut both, display, mut back_end) = ScriptedBackEnd::meet();
        let shown = present(&mut both, display);
        for _ in 0..20 {
            while let Some(request) = back_end.next() {
                let refused = request.operation.code() == code;
                back_end.answer(&request, if refused { Status(status) } else { Status::OK });
            }
            both.settle();
        }
        let (outcome, _) = shown.take().unwrap();
        assert_eq!(outcome, Err(Error::Refused(code, Status(status))));
    }
}

/// Lets the back end do something to a connection on which a flip is in flight; the connection has to end by that, at
/// once, without harm.
#[track_caller]
fn ends_the_connection(harm: impl FnOnce(&mut ScriptedBackEnd, &vitrine_xen::io::displif::Request)) {
    let (mut both, shown, mut back_end, flip) = presented();
    harm(&mut back_end, &flip);
    both.settle();
    let (outcome, display) = shown.take().expect("the frame ends at once");
    assert_eq!(outcome, Ok(Presented::Disconnected));
    assert!(!display.is_connected());
    assert_eq!(both.states().0, XenbusState::Initialising);
    back_end.leave();
    both.run_for(LONG);
    assert_eq!(both.world.violations(), [""; 0]);
}

#[test]
fn more_responses_than_requests_end_the_connection() {
    for extra in [1, 2, 31, 33, 1000, 0x8000_0000, u32::MAX - 1] {
        ends_the_connection(|back_end, _| {
            let page = back_end.page(0);
            let produced = page.memory().read_u32(8);
            page.memory().write_u32(8, produced.wrapping_add(1).wrapping_add(extra));
            back_end.notify(0);
        });
    }
}

#[test]
fn more_events_than_the_page_holds_end_the_connection() {
    for extra in [EVENT_SLOTS + 1, 1000, 0x8000_0000, u32::MAX] {
        ends_the_connection(|back_end, _| {
            let page = back_end.page(1);
            let consumed = page.memory().read_u32(0);
            page.memory().write_u32(4, consumed.wrapping_add(extra));
            back_end.notify(1);
        });
    }
}

#[test]
fn an_answer_to_nothing_ends_the_connection() {
    ends_the_connection(|back_end, flip| back_end.respond(flip.id.wrapping_add(7), 0x15, Status::OK));
    ends_the_connection(|back_end, flip| back_end.respond(flip.id, 0x14, Status::OK));
    ends_the_connection(|back_end, flip| back_end.respond(flip.id, 0, Status::OK));
}

#[test]
fn a_page_full_of_events_is_taken() {
    let (mut both, shown, mut back_end, flip) = presented();
    back_end.answer(&flip, Status::OK);
    for id in 1..EVENT_SLOTS {
        back_end.frame_done(id as u16, 0x5555);
    }
    back_end.frame_done(0, cookie(&flip));
    both.settle();
    let (outcome, display) = shown.take().unwrap();
    assert_eq!(outcome, Ok(Presented::Shown));
    assert_eq!(display.statistics().stray_events, u64::from(EVENT_SLOTS - 1));
}

#[test]
fn what_the_back_end_writes_over_the_requests_is_not_believed() {
    let (mut both, shown, mut back_end, flip) = presented();
    let page = back_end.page(0);
    // The front end's own producer index, its slots, and what both use to hold events back.
    page.memory().write_u32(0, 0xdead_beef);
    page.memory().write_u32(4, 0x7fff_ffff);
    for slot in 0..32 {
        page.memory().fill_words(64 + 64 * slot, 16, 0xffff_ffff);
    }
    back_end.complete(&flip, 0);
    both.settle();
    assert_eq!(shown.take().unwrap().0, Ok(Presented::Shown));
}

#[test]
fn requests_are_sent_in_the_protocols_order_with_nothing_in_the_reserved_bytes() {
    let (mut both, display, mut back_end) = ScriptedBackEnd::meet();
    let shown = present(&mut both, display);
    let mut codes = Vec::new();
    while !shown.is_finished() {
        both.settle();
        let Some(request) = back_end.next() else { break };
        codes.push(request.operation.code());
        back_end.answer(&request, Status::OK);
        if let Operation::PageFlip(cookie) = request.operation {
            back_end.frame_done(0, cookie);
        }
    }
    assert_eq!(codes, [0x10, 0x10, 0x12, 0x12, 0x16, 0x14, 0x15]);
    let page = back_end.page(0);
    for slot in 0..codes.len() {
        let mut bytes = [0; 64];
        page.memory().read(64 + 64 * slot, &mut bytes);
        if let Ok(request) = vitrine_xen::io::displif::Request::decode(&bytes) {
            assert!(!request.stray_bytes(&bytes), "slot {slot}: {bytes:x?}");
        }
    }
}
