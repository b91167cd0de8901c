//! Every configuration in `xl-configs`, as it is.

use std::fs;

use anyhow::{Context, Result};

use crate::Case;
use crate::stage::{LIMIT, Stage};

pub const CASES: &[Case] = &[
    ("xl_config_kiosk", |stage| boots(stage, "kiosk")),
    ("xl_config_sign_1080p", |stage| boots(stage, "sign-1080p")),
    ("xl_config_sign_be_alloc", |stage| boots(stage, "sign-be-alloc")),
    ("xl_config_panel_800x600", |stage| boots(stage, "panel-800x600")),
    ("xl_config_debug", |stage| boots(stage, "debug")),
    ("xl_config_four_screens", |stage| says(stage, "four-screens", "heads: Virtual-4: frame 3 of 3")),
    ("xl_config_two_devices", |stage| says(stage, "two-devices", "heads: Virtual-2: frame 3 of 3")),
    ("xl_config_span", |stage| says(stage, "span", "span: frame 3 of 3")),
];

fn boots(stage: &Stage, config: &str) -> Result<()> {
    says(stage, config, "milestone first-flip")
}

/// The guest of a configuration says these words, by which its pictures are on the screen.
fn says(stage: &Stage, config: &str, words: &str) -> Result<()> {
    let path = format!("{}/../xl-configs/{config}.cfg", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(&path).with_context(|| format!("can't read {path}"))?;
    let scene = stage.scene()?;
    let guest = scene.guest_from(&text)?;
    guest.wait_line(words, LIMIT).map(drop)
}
