//! The loop that joins the engine with dom0: it waits for the device nodes, the screen and signals.

use core::fmt;
use core::time::Duration;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use signal_hook::consts::{SIGINT, SIGTERM};
use vitrine_xen::platform::{BackPlatform, StoreError};

use crate::device::{HostDomain, Taken, Xenbus};
use crate::engine::{Engine, Trace};
use crate::options::{Options, OutputChoice};
use crate::output::Output;
use crate::output::kms::Kms;
use crate::output::none::Nowhere;
use crate::output::png::PngFiles;
use crate::trace_file::TraceFile;

/// Why the back end ended by itself.
#[derive(Debug)]
pub enum Failure {
    /// Xen's device nodes can't be used.
    Xen(String),
    /// The output can't be opened; its name.
    Output(String, io::Error),
    /// The trace's file can't be opened; its name.
    Trace(String, io::Error),
    /// The xenstore is gone.
    Store(StoreError),
    /// Waiting, or a device node, failed.
    Lost(&'static str, io::Error),
}

impl Failure {
    /// The process's exit status, as `--help` lists them.
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::Store(_) | Self::Lost(..) => 1,
            Self::Xen(_) => 3,
            Self::Output(..) | Self::Trace(..) => 4,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Xen(why) => {
                write!(f, "{why}; are xen-evtchn, xen-gntdev and xenfs loaded, and is this root in dom0?")
            }
            Self::Output(name, error) => write!(f, "output {name}: {error}"),
            Self::Trace(name, error) => write!(f, "trace {name}: {error}"),
            Self::Store(error) => write!(f, "xenstore: {error}"),
            Self::Lost(what, error) => write!(f, "{what}: {error}"),
        }
    }
}

/// Serves guests until a signal ends it.
pub fn run(options: &Options) -> Result<(), Failure> {
    match &options.output {
        OutputChoice::Kms(path) => {
            let named = |error| Failure::Output(path.display().to_string(), error);
            let kms = Kms::open(path).map_err(named)?;
            let connectors = kms.connectors().map_err(named)?.join(", ");
            log::info!("screen {} with connectors {connectors}", path.display());
            serve(options, kms)
        }
        OutputChoice::Png(folder) => {
            let named = |error| Failure::Output(folder.display().to_string(), error);
            serve(options, PngFiles::new(folder, options.selection()).map_err(named)?)
        }
        OutputChoice::Nowhere => serve(options, Nowhere::default()),
    }
}

fn serve<O: Output>(options: &Options, output: O) -> Result<(), Failure> {
    let trace = options.trace.as_deref().map_or_else(|| Ok(Trace::default()), |path| open_trace(path, options))?;
    let signals = end_signals().map_err(|error| Failure::Lost("signals can't be caught", error))?;
    let host = HostDomain::open().map_err(|error| Failure::Xen(error.to_string()))?;
    let store = Xenbus::open().map_err(|error| Failure::Xen(error.to_string()))?;
    let own = store.own_domain().map_err(Failure::Store)?;
    let mut engine = Engine::new(host.clone(), store.clone(), output, own, options.limits()).map_err(Failure::Store)?;
    engine.set_trace(trace);
    log::info!("serving vdispl as {own}");
    let mut service = Service { host, store, engine, signals };
    let ended = service.run();
    // After a failure too: guests that can still be told are, and the screen is restored.
    let left = service.leave();
    ended.and(left)
}

fn open_trace(path: &Path, options: &Options) -> Result<Trace, Failure> {
    let limit = u64::from(options.trace_limit) << 20;
    let file = TraceFile::open(path, limit).map_err(|error| Failure::Trace(path.display().to_string(), error))?;
    Ok(Trace::to(file))
}

/// A stream that becomes readable when the process is to end.
fn end_signals() -> io::Result<UnixStream> {
    let (receiver, sender) = UnixStream::pair()?;
    for signal in [SIGTERM, SIGINT] {
        signal_hook::low_level::pipe::register(signal, sender.try_clone()?)?;
    }
    Ok(receiver)
}

struct Service<O: Output> {
    host: HostDomain,
    store: Xenbus,
    engine: Engine<HostDomain, Xenbus, O>,
    signals: UnixStream,
}

/// Which of the things that are waited for have happened.
#[derive(Clone, Copy, Debug, Default)]
struct Ready {
    store: bool,
    events: bool,
    end: bool,
    screen: bool,
}

impl<O: Output> Service<O> {
    fn run(&mut self) -> Result<(), Failure> {
        let (mut ports, mut more) = (Vec::new(), true);
        loop {
            let ready = self.wait(more)?;
            if ready.end {
                log::info!("asked to end");
                return Ok(());
            }
            if ready.store {
                while let Some(event) = self.store.next_event().map_err(Failure::Store)? {
                    self.engine.watch_event(&event.path, &event.token);
                }
            }
            if ready.events && self.host.take_events(&mut ports).map_err(lost_events)? == Taken::Overflow {
                self.engine.all_ports();
            }
            for port in &ports {
                self.engine.port_event(*port);
            }
            if ready.screen {
                self.engine.output_mut().collect().map_err(|error| Failure::Lost("the screen", error))?;
            }
            more = self.engine.poll().map_err(Failure::Store)?;
            // Only now may these ports fire again, so a guest that sends events in a loop costs one turn at a time.
            self.host.unmask(&ports).map_err(lost_events)?;
            ports.clear();
        }
    }

    /// Ends all connections in good order.
    fn leave(&mut self) -> Result<(), Failure> {
        self.engine.leave();
        while self.engine.poll().map_err(Failure::Store)? {}
        Ok(())
    }

    /// Waits until something happens or the engine wants its turn; only looks when there is `more` to do.
    fn wait(&self, more: bool) -> Result<Ready, Failure> {
        let kept_events = self.store.has_events();
        let until = |time: Duration| time.saturating_sub(self.host.now());
        let wait = if more || kept_events { Some(Duration::ZERO) } else { self.engine.wake_at().map(until) };
        let wait = wait.map(|wait| Timespec { tv_sec: wait.as_secs() as i64, tv_nsec: i64::from(wait.subsec_nanos()) });
        self.store.with_fd(|store| {
            let mut waiting: Vec<PollFd<'_>> = [store, self.host.events_fd(), self.signals.as_fd()]
                .into_iter()
                .chain(self.engine.output().fd())
                .map(|fd: BorrowedFd<'_>| PollFd::from_borrowed_fd(fd, PollFlags::IN))
                .collect();
            match poll(&mut waiting, wait.as_ref()) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(Failure::Lost("poll", error.into())),
            }
            let ready = |index: usize| waiting.get(index).is_some_and(|fd| !fd.revents().is_empty());
            Ok(Ready { store: ready(0) || kept_events, events: ready(1), end: ready(2), screen: ready(3) })
        })
    }
}

fn lost_events(error: io::Error) -> Failure {
    Failure::Lost("event channels", error)
}
