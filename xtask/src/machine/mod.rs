//! A PC in QEMU with real Xen and a Linux dom0 on it, driven from here: guests, their consoles, the screen.
//!
//! Begin reading at [`Machine::start`]. A machine takes many guests, one after the other or side by side:
//!
//! ```no_run
//! use xtask::lab::{Lab, Need};
//! use xtask::machine::{GuestConfig, Machine, Options, Payload, SCREEN};
//! use std::time::Duration;
//!
//! # fn main() -> anyhow::Result<()> {
//! let lab = Lab::open()?;
//! lab.prepare(Need::Daily, false)?;
//! let mut payload = Payload::default();
//! payload.file("vitrine-backend", &xtask::images::backend()?.file)?;
//! payload.file("hello.elf", &xtask::images::appliance("hello")?.file)?;
//! let machine = Machine::start(&lab, Options { payload, ..Options::default() })?;
//! let backend = machine.start_backend(SCREEN)?;
//! let guest = machine.create(&GuestConfig::new("hello", "/payload/hello.elf"))?;
//! guest.wait_line("milestone first-flip", Duration::from_secs(30))?;
//! machine.screendump("screen.png".as_ref())?;
//! # Ok(())
//! # }
//! ```

mod command_line;
mod commands;
mod guest;
mod journal;
mod payload;
mod process;
mod program;
mod qmp;
mod start;
mod warm;

pub use commands::Output;
pub use guest::{Guest, GuestConfig, ShutdownReason};
pub use journal::{Entry, Journal, Listener, Missed, Source};
pub use payload::Payload;
pub use process::stop_all;
pub use program::Program;

use crate::lab::Lab;
use anyhow::{Result, bail};
use commands::Commands;
use process::Process;
use qmp::Qmp;
use serde_json::json;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The back end's output on the machine's own screen.
pub const SCREEN: &str = "kms:/dev/dri/card0";

/// How long a command in dom0 may take.
const COMMAND_LIMIT: Duration = Duration::from_secs(60);

/// What the machine's clock counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clock {
    /// The host's time.
    #[default]
    Host,
    /// Executed instructions, a nanosecond each: slower, and the same in each run. Always a cold start.
    Instructions,
}

/// Where the machine's screen is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Display {
    /// Nowhere; screendumps work all the same.
    #[default]
    None,
    /// In a window.
    Window,
    /// On a loopback port, by VNC.
    Vnc,
}

/// How many screens the machine has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Screens {
    /// The connector `Virtual-1`.
    #[default]
    One,
    /// The connectors `Virtual-1` to `Virtual-4`. With [`Display::Window`], each has a window; VNC shows the first.
    Four,
}

impl Screens {
    /// The least machine that has so many connectors; none if no machine does.
    pub fn for_connectors(count: usize) -> Option<Screens> {
        match count {
            0..=1 => Some(Screens::One),
            2..=4 => Some(Screens::Four),
            _ => None,
        }
    }

    /// The number.
    pub fn count(self) -> u32 {
        match self {
            Screens::One => 1,
            Screens::Four => 4,
        }
    }
}

/// Which vector registers the machine has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Vectors {
    /// Those of SSE.
    #[default]
    Sse,
    /// Those of AVX too, for measuring, by the QEMU of every day (see `command_line`). Always a cold start.
    Avx,
}

/// How to start a machine.
#[derive(Default)]
pub struct Options {
    /// Files for dom0.
    pub payload: Payload,
    /// What time is.
    pub clock: Clock,
    /// Where the screen is shown.
    pub display: Display,
    /// Whether Linux is to run as a guest. Always a cold start.
    pub linux_guests: bool,
    /// How many screens there are. Each kind of machine has a saved state of its own.
    pub screens: Screens,
    /// Which vector registers there are.
    pub vectors: Vectors,
    /// Boot, even if a saved state is there.
    pub cold: bool,
    /// Called with each line that the machine says.
    pub listener: Option<Listener>,
}

/// A running machine. QEMU ends when this is dropped.
#[derive(Debug)]
pub struct Machine {
    commands: Mutex<Commands>,
    monitor: Mutex<Qmp>,
    journal: Arc<Journal>,
    // Last, so that the ports are closed before QEMU is ended.
    process: Process,
}

impl Machine {
    /// Starts a machine, from a saved state if there is one, and unpacks the payload in dom0.
    ///
    /// # Errors
    ///
    /// The lab isn't prepared, QEMU doesn't start, or dom0 doesn't come up; the message has what they said.
    pub fn start(lab: &Lab, options: Options) -> Result<Machine> {
        start::Start::new(lab, options)?.machine()
    }

    /// All that was said so far.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Runs a command line in dom0's shell and waits for its end, a minute at most.
    ///
    /// # Errors
    ///
    /// It doesn't end in time, or the machine ended.
    pub fn run(&self, line: &str) -> Result<Output> {
        lock(&self.commands).run(line, COMMAND_LIMIT)
    }

    /// Runs a command line in dom0's shell that has to succeed; returns its output.
    ///
    /// # Errors
    ///
    /// It ends with another status than 0, or see [`Machine::run`].
    pub fn run_ok(&self, line: &str) -> Result<String> {
        let output = self.run(line)?;
        if output.status != 0 {
            bail!("in dom0, {line:?} ended with status {}:\n{}", output.status, output.text.trim_end());
        }
        Ok(output.text)
    }

    /// Starts a program in dom0 that goes on by itself. Its lines come into the journal under `name`, and the last one,
    /// `exit STATUS`, tells its end.
    ///
    /// # Errors
    ///
    /// dom0 doesn't answer.
    pub fn start_program(&self, name: &str, line: &str) -> Result<Program<'_>> {
        check_name(name)?;
        Program::start(self, name, line)
    }

    /// Starts the back end, which the payload has as `vitrine-backend`, and waits until it is there for guests: xl makes
    /// no guest with a display before. `output` is where it shows pictures, such as [`SCREEN`].
    ///
    /// # Errors
    ///
    /// It ends, or isn't there in time; the message has what it said.
    pub fn start_backend(&self, output: &str) -> Result<Program<'_>> {
        Program::backend(self, output)
    }

    /// Makes a guest.
    ///
    /// # Errors
    ///
    /// xl refuses; the message has its reason.
    pub fn create(&self, config: &GuestConfig) -> Result<Guest<'_>> {
        Guest::create(self, &config.name, &self.write_config(config)?, "")
    }

    /// Makes a guest that doesn't run before `xl unpause`: for a look at its nodes, or a change of them.
    ///
    /// # Errors
    ///
    /// xl refuses; the message has its reason.
    pub fn create_paused(&self, config: &GuestConfig) -> Result<Guest<'_>> {
        Guest::create(self, &config.name, &self.write_config(config)?, "-p")
    }

    /// Makes a guest from a configuration file in dom0. `name` is the one that the file gives it.
    ///
    /// # Errors
    ///
    /// xl refuses; the message has its reason.
    pub fn create_from(&self, name: &str, config: &str) -> Result<Guest<'_>> {
        check_name(name)?;
        Guest::create(self, name, config, "")
    }

    /// Writes the configuration to a file in dom0; returns its path.
    fn write_config(&self, config: &GuestConfig) -> Result<String> {
        check_name(&config.name)?;
        let path = format!("/tmp/{}.cfg", config.name);
        self.write_file(&path, &config.text())?;
        Ok(path)
    }

    /// Writes a small text file in dom0.
    ///
    /// # Errors
    ///
    /// The path can't be written.
    pub fn write_file(&self, path: &str, text: &str) -> Result<()> {
        // printf's %b takes octal escapes, so the text may have any character.
        let escaped: String = text.bytes().map(|b| format!("\\0{b:03o}")).collect();
        self.run_ok(&format!("printf %b '{escaped}' > {path}")).map(drop)
    }

    /// Writes the first screen to a PNG file on the host.
    ///
    /// # Errors
    ///
    /// QEMU can't write the file.
    pub fn screendump(&self, file: &Path) -> Result<()> {
        self.screendump_of(1, file)
    }

    /// Writes screen `number` to a PNG file on the host: that of the connector `Virtual-NUMBER`.
    ///
    /// # Errors
    ///
    /// There is no such screen, nothing was ever shown on it, or QEMU can't write the file.
    pub fn screendump_of(&self, number: u32, file: &Path) -> Result<()> {
        lock(&self.monitor).screendump(number.saturating_sub(1), &std::path::absolute(file)?)
    }

    /// The loopback port of the VNC display, if there is one.
    ///
    /// # Errors
    ///
    /// QEMU doesn't answer.
    pub fn vnc_port(&self) -> Result<Option<u16>> {
        let answer = lock(&self.monitor).execute("query-vnc", &json!({}))?;
        Ok(answer["service"].as_str().and_then(|port| port.parse().ok()))
    }

    /// The lines after the first `from` ones that `pick` accepts, as one text.
    pub fn text(&self, from: usize, pick: impl Fn(&Entry) -> bool) -> String {
        let lines = self.journal.lines(from, pick);
        lines.iter().map(|e| e.text.as_str()).collect::<Vec<_>>().join("\n")
    }
}

/// Names get into paths and shell commands in dom0.
fn check_name(name: &str) -> Result<()> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || !name.chars().all(plain) {
        bail!("{name:?} is no name for a guest or program in the lab: letters, digits, - and _ only");
    }
    Ok(())
}

/// A panic elsewhere must not keep the machine from being used and ended.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
