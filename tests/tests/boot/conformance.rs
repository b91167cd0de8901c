//! The back end's answers to every request, right and wrong, on real Xen.

use anyhow::{Result, ensure};
use xtask::machine::ShutdownReason;

use crate::Case;
use crate::stage::{LIMIT, Stage};

pub const CASES: &[Case] = &[("the_back_end_answers_every_request_as_the_protocol_says", conformance)];

fn conformance(stage: &Stage) -> Result<()> {
    let scene = stage.scene()?;
    let guest = scene.guest("conformance", |config| {
        config.memory_mib = 64;
        config.connectors = "Virtual-1:1024x768;Virtual-2:800x600".into();
    })?;
    let total = guest.wait_line("conformance: ", LIMIT)?;
    let reason = guest.wait_shutdown(LIMIT)?;
    let console = guest.console();
    ensure!(reason == ShutdownReason::PowerOff, "{total}; it ended by {reason:?}:\n{console}");
    ensure!(total.ends_with(" 0 deviations") && !console.contains("DEVIATES"), "{total}:\n{console}");
    let cases = console.lines().filter(|line| line.contains(" expected ") && line.contains(" ok ")).count();
    ensure!(cases >= 100, "only {cases} cases:\n{console}");
    Ok(())
}
