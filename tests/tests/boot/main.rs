//! Boot tests: real images under real Xen in QEMU, judged by the screen and the console.
//!
//! All of them share one machine and come one after the other, because they share its screen. They are run by
//! `cargo xtask test`, or alone by `cargo test -p vitrine-tests --test boot [NAME]`. Begin reading at [`stage`], which is
//! what a test has to work with.

mod endings;
mod pictures;
mod shapes;
mod stage;

use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use libtest_mimic::{Arguments, Trial};
use stage::Stage;

/// A test: what it is called, and what it does.
type Case = (&'static str, fn(&Stage) -> Result<()>);

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    // Started by the first test that runs, so that listing and filtering cost nothing; ended after the last one.
    let stage = Arc::new(Mutex::new(None::<Result<Stage, String>>));
    let cases = [pictures::CASES, endings::CASES, shapes::CASES].concat();
    let trials = cases.into_iter().map(|(name, case)| {
        let stage = stage.clone();
        Trial::test(name, move || {
            let mut stage = stage.lock().unwrap_or_else(PoisonError::into_inner);
            let stage = stage.get_or_insert_with(|| Stage::new().map_err(|error| format!("{error:#}")));
            let stage = stage.as_ref().map_err(|error| error.clone())?;
            case(stage).map_err(|error| format!("{error:#}").into())
        })
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    if let Some(Ok(stage)) = stage.lock().unwrap_or_else(PoisonError::into_inner).take()
        && conclusion.has_failed()
    {
        stage.write_journal();
    }
    conclusion.exit_code()
}
