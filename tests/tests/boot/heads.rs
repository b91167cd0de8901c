//! Several connectors, several devices: what each screen shows, pixel by pixel.

use anyhow::{Result, ensure};
use xtask::machine::GuestConfig;

use crate::Case;
use crate::stage::{LIMIT, Stage, part, testcard};

pub const CASES: &[Case] = &[
    ("four_connectors_of_different_sizes_are_exact", |stage| heads(stage, |_| ())),
    ("buffers_of_the_back_end_are_exact", |stage| heads(stage, |config| config.be_alloc = true)),
    ("two_devices_are_exact", |stage| heads(stage, two_devices)),
    ("one_framebuffer_spans_connectors", |stage| span(stage, 0)),
    ("an_import_with_an_odd_offset_is_exact", |stage| span(stage, 1027)),
    ("one_framebuffer_is_mirrored", mirror),
    ("the_mode_is_changed_to_those_of_the_edid", modes),
];

/// What the machine's connectors are made to show, in their order.
const SIZES: [(u32, u32); 4] = [(1024, 768), (800, 600), (1280, 960), (640, 480)];

/// The first `count` connectors in xl's words.
fn connectors(count: usize) -> String {
    let connector = |(number, (width, height))| format!("Virtual-{number}:{width}x{height}");
    (1..).zip(SIZES).take(count).map(connector).collect::<Vec<String>>().join(";")
}

/// Three of the connectors on a device of their own.
fn two_devices(config: &mut GuestConfig) {
    let all = connectors(SIZES.len());
    let (first, others) = all.split_once(';').expect("there are four connectors");
    (config.connectors, config.further_displays) = (first.to_owned(), vec![others.to_owned()]);
}

/// Each connector shows a test card of its own size.
fn heads(stage: &Stage, change: fn(&mut GuestConfig)) -> Result<()> {
    let scene = stage.scene()?;
    let guest = scene.guest("heads", |config| {
        config.memory_mib = 64;
        config.connectors = connectors(SIZES.len());
        change(config);
    })?;
    for (number, (width, height)) in (1..).zip(SIZES) {
        guest.wait_line(&format!("heads: Virtual-{number}: frame 3 of 3"), LIMIT)?;
        stage.screen_of(number)?.expect_equal(&testcard(width, height, 3))?;
    }
    ensure!(guest.ended().is_none(), "the guest ended:\n{}", guest.console());
    Ok(())
}

/// One picture lies over two connectors, the second one's part right of the first one's.
fn span(stage: &Stage, offset: u32) -> Result<()> {
    let [(width, height), (second_width, second_height), ..] = SIZES;
    let scene = stage.scene()?;
    let guest = scene.guest("span", |config| {
        config.memory_mib = 48;
        config.connectors = connectors(2);
        config.command_line = format!("offset={offset}");
    })?;
    guest.wait_line("span: frame 3 of 3", LIMIT)?;
    let whole = testcard(width + second_width, height.max(second_height), 3);
    stage.screen_of(1)?.expect_equal(&part(&whole, 0, 0, width, height))?;
    stage.screen_of(2)?.expect_equal(&part(&whole, width, 0, second_width, second_height))
}

/// Every connector shows the left upper part of the same picture.
fn mirror(stage: &Stage) -> Result<()> {
    let scene = stage.scene()?;
    let guest = scene.guest("mirror", |config| config.connectors = connectors(SIZES.len()))?;
    guest.wait_line("mirror: shown on 4 connectors", LIMIT)?;
    let largest = |size: fn(&(u32, u32)) -> u32| SIZES.iter().map(size).max().unwrap_or_default();
    let whole = testcard(largest(|size| size.0), largest(|size| size.1), 1);
    for (number, (width, height)) in (1..).zip(SIZES) {
        stage.screen_of(number)?.expect_equal(&part(&whole, 0, 0, width, height))?;
    }
    Ok(())
}

/// The screen really changes its mode, to modes of which nothing but the EDID tells.
fn modes(stage: &Stage) -> Result<()> {
    let scene = stage.scene()?;
    let guest = scene.guest("modes", |config| config.command_line = "modes=800x600,640x480,1280x960".into())?;
    guest.wait_line("modes: picture 3 is 1280x960", LIMIT)?;
    stage.screen()?.expect_equal(&testcard(1280, 960, 3))?;
    let said = guest.console();
    let preferred = said.lines().find(|line| line.contains("preferred")).unwrap_or_default();
    ensure!(preferred.contains("1024x768"), "the mode that the configuration names is not preferred:\n{said}");
    for mode in ["800x600", "640x480", "1280x960"] {
        ensure!(said.contains(&format!("modes: there is {mode}")), "the EDID has no {mode}:\n{said}");
        scene.back_end.wait_line(&format!("shows {mode} in mode {mode}"), LIMIT)?;
    }
    Ok(())
}
