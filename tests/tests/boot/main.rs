//! Boot tests: real images under real Xen in QEMU, judged by the screen and the console.
//!
//! They come one after the other, because they share a machine and its screen; those with a Linux guest have a machine of
//! their own. They are run by `cargo xtask test`, or alone by `cargo test -p vitrine-tests --test boot [NAME]`. Begin reading at [`stage`], which is
//! what a test has to work with.

mod conformance;
mod endings;
mod formats;
mod heads;
mod holdings;
mod hotplug;
mod linux;
mod memory;
mod pictures;
mod preview;
mod restarts;
mod shapes;
mod stage;
mod terminal;

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
    let (stage, linux_stage) = (LazyStage::default(), LazyStage::default());
    let cases = [
        pictures::CASES,
        preview::CASES,
        formats::CASES,
        heads::CASES,
        hotplug::CASES,
        endings::CASES,
        restarts::CASES,
        memory::CASES,
        conformance::CASES,
        shapes::CASES,
        terminal::CASES,
    ]
    .concat();
    let mut trials: Vec<_> = cases.into_iter().map(|case| stage.trial(case, Stage::new)).collect();
    trials.extend(linux::CASES.iter().map(|case| linux_stage.trial(*case, Stage::for_linux_guests)));
    let conclusion = libtest_mimic::run(&arguments, trials);
    for stage in [stage, linux_stage] {
        stage.end(conclusion.has_failed());
    }
    conclusion.exit_code()
}

/// A stage that the first of its tests starts, so that listing and filtering cost nothing.
#[derive(Clone, Default)]
struct LazyStage(Arc<Mutex<Option<Result<Stage, String>>>>);

impl LazyStage {
    fn trial(&self, (name, case): Case, start: fn() -> Result<Stage>) -> Trial {
        let this = self.clone();
        Trial::test(name, move || {
            let mut stage = this.0.lock().unwrap_or_else(PoisonError::into_inner);
            let stage = stage.get_or_insert_with(|| start().map_err(|error| format!("{error:#}")));
            let stage = stage.as_ref().map_err(|error| error.clone())?;
            case(stage).map_err(|error| format!("{error:#}").into())
        })
    }

    /// Ends the machine, if there is one.
    fn end(self, has_failed: bool) {
        let stage = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Ok(stage)) = stage
            && has_failed
        {
            stage.write_journal();
        }
    }
}
