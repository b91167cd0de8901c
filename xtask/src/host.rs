//! Commands of the machine that xtask runs on: running them, and naming the ones that are missing.

use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output};

/// Runs `command` to its end and returns its standard output.
///
/// # Errors
///
/// The command can't be started, or ends with another status than 0; the message carries its standard error.
pub fn output(command: &mut Command) -> Result<String> {
    let done = finish(command)?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        bail!("{} ended with {}\n{}", line_of(command), done.status, said.trim_end());
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}

/// Runs `command` to its end, whatever its status.
///
/// # Errors
///
/// The command can't be started.
pub fn finish(command: &mut Command) -> Result<Output> {
    command.output().with_context(|| format!("can't start {}", line_of(command)))
}

/// Runs `command` with the terminal as its output.
///
/// # Errors
///
/// The command can't be started, or ends with another status than 0.
pub fn show(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("can't start {}", line_of(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", line_of(command));
    }
    Ok(())
}

/// A command that Linux ends when we end, however that comes, if `setpriv` is there to ask for it.
///
/// More exactly it ends with the thread that starts it.
pub fn child(program: &str) -> Command {
    if !is_installed("setpriv") {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "TERM", "--", program]);
    command
}

/// The command line as a person would type it, for messages.
pub fn line_of(command: &Command) -> String {
    let words: Vec<_> = std::iter::once(command.get_program()).chain(command.get_args()).collect();
    let start = if words[0] == "setpriv" { 1 + words.iter().position(|w| *w == "--").unwrap_or(0) } else { 0 };
    words[start..].iter().map(|w| OsStr::to_string_lossy(w)).collect::<Vec<_>>().join(" ")
}

/// Checks that every `(program, Debian package)` pair's program is in the search path.
///
/// # Errors
///
/// Names all missing programs at once, and the command that installs them.
pub fn require(programs: &[(&str, &str)]) -> Result<()> {
    let missing: Vec<_> = programs.iter().filter(|(program, _)| !is_installed(program)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = missing.iter().map(|(program, _)| *program).collect();
    let mut packages: Vec<_> = missing.iter().map(|(_, package)| *package).collect();
    packages.dedup();
    bail!("missing on this machine: {}; try: sudo apt-get install -y {}", names.join(", "), packages.join(" "))
}

/// Whether the search path has `program`.
pub fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// Size of everything below `folder` in bytes; what can't be read counts as nothing.
pub fn size_of(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let size = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(data) if data.is_dir() => size_of(&entry.path()),
        Ok(data) => std::os::unix::fs::MetadataExt::blocks(&data) * 512,
        Err(_) => 0,
    };
    entries.flatten().map(size).sum()
}
