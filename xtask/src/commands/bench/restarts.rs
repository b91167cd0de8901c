//! How long after a restart of the back end the guest's picture is back on the screen.
//!
//! Guest and back end note by the same clock, Xen's wall clock, when the picture was there and when the back end was: the
//! lines `bounce: connection N at SECONDS: ...` and `[SECONDS] serving vdispl ...`. Both go to files in dom0, and are
//! read when all is over, so that nothing else runs in between.

use super::Arguments;
use anyhow::{Context, Result};
use xtask::lab::{Lab, Need};
use xtask::machine::{Clock, GuestConfig, Machine, Options, Payload, SCREEN};
use xtask::{images, note, say};

/// The appliance: it draws all the time.
const EXAMPLE: &str = "bounce";

/// What the back end says when it is there for guests.
const READY: &str = "serving vdispl";

/// The back end's log in dom0.
const LOG: &str = "/tmp/backend.log";

pub(super) fn run(arguments: &Arguments, count: u32) -> Result<()> {
    let lab = Lab::open()?;
    let need = if arguments.icount { Need::Icount } else { Need::Daily };
    lab.prepare(need, false)?;
    let mut payload = Payload::default();
    payload.file("bounce.elf", &images::appliance(EXAMPLE)?.file)?;
    payload.file("vitrine-backend", &images::backend()?.file)?;
    let mut milliseconds = measure(&lab, arguments, payload, count)?;
    milliseconds.sort_by(f64::total_cmp);
    say!("{}", super::how(EXAMPLE, arguments, &lab.qemu(need)?.version));
    say!(
        "from the back end being ready to the first flip, {count} restarts: minimum {:.1} ms, median {:.1} ms, \
         maximum {:.1} ms",
        milliseconds[0],
        milliseconds[(milliseconds.len() - 1) / 2],
        milliseconds[milliseconds.len() - 1]
    );
    Ok(())
}

/// Kills and starts the back end `count` times while the guest draws; the times until its picture is back, in
/// milliseconds.
fn measure(lab: &Lab, arguments: &Arguments, payload: Payload, count: u32) -> Result<Vec<f64>> {
    let clock = if arguments.icount { Clock::Instructions } else { Clock::Host };
    let machine = Machine::start(lab, Options { payload, clock, ..Options::default() })?;
    let start = format!(
        "(/payload/vitrine-backend --log-time --output {SCREEN} 2>> {LOG} & echo $! > /run/backend.pid); \
         until tail -n +$lines {LOG} | grep -q '{READY}'; do usleep 100000; done"
    );
    machine.run_ok("touch /run/quiet")?;
    machine.run_ok(&format!("lines=1; {start}"))?;
    let mut config = GuestConfig::new(EXAMPLE, "/payload/bounce.elf");
    config.memory_mib = arguments.memory;
    config.connectors = format!("Virtual-1:{}", arguments.mode);
    let guest = machine.create(&config)?;
    machine.run_ok("sleep 3")?;
    for restart in 1..=count {
        note!("restart {restart} of {count}");
        let lines = format!("lines=$(($(wc -l < {LOG}) + 1))");
        machine.run_ok(&format!("{lines}; kill -KILL $(cat /run/backend.pid); {start}; sleep 2"))?;
    }
    let console = machine.run_ok(&format!("cat /var/log/xen/console/guest-{EXAMPLE}.log"))?;
    let log = machine.run_ok(&format!("cat {LOG}"))?;
    guest.destroy()?;
    latencies(&log, &console).with_context(|| format!("the appliance said:\n{console}\nthe back end said:\n{log}"))
}

/// For each back end but the first, the time until the first connection after it, in milliseconds.
fn latencies(log: &str, console: &str) -> Result<Vec<f64>> {
    let ready = times(log, |line| line.strip_prefix('[')?.split_once("] serving vdispl").map(|(time, _)| time));
    let shown = times(console, |line| line.split_once("bounce: connection ")?.1.split(' ').nth(2)?.strip_suffix(':'));
    let after = |from: f64, to: f64| shown.iter().find(|time| (from..to).contains(*time));
    let ends = ready.iter().skip(2).copied().chain([f64::INFINITY]);
    ready
        .iter()
        .skip(1)
        .zip(ends)
        .enumerate()
        .map(|(index, (from, to))| {
            let shown = after(*from, to).with_context(|| format!("no picture after restart {}", index + 1))?;
            Ok(1000.0 * (shown - from))
        })
        .collect()
}

/// The times that `pick` finds in lines, in seconds.
fn times(text: &str, pick: impl Fn(&str) -> Option<&str>) -> Vec<f64> {
    text.lines().filter_map(|line| pick(line)?.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_restart_has_the_first_picture_after_it() {
        let log = "[1.0] serving vdispl as d0\n[3.000000] serving vdispl as d0\n[3.1] d1/0: Closed\n[5.5] serving vdispl as d0\n";
        let console = "[ 0.1] info: bounce: connection 1 at 2.0: 9 grants\n[ 1.1] info: bounce: connection 2 at 3.25: 9 grants\n\
                       [ 3] info: bounce: connection 3 at 5.75: 9 grants";
        assert_eq!(latencies(log, console).unwrap(), [250.0, 250.0]);
        assert!(latencies(log, "").unwrap_err().to_string().contains("restart 1"));
    }
}
