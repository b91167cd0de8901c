//! Anything, in any order: whatever has happened to the ends before, as soon as things are as they should be again, pictures
//! are shown, no rule was broken, and a close leaves nothing.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use proptest::prelude::*;
use vitrine_frontend::{Pacing, Presented};
use vitrine_xen::DomainId;
use vitrine_xen::fake::{Fault, Operation, Vdispl, vdispl};
use vitrine_xen::platform::StoreError;
use vitrine_xen::xenbus::XenbusState;

use crate::setup::{Both, DOM0, GUEST, LONG, picture, show};

/// A mode whose buffers take two pages, and which is drawn quickly.
const MODE: &str = "40x30";

/// Between two frames.
const PERIOD: Duration = Duration::from_millis(50);

#[derive(Clone, Debug)]
enum Mishap {
    Wait(u64),
    BackEndKilled,
    BackEndStarted,
    BackEndLeaves,
    ScreenHolds,
    VerticalBlank,
    BackEndsStateWritten(XenbusState),
    DeviceMadeAnew,
    EventsLost(u32),
    SpuriousEvents,
    TransactionsFail(u32),
    XenstoreSlow(u64),
    WatchesMerge(bool),
}

fn mishap() -> impl Strategy<Value = Mishap> {
    let state = (0usize..9).prop_map(|index| XenbusState::ALL[index]);
    prop_oneof![
        3 => (0u64..4000).prop_map(Mishap::Wait),
        2 => Just(Mishap::BackEndKilled),
        2 => Just(Mishap::BackEndStarted),
        1 => Just(Mishap::BackEndLeaves),
        1 => Just(Mishap::ScreenHolds),
        1 => Just(Mishap::VerticalBlank),
        2 => state.prop_map(Mishap::BackEndsStateWritten),
        1 => Just(Mishap::DeviceMadeAnew),
        1 => (1u32..5).prop_map(Mishap::EventsLost),
        1 => Just(Mishap::SpuriousEvents),
        1 => (1u32..4).prop_map(Mishap::TransactionsFail),
        1 => (0u64..50).prop_map(Mishap::XenstoreSlow),
        1 => any::<bool>().prop_map(Mishap::WatchesMerge),
    ]
}

/// How many events are still to be lost, and transactions to fail.
#[derive(Clone, Default)]
struct ToCome {
    lost: Rc<Cell<u32>>,
    failing: Rc<Cell<u32>>,
}

impl ToCome {
    fn install(&self, both: &Both) {
        let Self { lost, failing } = self.clone();
        let take = |count: &Cell<u32>| count.replace(count.get().saturating_sub(1)) > 0;
        both.world.set_faults(move |_: DomainId, operation: &Operation<'_>| match operation {
            Operation::Notify(_) if take(&lost) => Some(Fault::Lose),
            Operation::WriteTogether(_) if take(&failing) => Some(Fault::Store(StoreError::Again)),
            _ => None,
        });
    }
}

fn happen(both: &mut Both, mishap: &Mishap, to_come: &ToCome) {
    let back = vdispl::backend_path(GUEST, DOM0, 0);
    match mishap {
        Mishap::Wait(milliseconds) => both.run_for(Duration::from_millis(*milliseconds)),
        Mishap::BackEndKilled => both.kill_back_end(),
        Mishap::BackEndStarted if both.back_end.is_none() => both.start_back_end(),
        Mishap::BackEndStarted => {}
        Mishap::BackEndLeaves => {
            if let Some(back_end) = &mut both.back_end {
                back_end.engine.leave();
            }
            both.settle();
            both.kill_back_end();
        }
        Mishap::ScreenHolds => both.screens.hold_flips(),
        Mishap::VerticalBlank => {
            both.screens.vertical_blank();
        }
        Mishap::BackEndsStateWritten(state) => both.world.store_write(&format!("{back}/state"), state.digit()),
        Mishap::DeviceMadeAnew => {
            both.world.remove_vdispl(GUEST, DOM0, 0);
            both.world.add_vdispl(GUEST, DOM0, 0, &Vdispl::one("Virtual-1", MODE));
        }
        Mishap::EventsLost(count) => to_come.lost.set(*count),
        Mishap::SpuriousEvents => {
            for domain in [&both.guest, &both.dom0] {
                (1..20).for_each(|port| domain.raise(vitrine_xen::Port(port)));
            }
        }
        Mishap::TransactionsFail(count) => to_come.failing.set(*count),
        Mishap::XenstoreSlow(milliseconds) => both.world.set_answer_time(Duration::from_millis(*milliseconds)),
        Mishap::WatchesMerge(merge) => both.world.set_watch_coalescing(*merge),
    }
}

/// The toolstack and the operator put everything in order.
fn mend(both: &mut Both) {
    both.world.clear_faults();
    both.kill_back_end();
    both.start_back_end();
    both.run_for(LONG);
    let back = vdispl::backend_path(GUEST, DOM0, 0);
    both.world.store_write(&format!("{back}/online"), "1");
    both.world.store_write(&format!("{back}/state"), "1");
    both.run_for(LONG);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn the_ends_find_back_to_each_other(mishaps in prop::collection::vec((mishap(), 0u64..20), 0..12)) {
        let mut both = Both::with(&Vdispl::one("Virtual-1", MODE));
        let to_come = ToCome::default();
        to_come.install(&both);
        let (mut display, driver) = both.open(Pacing::Free).unwrap();
        let (card, stop) = (display.card(), Rc::new(Cell::new(false)));
        let (shown, number) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
        let (stopping, last_shown, last) = (stop.clone(), shown.clone(), number.clone());
        let guest = both.guest.clone();
        let appliance = both.tasks.spawn(async move {
            while !stopping.get() {
                last.set(last.get() + 1);
                if let Ok(Presented::Shown) = show(&mut display, last.get()).await {
                    last_shown.set(last.get());
                }
                let next = guest.now() + PERIOD;
                vitrine_xen::platform::FrontPlatform::sleep_until(&guest, next).await;
            }
        });
        for (mishap, pause) in &mishaps {
            happen(&mut both, mishap, &to_come);
            both.run_for(Duration::from_millis(*pause));
        }
        mend(&mut both);
        let before = shown.get();
        both.run_for(Duration::from_secs(1));
        prop_assert!(shown.get() >= before + 15, "{} frames in a second, {:?}", shown.get() - before, both.states());
        stop.set(true);
        prop_assert!(both.wait(&appliance).is_some());
        prop_assert_eq!(both.image(), Some(picture(shown.get(), 40, 30)));
        both.run(async move { card.close().await });
        prop_assert_eq!(both.wait(&driver), Some(Ok(())));
        both.run_for(LONG);
        both.assert_nothing_left();
    }
}
