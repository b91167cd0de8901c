//! That these tests would notice: one thing is broken at a time, by a fault between two ends that are sound, and the check
//! that every sound pair passes has to fail.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use vitrine_frontend::head::REFRESH;
use vitrine_frontend::{Pacing, Presented};
use vitrine_xen::fake::{Domain, Fault, Frame, Operation, vdispl};
use vitrine_xen::io::displif::nodes::{REQUEST_RING, parse_number};
use vitrine_xen::platform::SharedPages;
use vitrine_xen::{DomainId, GrantRef, Port};

use crate::setup::{Both, GUEST, draw, picture};

/// Six frames over one connection, each of which has to be on the screen in time, whole, in order, and confirmed.
fn check(both: &mut Both) -> Result<(), String> {
    let (mut display, _) = both.open(Pacing::Refresh(REFRESH)).map_err(|error| error.to_string())?;
    let screens = both.screens.clone();
    let frames = both.tasks.spawn(async move {
        for number in 1..=6 {
            let frame = display.acquire().await.map_err(|error| error.to_string())?;
            draw(&frame, number);
            match frame.present().await {
                Ok(Presented::Shown) if screens.image("Virtual-1") == Some(picture(number, 123, 77)) => {}
                Ok(Presented::Shown) => return Err(format!("frame {number} is another one on the screen")),
                other => return Err(format!("frame {number}: {other:?}")),
            }
        }
        Ok(())
    });
    let began = both.world.now();
    both.wait(&frames).unwrap_or_else(|| Err("the frames never end".to_string()))?;
    let took = both.world.now() - began;
    match both.guest.counters().port_changes {
        _ if took > Duration::from_secs(1) => Err(format!("six frames took {took:?}")),
        2 => Ok(()),
        ports => Err(format!("the ends had to meet again: {ports} ports were made or closed")),
    }
}

/// The control ring's page, once the front end has published it.
fn control_ring(guest: &Domain) -> Option<Frame> {
    let node = guest.world().store_read(&format!("{}/0/{REQUEST_RING}", vdispl::frontend_path(GUEST, 0)))?;
    guest.granted(GrantRef(parse_number(&node)?))
}

/// Turns bits over in the guest's requests with operation `code`, before the back end sees them.
fn change_requests(both: &mut Both, code: u8, byte: usize, bits: u8) {
    let (guest, mut seen) = (both.guest.clone(), 0);
    both.on_the_way = Box::new(move || {
        let Some(ring) = control_ring(&guest) else { return };
        let memory = ring.memory();
        let produced = memory.read_u32(0);
        for index in core::mem::replace(&mut seen, produced)..produced {
            let slot = 64 + 64 * (index as usize % 32);
            if memory.read_u8(slot + 2) == code {
                memory.write_u8(slot + byte, memory.read_u8(slot + byte) ^ bits);
            }
        }
    });
}

#[test]
fn a_sound_pair_passes() {
    assert_eq!(check(&mut Both::new()), Ok(()));
}

#[test]
fn a_wrong_byte_in_a_request_is_noticed() {
    // The operation's code, and where in the request which bit is turned over.
    let wrong = [
        ("identifier", 0x10, 0, 0x40),
        ("operation", 0x10, 2, 0x01),
        ("buffer's cookie", 0x10, 8, 0x80),
        ("buffer's width", 0x10, 16, 0x80),
        ("buffer's size", 0x10, 29, 0x80),
        ("directory", 0x10, 36, 0x01),
        ("data offset", 0x10, 40, 0x04),
        ("attached buffer", 0x12, 8, 0x01),
        ("framebuffer's cookie", 0x12, 16, 0x80),
        ("framebuffer's width", 0x12, 24, 0x01),
        ("pixel format", 0x12, 32, 0x01),
        ("scanout's cookie", 0x14, 8, 0x80),
        ("scanout's x", 0x14, 16, 0x01),
        ("scanout's height", 0x14, 28, 0x01),
        ("scanout's depth", 0x14, 32, 0x10),
        ("flipped cookie", 0x15, 8, 0x80),
    ];
    for (what, code, byte, bits) in wrong {
        let mut both = Both::new();
        change_requests(&mut both, code, byte, bits);
        assert!(check(&mut both).is_err(), "a wrong {what} goes unnoticed");
    }
}

#[test]
fn a_request_that_is_left_alone_passes_through_the_same_hook() {
    let mut both = Both::new();
    change_requests(&mut both, 0x10, 0, 0);
    assert_eq!(check(&mut both), Ok(()));
}

#[test]
fn a_missing_grant_is_noticed() {
    // Ring, event page, and of each buffer ten pages and a directory; every one of them in turn.
    for missing in 0..24 {
        let mut both = Both::new();
        let (guest, mut seen) = (both.guest.clone(), 0);
        both.world.set_faults(move |caller: DomainId, operation: &Operation<'_>| {
            if let Operation::Map(_, references) = operation
                && caller != GUEST
            {
                let here = missing - seen;
                seen += references.len() as i32;
                if let Some(reference) = usize::try_from(here).ok().and_then(|here| references.get(here)) {
                    guest.end_grant_by_force(*reference);
                }
            }
            None
        });
        assert!(check(&mut both).is_err(), "grant {missing} is missing and nobody notices");
    }
}

#[test]
fn pages_in_the_wrong_order_are_noticed() {
    let mut both = Both::new();
    let (guest, mut done) = (both.guest.clone(), false);
    both.world.set_faults(move |caller: DomainId, operation: &Operation<'_>| {
        // The directory is the only single page that is mapped after the rings.
        if let Operation::Map(_, [directory]) = operation
            && caller != GUEST
            && !done
            && let Some(page) = guest.granted(*directory)
            && page.memory().read_u32(4) != 0
            && page.memory().read_u32(40) != 0
            && page.memory().read_u32(44) == 0
        {
            let (first, last) = (page.memory().read_u32(4), page.memory().read_u32(40));
            page.memory().write_u32(4, last);
            page.memory().write_u32(40, first);
            done = true;
        }
        None
    });
    let outcome = check(&mut both);
    assert!(outcome.as_ref().is_err_and(|error| error.contains("another one")), "{outcome:?}");
}

/// The check's outcome when some events of `sender` are lost, by their number, and how many it sent.
fn check_with_lost_events(sender: DomainId, lost: impl Fn(u32) -> bool + 'static) -> (Result<(), String>, u32) {
    let mut both = Both::new();
    let sent = Rc::new(Cell::new(0));
    let counter = sent.clone();
    both.world.set_faults(move |caller: DomainId, operation: &Operation<'_>| {
        if caller != sender || !matches!(operation, Operation::Notify(_)) {
            return None;
        }
        lost(counter.replace(counter.get() + 1)).then_some(Fault::Lose)
    });
    let outcome = check(&mut both);
    (outcome, sent.get())
}

#[test]
fn a_lost_event_is_noticed() {
    for sender in [GUEST, DomainId(0)] {
        let (_, sent) = check_with_lost_events(sender, |_| false);
        // One alone may be made up for by the next one, which says the same, but not every one of them.
        let noticed = (0..sent).filter(|lost| {
            let lost = *lost;
            check_with_lost_events(sender, move |number| number == lost).0.is_err()
        });
        assert!(noticed.count() >= 2, "{sender}");
        // And nothing makes up for all of them.
        assert!(check_with_lost_events(sender, |_| true).0.is_err(), "{sender}");
    }
}

#[test]
fn a_swapped_colour_channel_is_noticed() {
    let mut both = Both::new();
    let (mut display, _) = both.open(Pacing::Free).unwrap();
    both.run(async move {
        let frame = display.acquire().await.unwrap();
        draw(&frame, 1);
        let memory = frame.memory().memory();
        for pixel in 0..123 * 77 {
            let [blue, green, red, unused] = memory.read_u32(4 * pixel).to_le_bytes();
            memory.write_u32(4 * pixel, u32::from_le_bytes([red, green, blue, unused]));
        }
        frame.present().await.unwrap();
    });
    assert_ne!(both.image(), Some(picture(1, 123, 77)));
}

#[test]
fn a_port_that_is_not_bound_is_noticed() {
    let mut both = Both::new();
    both.world.set_faults(|_: DomainId, operation: &Operation<'_>| {
        matches!(operation, Operation::BindPort(_, Port(_))).then_some(Fault::Refuse)
    });
    assert!(check(&mut both).is_err());
}

#[test]
fn a_state_that_is_not_written_is_noticed() {
    for (end, state) in [(GUEST, b"3"), (DomainId(0), b"4")] {
        let mut both = Both::new();
        both.world.set_faults(move |caller: DomainId, operation: &Operation<'_>| match operation {
            Operation::Write(path, value) if caller == end && *value == state && path.ends_with("/state") => {
                Some(Fault::Lose)
            }
            _ => None,
        });
        assert!(check(&mut both).is_err(), "{end}'s state never arrives and nobody notices");
    }
}
