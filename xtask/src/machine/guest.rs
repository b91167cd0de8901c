//! One guest of the machine, followed by its name.

use super::Machine;
use super::journal::{Entry, Missed, Source};
use anyhow::{Result, bail};
use std::fmt::Write as _;
use std::time::Duration;

/// How long xl may take to make a guest.
const CREATE_LIMIT: Duration = Duration::from_secs(60);

/// How long dom0 may take to pass on what a guest has said.
const HEAR_LIMIT: Duration = Duration::from_secs(60);

/// An `xl.cfg` for a PVH guest.
#[derive(Debug, Clone)]
pub struct GuestConfig {
    /// The guest's name: letters, digits, `-` and `_`.
    pub name: String,
    /// Path of the image in dom0, such as `/payload/dashboard`.
    pub kernel: String,
    /// Memory in MiB.
    pub memory_mib: u32,
    /// Connectors of the first display, as xl wants them: `Virtual-1:1024x768`, parted by `;`. Empty for no display.
    pub connectors: String,
    /// Connectors of further displays, in the same form, each a vdispl device of its own.
    pub further_displays: Vec<String>,
    /// Whether the back end allocates the buffers of all displays.
    pub be_alloc: bool,
    /// How many frames the grant table may have, 512 grants each; none for xl's default.
    pub max_grant_frames: Option<u32>,
    /// The guest's command line.
    pub command_line: String,
    /// More lines of xl.cfg.
    pub more: Vec<String>,
}

impl GuestConfig {
    /// A guest with 32 MiB and one connector of 1024x768 that is kept after its end, so that its state can be seen.
    pub fn new(name: &str, kernel: &str) -> GuestConfig {
        GuestConfig {
            name: name.to_owned(),
            kernel: kernel.to_owned(),
            memory_mib: 32,
            connectors: "Virtual-1:1024x768".to_owned(),
            further_displays: vec![],
            be_alloc: false,
            max_grant_frames: None,
            command_line: String::new(),
            more: ["poweroff", "reboot", "crash"].map(|event| format!("on_{event}=\"preserve\"")).to_vec(),
        }
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let mut text = format!(
            "name=\"{}\"\ntype=\"pvh\"\nkernel=\"{}\"\nmemory={}\nvcpus=1\ntsc_mode=\"native\"\n",
            self.name, self.kernel, self.memory_mib
        );
        if !self.command_line.is_empty() {
            let _ = writeln!(text, "cmdline=\"{}\"", self.command_line);
        }
        if let Some(frames) = self.max_grant_frames {
            let _ = writeln!(text, "max_grant_frames={frames}");
        }
        let displays = [&self.connectors].into_iter().chain(&self.further_displays);
        let displays: Vec<_> = displays.filter(|connectors| !connectors.is_empty()).collect();
        if !displays.is_empty() {
            let displays =
                displays.into_iter().map(|connectors| format!("'{}'", display(self.be_alloc, connectors, ",")));
            let _ = writeln!(text, "vdispl=[{}]", displays.collect::<Vec<_>>().join(", "));
        }
        text + &self.more.join("\n") + "\n"
    }
}

/// A display in xl's words, parted by `separator`.
fn display(be_alloc: bool, connectors: &str, separator: &str) -> String {
    let be_alloc = u8::from(be_alloc);
    ["backend=0", &format!("be-alloc={be_alloc}"), &format!("connectors={connectors}")].join(separator)
}

/// Why a domain ended: the reason codes of Xen's `public/sched.h` (`SHUTDOWN_*`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShutdownReason {
    /// SHUTDOWN_poweroff; also what a triple fault looks like.
    PowerOff,
    /// SHUTDOWN_reboot.
    Reboot,
    /// SHUTDOWN_suspend.
    Suspend,
    /// SHUTDOWN_crash.
    Crash,
    /// Any other code.
    Other(u32),
}

impl ShutdownReason {
    fn of_code(code: u32) -> ShutdownReason {
        match code {
            0 => ShutdownReason::PowerOff,
            1 => ShutdownReason::Reboot,
            2 => ShutdownReason::Suspend,
            3 => ShutdownReason::Crash,
            other => ShutdownReason::Other(other),
        }
    }
}

/// A guest that xl made. It stays when this is dropped; [`Guest::destroy`] removes it.
#[derive(Debug)]
pub struct Guest<'m> {
    machine: &'m Machine,
    name: String,
    domid: u16,
    /// Lines of the journal before this guest.
    from: usize,
}

impl<'m> Guest<'m> {
    /// Lets xl make a guest from a configuration file in dom0, and stay to watch over it.
    pub(super) fn create(machine: &'m Machine, name: &str, config: &str, options: &str) -> Result<Guest<'m>> {
        let from = machine.journal().len();
        machine.run_ok(&format!("create {name} {config} {options}"))?;
        let of_xl = Source::Xl(name.to_owned());
        let started = machine.journal().wait(from, CREATE_LIMIT, |e| match e.source == of_xl {
            true => domid_of(&e.text).map(Ok).or_else(|| e.text.starts_with("exit ").then_some(Err(()))),
            false => None,
        });
        match started {
            Ok(Ok(domid)) => Ok(Guest { machine, name: name.to_owned(), domid, from }),
            Ok(Err(())) => bail!("xl refused to create {name}:\n{}", machine.text(from, |e| e.source == of_xl)),
            Err(missed) => bail!(
                "xl didn't create {name} ({missed:?} after {} s):\n{}",
                CREATE_LIMIT.as_secs(),
                machine.text(from, |e| e.source == of_xl)
            ),
        }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The domain's number. A rebooted guest has a new one, which this does not follow.
    pub fn domid(&self) -> u16 {
        self.domid
    }

    /// Waits until the guest's console (or port 0xE9) has a line with `text` in it, and returns the line.
    ///
    /// # Errors
    ///
    /// It doesn't come within `limit`, or the guest ended before; the message has the console's lines.
    pub fn wait_line(&self, text: &str, limit: Duration) -> Result<String> {
        let says = |e: &Entry| (self.said(e) && e.text.contains(text)).then(|| e.text.clone());
        let found = self.machine.journal().wait(self.from, limit, |e| match says(e) {
            Some(line) => Some(Ok(line)),
            None => self.end_in(e).map(Err),
        });
        match found {
            Ok(Ok(line)) => Ok(line),
            Ok(Err(reason)) => {
                self.hear_out()?;
                self.machine
                    .journal()
                    .wait(self.from, Duration::ZERO, says)
                    .or_else(|_| bail!("{} ended ({reason:?}) before it said {text:?}:\n{}", self.name, self.console()))
            }
            Err(missed) => bail!(
                "{} didn't say {text:?} ({missed:?}, limit {} s):\n{}",
                self.name,
                limit.as_secs(),
                self.console()
            ),
        }
    }

    /// Waits for the guest's end, and until all that it said is here; returns its reason.
    ///
    /// # Errors
    ///
    /// It runs on for `limit`, or the machine ended; the message has the console's lines.
    pub fn wait_shutdown(&self, limit: Duration) -> Result<ShutdownReason> {
        let ended = self.machine.journal().wait(self.from, limit, |e| self.end_in(e));
        let reason = ended.or_else(|missed: Missed| {
            bail!("{} didn't end ({missed:?}, limit {} s):\n{}", self.name, limit.as_secs(), self.console())
        })?;
        self.hear_out()?;
        Ok(reason)
    }

    /// Waits until all that the guest has said is in the journal. What xl says of its end comes by another way and may
    /// overtake the guest's last lines.
    fn hear_out(&self) -> Result<()> {
        let from = self.machine.journal().len();
        if self.machine.run_ok(&format!("mark {}", self.name))?.trim() != "marked" {
            return Ok(());
        }
        let heard = Source::Heard(self.name.clone());
        self.machine.journal().wait(from, HEAR_LIMIT, |e| (e.source == heard).then_some(())).or_else(|missed| {
            bail!("dom0 didn't pass on what {} said ({missed:?}, limit {} s)", self.name, HEAR_LIMIT.as_secs())
        })
    }

    /// Waits until xl has done with the guest: it is gone, kept for inspection, or (with a restart asked for in its
    /// configuration) has ended for the last time. Returns the reason of its last end, or nothing if it runs on for
    /// `limit`.
    ///
    /// # Errors
    ///
    /// The machine ended.
    pub fn wait_gone(&self, limit: Duration) -> Result<Option<ShutdownReason>> {
        let is_last = |e: &Entry| self.is_of_xl(e) && e.text.starts_with("exit ");
        match self.machine.journal().wait(self.from, limit, |e| is_last(e).then_some(())) {
            Ok(()) => {}
            Err(Missed::TimedOut) => return Ok(None),
            Err(Missed::Ended) => bail!("the machine ended"),
        }
        let ends = self.machine.journal().lines(self.from, |e| self.end_in(e).is_some());
        Ok(ends.last().and_then(|e| self.end_in(e)))
    }

    /// The reason of the guest's end, if it has ended.
    pub fn ended(&self) -> Option<ShutdownReason> {
        self.machine.journal().wait(self.from, Duration::ZERO, |e| self.end_in(e)).ok()
    }

    /// All that the guest said so far, on its console and on port 0xE9.
    pub fn console(&self) -> String {
        self.machine.text(self.from, |e| self.said(e))
    }

    /// Types a line on the guest's console.
    ///
    /// # Errors
    ///
    /// The line has characters other than letters, digits, spaces and `-`, or the guest has no console.
    pub fn type_line(&self, line: &str) -> Result<()> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == ' ' || c == '-';
        if !line.chars().all(is_plain) {
            bail!("{line:?} can't be typed: letters, digits, spaces and - only");
        }
        let terminal = format!("/local/domain/{}/console/tty", self.domid);
        self.machine.run_ok(&format!("echo {line} > $(xenstore-read {terminal})")).map(drop)
    }

    /// Asks the guest to power off, as `xl shutdown` does.
    ///
    /// # Errors
    ///
    /// xl refuses.
    pub fn shutdown(&self) -> Result<()> {
        self.machine.run_ok(&format!("xl shutdown {}", self.domid)).map(drop)
    }

    /// Asks the guest to reboot, as `xl reboot` does.
    ///
    /// # Errors
    ///
    /// xl refuses.
    pub fn reboot(&self) -> Result<()> {
        self.machine.run_ok(&format!("xl reboot {}", self.domid)).map(drop)
    }

    /// Gives the running guest one more display, as `xl vdispl-attach` does: its connectors, and whether the back end
    /// allocates its buffers. Displays are numbered from 0; the new one gets the lowest number that is free.
    ///
    /// # Errors
    ///
    /// xl refuses.
    pub fn attach_display(&self, connectors: &str, be_alloc: bool) -> Result<()> {
        let display = display(be_alloc, &format!("'{connectors}'"), " ");
        self.machine.run_ok(&format!("xl vdispl-attach {} {display}", self.domid)).map(drop)
    }

    /// Takes display `number` away, as `xl vdispl-detach` does. Returns when the guest has let go of it.
    ///
    /// # Errors
    ///
    /// xl refuses, or the guest doesn't let go.
    pub fn detach_display(&self, number: u32) -> Result<()> {
        self.machine.run_ok(&format!("xl vdispl-detach {} {number}", self.domid)).map(drop)
    }

    /// Removes the guest, whatever its state.
    ///
    /// # Errors
    ///
    /// xl refuses.
    pub fn destroy(self) -> Result<()> {
        self.machine.run_ok(&format!("xl destroy {}", self.domid)).map(drop)
    }

    /// Whether the guest itself said a line.
    fn said(&self, entry: &Entry) -> bool {
        match &entry.source {
            Source::Console(name) => *name == self.name,
            Source::Port(domid) => *domid == self.domid,
            _ => false,
        }
    }

    fn is_of_xl(&self, entry: &Entry) -> bool {
        matches!(&entry.source, Source::Xl(name) if *name == self.name)
    }

    /// The reason of the guest's end, when a line of xl tells it.
    fn end_in(&self, entry: &Entry) -> Option<ShutdownReason> {
        if !self.is_of_xl(entry) {
            return None;
        }
        let code = entry.text.split_once("has shut down, reason code ")?.1.split(' ').next()?;
        code.parse().ok().map(ShutdownReason::of_code)
    }
}

/// The number in xl's line `Waiting for domain NAME (domid N) to die [pid P]`.
fn domid_of(line: &str) -> Option<u16> {
    let rest = line.split_once("Waiting for domain ")?.1;
    rest.split_once("(domid ")?.1.split(')').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xl_tells_the_number() {
        assert_eq!(domid_of("Waiting for domain kiosk (domid 3) to die [pid 120]"), Some(3));
        assert_eq!(domid_of("Parsing config from /payload/kiosk.cfg"), None);
    }

    #[test]
    fn displays_are_devices_with_connectors() {
        let config = GuestConfig {
            connectors: "Virtual-1:800x600;Virtual-2:640x480".into(),
            further_displays: vec!["Virtual-3:320x240".into()],
            be_alloc: true,
            max_grant_frames: Some(128),
            ..GuestConfig::new("a", "/payload/a")
        };
        let first = "backend=0,be-alloc=1,connectors=Virtual-1:800x600;Virtual-2:640x480";
        let second = "backend=0,be-alloc=1,connectors=Virtual-3:320x240";
        assert!(config.text().contains(&format!("max_grant_frames=128\nvdispl=['{first}', '{second}']\n")));
    }

    #[test]
    fn a_guest_without_a_display_has_no_vdispl() {
        let config = GuestConfig { connectors: String::new(), ..GuestConfig::new("a", "/payload/a") };
        assert!(!config.text().contains("vdispl"));
        assert!(config.text().starts_with("name=\"a\"\ntype=\"pvh\"\nkernel=\"/payload/a\"\nmemory=32\n"));
    }
}
