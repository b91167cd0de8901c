//! Where buffers are: in the back end's pages, in scattered ones, and as large as the grant table allows.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use xtask::machine::{Guest, GuestConfig, ShutdownReason};

use crate::Case;
use crate::stage::{LIMIT, Scene, Stage, testcard};

pub const CASES: &[Case] = &[
    ("be_alloc_shows_the_test_card", be_alloc),
    ("be_alloc_of_two_5k_buffers_fits_8_mib", be_alloc_5k),
    ("be_alloc_survives_the_back_end_s_restarts", be_alloc_restarts),
    ("be_alloc_beyond_gntalloc_s_limit_is_said", be_alloc_limit),
    ("a_fragmented_memory_is_enough", fragmented),
    ("two_buffers_of_8k", two_of_8k),
    ("too_few_grants_for_8k_are_said_with_numbers", too_few_grants),
];

/// Where the kernel of dom0 says how many pages gntalloc gives.
const GNTALLOC_LIMIT: &str = "/sys/module/xen_gntalloc/parameters/limit";
/// What two buffers of 7680x4320 take: 2 x 126.6 MiB, and a little.
const MEMORY_FOR_8K: u32 = 272;

fn full_hd(config: &mut GuestConfig) {
    config.be_alloc = true;
    config.connectors = "Virtual-1:1920x1080".into();
}

fn be_alloc(stage: &Stage) -> Result<()> {
    let scene = stage.scene()?;
    // Too little memory for even one buffer of the guest's own: 1,920 x 1,080 x 4 bytes are 7.9 MiB.
    let guest = scene.guest("testcard", |config| {
        full_hd(config);
        config.memory_mib = 8;
    })?;
    guest.wait_line("testcard: frame 3 of 3", LIMIT)?;
    stage.screen()?.expect_equal(&testcard(1920, 1080, 3))?;
    guest.shutdown()?;
    ended(&guest, ShutdownReason::PowerOff)
}

/// 28,800 pages of the back end's, listed on 30 directory pages, in a guest that has 2,048 pages.
fn be_alloc_5k(stage: &Stage) -> Result<()> {
    let scene = stage.scene_of("--output none")?;
    let guest = scene.guest("testcard", |config| {
        config.be_alloc = true;
        config.connectors = "Virtual-1:5120x2880".into();
        config.memory_mib = 8;
    })?;
    guest.wait_line("testcard: frame 3 of 3", LIMIT)?;
    guest.shutdown()?;
    ended(&guest, ShutdownReason::PowerOff)
}

/// After each restart the guest maps new pages, and the old ones have to be gone: gntalloc is told to give no more than two
/// connections' worth, so that the third would fail if pages stayed mapped.
fn be_alloc_restarts(stage: &Stage) -> Result<()> {
    const RESTARTS: usize = 10;
    let limit = stage.machine.run_ok(&format!("cat {GNTALLOC_LIMIT}"))?;
    stage.machine.run_ok(&format!("echo {} > {GNTALLOC_LIMIT}", 2 * 2 * 2025))?;
    let result = stage.scene().and_then(|mut scene| {
        let guest = scene.guest("testcard", full_hd)?;
        let last = "testcard: frame 3 of 3";
        guest.wait_line(last, LIMIT)?;
        for restart in 1..=RESTARTS {
            scene.restart_back_end(if restart % 2 == 0 { "KILL" } else { "TERM" })?;
            drawn_again(&scene, &guest, last, restart + 1)?;
        }
        stage.screen()?.expect_equal(&testcard(1920, 1080, 3))
    });
    stage.machine.run_ok(&format!("echo {} > {GNTALLOC_LIMIT}", limit.trim()))?;
    result
}

fn drawn_again(scene: &Scene<'_>, guest: &Guest<'_>, line: &str, times: usize) -> Result<()> {
    let start = Instant::now();
    while guest.console().matches(line).count() < times {
        ensure!(start.elapsed() < LIMIT, "it did not draw again:\n{}\n{}", guest.console(), scene.back_end.log());
        sleep(Duration::from_millis(20));
    }
    Ok(())
}

fn be_alloc_limit(stage: &Stage) -> Result<()> {
    let limit = stage.machine.run_ok(&format!("cat {GNTALLOC_LIMIT}"))?;
    stage.machine.run_ok(&format!("echo 1000 > {GNTALLOC_LIMIT}"))?;
    let result = stage.scene().and_then(|scene| {
        let guest = scene.guest("testcard", full_hd)?;
        guest.wait_line("the back end refused", LIMIT)?;
        scene.back_end.wait_line(GNTALLOC_LIMIT, LIMIT).map(drop)
    });
    stage.machine.run_ok(&format!("echo {} > {GNTALLOC_LIMIT}", limit.trim()))?;
    result
}

fn fragmented(stage: &Stage) -> Result<()> {
    let scene = stage.scene()?;
    let guest = scene.guest("fragmented", |_| ())?;
    guest.wait_line("fragmented: frame 3 of 3", LIMIT)?;
    stage.screen()?.expect_equal(&testcard(1024, 768, 3))
}

/// 64,864 grants: twice what a grant table holds unless it is told otherwise.
fn two_of_8k(stage: &Stage) -> Result<()> {
    let scene = stage.scene_of("--output none --page-limit 70000")?;
    let guest = scene.guest("testcard", |config| {
        config.connectors = "Virtual-1:7680x4320".into();
        config.memory_mib = MEMORY_FOR_8K;
        config.max_grant_frames = Some(128);
    })?;
    guest.wait_line("testcard: frame 3 of 3", LIMIT)?;
    guest.shutdown()?;
    ended(&guest, ShutdownReason::PowerOff)
}

fn too_few_grants(stage: &Stage) -> Result<()> {
    let scene = stage.scene_of("--output none --page-limit 70000")?;
    let guest = scene.guest("testcard", |config| {
        config.connectors = "Virtual-1:7680x4320".into();
        config.memory_mib = MEMORY_FOR_8K;
        config.max_grant_frames = Some(64);
    })?;
    ended(&guest, ShutdownReason::Crash)?;
    guest.wait_line("32432 grants are needed", LIMIT)?;
    guest.wait_line("max_grant_frames= in the guest's configuration to 127", LIMIT).map(drop)
}

fn ended(guest: &Guest<'_>, expected: ShutdownReason) -> Result<()> {
    let reason = guest.wait_shutdown(LIMIT)?;
    ensure!(reason == expected, "it ended by {reason:?}:\n{}", guest.console());
    Ok(())
}
