//! What is on the screen is what gfx draws on the host.

use std::time::Duration;

use anyhow::{Result, ensure};

use crate::Case;
use crate::stage::{LIMIT, Stage, testcard};

pub const CASES: &[Case] = &[
    ("testcard_1024x768_is_exact", |stage| exact(stage, 1024, 768, 32)),
    ("testcard_1920x1080_in_32_mib_is_exact", |stage| exact(stage, 1920, 1080, 32)),
    ("testcard_800x600_is_exact", |stage| exact(stage, 800, 600, 16)),
    ("bounce_loses_no_flip_and_keeps_their_order", bounce),
];

fn exact(stage: &Stage, width: u32, height: u32, memory_mib: u32) -> Result<()> {
    let scene = stage.scene()?;
    let guest = scene.guest("testcard", |config| {
        config.memory_mib = memory_mib;
        config.connectors = format!("Virtual-1:{width}x{height}");
        config.command_line = "frames=3".into();
    })?;
    guest.wait_line("testcard: frame 3 of 3", LIMIT)?;
    stage.screen()?.expect_equal(&testcard(width, height, 3))
}

/// 3,600 flips are a minute at 60 a second; a machine that is too slow for that takes longer.
fn bounce(stage: &Stage) -> Result<()> {
    let scene = stage.scene()?;
    let guest = scene.guest("bounce", |config| {
        config.connectors = "Virtual-1:1920x1080".into();
        config.command_line = "flips=3600".into();
    })?;
    let line = guest.wait_line("bounce: done", Duration::from_secs(900))?;
    ensure!(line.contains("3600 flips, 0 unconfirmed, 0 out of order"), "flips were lost: {line}");
    Ok(())
}
