//! Too little of something: memory, grants, event channels. Each is said with numbers, and nothing stays behind.

use vitrine_frontend::{Error, Pacing};
use vitrine_xen::fake::{Fault, Operation, Vdispl};
use vitrine_xen::platform::{FrontPlatform, OutOfMemory, OwnPages};
use vitrine_xen::xenbus::XenbusState;
use vitrine_xen::{Access, DomainId};

use crate::setup::{Both, DOM0, GUEST, pages, show};

/// Why the display can't be used; it is closed then.
fn failure_then_close(both: &mut Both) -> Error {
    let (display, driver) = both.open(Pacing::Free).unwrap();
    let (outcome, display) = both.run(async move { (display.ready().await, display) });
    both.settle();
    let card = display.card();
    both.run(async move { card.close().await });
    both.wait(&driver).unwrap().unwrap();
    assert_eq!(both.states().0, XenbusState::Closed);
    assert_eq!(both.world.violations(), [""; 0]);
    outcome.unwrap_err()
}

/// The same; both ends have nothing left then.
fn failure(both: &mut Both) -> Error {
    let error = failure_then_close(both);
    let usage = both.guest.usage();
    assert_eq!((usage.pages, usage.grants, usage.ports), (0, 0, 0), "what was made before the failure is undone");
    assert_eq!(both.dom0.usage().mapping, 0);
    error
}

#[test]
fn a_mode_that_does_not_fit_in_memory_is_said_with_numbers() {
    let mut both = Both::with(&Vdispl::one("Virtual-1", "640x480"));
    let buffer = pages(640, 480);
    // Ring, event page, the first buffer with its directory, and one page too few for the second.
    both.guest.set_memory(2 + buffer + 1 + buffer - 1);
    let shortage = OutOfMemory { wanted: buffer, free: buffer - 1 };
    let error = failure(&mut both);
    assert_eq!(error, Error::Memory { width: 640, height: 480, shortage });
    assert!(both.guests_error().contains("640x480") && both.guests_error().contains("memory="));
}

#[test]
fn the_largest_mode_is_refused_by_numbers_that_did_not_overflow() {
    let mut both = Both::with(&Vdispl::one("Virtual-1", "32767x32767"));
    let needed = vitrine_frontend::backing::grants(0, 32767 * 32767 * 4);
    let max_grant_frames = (needed + 8 + 2).div_ceil(512);
    assert_eq!(failure(&mut both), Error::Grants { needed, free: 64 * 512 - 8 - 2, max_grant_frames });
}

#[test]
fn any_smaller_memory_is_survived() {
    let mut enough = 0;
    for memory in 1..=30 {
        let mut both = Both::new();
        both.guest.set_memory(memory);
        let (display, _) = both.open(Pacing::Free).unwrap();
        match both.run(async move { (display.ready().await, display) }) {
            (Ok(_), mut display) => {
                both.run(async move { show(&mut display, 1).await }).unwrap();
                enough += 1;
            }
            (Err(Error::Memory { .. } | Error::RingMemory(_)), _) => {}
            (Err(error), _) => panic!("{memory} pages: {error}"),
        }
        assert_eq!(both.world.violations(), [""; 0]);
    }
    // Two rings, and twice ten pages with a directory: 24.
    assert_eq!(enough, 30 - 24 + 1);
}

#[test]
fn a_full_grant_table_is_said_with_numbers() {
    let mut both = Both::with(&Vdispl::one("Virtual-1", "640x480"));
    both.guest.set_grant_frames(1);
    let error = failure(&mut both);
    assert!(matches!(error, Error::Grants { needed: 301, free: 201, max_grant_frames: 2 }), "{error:?}");
    assert!(both.guests_error().contains("max_grant_frames="));
}

#[test]
fn grants_that_run_out_half_way_are_given_back() {
    for granted in 0..24 {
        let mut both = Both::new();
        let mut left = granted;
        both.world.set_faults(move |_: DomainId, operation: &Operation<'_>| {
            let Operation::Grant(..) = operation else { return None };
            left -= 1;
            (left < 0).then_some(Fault::Refuse)
        });
        let error = failure(&mut both);
        assert!(matches!(error, Error::Grants { .. }), "{granted}: {error:?}");
    }
}

#[test]
fn event_channels_that_run_out_are_said() {
    for ports in 1..=2 {
        let mut both = Both::new();
        both.guest.set_ports(ports);
        assert_eq!(failure(&mut both), Error::Ports);
    }
}

#[test]
fn memory_that_somebody_else_holds_is_not_touched() {
    let mut both = Both::new();
    let own = both.guest.allocate(3).unwrap();
    let reference = both.guest.grant(DOM0, own.gfn(1), Access::ReadWrite).unwrap();
    both.guest.set_memory(20);
    failure_then_close(&mut both);
    assert_eq!((both.guest.usage().pages, both.guest.usage().grants), (3, 1));
    both.guest.end_grant(reference).unwrap();
    assert_eq!(both.guest.id(), GUEST);
}

#[test]
fn a_back_end_without_event_channels_says_so_and_both_ends_stay_calm() {
    let mut both = Both::new();
    both.dom0.set_ports(2);
    let (display, _) = both.open(Pacing::Free).unwrap();
    let before = both.guest.counters();
    both.run_for(crate::setup::LONG);
    assert!(!display.is_connected());
    let error = both.world.store_read("/local/domain/0/error/backend/vdispl/5/0/error");
    assert!(String::from_utf8(error.unwrap()).unwrap().contains("event channel"));
    let tries = both.guest.counters().grants - before.grants;
    assert!(tries <= 2 * 21, "{tries} rings in {:?}", crate::setup::LONG);
    // Between two tries, too, nothing is held.
    both.dom0.set_ports(4096);
    assert_eq!((both.dom0.usage().mapping, both.dom0.usage().ports), (0, 0));
    assert_eq!(both.world.violations(), [""; 0]);
    // And as soon as there are event channels, there is a picture.
    let mut display = display;
    assert!(both.run(async move { show(&mut display, 1).await }).is_ok());
}
