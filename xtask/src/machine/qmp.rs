//! QEMU's monitor protocol (QMP): one JSON object a line, answers in order, events in between.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

/// How often a migration's progress is asked for.
const POLL: Duration = Duration::from_millis(10);

/// How long one answer may take: a screendump waits for QEMU's main loop, which a busy host may keep waiting.
const ANSWER_LIMIT: Duration = Duration::from_secs(60);

/// A connected monitor.
#[derive(Debug)]
pub struct Qmp {
    reader: BufReader<UnixStream>,
}

impl Qmp {
    /// Takes the greeting and enters command mode.
    ///
    /// # Errors
    ///
    /// The other end is no monitor.
    pub fn new(stream: UnixStream) -> Result<Qmp> {
        stream.set_read_timeout(Some(ANSWER_LIMIT))?;
        let mut qmp = Qmp { reader: BufReader::new(stream) };
        let greeting = qmp.read()?;
        if greeting.get("QMP").is_none() {
            bail!("QEMU's monitor greeted with {greeting}");
        }
        qmp.execute("qmp_capabilities", &json!({}))?;
        Ok(qmp)
    }

    /// Executes a command and returns its result.
    ///
    /// # Errors
    ///
    /// QEMU refuses the command, or is gone.
    pub fn execute(&mut self, command: &str, arguments: &Value) -> Result<Value> {
        let line = json!({ "execute": command, "arguments": arguments }).to_string() + "\n";
        self.reader.get_mut().write_all(line.as_bytes()).context("QEMU's monitor is gone")?;
        loop {
            let mut answer = self.read()?;
            if let Some(error) = answer.get("error") {
                bail!("QEMU refused {command}: {}", error["desc"].as_str().unwrap_or("no reason given"));
            }
            if let Some(result) = answer.get_mut("return") {
                return Ok(result.take());
            }
        }
    }

    /// Writes the screen of output `head`, counted from 0, as a PNG.
    ///
    /// # Errors
    ///
    /// QEMU can't write the file.
    pub fn screendump(&mut self, head: u32, file: &Path) -> Result<()> {
        let arguments = json!({ "filename": file, "format": "png", "device": "screen", "head": head });
        self.execute("screendump", &arguments)?;
        Ok(())
    }

    /// Saves the stopped machine to `file`.
    ///
    /// # Errors
    ///
    /// QEMU can't save it, or doesn't within `limit`.
    pub fn save(&mut self, file: &Path, limit: Duration) -> Result<()> {
        self.execute("stop", &json!({}))?;
        self.migrate("migrate", file, limit)
    }

    /// Fills a machine that was started with `-incoming defer`, and lets it go on.
    ///
    /// # Errors
    ///
    /// The state doesn't belong to this machine, or isn't there within `limit`.
    pub fn restore(&mut self, file: &Path, limit: Duration) -> Result<()> {
        self.migrate("migrate-incoming", file, limit)?;
        self.resume()
    }

    /// Lets a stopped machine go on.
    ///
    /// # Errors
    ///
    /// Its state is incomplete.
    pub fn resume(&mut self) -> Result<()> {
        self.execute("cont", &json!({}))?;
        Ok(())
    }

    /// Moves the machine to or from a file and waits for the end of it.
    fn migrate(&mut self, command: &str, file: &Path, limit: Duration) -> Result<()> {
        // The pages lie in the file as they lie in memory: holes stay holes, and reading them back is quick.
        let wanted = json!({ "capabilities": [{ "capability": "mapped-ram", "state": true }] });
        self.execute("migrate-set-capabilities", &wanted)?;
        self.execute(command, &json!({ "uri": format!("file:{}", file.display()) }))?;
        let start = Instant::now();
        loop {
            let progress = self.execute("query-migrate", &json!({}))?;
            match progress["status"].as_str() {
                Some("completed") => return Ok(()),
                Some("failed") => bail!("{command} failed: {}", progress["error-desc"].as_str().unwrap_or("no reason")),
                _ if start.elapsed() > limit => bail!("{command} took longer than {} s", limit.as_secs()),
                _ => std::thread::sleep(POLL),
            }
        }
    }

    fn read(&mut self) -> Result<Value> {
        let mut line = String::new();
        let read = self.reader.read_line(&mut line).context("no answer from QEMU's monitor")?;
        if read == 0 {
            bail!("QEMU ended");
        }
        serde_json::from_str(&line).with_context(|| format!("QEMU's monitor said {line:?}"))
    }
}
