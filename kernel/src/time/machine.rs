//! The clock and the timer of this machine.

use core::future::Future;
use core::pin::Pin;
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use core::task::{Context, Poll, Waker};
use core::time::Duration;

use vitrine_xen::Port;
use vitrine_xen::abi::event_channel::VIRQ_TIMER;
use vitrine_xen::hypercall::{self, XenError};

use super::alarm::Alarm;
use super::pvclock;
use super::queue::{TimerId, TimerQueue};
use crate::arch::{cpu, entry};
use crate::events;
use crate::one_cpu::OneCpu;

static TIMERS: OneCpu<TimerQueue> = OneCpu::new(TimerQueue::new());

static ALARM: OneCpu<Alarm> = OneCpu::new(Alarm::new());
const NEVER: u64 = u64::MAX;

/// The port of Xen's timer.
static TIMER_PORT: AtomicU32 = AtomicU32::new(0);

/// System time at the first instruction.
static ENTRY_TIME: AtomicU64 = AtomicU64::new(0);
/// The latest answer of [`system_time`].
static LATEST: AtomicU64 = AtomicU64::new(0);

/// Starts the clock and binds the timer. shared_info must be mapped.
pub(crate) fn initialise() -> Result<(), XenError> {
    // Not every Xen starts a periodic timer, and then there is nothing to stop.
    let _ = hypercall::stop_periodic_timer();
    let info = pvclock::read_time(events::shared_info().expect("shared_info before the clock"));
    let entry = pvclock::system_time(&info, entry::ENTRY_TSC.load(Ordering::Relaxed));
    ENTRY_TIME.store(entry, Ordering::Relaxed);
    let port = hypercall::event_bind_virq(VIRQ_TIMER)?;
    events::listen(port);
    TIMER_PORT.store(port.0, Ordering::Relaxed);
    Ok(())
}

/// Xen's system time, in nanoseconds; 0 before [`initialise`]. Never goes back, even if Xen corrects its clock.
pub(crate) fn system_time() -> u64 {
    let Some(shared_info) = events::shared_info() else { return 0 };
    let time = pvclock::system_time(&pvclock::read_time(shared_info), cpu::tsc());
    let latest = LATEST.load(Ordering::Relaxed).max(time);
    LATEST.store(latest, Ordering::Relaxed);
    latest
}

/// Time since the image's first instruction. Never goes back, and goes on while the CPU is idle.
pub fn now() -> Duration {
    Duration::from_nanos(nanoseconds())
}

/// [`now`], as a number.
pub(crate) fn nanoseconds() -> u64 {
    system_time().saturating_sub(ENTRY_TIME.load(Ordering::Relaxed))
}

/// The time since 1970-01-01 00:00 UTC, as Xen has it.
pub fn wall_clock() -> Duration {
    let Some(shared_info) = events::shared_info() else { return Duration::ZERO };
    let (seconds, nanoseconds) = pvclock::read_wall_clock(shared_info);
    Duration::from_secs(seconds)
        .saturating_add(Duration::from_nanos(u64::from(nanoseconds)))
        .saturating_add(Duration::from_nanos(system_time()))
}

/// Resolves when [`now`] has reached `time`; at once if that has passed.
pub fn sleep_until(time: Duration) -> Sleep {
    Sleep { at: u64::try_from(time.as_nanos()).unwrap_or(NEVER), timer: None }
}

/// Resolves after `duration`.
pub fn sleep(duration: Duration) -> Sleep {
    sleep_until(now().saturating_add(duration))
}

/// The future of [`sleep_until`]. Dropping it takes the timer back.
#[must_use = "a sleep does nothing unless it is awaited"]
pub struct Sleep {
    at: u64,
    timer: Option<TimerId>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if nanoseconds() >= self.at {
            return Poll::Ready(());
        }
        let mut timers = TIMERS.borrow();
        let waits = self.timer.is_some_and(|id| timers.update(id, context.waker()));
        if !waits {
            self.timer = Some(timers.insert(self.at, context.waker().clone()));
        }
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(id) = self.timer {
            TIMERS.borrow().remove(id);
        }
    }
}

/// Wakes the waker's task at `at`, in nanoseconds of [`now`].
pub(crate) fn schedule_wake(at: u64, waker: &Waker) {
    TIMERS.borrow().set_for_task(at, waker);
}

/// Wakes all whose time has come.
pub(crate) fn expire() {
    if events::clear(Port(TIMER_PORT.load(Ordering::Relaxed))) {
        ALARM.borrow().fired();
    }
    if TIMERS.borrow().earliest().is_none() {
        return;
    }
    let now = nanoseconds();
    loop {
        // The queue must be free again before anybody is woken.
        let due = TIMERS.borrow().take_due(now);
        match due {
            Some(waker) => waker.wake(),
            None => return,
        }
    }
}

/// Sees to it that Xen wakes the CPU when the next timer is due.
pub(crate) fn arm() {
    let Some(earliest) = TIMERS.borrow().earliest() else { return };
    let entry = ENTRY_TIME.load(Ordering::Relaxed);
    let due = earliest.saturating_add(entry);
    let mut alarm = ALARM.borrow();
    if !alarm.must_be_set(due, LATEST.load(Ordering::Relaxed)) {
        return;
    }
    match hypercall::set_singleshot_timer(due) {
        Ok(()) => alarm.set(due),
        Err(error) => panic!("VCPUOP_set_singleshot_timer: {error}"),
    }
}

/// Microseconds since the image's first instruction.
pub(crate) fn microseconds() -> u64 {
    nanoseconds() / 1000
}

/// The same for a moment in the past, when the time-stamp counter stood at `tsc`.
pub(crate) fn microseconds_at(tsc: u64) -> u64 {
    let Some(shared_info) = events::shared_info() else { return 0 };
    let time = pvclock::system_time(&pvclock::read_time(shared_info), tsc);
    time.saturating_sub(ENTRY_TIME.load(Ordering::Relaxed)) / 1000
}
