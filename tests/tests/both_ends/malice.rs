//! A hostile back end and an engine with more to lose: several connectors, objects of its own, requests that were given up.
//! Each lie costs the connection or a ticket, never more.

use std::time::Duration;

use vitrine_frontend::device::View;
use vitrine_frontend::{Error, Pacing, Ticket};
use vitrine_xen::fake::Usage;
use vitrine_xen::io::displif::{Operation, PixelFormat, Request, Status};
use vitrine_xen::platform::SharedPages;
use vitrine_xen::ring::EVENT_SLOTS;

use crate::rig::Rig;
use crate::scripted::ScriptedBackEnd;

const FORMAT: PixelFormat = PixelFormat::Xrgb8888;

/// A back end that the test plays, a lit connector whose flip is in flight, a request that was given up, and one that waits.
struct Busy {
    rig: Rig,
    back_end: ScriptedBackEnd,
    flip: Request,
    given_up: Request,
    waiting: Request,
    tickets: [Ticket; 2],
}

fn busy() -> Busy {
    let (mut rig, mut back_end) = Rig::scripted(None, |_| ());
    back_end.answer_all(&mut rig);
    let now = rig.now();
    let (buffer, _) = rig.device.create_dumb_buffer(20, 10, FORMAT, now).unwrap();
    let (framebuffer, _) = rig.device.add_framebuffer(buffer, 20, 10, FORMAT, now).unwrap();
    back_end.answer_all(&mut rig);
    let view = View { framebuffer, x: 0, y: 0, width: 20, height: 10 };
    let lit = rig.device.set_config(0, Some(view), now).unwrap();
    back_end.answer_all(&mut rig);
    assert_eq!(rig.result(lit), Ok(()));
    let (_, lost) = rig.device.add_framebuffer(buffer, 5, 5, FORMAT, now).unwrap();
    rig.settle();
    let given_up = back_end.next().unwrap();
    rig.run_for(Duration::from_millis(3000));
    assert_eq!(rig.device.result(lost), Some(Err(Error::NoAnswer(0x12))));
    let now = rig.now();
    let detach = {
        rig.settle();
        back_end.next().unwrap()
    };
    assert_eq!(detach.operation.code(), 0x13, "what may have come to be is undone");
    back_end.answer(&detach, Status::OK);
    let flipping = rig.device.page_flip(0, framebuffer, now).unwrap();
    rig.settle();
    let flip = back_end.next().unwrap();
    let (_, creating) = rig.device.create_dumb_buffer(8, 8, FORMAT, now).unwrap();
    rig.settle();
    let waiting = back_end.next().unwrap();
    Busy { rig, back_end, flip, given_up, waiting, tickets: [flipping, creating] }
}

/// The back end does something that ends the connection at once: every ticket says so, and nothing is left.
#[track_caller]
fn ends_the_connection(what: &str, harm: impl FnOnce(&mut Busy)) {
    let mut busy = busy();
    harm(&mut busy);
    let Busy { mut rig, back_end, tickets, .. } = busy;
    rig.settle();
    assert!(!rig.device.is_connected(), "{what}");
    for ticket in tickets {
        assert_eq!(rig.device.result(ticket), Some(Err(Error::Disconnected)), "{what}");
    }
    back_end.leave();
    rig.run_for(Duration::from_secs(2));
    rig.device.close();
    rig.run_for(Duration::from_secs(4));
    let usage = rig.both.guest.usage();
    assert_eq!((usage.pages, usage.grants), (0, 0), "{what}");
    assert_eq!(rig.both.world.violations(), [""; 0], "{what}");
}

#[test]
fn answers_to_nothing_twice_or_for_something_else_end_the_connection() {
    ends_the_connection("never asked", |busy| busy.back_end.respond(0x7777, 0x10, Status::OK));
    ends_the_connection("twice", |busy| {
        busy.back_end.answer(&busy.flip, Status::OK);
        busy.back_end.answer(&busy.flip, Status::OK);
    });
    ends_the_connection("late, twice", |busy| {
        busy.back_end.answer(&busy.given_up, Status::OK);
        busy.back_end.answer(&busy.given_up, Status::OK);
    });
    ends_the_connection("another operation", |busy| busy.back_end.respond(busy.waiting.id, 0x15, Status::OK));
    ends_the_connection("late, another operation", |busy| busy.back_end.respond(busy.given_up.id, 0x10, Status::OK));
    ends_the_connection("an EDID in place of a buffer", |busy| {
        busy.back_end.respond(busy.waiting.id, 0x16, Status::OK);
    });
}

#[test]
fn impossible_indices_end_the_connection() {
    for extra in [1, 31, 1000, 0x8000_0000, u32::MAX - 5] {
        ends_the_connection("responses", |busy| {
            let page = busy.back_end.page(0);
            page.memory().write_u32(8, page.memory().read_u32(8).wrapping_add(4 + extra));
            busy.back_end.notify(0);
        });
    }
    for extra in [EVENT_SLOTS + 1, 0x8000_0000, u32::MAX] {
        ends_the_connection("events", |busy| {
            let page = busy.back_end.page(1);
            page.memory().write_u32(4, page.memory().read_u32(0).wrapping_add(extra));
            busy.back_end.notify(1);
        });
    }
}

#[test]
fn events_for_unknown_and_dead_framebuffers_are_counted_and_change_nothing() {
    let Busy { mut rig, mut back_end, flip, waiting, tickets, .. } = busy();
    let Operation::PageFlip(cookie) = flip.operation else { panic!("{flip:?}") };
    for (number, stray) in [0, 1, u64::MAX, cookie + 1, cookie - 1].into_iter().enumerate() {
        back_end.frame_done(number as u16, stray);
        rig.settle();
        assert_eq!(rig.device.statistics(0).stray_events, number as u64 + 1);
    }
    assert_eq!(rig.device.result(tickets[0]), None);
    back_end.answer(&waiting, Status::OK);
    back_end.complete(&flip, 9);
    assert_eq!((rig.result(tickets[0]), rig.result(tickets[1])), (Ok(()), Ok(())));
    // The same event again is for a flip that has ended.
    back_end.frame_done(10, cookie);
    rig.settle();
    assert_eq!(rig.device.statistics(0).stray_events, 6);
    assert!(rig.device.is_connected());
}

/// A back end that writes events as fast as they are taken: each poll takes a page full, and says that there is more.
#[test]
fn a_storm_of_events_is_taken_in_bounded_pieces() {
    let Busy { mut rig, mut back_end, .. } = busy();
    for round in 1..=20 {
        for _ in 0..EVENT_SLOTS {
            back_end.frame_done(0, 0x5555);
        }
        let now = rig.now();
        let again = rig.device.poll(now);
        assert_eq!(rig.device.statistics(0).stray_events, round * u64::from(EVENT_SLOTS));
        assert_eq!(again, Some(now), "it asks for the next turn instead of taking it");
    }
    assert!(rig.device.is_connected());
}

#[test]
fn every_lie_about_every_open_connector_leaves_nothing_behind() {
    // Whatever the back end answers to whatever it is asked, the guest goes on, and gives everything back in the end.
    for seed in 0..50_u32 {
        let (mut rig, mut back_end) = Rig::scripted(None, |device| device.open(0, Pacing::Free));
        let mut state = seed.wrapping_mul(0x9e37_79b9) | 1;
        let mut random = |below: u32| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state % below
        };
        for step in 0..60 {
            if !rig.device.is_connected() {
                break;
            }
            match random(8) {
                0 => _ = rig.show(0, step),
                1 => rig.device.shut(0),
                2 => rig.device.open(0, Pacing::Free),
                3 => back_end.frame_done(random(9) as u16, u64::from(random(300))),
                4 => rig.run_for(Duration::from_millis(u64::from(random(3500)))),
                5 => {
                    let now = rig.now();
                    let _ = rig.device.create_dumb_buffer(random(40), random(40), FORMAT, now);
                }
                _ => {
                    rig.settle();
                    if let Some(request) = back_end.next() {
                        let statuses = [0, 0, 0, 0, -16, -22, -12, i32::MIN];
                        back_end.answer(&request, Status(statuses[random(8) as usize]));
                        if let (Operation::PageFlip(cookie), true) = (request.operation, random(4) > 0) {
                            back_end.frame_done(0, cookie);
                        }
                    }
                }
            }
            rig.settle();
        }
        rig.device.close();
        rig.run_for(Duration::from_secs(5));
        back_end.leave();
        ScriptedBackEnd::enter(&rig.both, vitrine_xen::xenbus::XenbusState::Closed);
        rig.run_for(Duration::from_secs(5));
        assert!(rig.device.is_closed(), "seed {seed}");
        assert_eq!(rig.both.guest.usage(), Usage::default(), "seed {seed}");
        assert_eq!(rig.both.world.violations(), [""; 0], "seed {seed}");
    }
}
