//! `cargo xtask preview`: an appliance on this desktop, without Xen.

use anyhow::{Context, Result};
use std::os::unix::process::CommandExt;
use std::process::Command;
use xtask::images;

/// Show an appliance in a window of this desktop, or take its picture: no Xen, no QEMU.
#[derive(clap::Args)]
#[command(after_help = "`cargo xtask preview EXAMPLE --help` lists all options of the program.")]
pub struct Arguments {
    /// The example to show
    example: String,
    /// What the program is given, such as --shot FILE.png, --mode WIDTHxHEIGHT, --screens COUNT, --cmdline TEXT
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

/// Builds the program and becomes it, so that Ctrl-C, the terminal and the exit status are its own.
pub fn run(arguments: &Arguments) -> Result<()> {
    let program = images::previews(&[&arguments.example])?.remove(0);
    let error = Command::new(&program).args(&arguments.options).exec();
    Err(error).with_context(|| format!("can't start {}", program.display()))
}
