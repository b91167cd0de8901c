//! `cargo xtask image`: builds a file that any Xen host can use.

use anyhow::Result;
use xtask::images;

/// Build an appliance's image, or the back end; the last line of standard output is the file's path.
#[derive(clap::Args)]
pub struct Arguments {
    /// An example's name, or "backend" for the static binary that dom0 runs
    #[arg(value_name = "EXAMPLE")]
    what: String,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let built = match arguments.what.as_str() {
        "backend" => images::backend()?,
        name => images::appliance(name)?,
    };
    eprintln!("{}: {} bytes", arguments.what, built.size()?);
    println!("{}", built.file.display());
    Ok(())
}
