//! How appliances end, and what they say when something is wrong.

use anyhow::{Result, ensure};
use xtask::machine::{Guest, GuestConfig, ShutdownReason};

use crate::Case;
use crate::stage::{LIMIT, Stage, testcard, wait_lines};

pub const CASES: &[Case] = &[
    ("a_panic_is_reported_with_its_place", panic),
    ("a_page_fault_is_reported_with_its_address", page_fault),
    ("a_guest_without_vdispl_says_so", no_device),
    ("a_resolution_that_is_none_is_named", bad_resolution),
    ("too_little_memory_for_the_mode_is_named", little_memory),
    ("a_killed_back_end_does_not_end_the_guest", killed_back_end),
    ("a_restarted_back_end_shows_the_picture_again", restarted_back_end),
    ("xl_shutdown_is_obeyed_within_a_second", |stage| obeys(stage, |guest| guest.shutdown(), ShutdownReason::PowerOff)),
    ("xl_reboot_is_obeyed_within_a_second", |stage| obeys(stage, |guest| guest.reboot(), ShutdownReason::Reboot)),
];

/// Boots a guest that has to crash and say these words.
fn crashes(stage: &Stage, image: &str, change: impl FnOnce(&mut GuestConfig), words: &[&str]) -> Result<()> {
    let scene = stage.scene()?;
    let guest = scene.guest(image, change)?;
    ends(&guest, ShutdownReason::Crash)?;
    says(&guest, words)
}

fn ends(guest: &Guest<'_>, expected: ShutdownReason) -> Result<()> {
    let reason = guest.wait_shutdown(LIMIT)?;
    ensure!(reason == expected, "it ended by {reason:?}:\n{}", guest.console());
    Ok(())
}

/// That the guest, which has ended, said all of these.
fn says(guest: &Guest<'_>, words: &[&str]) -> Result<()> {
    let console = guest.console();
    let missing = words.iter().find(|word| !console.contains(*word));
    ensure!(missing.is_none(), "{missing:?} is missing in what it said:\n{console}");
    Ok(())
}

fn panic(stage: &Stage) -> Result<()> {
    let words = ["panic", "on demand", "examples/faults/main.rs:"];
    crashes(stage, "faults", |config| config.command_line = "fault=panic".into(), &words)
}

fn page_fault(stage: &Stage) -> Result<()> {
    let words = ["trap 14 (page fault)", "guard page", "rsp", "backtrace"];
    crashes(stage, "faults", |config| config.command_line = "fault=stack".into(), &words)
}

fn no_device(stage: &Stage) -> Result<()> {
    crashes(stage, "hello", |config| config.connectors.clear(), &["no vdispl device", "vdispl=['backend=0"])
}

fn bad_resolution(stage: &Stage) -> Result<()> {
    let scene = stage.scene()?;
    let guest = scene.paused_guest("hello", |_| ())?;
    let node = format!("/local/domain/{}/device/vdispl/0/0/resolution", guest.domid());
    stage.machine.run_ok(&format!("xenstore-write {node} 1024by768"))?;
    stage.machine.run_ok(&format!("xl unpause {}", guest.domid()))?;
    ends(&guest, ShutdownReason::Crash)?;
    says(&guest, &["device/vdispl/0/0/resolution", "1024by768", "WIDTHxHEIGHT"])
}

fn little_memory(stage: &Stage) -> Result<()> {
    let change = |config: &mut GuestConfig| {
        config.memory_mib = 12;
        config.connectors = "Virtual-1:1920x1080".into();
    };
    crashes(stage, "hello", change, &["not enough memory for buffers of 1920x1080", "raise memory="])
}

fn killed_back_end(stage: &Stage) -> Result<()> {
    let scene = stage.scene()?;
    let guest = scene.guest("bounce", |_| ())?;
    guest.wait_line("milestone first-flip", LIMIT)?;
    scene.back_end.signal("KILL")?;
    guest.wait_line("going on without", LIMIT)?;
    ensure!(guest.ended().is_none(), "the guest ended:\n{}", guest.console());
    guest.shutdown()?;
    ends(&guest, ShutdownReason::PowerOff)
}

/// The appliance rests after its third frame, so nobody but the front end can notice that the back end is another one.
fn restarted_back_end(stage: &Stage) -> Result<()> {
    let mut scene = stage.scene()?;
    let guest = scene.guest("testcard", |_| ())?;
    let last = "testcard: frame 3 of 3";
    guest.wait_line(last, LIMIT)?;
    scene.restart_back_end("KILL")?;
    wait_lines(&guest, last, 2)?;
    stage.screen()?.expect_equal(&testcard(1024, 768, 3))
}

fn obeys(stage: &Stage, order: fn(&Guest<'_>) -> Result<()>, expected: ShutdownReason) -> Result<()> {
    let scene = stage.scene()?;
    let guest = scene.guest("clock", |_| ())?;
    guest.wait_line("milestone first-flip", LIMIT)?;
    order(&guest)?;
    ends(&guest, expected)?;
    // The guest's own clock counts: xl and a busy host come on top of what it took.
    says(&guest, &["ms after the order"])?;
    let console = guest.console();
    let line = console.lines().find(|line| line.contains("ms after the order")).unwrap_or_default();
    let milliseconds = line.split(' ').find_map(|word| word.parse::<u32>().ok());
    ensure!(milliseconds.is_some_and(|time| time < 1000), "it took longer than a second: {line}");
    Ok(())
}
