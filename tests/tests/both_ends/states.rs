//! Every pair of states, in whichever way it came about: from each of them the ends find to each other, and neither holds
//! on to what the other has left.

use std::time::Duration;

use vitrine_frontend::{Pacing, Presented};
use vitrine_xen::fake::vdispl::{backend_path, frontend_path};
use vitrine_xen::xenbus::XenbusState;

use crate::setup::{Both, DOM0, GUEST, LONG, picture, show};

fn write_states(both: &Both, front: XenbusState, back: XenbusState) {
    both.world.store_write(&format!("{}/state", frontend_path(GUEST, 0)), front.digit());
    both.world.store_write(&format!("{}/state", backend_path(GUEST, DOM0, 0)), back.digit());
}

fn pairs() -> impl Iterator<Item = (XenbusState, XenbusState)> {
    XenbusState::ALL.into_iter().flat_map(|front| XenbusState::ALL.map(|back| (front, back)))
}

#[test]
fn ends_that_start_in_any_pair_of_states_meet() {
    for (front, back) in pairs() {
        let mut both = Both::new();
        both.kill_back_end();
        write_states(&both, front, back);
        both.start_back_end();
        both.settle();
        let (mut display, _) = both.open(Pacing::Free).unwrap();
        let handle = both.tasks.spawn(async move { show(&mut display, 1).await });
        let outcome = both.wait(&handle);
        if back == XenbusState::Unknown {
            // A folder without a state is one that the toolstack has not finished, or is removing.
            assert_eq!(outcome, None, "{front:?} {back:?}");
        } else {
            assert_eq!(outcome, Some(Ok(Presented::Shown)), "{front:?} {back:?}");
            assert_eq!(both.image(), Some(picture(1, 123, 77)));
        }
        assert_eq!(both.world.violations(), [""; 0], "{front:?} {back:?}");
    }
}

#[test]
fn a_connection_survives_any_pair_of_states_that_somebody_writes() {
    for (front, back) in pairs() {
        let mut both = Both::new();
        let mut display = both.open_ready();
        let mut display = both.run(async move {
            show(&mut display, 1).await.unwrap();
            display
        });
        write_states(&both, front, back);
        both.settle();
        // The toolstack makes the device anew, which is the way out of any state.
        both.world.store_write(&format!("{}/state", backend_path(GUEST, DOM0, 0)), "1");
        both.run_for(Duration::from_secs(5));
        let handle = both.tasks.spawn(async move {
            let mut tries = 0;
            while show(&mut display, 2).await != Ok(Presented::Shown) {
                tries += 1;
                assert!(tries < 3);
            }
        });
        assert!(both.wait(&handle).is_some(), "{front:?} {back:?}: {:?}", both.states());
        assert_eq!(both.image(), Some(picture(2, 123, 77)));
        assert_eq!(both.world.violations(), [""; 0], "{front:?} {back:?}");
    }
}

#[test]
fn the_burst_of_a_restart_is_survived_merged_or_not() {
    for (coalescing, burst) in [true, false].into_iter().flat_map(|merged| [(merged, "561"), (merged, "562")]) {
        let mut both = Both::new();
        both.world.set_watch_coalescing(coalescing);
        let mut display = both.open_ready();
        let display = both.run(async move {
            show(&mut display, 1).await.unwrap();
            display
        });
        both.kill_back_end();
        for state in burst.chars() {
            both.world.store_write(&format!("{}/state", backend_path(GUEST, DOM0, 0)), state.to_string());
        }
        both.start_back_end();
        let mut display = display;
        let handle = both.tasks.spawn(async move { show(&mut display, 2).await });
        both.run_for(LONG);
        assert_eq!(handle.take(), Some(Ok(Presented::Shown)), "{burst}");
        assert_eq!(both.world.violations(), [""; 0]);
    }
}
