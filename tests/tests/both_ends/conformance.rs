//! The cases of `examples/conformance`, against the real back end. That they notice a back end which answers otherwise is
//! tried here too; on real Xen the appliance itself runs.

use vitrine_xen::DomainId;
use vitrine_xen::fake::{Fault, Operation, Vdispl};

use crate::setup::{Both, DOM0};

#[path = "../../../examples/conformance/suite/mod.rs"]
mod suite;

use suite::{GROUPS, Suite, Tally};

/// Two connectors of different sizes, as spans and mirrors want them.
fn two_connectors() -> Vdispl {
    Vdispl::one("Virtual-1", "80x60").and("Virtual-2", "64x48")
}

/// The table's rows as text, and the total.
fn run(device: &Vdispl, group: Option<&'static str>) -> (Vec<String>, Tally) {
    let mut both = Both::with(device);
    run_in(&mut both, group)
}

fn run_in(both: &mut Both, group: Option<&'static str>) -> (Vec<String>, Tally) {
    let guest = both.guest.clone();
    let (rows, tally) = both.run(async move {
        let mut rows = Vec::new();
        let store = guest.store();
        let chosen = |name: &str| group.is_none_or(|group| group == name);
        let tally = Suite::run(guest, store, chosen, |row| rows.push(row.to_string())).await;
        (rows, tally.expect("the ends meet"))
    });
    assert_eq!(both.world.violations(), [""; 0]);
    (rows, tally)
}

#[test]
fn our_back_end_deviates_nowhere() {
    let (rows, tally) = run(&two_connectors(), None);
    let deviations: Vec<_> = rows.iter().filter(|row| row.starts_with("DEVIATES")).collect();
    assert!(deviations.is_empty() && tally.deviations == 0, "{deviations:#?}");
    assert!(tally.as_expected >= 100, "{tally:?}\n{rows:#?}");
}

#[test]
fn each_group_runs_alone() {
    for group in GROUPS {
        let (rows, tally) = run(&Vdispl::one("Virtual-1", "40x30"), Some(group));
        assert_eq!(tally.deviations, 0, "{rows:#?}");
        assert!(rows.iter().all(|row| row[9..].starts_with(group) || row[9..].starts_with("end")), "{rows:#?}");
    }
}

#[test]
fn a_back_end_that_answers_otherwise_is_noticed() {
    let mut both = Both::with(&two_connectors());
    // It can't map what it should.
    both.world.set_faults(|caller: DomainId, operation: &Operation<'_>| {
        let buffer = matches!(operation, Operation::Map(_, references) if references.len() == 4);
        (caller == DOM0 && buffer).then_some(Fault::Refuse)
    });
    let (rows, tally) = run_in(&mut both, Some("create"));
    let deviates = |name| rows.iter().any(|row| row.starts_with(&format!("DEVIATES {name}")));
    assert!(deviates("create.valid") && deviates("create.rest") && !deviates("create.cookie-0"), "{rows:#?}");
    assert!(tally.deviations >= 3, "{tally:?}");
}
