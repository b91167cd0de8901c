//! `cargo xtask test`: all that has to hold, from the formatting to boots on real Xen.

use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;
use xtask::lab::{Lab, Need};
use xtask::{disassembly, host, images, note, say, unsafe_code};

/// The tests that boot, of the package `vitrine-tests`; its manifest keeps them out of what runs on the host.
const BOOT_TESTS: &str = "boot";

/// The package whose examples are images: cargo can't run its tests on the host.
const APPLIANCES: &str = "vitrine";

/// Images that must stay small, with their largest size in bytes.
const SIZE_LIMITS: [(&str, u64); 2] = [("dashboard", 512 * 1024), ("hello", 256 * 1024)];

/// Check formatting and lints, run all tests on the host, check the images, and run the boot tests on real Xen.
#[derive(clap::Args)]
pub struct Arguments {
    /// Leave out what needs the lab
    #[arg(long, conflicts_with_all = ["boot", "filter"])]
    host: bool,
    /// Only the boot tests
    #[arg(long)]
    boot: bool,
    /// Only the boot tests with this text in their names
    #[arg(value_name = "FILTER")]
    filter: Option<String>,
}

/// Results so far.
#[derive(Default)]
struct Tally {
    passed: u32,
    failed: Vec<String>,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let start = Instant::now();
    let mut tally = Tally::default();
    let only_boot = arguments.boot || arguments.filter.is_some();
    if !only_boot {
        tally.step("unsafe code", unsafe_code_is_in_its_places);
        tally.command("formatting", cargo(&["fmt", "--all", "--check"]))?;
        tally
            .command("lints", cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]))?;
        let mut on_host = tests(&["--no-fail-fast"]);
        on_host.args(["--", "--quiet"]);
        tally.cargo_test("the host", on_host)?;
    }
    if !arguments.host {
        tally.images();
        tally.step("lab", || Lab::open()?.prepare(Need::Daily, false));
        if arguments.filter.is_none() {
            tally.step("lab for Linux guests", || Lab::open()?.prepare(Need::LinuxGuest, false));
        }
        tally.cargo_test("boots", boot_tests(arguments.filter.as_deref()))?;
    }
    note!("{:.0} s", start.elapsed().as_secs_f64());
    for name in &tally.failed {
        say!("failed: {name}");
    }
    say!("{} passed, {} failed", tally.passed, tally.failed.len());
    if !tally.failed.is_empty() {
        bail!("not everything passed");
    }
    Ok(())
}

impl Tally {
    /// A step of one result.
    fn step(&mut self, name: &str, step: impl FnOnce() -> Result<()>) {
        say!("== {name}");
        let start = Instant::now();
        match step() {
            Ok(()) => self.passed += 1,
            Err(error) => {
                say!("{error:#}");
                self.failed.push(name.to_owned());
            }
        }
        say_time(start);
    }

    /// A command as a step.
    fn command(&mut self, name: &str, mut command: Command) -> Result<()> {
        self.step(name, || host::show(&mut command));
        Ok(())
    }

    /// Builds all images with the back end, and looks at each.
    fn images(&mut self) {
        let names = images::appliances().unwrap_or_default();
        let mut built = vec![];
        self.step("images", || {
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            built = images::appliances_named(&names)?;
            images::backend()?;
            images::previews(&names)?;
            images::linux_guest().map(drop)
        });
        for (name, image) in names.iter().zip(&built) {
            self.step(&format!("no red zone in {name}"), || {
                let uses = disassembly::red_zone_uses(&image.with_symbols)?;
                if let Some(first) = uses.first() {
                    bail!("{} accesses below the stack pointer, the first in {first}", uses.len());
                }
                Ok(())
            });
            if let Some((_, limit)) = SIZE_LIMITS.iter().find(|(limited, _)| limited == name) {
                self.step(&format!("size of {name}"), || {
                    let size = image.size()?;
                    say!("{size} bytes, at most {limit} allowed");
                    if size > *limit { bail!("too large") } else { Ok(()) }
                });
            }
        }
    }

    /// `cargo test`, whose own results count.
    fn cargo_test(&mut self, name: &str, mut command: Command) -> Result<()> {
        say!("== tests of {name}");
        let start = Instant::now();
        let mut child = command.stdout(Stdio::piped()).spawn().context("can't start cargo")?;
        let output = BufReader::new(child.stdout.take().expect("standard output is piped"));
        let mut failed = 0;
        for line in output.lines() {
            let line = line?;
            say!("{line}");
            if let Some((passed, not)) = result_of(&line) {
                self.passed += passed;
                failed += not;
            }
        }
        let status = child.wait()?;
        self.failed.extend((0..failed).map(|_| format!("a test of {name}")));
        if !status.success() && failed == 0 {
            self.failed.push(format!("tests of {name} ({status})"));
        }
        say_time(start);
        Ok(())
    }
}

/// Says how long a step took, unless that is nothing to speak of.
fn say_time(start: Instant) {
    let seconds = start.elapsed().as_secs();
    if seconds > 0 {
        say!("   {seconds} s");
    }
}

/// Says how much unsafe code there is in each folder, and fails when a file has some that may have none.
fn unsafe_code_is_in_its_places() -> Result<()> {
    let survey = unsafe_code::survey(images::root())?;
    for (folder, count) in survey.folders.iter().filter(|(_, count)| !count.is_zero()) {
        say!("{folder}: {count}");
    }
    if survey.outside.is_empty() {
        return Ok(());
    }
    let files: Vec<_> = survey.outside.iter().map(|file| file.display().to_string()).collect();
    bail!("unsafe code where none may be: {}", files.join(", "))
}

/// cargo, in the project's folder.
fn cargo(arguments: &[&str]) -> Command {
    let mut command = host::child(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
    command.args(arguments).current_dir(images::root());
    command
}

/// Tests with all features of all packages that have any for the host: with one choice of packages for all tests, what they
/// stand on is built once.
fn tests(arguments: &[&str]) -> Command {
    let mut command = cargo(&["test", "--workspace", "--exclude", APPLIANCES, "--all-features"]);
    command.args(arguments);
    command
}

/// The boot tests, one at a time: each machine wants a processor for itself.
fn boot_tests(filter: Option<&str>) -> Command {
    let mut command = tests(&["--test", BOOT_TESTS, "--"]);
    command.args(filter).arg("--test-threads=1").env(images::PREBUILT, "1");
    command
}

/// The counts of a line `test result: ok. 3 passed; 0 failed; ...`.
fn result_of(line: &str) -> Option<(u32, u32)> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let mut counts = counts.split("; ").map(|c| c.split(' ').next().and_then(|n| n.parse().ok()));
    Some((counts.next()??, counts.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_cargo_are_counted() {
        let line = "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(result_of(line), Some((12, 3)));
        assert_eq!(result_of("running 15 tests"), None);
    }
}
