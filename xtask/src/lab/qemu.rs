//! A QEMU out of unpacked packages, run with the libraries beside it.

use super::{WARM_START_SINCE_QEMU, libraries};
use crate::host;
use anyhow::{Context, Result};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Starts the program that follows with the same addresses each time.
const FIXED_ADDRESSES: [&str; 2] = ["setarch", "--addr-no-randomize"];

/// One QEMU of the lab.
#[derive(Debug, Clone)]
pub struct Qemu {
    tree: PathBuf,
    library_path: OsString,
    /// The version as the program says it, such as `10.0.2 (Debian 1:10.0.2+ds-2)`.
    pub version: String,
}

impl Qemu {
    /// The QEMU in a tree.
    ///
    /// # Errors
    ///
    /// The program doesn't start on this machine.
    pub(super) fn find(tree: &Path) -> Result<Qemu> {
        let library_path = std::env::join_paths(libraries::folders_of(tree)).context("the lab's path has a colon")?;
        let mut qemu = Qemu { tree: tree.to_owned(), library_path, version: String::new() };
        host::require(&[("setpriv", "util-linux")])?;
        let said = host::output(qemu.program(&[]).arg("--version")).context("the lab's QEMU doesn't run here")?;
        let line = said.lines().next().unwrap_or_default();
        line.trim_start_matches("QEMU emulator version ").clone_into(&mut qemu.version);
        Ok(qemu)
    }

    /// Whether a machine that this QEMU saved can be started again.
    pub fn has_warm_start(&self) -> bool {
        let major = self.version.split('.').next().and_then(|m| m.parse::<u32>().ok());
        major.is_some_and(|major| major >= WARM_START_SINCE_QEMU)
    }

    /// Whether such a machine with several screens can be started again. What QEMU 10.0 saves and loads of the second and
    /// further ones depends on bytes behind the field that it means (`scanout_vmstate_after_v2` takes each for the first).
    /// With the same addresses in each run, these bytes are mostly the same at each start: of nine starts from a state that
    /// could be restored at all, eight went well; without, about every other. A state that is refused is replaced by a boot.
    /// Not every container lets a program ask for its addresses.
    pub fn has_warm_screens(&self) -> bool {
        let [program, arguments @ ..] = FIXED_ADDRESSES;
        self.has_warm_start()
            && Command::new(program).args(arguments).arg("true").output().is_ok_and(|o| o.status.success())
    }

    /// The start of a command line of a machine with several screens; see [`Qemu::has_warm_screens`].
    pub fn command_with_screens(&self) -> Command {
        self.with_data(if self.has_warm_screens() { &FIXED_ADDRESSES } else { &[] })
    }

    /// The start of a command line: the program, its libraries and its data.
    pub fn command(&self) -> Command {
        self.with_data(&[])
    }

    fn with_data(&self, launcher: &[&str]) -> Command {
        let mut command = self.program(launcher);
        for folder in ["usr/share/qemu", "usr/share/seabios"] {
            command.arg("-L").arg(self.tree.join(folder));
        }
        command
    }

    /// QEMU as a child that Linux ends when the thread that started it is gone, however that came.
    fn program(&self, launcher: &[&str]) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--"]).args(launcher);
        command.arg(self.tree.join("usr/bin/qemu-system-x86_64"));
        command.env("LD_LIBRARY_PATH", &self.library_path);
        command.env("QEMU_MODULE_DIR", self.tree.join("usr/lib/x86_64-linux-gnu/qemu"));
        command
    }
}
