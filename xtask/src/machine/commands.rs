//! The shell of dom0, over its second serial port.
//!
//! The host writes a line `TOKEN COMMAND`. dom0 evaluates the command and sends its output as it comes, then the record
//! separator, the token, the exit status and a line end (see `dom0/init`).

use anyhow::{Context, Result, bail};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// The record separator, which no command's output has.
const SEPARATOR: u8 = 0o36;

/// What the shell sends first, once dom0 is up.
const READY: &str = "ready";

/// What a command in dom0 did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Its exit status.
    pub status: i32,
    /// Its standard output and standard error.
    pub text: String,
}

/// The connection to the shell.
#[derive(Debug)]
pub struct Commands {
    stream: UnixStream,
    bytes: Receiver<Vec<u8>>,
    unread: Vec<u8>,
    next_token: u32,
}

impl Commands {
    /// Takes over the port. A thread reads it all the time: a serial port that nobody reads stops the machine.
    ///
    /// # Errors
    ///
    /// The connection can't be shared between two threads.
    pub fn new(stream: UnixStream) -> Result<Commands> {
        let mut reader = stream.try_clone()?;
        let (sender, bytes) = mpsc::channel();
        thread::Builder::new().name("commands".into()).spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        })?;
        Ok(Commands { stream, bytes, unread: vec![], next_token: 0 })
    }

    /// Waits until dom0's shell asks for the first command.
    ///
    /// # Errors
    ///
    /// It doesn't within `limit`.
    pub fn wait_ready(&mut self, limit: Duration) -> Result<()> {
        self.answer(READY, limit).context("dom0's shell didn't come up")?;
        Ok(())
    }

    /// Runs a command line and waits for its end.
    ///
    /// # Errors
    ///
    /// The line has a line end in it, the command doesn't end within `limit`, or the machine ended.
    pub fn run(&mut self, line: &str, limit: Duration) -> Result<Output> {
        if line.contains(['\n', '\r']) {
            bail!("a command for dom0 is one line, this is more: {line:?}");
        }
        self.next_token += 1;
        let token = self.next_token.to_string();
        self.stream.write_all(format!("{token} {line}\n").as_bytes()).context("dom0's command port is gone")?;
        self.answer(&token, limit).with_context(|| format!("dom0 didn't finish {line:?}"))
    }

    /// Collects output up to the closing line of `token`; what an older command that ran out of time left is dropped.
    fn answer(&mut self, token: &str, limit: Duration) -> Result<Output> {
        let deadline = Instant::now() + limit;
        let mut others = String::new();
        loop {
            while let Some((text, closed, status)) = take_answer(&mut self.unread) {
                if closed == token {
                    return Ok(Output { status, text });
                }
                others += &format!("\n{closed:?} ended with status {status}: {text:?}");
            }
            match self.bytes.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.unread.extend(bytes),
                Err(RecvTimeoutError::Timeout) => {
                    let unread = String::from_utf8_lossy(&self.unread);
                    bail!("no answer to {token:?} within {} s, but {unread:?}, and before{others}", limit.as_secs())
                }
                Err(RecvTimeoutError::Disconnected) => bail!("the machine ended"),
            }
        }
    }
}

/// Takes one complete answer off the front of `unread`: output, token, status.
fn take_answer(unread: &mut Vec<u8>) -> Option<(String, String, i32)> {
    let separator = unread.iter().position(|b| *b == SEPARATOR)?;
    let length = unread[separator..].iter().position(|b| *b == b'\n')?;
    let text = String::from_utf8_lossy(&unread[..separator]).into_owned();
    let closing = String::from_utf8_lossy(&unread[separator + 1..separator + length]).into_owned();
    unread.drain(..=separator + length);
    let (token, status) = closing.split_once(' ').unwrap_or((&closing, ""));
    Some((text, token.to_owned(), status.trim().parse().unwrap_or(-1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_when_its_closing_line_is_complete() {
        let mut unread = b"some output\n\x1e7 ".to_vec();
        assert_eq!(take_answer(&mut unread), None);
        unread.extend(b"127\nnext");
        assert_eq!(take_answer(&mut unread), Some(("some output\n".into(), "7".into(), 127)));
        assert_eq!(unread, b"next");
    }

    #[test]
    fn a_command_gets_its_own_answer_and_not_a_late_one() {
        let (host, mut dom0) = UnixStream::pair().unwrap();
        let mut commands = Commands::new(host).unwrap();
        dom0.write_all(b"late\x1e0 0\nmine\x1e1 3\n").unwrap();
        let output = commands.run("true", Duration::from_secs(5)).unwrap();
        assert_eq!(output, Output { status: 3, text: "mine".into() });
    }

    #[test]
    fn a_line_end_would_make_two_commands() {
        let (host, _dom0) = UnixStream::pair().unwrap();
        assert!(Commands::new(host).unwrap().run("a\nb", Duration::ZERO).is_err());
    }
}
