//! `cargo xtask image`: builds a file that any Xen host can use.

use anyhow::{Result, bail};
use xtask::images::{self, Built};
use xtask::{disassembly, note, say};

/// Build an appliance's image, or the back end; the last line of standard output is the file's path.
#[derive(clap::Args)]
pub struct Arguments {
    /// An example's name, or "backend" for the static binary that dom0 runs
    #[arg(value_name = "EXAMPLE")]
    what: String,
    /// Also look through the image's machine code for memory accesses below the stack pointer
    #[arg(long)]
    check: bool,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let built = match arguments.what.as_str() {
        "backend" => images::backend()?,
        name => images::appliance(name)?,
    };
    if arguments.check {
        check(&built)?;
    }
    note!("{}: {} bytes", arguments.what, built.size()?);
    say!("{}", built.file.display());
    Ok(())
}

fn check(built: &Built) -> Result<()> {
    let uses = disassembly::red_zone_uses(&built.with_symbols)?;
    for found in &uses {
        note!("below the stack pointer: {found}");
    }
    if uses.is_empty() { Ok(()) } else { bail!("{} accesses below the stack pointer", uses.len()) }
}
