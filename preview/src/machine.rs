//! The machine that is made up: one domain of the fake Xen, as the appliance on this thread sees it.

use std::cell::{OnceCell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use fearless_simd::Level;
use vitrine_xen::command_line::CommandLine;
use vitrine_xen::fake::{Domain, World};
use vitrine_xen::figures::{Counters, MemoryFigures};
use vitrine_xen::hypercall::HypercallCounts;
use vitrine_xen::{DomainId, PAGE_SIZE};

use crate::options::Options;

/// The domain that serves the display.
pub const DOM0: DomainId = DomainId(0);
/// The appliance's domain.
pub const GUEST: DomainId = DomainId(1);

const PAGES_PER_MIB: usize = (1 << 20) / PAGE_SIZE;

thread_local! {
    static MACHINE: OnceCell<Machine> = const { OnceCell::new() };
}

/// A task that has not been polled yet.
pub type NewTask = Pin<Box<dyn Future<Output = ()>>>;

struct Machine {
    guest: Domain,
    command_line: &'static CommandLine,
    time: Time,
    new_tasks: RefCell<Vec<NewTask>>,
    memory: RefCell<MemoryFigures>,
}

/// How time passes.
#[derive(Clone, Copy)]
enum Time {
    /// By itself, since this moment.
    Real(Instant),
    /// From one thing that happens to the next; the time of day at the start.
    Virtual(Duration),
}

/// Makes this thread's machine; once.
pub fn start(options: &Options) {
    let world = World::new();
    let guest = world.domain(GUEST);
    let pages = options.memory as usize * PAGES_PER_MIB;
    guest.set_memory(pages);
    let time = match options.shot {
        Some(_) => Time::Virtual(options.clock),
        None => Time::Real(Instant::now()),
    };
    let machine = Machine {
        guest,
        command_line: Box::leak(Box::new(CommandLine::new(options.cmdline.as_bytes()))),
        time,
        new_tasks: RefCell::default(),
        memory: RefCell::new(MemoryFigures { total: pages * PAGE_SIZE, ..MemoryFigures::default() }),
    };
    MACHINE.with(|place| assert!(place.set(machine).is_ok(), "a thread has one machine"));
}

fn with<R>(use_it: impl FnOnce(&Machine) -> R) -> R {
    MACHINE.with(|machine| use_it(machine.get().expect("the machine is there before the appliance")))
}

/// The appliance's domain.
pub fn guest() -> Domain {
    with(|machine| machine.guest.clone())
}

/// The tasks that were spawned since this was last called.
pub fn take_new_tasks() -> Vec<NewTask> {
    with(|machine| machine.new_tasks.take())
}

/// Time since the start. Where time is real, everything that is due by then is woken.
pub fn now() -> Duration {
    with(|machine| {
        if let Time::Real(start) = machine.time {
            machine.guest.world().advance_to(start.elapsed());
        }
        machine.guest.now()
    })
}

/// When the time since the start will have been `time`; `None` where time is not real.
pub fn instant_of(time: Duration) -> Option<Instant> {
    with(|machine| match machine.time {
        Time::Real(start) => start.checked_add(time),
        Time::Virtual(_) => None,
    })
}

/// Time since the start, for messages, from any thread; nothing is woken by it.
pub fn time_of_message() -> Duration {
    let time = MACHINE.try_with(|machine| {
        machine.get().map(|machine| match machine.time {
            Time::Real(start) => start.elapsed(),
            Time::Virtual(_) => machine.guest.now(),
        })
    });
    time.ok().flatten().unwrap_or_default()
}

/// Runs `future` as a task of its own, beside all others.
pub fn spawn(future: impl Future<Output = ()> + 'static) {
    with(|machine| machine.new_tasks.borrow_mut().push(Box::pin(future)));
}

/// The appliance's command line (`--cmdline`).
pub fn command_line() -> &'static CommandLine {
    with(|machine| machine.command_line)
}

/// The time since 1970-01-01 00:00 UTC: this computer's, or what `--clock` has made of it.
pub fn wall_clock() -> Duration {
    match with(|machine| machine.time) {
        Time::Real(_) => SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
        Time::Virtual(began) => began + now(),
    }
}

/// The instructions to draw with: this CPU's best, unless the command line says `simd=sse2`.
pub fn simd_level() -> Level {
    match command_line().value("simd") {
        Some("sse2") => Level::baseline(),
        _ => Level::new(),
    }
}

/// Hypercalls as far as they are made here: only events and ports. Allocations and wake-ups are not counted, and timers cost
/// nothing.
pub fn counters() -> Counters {
    let counters = guest().counters();
    let hypercalls = HypercallCounts {
        notify: counters.notifications,
        timer: 0,
        other: counters.port_changes + counters.map_changes,
    };
    Counters { hypercalls, ..Counters::default() }
}

/// Nobody gives this domain CPU time by the account.
pub fn cpu_time() -> Option<Duration> {
    None
}

/// The domain's memory (`--memory`), of which only the pages of displays, and of whoever asked for some, are used: image and
/// heap are this process's and count as nothing.
pub fn memory() -> MemoryFigures {
    with(|machine| {
        let used = machine.guest.usage().pages * PAGE_SIZE;
        let mut memory = machine.memory.borrow_mut();
        *memory = MemoryFigures { used, used_at_most: memory.used_at_most.max(used), ..*memory };
        *memory
    })
}

/// Says at level `debug` that `name` was reached: there is no boot here to be measured.
pub fn milestone(name: &str) {
    log::debug!("milestone {name}");
}
