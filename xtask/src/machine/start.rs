//! Starting a machine: warm from a saved state in about a second, or cold by booting Xen and dom0.

use super::command_line::{self, files};
use super::commands::Commands;
use super::journal::{self, Journal, Listener, Source};
use super::process::{Process, RunFolder};
use super::qmp::Qmp;
use super::{Clock, Display, Machine, Options, Screens, Vectors, lock, warm};
use crate::lab::{Lab, Need, Qemu};
use crate::progress;
use crate::signals;
use anyhow::{Context, Result, bail};
use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How long QEMU may take to connect its ports.
const CONNECT_LIMIT: Duration = Duration::from_secs(20);

/// How long a boot may take: 13 s were seen on a machine with little else to do.
const BOOT_LIMIT: Duration = Duration::from_secs(240);

/// How long a state may take to be saved or restored.
const STATE_LIMIT: Duration = Duration::from_secs(60);

/// How long dom0 may take for its first answer after a warm start.
const ANSWER_LIMIT: Duration = Duration::from_secs(15);

/// Everything that is known before QEMU starts.
pub struct Start<'l> {
    lab: &'l Lab,
    qemu: Qemu,
    archive: Vec<u8>,
    clock: Clock,
    display: Display,
    screens: Screens,
    vectors: Vectors,
    cold: bool,
    listener: Option<Listener>,
}

impl<'l> Start<'l> {
    pub fn new(lab: &'l Lab, options: Options) -> Result<Start<'l>> {
        let need = match (options.clock, options.vectors) {
            (_, Vectors::Avx) => Need::Daily,
            (Clock::Instructions, Vectors::Sse) => Need::Icount,
            (Clock::Host, Vectors::Sse) if options.linux_guests => Need::LinuxGuest,
            (Clock::Host, Vectors::Sse) => Need::Daily,
        };
        Ok(Start {
            lab,
            qemu: lab.qemu(need)?,
            archive: options.payload.archive()?,
            clock: options.clock,
            display: options.display,
            screens: options.screens,
            vectors: options.vectors,
            cold: options.cold || options.linux_guests || options.vectors == Vectors::Avx,
            listener: options.listener,
        })
    }

    /// Starts the machine and brings dom0 to the point where guests can be made.
    pub fn machine(&self) -> Result<Machine> {
        let state = self.state()?;
        let machine = match self.warm(state.as_deref())? {
            Some(machine) => machine,
            None => self.boot(state.as_deref())?,
        };
        machine.run_ok(&format!("take_payload {}", self.archive.len())).context("the payload didn't reach dom0")?;
        self.connect_screens(&machine).context("dom0 doesn't take its screens for connected")?;
        Ok(machine)
    }

    /// Makes dom0 take all screens for connected: QEMU says it of the first one only. It is done after the start,
    /// so that a saved state shows something on the first one only.
    fn connect_screens(&self, machine: &Machine) -> Result<()> {
        for number in 2..=self.screens.count() {
            machine.run_ok(&format!("echo on > /sys/class/drm/card0-Virtual-{number}/status"))?;
        }
        Ok(())
    }

    /// The command line that a saved state belongs to.
    fn command(&self) -> Command {
        command_line::machine(self.lab, &self.qemu, self.clock, self.screens, self.vectors)
    }

    /// The file for a saved state of this machine, unless it can't or shall not have one.
    fn state(&self) -> Result<Option<PathBuf>> {
        if self.cold || self.clock == Clock::Instructions {
            return Ok(None);
        }
        if !self.qemu.has_warm_start() {
            crate::note!("QEMU {} can't start a saved Xen again: booting from cold", self.qemu.version);
            return Ok(None);
        }
        if self.screens != Screens::One && !self.qemu.has_warm_screens() {
            crate::note!("QEMU can't save several screens here (setarch --addr-no-randomize fails): booting from cold");
            return Ok(None);
        }
        warm::state_file(self.lab, &self.qemu, &self.command()).map(Some)
    }

    /// A machine from its saved state; none if there is no usable one.
    fn warm(&self, state: Option<&Path>) -> Result<Option<Machine>> {
        let Some(state) = state.filter(|s| s.exists()) else { return Ok(None) };
        let machine = self.spawn(true)?;
        match restore(&machine, state) {
            Ok(()) => Ok(Some(machine)),
            Err(error) => {
                // A machine that a signal ended says nothing about its state.
                signals::wait_if_ending();
                let said = machine.process.log();
                crate::note!("warm start failed, booting from cold: {error:#}\nQEMU: {}", said.trim_end());
                let _ = fs::remove_file(state);
                Ok(None)
            }
        }
    }

    /// A machine that boots, and is saved for the next time if it has a place for its state.
    fn boot(&self, state: Option<&Path>) -> Result<Machine> {
        let machine = self.spawn(false)?;
        let spinner = progress::spinner("booting Xen and dom0");
        let ready = lock(&machine.commands).wait_ready(BOOT_LIMIT);
        spinner.finish_and_clear();
        ready.with_context(|| machine.last_words())?;
        if let Some(state) = state {
            self.save(&machine, state)?;
        }
        Ok(machine)
    }

    fn save(&self, machine: &Machine, state: &Path) -> Result<()> {
        let spinner = progress::spinner("saving the booted machine for quick starts");
        fs::create_dir_all(self.lab.warm_folder())?;
        let part = self.lab.warm_folder().join(format!("{}.part", std::process::id()));
        let mut monitor = lock(&machine.monitor);
        let saved = monitor.save(&part, STATE_LIMIT).and_then(|()| warm::keep(&part, state));
        monitor.resume()?;
        spinner.finish_and_clear();
        if let Err(error) = saved {
            let _ = fs::remove_file(part);
            crate::note!("no quick start next time, the booted machine can't be saved: {error:#}");
        }
        Ok(())
    }

    /// Starts QEMU and connects its ports.
    fn spawn(&self, incoming: bool) -> Result<Machine> {
        let mut command = self.command();
        command_line::display(&mut command, self.display);
        if incoming {
            command.args(["-incoming", "defer"]);
        }
        let folder = RunFolder::new()?;
        command_line::write_drive(&folder.path().join(files::PAYLOAD), &self.archive)?;
        let listen = |file: &str| UnixListener::bind(folder.path().join(file)).context("can't make a socket for QEMU");
        let (monitor, commands, tagged) = (listen(files::MONITOR)?, listen(files::COMMANDS)?, listen(files::TAGGED)?);
        let (process, console) = Process::start(command, folder)?;
        let journal = Arc::new(Journal::new(self.listener.clone()));
        read_lines(&journal, "console", console, journal::of_serial, Journal::end)?;
        let connect = |listener| accept(&listener, &journal).with_context(|| quit(&process));
        let (commands, tagged, monitor) = (connect(commands)?, connect(tagged)?, connect(monitor)?);
        read_lines(&journal, "tagged", tagged, journal::of_tagged, |_| {})?;
        Ok(Machine {
            commands: Mutex::new(Commands::new(commands)?),
            monitor: Mutex::new(Qmp::new(monitor).with_context(|| quit(&process))?),
            journal,
            process,
        })
    }
}

/// Lets a machine go on from its saved state.
fn restore(machine: &Machine, state: &Path) -> Result<()> {
    lock(&machine.monitor).restore(state, STATE_LIMIT)?;
    // dom0 still has the time of the saving, and gives it to Xen and so to all guests.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let set = lock(&machine.commands).run(&format!("date -s @{now}"), ANSWER_LIMIT)?;
    if set.status != 0 {
        bail!("dom0 can't set its clock: {}", set.text);
    }
    Ok(())
}

/// Reads a port all the time: QEMU stands still when nobody reads its ports. `at_end` is called when it is closed.
fn read_lines(
    journal: &Arc<Journal>,
    name: &str,
    port: impl Read + Send + 'static,
    sort: fn(&str) -> (Source, &str),
    at_end: fn(&Journal),
) -> Result<()> {
    let journal = Arc::clone(journal);
    thread::Builder::new().name(name.to_owned()).spawn(move || {
        let mut reader = BufReader::new(port);
        let mut line = vec![];
        while let Ok(1..) = reader.read_until(b'\n', &mut line) {
            let text = String::from_utf8_lossy(&line);
            let (source, text) = sort(text.trim_end());
            journal.add(source, text);
            line.clear();
        }
        at_end(&journal);
    })?;
    Ok(())
}

impl Machine {
    /// What the machine said last, for a message about a boot that failed.
    fn last_words(&self) -> String {
        const LINES: usize = 25;
        let lines = self.journal.lines(0, |_| true);
        let last = lines.iter().skip(lines.len().saturating_sub(LINES)).map(|e| format!("{}: {}", e.source, e.text));
        format!("QEMU: {}\n{}", self.process.log().trim_end(), last.collect::<Vec<_>>().join("\n"))
    }
}

/// Why QEMU isn't there, for a message.
fn quit(process: &Process) -> String {
    let end = process.stop().unwrap_or_else(|error| error.to_string());
    format!("QEMU didn't come up ({end}): {}", process.log().trim_end())
}

/// Waits for QEMU to connect.
fn accept(listener: &UnixListener, journal: &Journal) -> Result<UnixStream> {
    const POLL: Duration = Duration::from_millis(2);
    listener.set_nonblocking(true)?;
    let deadline = Instant::now() + CONNECT_LIMIT;
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false)?;
                return Ok(stream);
            }
            Err(error) if error.kind() != ErrorKind::WouldBlock => return Err(error.into()),
            Err(_) if journal.is_ended() => bail!("it ended"),
            Err(_) if Instant::now() > deadline => bail!("no connection in {} s", CONNECT_LIMIT.as_secs()),
            Err(_) => thread::sleep(POLL),
        }
    }
}
