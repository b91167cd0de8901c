//! Time, as an appliance sees it.

use core::time::Duration;

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

/// A date and a time of day in the proleptic Gregorian calendar, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WallTime {
    /// The year, such as 2026.
    pub year: i32,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 for Monday to 6 for Sunday.
    pub weekday: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
}

impl WallTime {
    /// The date and time at so much time after 1970-01-01 00:00:00 UTC; times beyond the year 9999 count as its last day.
    pub fn from_unix(since_1970: Duration) -> Self {
        let last = time::PrimitiveDateTime::MAX.assume_utc();
        let seconds = i64::try_from(since_1970.as_secs()).unwrap_or(i64::MAX);
        let time = time::OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(last);
        Self {
            year: time.year(),
            month: time.month() as u8,
            day: time.day(),
            weekday: time.weekday().number_days_from_monday(),
            hour: time.hour(),
            minute: time.minute(),
            second: time.second(),
        }
    }
}
