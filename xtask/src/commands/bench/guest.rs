//! `cargo xtask bench render --guest`: the scenes inside a guest, counted by its own clock, with AVX2 and with SSE2.
//!
//! The appliance `render` measures and says a line for each scene; [`results`](super::results) makes a table of them.

use super::results::{Scene, table};
use anyhow::{Context, Result, bail};
use std::time::Duration;
use xtask::lab::{Lab, Need};
use xtask::machine::{Clock, Guest, GuestConfig, Machine, Options, Payload, SCREEN, Vectors};
use xtask::{images, note, progress, say};

/// The appliance.
const EXAMPLE: &str = "render";

/// Two frame buffers, a picture, what is recorded of a scene, and room.
const MEMORY_MIB: u32 = 128;

/// How long the guest may take to be there, and to end.
const START_LIMIT: Duration = Duration::from_secs(60);

/// How long a scene may take, less its rounds.
const SCENE_LIMIT: Duration = Duration::from_secs(60);

/// How long one round of one scene may take: 1.2 s were seen on a busy machine.
const ROUND_LIMIT: Duration = Duration::from_secs(20);

/// What to measure.
pub struct Wishes<'w> {
    /// Names of scenes; all, if empty.
    pub scenes: &'w [String],
    /// How often everybody draws each scene.
    pub rounds: u32,
    /// Whether time counts instructions.
    pub icount: bool,
}

/// Measures, prints the table and returns it with a few words on how it came about, as Markdown.
pub fn run(wishes: &Wishes<'_>) -> Result<String> {
    let image = images::appliance(EXAMPLE)?;
    let backend = images::backend()?;
    let lab = Lab::open()?;
    lab.prepare(Need::Daily, false)?;
    let mut payload = Payload::default();
    payload.file("render.elf", &image.file)?;
    payload.file("vitrine-backend", &backend.file)?;
    let clock = if wishes.icount { Clock::Instructions } else { Clock::Host };
    let machine = Machine::start(&lab, Options { payload, clock, vectors: Vectors::Avx, ..Options::default() })?;
    let backend = machine.start_backend(SCREEN)?;
    let guest = machine.create(&config(wishes))?;
    let scenes = follow(&guest, wishes.rounds).with_context(|| format!("the back end said:\n{}", backend.log()))?;
    let text = format!("{}\n\n{}", how(wishes, &lab.qemu(Need::Daily)?.version), table(&scenes));
    say!("{text}");
    Ok(text)
}

fn config(wishes: &Wishes<'_>) -> GuestConfig {
    let mut config = GuestConfig::new(EXAMPLE, "/payload/render.elf");
    config.memory_mib = MEMORY_MIB;
    config.connectors = "Virtual-1:1920x1080".to_owned();
    config.command_line = format!("rounds={}", wishes.rounds);
    if !wishes.scenes.is_empty() {
        config.command_line += &format!(" scene={}", wishes.scenes.join(","));
    }
    config
}

/// Reads what the guest says, until it ends. It says nothing while it measures, so passing its lines on costs it nothing that
/// is counted.
fn follow(guest: &Guest<'_>, rounds: u32) -> Result<Vec<Scene>> {
    let first = guest.wait_line("render: scenes ", START_LIMIT)?;
    let count = first.rsplit(' ').next().and_then(|count| count.parse().ok());
    let count: usize = count.with_context(|| format!("the appliance said {first:?}, and not how many scenes"))?;
    let bar = progress::steps(&format!("drawing each scene {rounds} times in the guest"), count as u64);
    let mut scenes = vec![];
    for number in 1..=count {
        let line = guest
            .wait_line(&format!("render: scene {number} of "), SCENE_LIMIT + ROUND_LIMIT * rounds)
            .context("a scene has no result; try fewer --rounds, or some scenes at a time with --scene")?;
        let scene = Scene::of_line(&line).with_context(|| format!("the appliance said {line:?}"))?;
        bar.inc(1);
        if bar.is_hidden() {
            note!("{number} of {count}: {}", scene.name);
        }
        scenes.push(scene);
    }
    bar.finish_and_clear();
    guest.wait_line("render: done", START_LIMIT)?;
    if scenes.is_empty() {
        bail!("the appliance has measured nothing");
    }
    Ok(scenes)
}

fn how(wishes: &Wishes<'_>, qemu: &str) -> String {
    let time = if wishes.icount {
        "A nanosecond of its time is an emulated instruction: the same wherever it is measured."
    } else {
        "Its time is the host's, and an emulator's: it says nothing about a real CPU."
    };
    let (rounds, plural) = (wishes.rounds, if wishes.rounds == 1 { "" } else { "s" });
    format!(
        "1920x1080, on Xen in QEMU {qemu} without KVM, {rounds} round{plural}, counted by the guest's clock.\n{time}\n\
         Cells: ratio of the minimum to the limit's, and minimum / median in µs."
    )
}
