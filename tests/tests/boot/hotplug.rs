//! Displays are attached and detached while the appliance runs.

use anyhow::{Context, Result, ensure};

use crate::Case;
use crate::holdings::Holdings;
use crate::stage::{Stage, testcard, wait_lines};

pub const CASES: &[Case] = &[("a_display_is_detached_and_attached_20_times", detached_and_attached)];

const ROUNDS: u32 = 20;

/// After so many rounds the heap has all that it ever needs.
const SETTLED: u32 = 3;

/// The appliance runs on without a display, and draws its picture anew when it gets one again.
fn detached_and_attached(stage: &Stage) -> Result<()> {
    let scene = stage.scene()?;
    let guest = scene.guest("testcard", |_| ())?;
    let first = Holdings::of(&guest, "testcard", 1)?;
    wait_lines(&guest, "testcard: frame 3 of 3", 1)?;
    let mut settled = None;
    for round in 1..=ROUNDS {
        let told = || format!("round {round}; the back end said:\n{}", scene.back_end.log());
        guest.detach_display(0).with_context(told)?;
        ensure!(guest.ended().is_none(), "the guest ended:\n{}", guest.console());
        guest.attach_display("Virtual-1:1024x768", false).with_context(told)?;
        let holdings = Holdings::of(&guest, "testcard", round + 1).with_context(told)?;
        wait_lines(&guest, "testcard: frame 3 of 3", round as usize + 1).with_context(told)?;
        stage.screen()?.expect_equal(&testcard(1024, 768, 3)).with_context(told)?;
        match &settled {
            Some(settled) => holdings.expect_same_as(settled).with_context(told)?,
            None if round == SETTLED => settled = Some(holdings),
            None => {}
        }
    }
    let last = Holdings::of(&guest, "testcard", ROUNDS + 1)?;
    println!("before {ROUNDS} times: {first}\nafter them: {last}");
    Ok(())
}
