//! `cargo xtask bench render`: how fast vitrine-gfx draws, beside other renderers and the limit.
//!
//! The measuring program is a workspace of its own in `bench/`, so that the other renderers never touch ours.

use super::guest;
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use xtask::{host, images};

/// Scenes at 1920x1080 on this machine: vitrine-gfx, other renderers and the limit, side by side in one run
#[derive(clap::Args)]
pub struct Arguments {
    /// Only this scene; may be given several times
    #[arg(long, value_name = "NAME")]
    scene: Vec<String>,
    /// How often each renderer draws each scene (default 31, with --icount 3)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    rounds: Option<u32>,
    /// Which other renderers: "all", "none" (which also spares building them), or names with commas between
    #[arg(long, value_name = "NAMES", default_value = "all")]
    peers: String,
    /// Also write the table as Markdown
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Save each renderer's picture of each scene as PNG
    #[arg(long, value_name = "FOLDER")]
    pictures: Option<PathBuf>,
    /// Instead, in a guest on Xen in QEMU, with AVX2 and with SSE2, vitrine-gfx and the limit only
    #[arg(long, conflicts_with_all = ["peers", "pictures"])]
    guest: bool,
    /// With --guest, let time count instructions: slower, and repeatable
    #[arg(long, requires = "guest")]
    icount: bool,
}

/// Rounds where time is the host's.
const ROUNDS: u32 = 31;

/// Rounds where time counts instructions: all are nearly the same.
const ICOUNT_ROUNDS: u32 = 3;

pub fn run(arguments: &Arguments) -> Result<()> {
    let rounds = arguments.rounds.unwrap_or(if arguments.icount { ICOUNT_ROUNDS } else { ROUNDS });
    if arguments.guest {
        let scenes = &arguments.scene[..];
        let table = guest::run(&guest::Wishes { scenes, rounds, icount: arguments.icount })?;
        return match &arguments.markdown {
            Some(file) => fs::write(file, table).with_context(|| format!("can't write {}", file.display())),
            None => Ok(()),
        };
    }
    let folder = images::root().join("bench");
    let target = images::target_folder().join("bench");
    let mut build = host::child(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
    build.args(["build", "--release", "--target-dir"]).arg(&target).current_dir(folder);
    if arguments.peers != "none" {
        build.args(["--features", "peers"]);
    }
    host::show(&mut build)?;
    let mut measure = Command::new(target.join("release/vitrine-bench"));
    measure.args(["--peers", &arguments.peers, "--rounds", &rounds.to_string()]);
    for scene in &arguments.scene {
        measure.args(["--scene", scene]);
    }
    for (option, path) in [("--markdown", &arguments.markdown), ("--pictures", &arguments.pictures)] {
        measure.args(path.iter().flat_map(|path| [option.as_ref(), path.as_os_str()]));
    }
    host::show(&mut measure)
}
