//! The console of this machine.

use core::fmt::{self, Write};
use core::ptr::NonNull;
use core::time::Duration;

use vitrine_xen::memory::SharedMemory;
use vitrine_xen::{Gfn, PAGE_SIZE, Port, hypercall};

use super::backlog::Backlog;
use super::ring::ConsoleRing;
use crate::one_cpu::OneCpu;
use crate::{events, memory, time};

/// Bytes of output that wait at most.
const BACKLOG: usize = 16 * 1024;
/// With so many bytes waiting, a writer does not wait for the idle loop to send them.
const FLUSH_AT: usize = 1024;
/// With less room than this for more, a writer waits for xenconsoled.
const ROOM_WANTED: usize = 1024;
/// How long a writer waits at most, and the end of the domain for xenconsoled to take the last words: it pauses up to
/// 200 ms with a domain that says much. After that no writer waits until there is room again.
const PATIENCE: Duration = Duration::from_millis(300);
/// How long the CPU is given away at a time while something waits for xenconsoled.
const POLL_NANOSECONDS: u64 = 5_000_000;

struct Console {
    backlog: Backlog<BACKLOG>,
    connected: Option<(ConsoleRing, Port)>,
    /// xenconsoled let a writer wait in vain, and there has been no room since.
    stuck: bool,
}

static CONSOLE: OneCpu<Console> = OneCpu::new(Console { backlog: Backlog::new(), connected: None, stuck: false });

impl Console {
    /// Moves as much as possible from the backlog into the ring. Returns whether there was anything to move.
    fn pump(&mut self) -> bool {
        let Some((ring, _)) = &mut self.connected else { return false };
        let mut moved = false;
        loop {
            let count = ring.write(self.backlog.oldest());
            if count == 0 {
                break;
            }
            self.backlog.consume(count);
            moved = true;
        }
        if let Some(dropped) = self.backlog.take_dropped() {
            // The backlog is at least half empty.
            let _ = writeln!(self, "\nvitrine: {dropped} bytes of console output were dropped");
        }
        moved
    }

    /// Moves what can be moved, and tells xenconsoled.
    fn flush(&mut self) {
        if self.pump() {
            self.notify();
        }
    }

    /// Waits a moment for xenconsoled, if there is little room for more.
    fn make_room(&mut self) {
        let roomy = |console: &Self| console.backlog.room() >= ROOM_WANTED;
        self.stuck = !roomy(self) && (self.stuck || !self.wait_until(PATIENCE, roomy));
    }

    /// Sends what waits, until `done` or until `limit` has passed; returns whether it was done. Without a connection
    /// there is nothing to wait for.
    fn wait_until(&mut self, limit: Duration, done: impl Fn(&Self) -> bool) -> bool {
        let start = time::now();
        loop {
            self.flush();
            let Some((_, port)) = self.connected else { return false };
            if done(self) {
                return true;
            }
            if time::now().saturating_sub(start) > limit {
                return false;
            }
            // Let dom0 run, on machines where it shares our CPU. An error means that the time has passed already.
            let _ = hypercall::poll(port, time::system_time() + POLL_NANOSECONDS);
            // The event that ended the poll must not end the next one at once; whoever else waits for it is served by
            // looking at the ring.
            events::clear(port);
        }
    }

    fn notify(&self) {
        if let Some((_, port)) = self.connected {
            // The only way for this to fail is that xenconsoled has closed its end: then nobody listens.
            let _ = hypercall::event_send(port);
        }
    }
}

impl fmt::Write for Console {
    /// Adds text to the backlog, with the carriage returns that terminals want.
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for piece in text.split_inclusive('\n') {
            match piece.strip_suffix('\n') {
                Some(line) => {
                    self.backlog.push(line.as_bytes());
                    self.backlog.push(b"\r\n");
                }
                None => self.backlog.push(piece.as_bytes()),
            }
        }
        Ok(())
    }
}

/// Adds text to the backlog piece by piece, so that what is being formatted may itself write to the console.
struct Pieces;

impl fmt::Write for Pieces {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        CONSOLE.borrow().write_str(text)
    }
}

/// Connects to the ring on `frame`; from now on what was said and is said is heard in dom0.
///
/// # Safety
/// `frame` must be the console's special page.
pub(crate) unsafe fn connect(frame: Gfn, port: Port) {
    let page = NonNull::new(memory::map_special(frame)).expect("the console's page is not page 0");
    // SAFETY: mapped for good just now, page-aligned, and only this ring reaches it.
    let page = unsafe { SharedMemory::new(page, PAGE_SIZE) };
    events::listen(port);
    let mut console = CONSOLE.borrow();
    console.connected = Some((ConsoleRing::new(page), port));
    console.flush();
}

/// The console's port, once connected: an event there means input, or room for output.
fn port() -> Option<Port> {
    CONSOLE.borrow().connected.as_ref().map(|(_, port)| *port)
}

/// Says something. It reaches the console at the next idle moment.
pub(crate) fn write(text: fmt::Arguments<'_>) {
    // The backlog takes everything, or counts what it drops.
    let _ = fmt::write(&mut Pieces, text);
    let mut console = CONSOLE.borrow();
    if console.backlog.len() >= FLUSH_AT {
        console.flush();
        console.make_room();
    }
}

/// Sends what waits. The idle loop calls this before it halts.
pub(crate) fn flush() {
    CONSOLE.borrow().flush();
}

/// Gives what was said before the console was connected to `hear`.
pub(crate) fn with_unheard(hear: fn(&[u8])) {
    let Some(mut console) = CONSOLE.try_borrow() else { return };
    if console.connected.is_some() {
        return;
    }
    while console.backlog.len() > 0 {
        let count = console.backlog.oldest().len();
        hear(console.backlog.oldest());
        console.backlog.consume(count);
    }
}

/// Says something when the machine may be in any state; silent when the console is in the middle of something.
pub(crate) fn write_last_words(text: &str) {
    let Some(mut console) = CONSOLE.try_borrow() else { return };
    if console.connected.is_some() {
        // Writing to the backlog can't fail.
        let _ = console.write_str(text);
        console.pump();
    }
}

/// Sends the last words and waits a moment until xenconsoled has them.
pub(crate) fn flush_last_words() {
    if let Some(mut console) = CONSOLE.try_borrow() {
        drain_into(&mut console);
    }
}

/// Sends all that waits, and waits a moment until xenconsoled has it: the domain is about to end.
pub(crate) fn drain() {
    drain_into(&mut CONSOLE.borrow());
}

fn drain_into(console: &mut Console) {
    console.wait_until(PATIENCE, |console| {
        let drained = console.connected.as_ref().is_none_or(|(ring, _)| ring.is_drained());
        console.backlog.len() == 0 && drained
    });
}

/// What arrives on the console: what people type in `xl console`, and what programs in dom0 write to its terminal.
pub struct Input(());

/// The console's input. Only one may read it: with two, each byte reaches one of them.
pub fn input() -> Input {
    Input(())
}

impl Input {
    /// Waits until something has arrived, and copies as much of it as there is into the first bytes of `bytes`, which must not
    /// be empty. Returns how many bytes those are, at least one.
    pub async fn read(&mut self, bytes: &mut [u8]) -> usize {
        loop {
            match (take_input(bytes), port()) {
                (0, Some(port)) => events::wait(port).await,
                // Without a console there is never any input.
                (0, None) => core::future::pending().await,
                (count, _) => return count,
            }
        }
    }
}

/// Moves bytes out of the ring, and returns how many.
fn take_input(bytes: &mut [u8]) -> usize {
    let mut console = CONSOLE.borrow();
    let Some((ring, _)) = &mut console.connected else { return 0 };
    let mut count = 0;
    while count < bytes.len()
        && let Some(byte) = ring.read()
    {
        bytes[count] = byte;
        count += 1;
    }
    if count > 0 {
        // Xenconsoled may wait for room in the ring.
        console.notify();
    }
    count
}
