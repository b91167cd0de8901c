//! Runs tasks, and halts the CPU when none has anything to do.
//!
//! The run queue is embassy-executor's; the platform below it is ours: a task that is woken makes [`run`] go round again
//! before it halts. Nothing else runs in between, so a task that never waits keeps all others waiting.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::future::Future;
use core::pin::Pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, Waker};

use embassy_executor::SpawnError;
use embassy_executor::raw::{Executor, TaskStorage};

use crate::one_cpu::OneCpu;
use crate::{console, events, time};

/// Whether a task was woken since the executor last looked.
static PENDING: AtomicBool = AtomicBool::new(false);

/// Called by embassy-executor when a task is woken.
#[unsafe(export_name = "__pender")]
fn pender(_context: *mut ()) {
    PENDING.store(true, Ordering::Relaxed);
}

/// A task's future. All tasks have the same type, so that the storage of one that has ended serves the next.
struct Task(Pin<Box<dyn Future<Output = ()>>>);

impl Future for Task {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(context)
    }
}

struct Tasks {
    executor: Option<&'static Executor>,
    /// Storage that was ever made; embassy-executor wants it to live for good.
    storage: Vec<&'static TaskStorage<Task>>,
}

static TASKS: OneCpu<Tasks> = OneCpu::new(Tasks { executor: None, storage: Vec::new() });

impl Tasks {
    fn executor(&mut self) -> &'static Executor {
        self.executor.get_or_insert_with(|| Box::leak(Box::new(Executor::new(core::ptr::null_mut()))))
    }
}

/// Runs `future` as a task of its own, beside all others.
pub fn spawn(future: impl Future<Output = ()> + 'static) {
    let mut tasks = TASKS.borrow();
    let spawner = tasks.executor().spawner();
    let mut task = Some(Task(Box::pin(future)));
    let mut start = |storage: &'static TaskStorage<Task>| -> Result<(), SpawnError> {
        let token = storage.spawn(|| task.take().expect("a future is taken by the first free storage"))?;
        spawner.spawn(token);
        Ok(())
    };
    if tasks.storage.iter().any(|storage| start(storage).is_ok()) {
        return;
    }
    let storage = Box::leak(Box::new(TaskStorage::new()));
    start(storage).expect("new storage is free");
    tasks.storage.push(storage);
}

/// Runs all tasks, for ever.
pub(crate) fn run() -> ! {
    let executor = TASKS.borrow().executor();
    loop {
        PENDING.store(false, Ordering::Relaxed);
        // SAFETY: only here, and this function is entered once, by `boot`.
        unsafe { executor.poll() };
        events::scan();
        time::expire();
        if PENDING.load(Ordering::Relaxed) {
            continue;
        }
        console::flush();
        time::arm();
        events::halt();
        events::scan();
        time::expire();
    }
}

/// embassy-time's clock and timers, which are [`time`]'s.
struct TimeDriver;

impl embassy_time_driver::Driver for TimeDriver {
    fn now(&self) -> u64 {
        time::nanoseconds()
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        time::schedule_wake(at, waker);
    }
}

const _: () = assert!(embassy_time_driver::TICK_HZ == 1_000_000_000);

embassy_time_driver::time_driver_impl!(static TIME_DRIVER: TimeDriver = TimeDriver);

/// Nothing can come between: there is one vCPU, and interrupts are on only while it is halted.
struct NoInterrupts;

critical_section::set_impl!(NoInterrupts);

// SAFETY: code outside `events::halt` runs with interrupts off, so every stretch of it is a critical section already.
unsafe impl critical_section::Impl for NoInterrupts {
    unsafe fn acquire() -> critical_section::RawRestoreState {}

    unsafe fn release(_token: critical_section::RawRestoreState) {}
}
