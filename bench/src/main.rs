//! Measures vitrine-gfx side by side with other renderers and with the limit, in one run.
//!
//! `cargo xtask bench render` builds and starts this. Begin reading at [`measure`], which says how time is taken, and
//! [`renderers`], which says what a contestant is. `unsafe` is only in `memory`, which gets a target from the operating
//! system, `stores`, which has the stores that Rust has no safe name for, and `renderers::pixman` and `renderers::cairo`,
//! which call C.

mod check;
mod measure;
mod memory;
mod renderers;
mod stores;
mod table;

use std::{collections::BTreeSet, fs, path::PathBuf, rc::Rc};

use anyhow::{Context, Result, bail};
use clap::Parser;
use vitrine_scenes::{NAMES, scene};

/// Measures vitrine-gfx side by side with other renderers and with the limit.
#[derive(Parser)]
struct Arguments {
    /// Only this scene; may be given several times
    #[arg(long, value_name = "NAME")]
    scene: Vec<String>,
    /// How often each renderer draws each scene
    #[arg(long, default_value_t = 31, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rounds: u32,
    /// Which other renderers: "all", "none", or names with commas between
    #[arg(long, default_value = "all")]
    peers: String,
    /// Also write the tables as Markdown
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Save each renderer's picture of each scene as PNG
    #[arg(long, value_name = "FOLDER")]
    pictures: Option<PathBuf>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let names = chosen(&arguments.scene)?;
    if let Some(folder) = &arguments.pictures {
        fs::create_dir_all(folder).with_context(|| format!("can't make {}", folder.display()))?;
    }
    let renderers = renderers::chosen(&arguments.peers)?;
    let mut target = memory::Target::new();
    let mut results = vec![];
    for name in names {
        let scene = Rc::new(scene(name).context("a scene is missing")?);
        eprintln!("{}", scene.title);
        let mut contestants = measure::Contestant::all(&renderers, &scene);
        check::pictures(&scene, &mut contestants, target.pixels(), arguments.pictures.as_deref())?;
        results.push(measure::measure(&scene, contestants, target.pixels(), arguments.rounds));
    }
    print!("{}", table::terminal(&results));
    if let Some(file) = &arguments.markdown {
        fs::write(file, table::markdown(&results)).with_context(|| format!("can't write {}", file.display()))?;
    }
    Ok(())
}

/// The scenes that were asked for, all without a wish.
fn chosen(wanted: &[String]) -> Result<Vec<&'static str>> {
    let known = NAMES.map(|(name, ..)| name);
    if let Some(wrong) = wanted.iter().find(|name| !known.contains(&name.as_str())) {
        bail!("there is no scene {wrong}; there are: {}", known.join(", "));
    }
    let wanted: BTreeSet<&str> = wanted.iter().map(String::as_str).collect();
    Ok(known.into_iter().filter(|name| wanted.is_empty() || wanted.contains(name)).collect())
}
