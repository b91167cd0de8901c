//! `cargo xtask bench`: what the `bench` appliance measures about itself, over several runs, and other measurements.

mod guest;
mod render;
mod restarts;
mod results;

use anyhow::{Context, Result, bail};
use std::time::Duration;
use xtask::lab::{Lab, Need};
use xtask::machine::{Clock, GuestConfig, Machine, Options, Payload, SCREEN};
use xtask::{images, note, say};

/// The appliance.
const EXAMPLE: &str = "bench";

/// Its last line.
const DONE: &str = "bench: done";

/// Measure: boot the bench appliance and print what it reports, with minimum and median over the runs.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    other: Option<Other>,
    /// Let time count instructions: slower (QEMU 7.2, cold boots) and repeatable
    #[arg(long)]
    icount: bool,
    /// How many runs
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    runs: u32,
    /// The connector's resolution
    #[arg(long, value_name = "WIDTHxHEIGHT", default_value = "1024x768", value_parser = super::run::mode)]
    mode: String,
    /// The guest's memory in MiB
    #[arg(long, value_name = "MIB", default_value_t = 32, value_parser = clap::value_parser!(u32).range(4..=400))]
    memory: u32,
    /// The guest's command line: flips=N, seconds=N
    #[arg(long, value_name = "TEXT", default_value = "", value_parser = super::run::quotable)]
    cmdline: String,
    /// Instead, kill and start the back end so often while the bounce appliance draws, and print how long it takes from
    /// the back end being ready to the first flip
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000), conflicts_with_all = ["runs", "cmdline"])]
    restarts: Option<u32>,
    /// Give up a run after so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    timeout: u64,
}

/// What else can be measured.
#[derive(clap::Subcommand)]
enum Other {
    Render(render::Arguments),
}

/// One reported value.
#[derive(Debug, Clone, PartialEq)]
struct Value {
    name: String,
    value: f64,
    unit: String,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    if let Some(Other::Render(arguments)) = &arguments.other {
        return render::run(arguments);
    }
    if let Some(count) = arguments.restarts {
        return restarts::run(arguments, count);
    }
    let image = images::appliance(EXAMPLE)?;
    let backend = images::backend()?;
    let lab = Lab::open()?;
    let need = if arguments.icount { Need::Icount } else { Need::Daily };
    lab.prepare(need, false)?;
    let mut payload = Payload::default();
    payload.file("bench.elf", &image.file)?;
    payload.file("vitrine-backend", &backend.file)?;
    let mut runs = vec![];
    for number in 1..=arguments.runs {
        note!("run {number} of {}", arguments.runs);
        runs.push(measure(&lab, arguments, &payload)?);
    }
    say!("{}", how(EXAMPLE, arguments, &lab.qemu(need)?.version));
    for run in &mut runs {
        run.insert(0, Value { name: "image_size".to_owned(), value: image.size()? as f64, unit: "bytes".to_owned() });
    }
    print_table(&runs);
    Ok(())
}

/// How it was measured: figures without that mean little.
fn how(example: &str, arguments: &Arguments, qemu: &str) -> String {
    let clock = match arguments.icount {
        true => "Time counts instructions, a nanosecond each: the same wherever it is measured.",
        false => "Time is the host's: it differs from run to run, and with what else the host does.",
    };
    format!(
        "{example} at {} with {} MiB, on Xen in QEMU {qemu}, without KVM.\n{clock}\n\
         Xen, dom0 with the back end, and the guest share one emulated processor. Milestones count from the image's first\n\
         instruction by the guest's clock; CPU time is what Xen gave the guest (its runstate).\n",
        arguments.mode, arguments.memory
    )
}

/// One run on a machine of its own.
fn measure(lab: &Lab, arguments: &Arguments, payload: &Payload) -> Result<Vec<Value>> {
    let clock = if arguments.icount { Clock::Instructions } else { Clock::Host };
    let machine = Machine::start(lab, Options { payload: payload.clone(), clock, ..Options::default() })?;
    let backend = machine.start_backend(SCREEN)?;
    let mut config = GuestConfig::new(EXAMPLE, "/payload/bench.elf");
    config.memory_mib = arguments.memory;
    config.connectors = format!("Virtual-1:{}", arguments.mode);
    config.command_line.clone_from(&arguments.cmdline);
    // dom0 and the guest share the one processor: whatever dom0 does besides serving the guest would be measured too. So
    // the console is a file that is read when the guest has ended.
    machine.run_ok("touch /run/quiet")?;
    let guest = machine.create(&config)?;
    let ended = guest.wait_shutdown(Duration::from_secs(arguments.timeout));
    let console = machine.run_ok(&format!("cat /var/log/xen/console/guest-{EXAMPLE}.log"))?;
    let told = || format!("the appliance said:\n{console}\nthe back end said:\n{}", backend.log());
    ended.with_context(told)?;
    if !console.contains(DONE) {
        bail!("the measurement was not finished; {}", told());
    }
    Ok(console.lines().filter_map(reported).collect())
}

/// The value of a line `bench: NAME VALUE UNIT` or `vitrine: milestone NAME VALUE us`, whatever stands before.
fn reported(line: &str) -> Option<Value> {
    let milestone = line.split_once("milestone ").map(|(_, rest)| ("milestone ", rest));
    let (prefix, rest) = milestone.or_else(|| line.split_once("bench: ").map(|(_, rest)| ("", rest)))?;
    let mut words = rest.split_whitespace();
    let (name, value) = (words.next()?, words.next()?.parse().ok()?);
    Some(Value { name: format!("{prefix}{name}"), value, unit: words.next().unwrap_or_default().to_owned() })
}

/// A line for each value of the first run: minimum, median, unit, and all runs.
fn print_table(runs: &[Vec<Value>]) {
    say!("{:<36} {:>14} {:>14}  {:<12} runs", "name", "minimum", "median", "unit");
    for first in &runs[0] {
        let all: Vec<f64> =
            runs.iter().filter_map(|run| run.iter().find(|v| v.name == first.name)).map(|v| v.value).collect();
        let (minimum, median) = minimum_and_median(&all);
        let list: Vec<_> = all.iter().map(f64::to_string).collect();
        say!("{:<36} {minimum:>14} {median:>14}  {:<12} {}", first.name, first.unit, list.join(" "));
    }
}

/// Of an even number of values, the median is the lower of the two in the middle: a value that was measured.
fn minimum_and_median(values: &[f64]) -> (f64, f64) {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    (sorted[0], sorted[(sorted.len() - 1) / 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_from_console_lines() {
        let value = reported("[0.5] INFO bench: free_cpu 0.002 s/s").unwrap();
        assert_eq!(value, Value { name: "free_cpu".into(), value: 0.002, unit: "s/s".into() });
        assert_eq!(reported("vitrine: milestone heap 12 us").unwrap().name, "milestone heap");
        assert_eq!(reported("bench: done"), None);
    }

    #[test]
    fn the_median_is_a_measured_value() {
        assert_eq!(minimum_and_median(&[3.0, 1.0, 2.0]), (1.0, 2.0));
        assert_eq!(minimum_and_median(&[4.0, 1.0]), (1.0, 1.0));
    }
}
