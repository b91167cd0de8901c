//! `cargo xtask`: builds images, boots them on real Xen in QEMU, tests and measures them.
//!
//! One module a command, in `commands`; what they share is the library beside this file.

#![forbid(unsafe_code)]

mod commands;

use anyhow::Result;
use clap::{Parser, Subcommand};
use commands::{bench, golden, image, lab, preview, run, screenshots, test};
use std::process::ExitCode;
use xtask::{note, signals};

/// Builds display appliances and runs them on real Xen in QEMU: no KVM, no root, nothing installed.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Preview(preview::Arguments),
    Run(run::Arguments),
    Test(test::Arguments),
    Bench(bench::Arguments),
    Image(image::Arguments),
    Screenshots(screenshots::Arguments),
    Golden(golden::Arguments),
    Lab(lab::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    signals::end_on_panics();
    let result = signals::end_on_signals().and_then(|()| dispatch(arguments.command));
    signals::wait_if_ending();
    if let Err(error) = result {
        note!("error: {error:#}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn dispatch(command: Command) -> Result<()> {
    match command {
        Command::Preview(arguments) => preview::run(&arguments),
        Command::Run(arguments) => run::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Image(arguments) => image::run(&arguments),
        Command::Golden(arguments) => golden::run(&arguments),
        Command::Screenshots(arguments) => screenshots::run(&arguments),
        Command::Lab(arguments) => lab::run(&arguments),
    }
}
