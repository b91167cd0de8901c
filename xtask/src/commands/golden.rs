//! `cargo xtask golden`: makes the golden pictures anew.

use anyhow::{Context, Result, bail};
use std::process::Command;

/// The packages whose tests have golden pictures.
const PACKAGES: [&str; 2] = ["vitrine-gfx", "vitrine-kit"];

/// Draw all golden pictures anew, and say which of them changed.
#[derive(clap::Args)]
pub struct Arguments {}

pub fn run(_: &Arguments) -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo.args(["test", "--quiet", "--test", "golden"]).env("VITRINE_GOLDEN", "write");
    cargo.args(PACKAGES.iter().flat_map(|package| ["--package", *package]));
    if !cargo.status().context("can't start cargo")?.success() {
        bail!("the tests that draw golden pictures fail");
    }
    let mut git = Command::new("git");
    git.args(["status", "--short", "--", ":(glob)**/tests/golden/*.png"]);
    git.status().context("can't start git")?;
    Ok(())
}
