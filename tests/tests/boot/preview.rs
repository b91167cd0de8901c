//! A preview on this computer shows the same pixels as a boot on Xen.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use xtask::machine::Guest;
use xtask::picture::Picture;
use xtask::{images, preview};

use crate::Case;
use crate::stage::{LIMIT, Stage, part};

pub const CASES: &[Case] = &[
    ("a_preview_of_hello_is_what_a_boot_shows", hello),
    ("a_preview_of_the_clock_is_what_a_boot_shows", clock),
    ("a_preview_of_two_screens_is_what_a_boot_shows", span),
];

/// How far the machine's clock may be from where it is thought to be: lines and pictures come late on a busy machine.
const CLOCK_SLACK: u64 = 90;

/// The picture that the preview of an example takes.
fn shot(stage: &Stage, example: &str, options: &[&str]) -> Result<Picture> {
    let program = images::previews(&[example])?.remove(0);
    preview::shot(&program, &stage.file(&format!("preview-{example}.png")), options)
}

fn hello(stage: &Stage) -> Result<()> {
    for mode in ["800x600", "1920x1080"] {
        let scene = stage.scene()?;
        let guest = scene.guest("hello", |config| config.connectors = format!("Virtual-1:{mode}"))?;
        guest.wait_line("milestone first-flip", LIMIT)?;
        stage.screen()?.expect_equal(&shot(stage, "hello", &["--mode", mode])?).context(mode)?;
    }
    Ok(())
}

fn span(stage: &Stage) -> Result<()> {
    let scene = stage.scene()?;
    let guest = scene.guest("span", |config| {
        config.connectors = "Virtual-1:800x600;Virtual-2:640x480".into();
    })?;
    guest.wait_line("span: frame 3 of 3", LIMIT)?;
    let both = shot(stage, "span", &["--mode", "800x600,640x480"])?;
    stage.screen_of(1)?.expect_equal(&part(&both, 0, 0, 800, 600))?;
    stage.screen_of(2)?.expect_equal(&part(&both, 800, 0, 640, 480))
}

/// What the screen shows is what the preview shows at some second about now, by the machine's clock.
fn clock(stage: &Stage) -> Result<()> {
    let scene = stage.scene()?;
    let (time, seen) = time_of_day(&scene.guest("testcard", |_| ())?)?;
    let guest = scene.guest("clock", |config| config.connectors = "Virtual-2:1024x768".into())?;
    guest.wait_line("milestone first-flip", LIMIT)?;
    let screen = stage.screen_of(2)?;
    let expected = (time + seen.elapsed()).as_secs();
    // The nearest seconds first.
    let offsets = (0..=CLOCK_SLACK).flat_map(|offset| [expected - offset, expected + offset + 1]);
    for second in offsets {
        let picture = shot(stage, "clock", &["--clock", &second.to_string(), "--after", "0.1"])?;
        if screen.expect_equal(&picture).is_ok() {
            return Ok(());
        }
    }
    bail!("the clock on the screen is no preview's from {CLOCK_SLACK} s before {expected} to as much after")
}

/// The time since 1970 that an appliance has told, and when it was read.
fn time_of_day(guest: &Guest<'_>) -> Result<(Duration, Instant)> {
    let line = guest.wait_line("connection 1 at ", LIMIT)?;
    let seconds = line.split("connection 1 at ").nth(1).and_then(|rest| rest.split(':').next());
    let seconds: f64 = seconds.with_context(|| format!("no time in {line:?}"))?.parse()?;
    Ok((Duration::from_secs_f64(seconds), Instant::now()))
}
