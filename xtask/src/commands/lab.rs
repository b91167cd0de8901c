//! `cargo xtask lab`: the cache of Xen, dom0 and QEMU.

use anyhow::{Result, bail};
use clap::Subcommand;
use std::time::{Duration, Instant};
use xtask::lab::{Lab, Need};
use xtask::machine::{Machine, Options};
use xtask::{host, say};

/// Fetch, look at or remove the lab: real Xen, a Linux dom0 and QEMU, unpacked from Debian packages into a cache folder
/// ($VITRINE_LAB, or vitrine/lab in the user's cache folder).
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Fetch and build what is missing; the other commands do it by themselves
    Prepare {
        /// Also fetch QEMU 7.2: its time can count instructions, and it runs Linux as a guest
        #[arg(long)]
        icount: bool,
        /// Ask Debian for newer packages
        #[arg(long)]
        refresh: bool,
        /// Boot Xen and dom0 once, which also makes the saved state for quick starts
        #[arg(long)]
        verify: bool,
    },
    /// Say where the lab is and what it has
    Status,
    /// Remove the lab's folder
    Clean,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let lab = Lab::open()?;
    match arguments.command {
        Command::Prepare { icount, refresh, verify: and_verify } => {
            lab.prepare(Need::Daily, refresh)?;
            if icount {
                lab.prepare(Need::Icount, refresh)?;
            }
            if and_verify {
                verify(&lab)?;
            }
            status(&lab)
        }
        Command::Status => status(&lab),
        Command::Clean => lab.clean(),
    }
}

fn status(lab: &Lab) -> Result<()> {
    say!("folder: {} ({} MB)", lab.folder().display(), host::size_of(lab.folder()) / 1_000_000);
    for (name, need) in [("daily", Need::Daily), ("icount", Need::Icount)] {
        match lab.is_ready(need) {
            true => say!("{name}: QEMU {}", lab.qemu(need)?.version),
            false => say!("{name}: not prepared"),
        }
    }
    Ok(())
}

/// Starts the machine and asks its Xen who it is.
fn verify(lab: &Lab) -> Result<()> {
    let start = Instant::now();
    let machine = Machine::start(lab, Options::default())?;
    let started = start.elapsed();
    let info = machine.run_ok("xl info")?;
    let field = |name: &str| info.lines().find_map(|l| l.strip_prefix(name)?.trim().strip_prefix(": "));
    match (field("xen_version"), field("virt_caps")) {
        (Some(version), Some(abilities)) if abilities.contains("hvm") => {
            say!("verified: Xen {version} answers {:.1} s after the start", rounded(started));
            Ok(())
        }
        _ => bail!("this Xen can't run PVH guests:\n{info}"),
    }
}

fn rounded(time: Duration) -> f64 {
    time.as_secs_f64()
}
