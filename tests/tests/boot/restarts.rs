//! The back end is killed, started again or stopped, at any moment: the guest lives on, and nothing is lost.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::Case;
use crate::holdings::Holdings;
use crate::stage::{LIMIT, Scene, Stage, testcard};

pub const CASES: &[Case] = &[
    ("a_hundred_restarts_of_the_back_end_leave_nothing_behind", restarts),
    ("a_back_end_that_stalls_for_5_seconds_is_reported", stall),
];

/// How often the back end is killed.
const RESTARTS: u32 = 100;

/// After so many restarts the heap has all that it ever needs.
const SETTLED: u32 = 3;

fn restarts(stage: &Stage) -> Result<()> {
    let mut scene = stage.scene()?;
    let guest = scene.guest("bounce", |_| ())?;
    let first = Holdings::of(&guest, "bounce", 1)?;
    let mut latencies = Vec::new();
    let mut settled = None;
    for restart in 1..=RESTARTS {
        // Another moment each time: while the first frame is under way, or some frames later.
        sleep(Duration::from_millis(u64::from(restart * 37 % 100)));
        scene.restart_back_end("KILL")?;
        let holdings = Holdings::of(&guest, "bounce", restart + 1)
            .with_context(|| format!("restart {restart}; the back end said:\n{}", scene.back_end.log()))?;
        latencies.push(1000.0 * (holdings.at - ready_at(&scene)?));
        match &settled {
            Some(settled) => holdings.expect_same_as(settled).with_context(|| format!("restart {restart}"))?,
            None if restart == SETTLED => settled = Some(holdings),
            None => {}
        }
    }
    ensure!(guest.ended().is_none(), "the guest ended:\n{}", guest.console());
    let last = Holdings::of(&guest, "bounce", RESTARTS + 1)?;
    println!("before {RESTARTS} restarts: {first}\nafter them: {last}");
    latencies.sort_by(f64::total_cmp);
    println!(
        "first flip after the back end was ready: minimum {:.0} ms, median {:.0} ms, maximum {:.0} ms",
        latencies[0],
        latencies[latencies.len() / 2],
        latencies[latencies.len() - 1]
    );
    Ok(())
}

/// The guest says that it waits in vain, goes on when the back end does, and what it draws then is on the screen.
fn stall(stage: &Stage) -> Result<()> {
    const STALL: Duration = Duration::from_secs(5);
    const FRAMES: u32 = 240;
    let scene = stage.scene()?;
    let guest = scene.guest("testcard", |config| config.command_line = format!("frames={FRAMES}"))?;
    guest.wait_line("testcard: frame 3 of", LIMIT)?;
    scene.back_end.signal("STOP")?;
    let stopped = Instant::now();
    // 3,000 ms without an answer, or 3,100 ms without a frame-done event.
    guest.wait_line("within 3", LIMIT)?;
    sleep(STALL.saturating_sub(stopped.elapsed()));
    ensure!(guest.ended().is_none(), "the guest ended:\n{}", guest.console());
    scene.back_end.signal("CONT")?;
    guest.wait_line(&format!("testcard: frame {FRAMES} of"), LIMIT)?;
    stage.screen()?.expect_equal(&testcard(1024, 768, FRAMES))
}

/// When the back end was there for guests, in seconds since 1970.
fn ready_at(scene: &Scene<'_>) -> Result<f64> {
    let line = scene.back_end.wait_line("serving vdispl", LIMIT)?;
    let time = line.strip_prefix('[').and_then(|rest| rest.split(']').next());
    time.and_then(|time| time.parse().ok()).with_context(|| format!("{line:?} has no time"))
}
