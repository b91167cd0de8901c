//! Programs in dom0 that run beside the shell, such as the back end.

use super::Machine;
use super::journal::{Entry, Source};
use anyhow::{Result, bail};
use std::time::Duration;

/// How long the back end may take to be there for guests.
const BACKEND_LIMIT: Duration = Duration::from_secs(20);

/// What the back end says when it is.
const BACKEND_READY: &str = "serving vdispl";

/// A program that runs in dom0 beside the shell, such as a back end.
#[derive(Debug)]
pub struct Program<'m> {
    machine: &'m Machine,
    name: String,
    /// Lines of the journal before this program.
    from: usize,
}

impl<'m> Program<'m> {
    pub(super) fn start(machine: &'m Machine, name: &str, line: &str) -> Result<Program<'m>> {
        let from = machine.journal().len();
        machine.run_ok(&format!("start {name} {line}"))?;
        Ok(Program { machine, name: name.to_owned(), from })
    }

    /// The project's back end from the payload, once it is there for guests.
    pub(super) fn backend(machine: &'m Machine, output: &str) -> Result<Program<'m>> {
        let backend = Program::start(machine, "backend", &format!("/payload/vitrine-backend --output {output}"))?;
        backend.wait_line(BACKEND_READY, BACKEND_LIMIT)?;
        Ok(backend)
    }

    /// Waits for a line with `text` in it, and returns the line.
    ///
    /// # Errors
    ///
    /// It doesn't come within `limit`, or the program ended before; the message has what it said.
    pub fn wait_line(&self, text: &str, limit: Duration) -> Result<String> {
        let found = self.machine.journal().wait(self.from, limit, |e| {
            let said = self.said(e) && e.text.contains(text);
            said.then(|| Ok(e.text.clone()))
                .or_else(|| (self.said(e) && e.text.starts_with("exit ")).then_some(Err(())))
        });
        match found {
            Ok(Ok(line)) => Ok(line),
            Ok(Err(())) => bail!("{} ended before it said {text:?}:\n{}", self.name, self.log()),
            Err(missed) => bail!("{} didn't say {text:?} ({missed:?}):\n{}", self.name, self.log()),
        }
    }

    /// All that it said so far.
    pub fn log(&self) -> String {
        self.machine.text(self.from, |e| self.said(e))
    }

    /// Sends it a signal, such as `KILL` or `TERM`.
    ///
    /// # Errors
    ///
    /// It runs no more.
    pub fn signal(&self, signal: &str) -> Result<()> {
        self.machine.run_ok(&format!("kill -{signal} $(cat /run/{}.pid)", self.name)).map(drop)
    }

    fn said(&self, entry: &Entry) -> bool {
        matches!(&entry.source, Source::Program(name) if *name == self.name)
    }
}
