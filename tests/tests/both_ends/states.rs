//! Every pair of states, in whichever way it came about: from each of them the ends find to each other, and neither holds
//! on to what the other has left. With one connector and with several, of which some are open.

use std::time::Duration;

use vitrine_frontend::{Display, Error, Pacing, Presented};
use vitrine_xen::fake::vdispl::{backend_path, frontend_path};
use vitrine_xen::fake::{Domain, Vdispl};
use vitrine_xen::xenbus::XenbusState;

use crate::setup::{Both, DOM0, GUEST, LONG, picture, show};

fn write_states(both: &Both, front: XenbusState, back: XenbusState) {
    both.world.store_write(&format!("{}/state", frontend_path(GUEST, 0)), front.digit());
    both.world.store_write(&format!("{}/state", backend_path(GUEST, DOM0, 0)), back.digit());
}

/// The screens that are drawn on, and the modes of all connectors that there are.
const ONE: (&[usize], &[(u32, u32)]) = (&[0], &[(123, 77)]);
const SEVERAL: (&[usize], &[(u32, u32)]) = (&[0, 2], &[(16, 12), (7, 9), (20, 10), (30, 1)]);

fn configuration(modes: &[(u32, u32)]) -> Vdispl {
    let named =
        (1..).zip(modes).map(|(number, (width, height))| (format!("Virtual-{number}"), format!("{width}x{height}")));
    Vdispl { connectors: named.collect(), ..Vdispl::one("", "") }
}

/// Handles on all connectors that are drawn on.
fn displays(both: &mut Both, open: &[usize]) -> Vec<Display<Domain>> {
    let (first, _) = both.open(Pacing::Free).unwrap();
    let card = first.card();
    open.iter().map(|connector| card.display(*connector, Pacing::Free)).collect()
}

/// Shows a picture on each of them, one after the other.
async fn show_all(displays: &mut [Display<Domain>], number: u32) -> Result<Presented, Error> {
    for display in displays.iter_mut() {
        match show(display, number).await {
            Ok(Presented::Shown) => {}
            other => return other,
        }
    }
    Ok(Presented::Shown)
}

#[track_caller]
fn assert_shown(both: &Both, open: &[usize], modes: &[(u32, u32)], number: u32) {
    for connector in open {
        let (width, height) = modes[*connector];
        let image = both.screens.image(&format!("Virtual-{}", connector + 1));
        assert!(image == Some(picture(number, width, height)), "connector {connector}");
    }
}

fn pairs() -> impl Iterator<Item = (XenbusState, XenbusState)> {
    XenbusState::ALL.into_iter().flat_map(|front| XenbusState::ALL.map(|back| (front, back)))
}

#[test]
fn ends_that_start_in_any_pair_of_states_meet() {
    for ((open, modes), (front, back)) in
        [ONE, SEVERAL].into_iter().flat_map(|set| pairs().map(move |pair| (set, pair)))
    {
        let mut both = Both::with(&configuration(modes));
        both.kill_back_end();
        write_states(&both, front, back);
        both.start_back_end();
        both.settle();
        let mut displays = displays(&mut both, open);
        let handle = both.tasks.spawn(async move { show_all(&mut displays, 1).await });
        let outcome = both.wait(&handle);
        if back == XenbusState::Unknown {
            // A folder without a state is one that the toolstack has not finished, or is removing.
            assert_eq!(outcome, None, "{front:?} {back:?}");
        } else {
            assert_eq!(outcome, Some(Ok(Presented::Shown)), "{front:?} {back:?}");
            assert_shown(&both, open, modes, 1);
        }
        assert_eq!(both.world.violations(), [""; 0], "{front:?} {back:?}");
    }
}

#[test]
fn a_connection_survives_any_pair_of_states_that_somebody_writes() {
    for ((open, modes), (front, back)) in
        [ONE, SEVERAL].into_iter().flat_map(|set| pairs().map(move |pair| (set, pair)))
    {
        let mut both = Both::with(&configuration(modes));
        let mut displays = displays(&mut both, open);
        let mut displays = both.run(async move {
            show_all(&mut displays, 1).await.unwrap();
            displays
        });
        write_states(&both, front, back);
        both.settle();
        // The toolstack makes the device anew, which is the way out of any state.
        both.world.store_write(&format!("{}/state", backend_path(GUEST, DOM0, 0)), "1");
        both.run_for(Duration::from_secs(5));
        let handle = both.tasks.spawn(async move {
            let mut tries = 0;
            while show_all(&mut displays, 2).await != Ok(Presented::Shown) {
                tries += 1;
                assert!(tries < 5);
            }
        });
        assert!(both.wait(&handle).is_some(), "{front:?} {back:?}: {:?}", both.states());
        assert_shown(&both, open, modes, 2);
        assert_eq!(both.world.violations(), [""; 0], "{front:?} {back:?}");
    }
}

fn set_online(both: &Both, online: &str) {
    both.world.store_write(&format!("{}/online", backend_path(GUEST, DOM0, 0)), online);
}

/// The device is being taken away, and then it is not.
#[test]
fn ends_that_start_offline_in_any_pair_of_states_meet_when_they_are_online() {
    for (front, back) in pairs() {
        let mut both = Both::new();
        both.kill_back_end();
        set_online(&both, "0");
        write_states(&both, front, back);
        both.start_back_end();
        both.settle();
        let mut displays = displays(&mut both, ONE.0);
        both.run_for(Duration::from_secs(5));
        assert_eq!(both.world.violations(), [""; 0], "{front:?} {back:?}");
        set_online(&both, "1");
        both.world.store_write(&format!("{}/state", backend_path(GUEST, DOM0, 0)), "1");
        let handle = both.tasks.spawn(async move { show_all(&mut displays, 1).await });
        assert_eq!(both.wait(&handle), Some(Ok(Presented::Shown)), "{front:?} {back:?}: {:?}", both.states());
        assert_shown(&both, ONE.0, ONE.1, 1);
    }
}

/// The toolstack takes the device away while the ends are in any pair of states, and attaches another one.
#[test]
fn a_connection_in_any_pair_of_states_is_detached_and_attached() {
    for (front, back) in pairs() {
        let mut both = Both::new();
        let mut displays = displays(&mut both, ONE.0);
        let mut displays = both.run(async move {
            show_all(&mut displays, 1).await.unwrap();
            displays
        });
        write_states(&both, front, back);
        both.world.detach_vdispl(GUEST, DOM0, 0);
        both.run_for(Duration::from_secs(5));
        assert_eq!(both.states(), (XenbusState::Closed, XenbusState::Closed), "{front:?} {back:?}");
        both.world.remove_vdispl(GUEST, DOM0, 0);
        both.settle();
        let (mapping, heads) = (both.dom0.usage().mapping, both.screens.open_heads());
        assert_eq!((mapping, heads, both.guest.usage().mapped), (0, 0, 0), "{front:?} {back:?}");
        both.world.add_vdispl(GUEST, DOM0, 0, &configuration(ONE.1));
        let handle = both.tasks.spawn(async move { show_all(&mut displays, 2).await });
        assert_eq!(both.wait(&handle), Some(Ok(Presented::Shown)), "{front:?} {back:?}: {:?}", both.states());
        assert_shown(&both, ONE.0, ONE.1, 2);
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
