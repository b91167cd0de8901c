//! All that a machine says, in one list: Xen's console, dom0, the guests, the back end.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The line that dom0's shell puts behind what a guest has said so far, when it is asked to (the record separator).
pub const MARK: &str = "\u{1e}";

/// Who said a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The hypervisor.
    Xen,
    /// dom0's kernel and first process.
    Dom0,
    /// A domain's writes to port 0xE9, by its number.
    Port(u16),
    /// A guest's PV console, by the guest's name.
    Console(String),
    /// All that came on the console of this guest before a question for it is in the list: see [`MARK`].
    Heard(String),
    /// `xl`, which watches over the guest of this name.
    Xl(String),
    /// A program in dom0 that was started with [`super::Machine::start_program`], by its name.
    Program(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Xen => f.write_str("xen"),
            Source::Dom0 => f.write_str("dom0"),
            Source::Port(domid) => write!(f, "d{domid}"),
            Source::Console(name) | Source::Heard(name) | Source::Program(name) => f.write_str(name),
            Source::Xl(name) => write!(f, "xl {name}"),
        }
    }
}

/// One line.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Time since the machine's start, on the host's clock.
    pub at: Duration,
    /// Who said it.
    pub source: Source,
    /// The line, without its end.
    pub text: String,
}

/// Why waiting for a line ended without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missed {
    /// The time was up.
    TimedOut,
    /// The machine ended.
    Ended,
}

/// The list. Threads that read the machine's ports add to it, everybody else waits for lines.
pub struct Journal {
    start: Instant,
    state: Mutex<State>,
    changed: Condvar,
    listener: Option<Listener>,
}

/// Called with each new line, in the order of the list.
pub type Listener = Arc<dyn Fn(&Entry) + Send + Sync>;

#[derive(Default)]
struct State {
    entries: Vec<Entry>,
    ended: bool,
}

impl Journal {
    /// An empty list.
    pub fn new(listener: Option<Listener>) -> Journal {
        Journal { start: Instant::now(), state: Mutex::default(), changed: Condvar::new(), listener }
    }

    /// Adds a line.
    pub fn add(&self, source: Source, text: &str) {
        let entry = Entry { at: self.start.elapsed(), source, text: text.trim_end().to_owned() };
        let mut state = self.lock();
        if let Some(listener) = &self.listener {
            listener(&entry);
        }
        state.entries.push(entry);
        self.changed.notify_all();
    }

    /// Nothing will come any more.
    pub fn end(&self) {
        self.lock().ended = true;
        self.changed.notify_all();
    }

    /// Whether the machine ended.
    pub fn is_ended(&self) -> bool {
        self.lock().ended
    }

    /// The number of lines so far: a point in time to wait from.
    pub fn len(&self) -> usize {
        self.lock().entries.len()
    }

    /// Whether nothing was said yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The lines after the first `from` ones that `pick` accepts.
    pub fn lines(&self, from: usize, pick: impl Fn(&Entry) -> bool) -> Vec<Entry> {
        self.lock().entries.iter().skip(from).filter(|e| pick(e)).cloned().collect()
    }

    /// Waits for a line after the first `from` ones from which `pick` makes something.
    ///
    /// # Errors
    ///
    /// The time is up, or the machine ended before.
    pub fn wait<T>(&self, from: usize, limit: Duration, pick: impl Fn(&Entry) -> Option<T>) -> Result<T, Missed> {
        let deadline = Instant::now() + limit;
        let mut state = self.lock();
        let mut seen = from;
        loop {
            if let Some(found) = state.entries.iter().skip(seen).find_map(&pick) {
                return Ok(found);
            }
            seen = seen.max(state.entries.len());
            if state.ended {
                return Err(Missed::Ended);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Missed::TimedOut);
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Journal of {} lines", self.len())
    }
}

/// Sorts a line of the serial console: Xen's own, a guest's writes to port 0xE9, or dom0's.
pub fn of_serial(line: &str) -> (Source, &str) {
    let rest = line.strip_prefix("(XEN) ").unwrap_or(line);
    let rest = rest.strip_prefix('[').and_then(|r| r.split_once("] ")).map_or(rest, |(_, r)| r);
    if let Some((domid, text)) = rest.strip_prefix("(d").and_then(|r| r.split_once(") "))
        && let Ok(domid) = domid.parse()
    {
        return (Source::Port(domid), text);
    }
    match line.strip_prefix("(XEN) ") {
        Some(text) => (Source::Xen, text),
        None => (Source::Dom0, line),
    }
}

/// Sorts a line of the tagged port: `TAG|TEXT`, where dom0's shell made the tag.
pub fn of_tagged(line: &str) -> (Source, &str) {
    let Some((tag, text)) = line.split_once('|') else { return (Source::Dom0, line) };
    match tag.split_once(' ') {
        Some(("console", name)) if text == MARK => (Source::Heard(name.to_owned()), ""),
        Some(("console", name)) => (Source::Console(name.to_owned()), text),
        Some(("xl", name)) => (Source::Xl(name.to_owned()), text),
        Some(("program", name)) => (Source::Program(name.to_owned()), text),
        _ => (Source::Dom0, line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_lines_are_sorted_by_their_prefix() {
        assert_eq!(of_serial("(XEN) Dom0 has 1 VCPU"), (Source::Xen, "Dom0 has 1 VCPU"));
        assert_eq!(of_serial("(d1) hello"), (Source::Port(1), "hello"));
        assert_eq!(of_serial("(XEN) [2026-01-01 00:00:00] (d12) hello"), (Source::Port(12), "hello"));
        assert_eq!(of_serial("(dust) settles"), (Source::Dom0, "(dust) settles"));
        assert_eq!(of_serial("dom0: ready"), (Source::Dom0, "dom0: ready"));
    }

    #[test]
    fn tagged_lines_name_their_source() {
        assert_eq!(of_tagged("console kiosk|a|b"), (Source::Console("kiosk".into()), "a|b"));
        assert_eq!(of_tagged("console kiosk|\u{1e}"), (Source::Heard("kiosk".into()), ""));
        assert_eq!(of_tagged("xl kiosk|Waiting"), (Source::Xl("kiosk".into()), "Waiting"));
        assert_eq!(of_tagged("no tag"), (Source::Dom0, "no tag"));
    }

    #[test]
    fn waiting_ends_when_the_machine_does() {
        let journal = Journal::new(None);
        journal.add(Source::Dom0, "one");
        assert_eq!(journal.wait(0, Duration::ZERO, |e| (e.text == "one").then_some(1)), Ok(1));
        assert_eq!(journal.wait(1, Duration::ZERO, |e| (e.text == "one").then_some(1)), Err(Missed::TimedOut));
        journal.end();
        assert_eq!(journal.wait(0, Duration::from_secs(9), |_| None::<()>), Err(Missed::Ended));
    }
}
