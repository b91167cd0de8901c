//! `cargo xtask`: builds images, boots them on real Xen in QEMU, tests and measures them.
//!
//! One module a command, in `commands`; what they share is the library beside this file.

#![forbid(unsafe_code)]

mod commands;

use anyhow::Result;
use clap::{Parser, Subcommand};
use commands::{bench, image, lab, run, screenshots, test};
use std::process::ExitCode;
use xtask::note;

/// Exit status after a signal, as shells count: 128 and SIGINT.
const INTERRUPTED: i32 = 130;

/// Builds display appliances and runs them on real Xen in QEMU: no KVM, no root, nothing installed.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Run(run::Arguments),
    Test(test::Arguments),
    Bench(bench::Arguments),
    Image(image::Arguments),
    Screenshots(screenshots::Arguments),
    Lab(lab::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Err(error) = end_cleanly().and_then(|()| dispatch(arguments.command)) {
        note!("error: {error:#}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn dispatch(command: Command) -> Result<()> {
    match command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Image(arguments) => image::run(&arguments),
        Command::Screenshots(arguments) => screenshots::run(&arguments),
        Command::Lab(arguments) => lab::run(&arguments),
    }
}

/// Neither a signal nor a panic may leave a QEMU or its files behind.
fn end_cleanly() -> Result<()> {
    ctrlc::set_handler(|| {
        xtask::machine::stop_all();
        std::process::exit(INTERRUPTED);
    })?;
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        report(panic);
        xtask::machine::stop_all();
    }));
    Ok(())
}
