//! The back end's answers to every request, right and wrong, on real Xen.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use xtask::machine::{Guest, ShutdownReason};

use crate::Case;
use crate::stage::{LIMIT, Stage};

pub const CASES: &[Case] = &[("the_back_end_answers_every_request_as_the_protocol_says", conformance)];

fn conformance(stage: &Stage) -> Result<()> {
    let scene = stage.scene()?;
    let guest = scene.guest("conformance", |config| {
        config.memory_mib = 64;
        config.connectors = "Virtual-1:1024x768;Virtual-2:800x600".into();
    })?;
    let reason = guest.wait_shutdown(LIMIT)?;
    let table = table(&guest)?;
    let deviations: Vec<_> = table.lines().filter(|line| line.contains("DEVIATES")).collect();
    ensure!(deviations.is_empty() && reason == ShutdownReason::PowerOff, "{reason:?}:\n{}", deviations.join("\n"));
    let cases = table.lines().filter(|line| line.contains(" expected ") && line.contains(" ok ")).count();
    ensure!(cases >= 100, "only {cases} cases:\n{table}");
    Ok(())
}

/// All that it has said. The table is long, and takes its time through dom0 to here, while xl tells the guest's end at once.
fn table(guest: &Guest<'_>) -> Result<String> {
    let start = Instant::now();
    loop {
        let console = guest.console();
        if console.contains("conformance: ") {
            return Ok(console);
        }
        ensure!(start.elapsed() < LIMIT, "the table has no end:\n{console}");
        sleep(Duration::from_millis(50));
    }
}
