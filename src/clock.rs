//! Time, as an appliance sees it.

use core::time::Duration;

use vitrine_kit::WallTime;
use vitrine_seat::machine::Xen;
use vitrine_xen::platform::FrontPlatform;

/// The domain's clocks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock;

impl Clock {
    /// Time since the domain began to run. It never goes back and counts on while the CPU is idle.
    pub fn uptime(&self) -> Duration {
        Xen.now()
    }

    /// Resolves when the uptime has reached `time`; the CPU sleeps if nobody else has work.
    pub async fn until(&self, time: Duration) {
        Xen.sleep_until(time).await;
    }

    /// Resolves after `duration`.
    pub async fn sleep(&self, duration: Duration) {
        self.until(self.uptime() + duration).await;
    }

    /// Resolves at the next full second of the wall clock.
    pub async fn next_second(&self) {
        let past = self.since_1970().subsec_nanos();
        self.sleep(Duration::from_nanos(u64::from(1_000_000_000 - past))).await;
    }

    /// Time since 1970-01-01 00:00:00 UTC, as Xen's host has it.
    pub fn since_1970(&self) -> Duration {
        vitrine_seat::machine::wall_clock()
    }

    /// Date and time of day in UTC.
    pub fn wall_time(&self) -> WallTime {
        WallTime::from_unix(self.since_1970())
    }
}
