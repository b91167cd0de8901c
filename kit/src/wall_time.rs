//! Date and time of day, as people read them.

use core::time::Duration;

use time::{OffsetDateTime, PrimitiveDateTime};

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

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl WallTime {
    /// The date and time at so much time after 1970-01-01 00:00:00 UTC; times beyond the year 9999 count as its last day.
    pub fn from_unix(since_1970: Duration) -> Self {
        let last = PrimitiveDateTime::MAX.assume_utc();
        let seconds = i64::try_from(since_1970.as_secs()).unwrap_or(i64::MAX);
        let time = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(last);
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

    /// The weekday in English; empty for a number that no weekday has.
    pub fn weekday_name(&self) -> &'static str {
        WEEKDAYS.get(usize::from(self.weekday)).copied().unwrap_or_default()
    }

    /// The month in English; empty for a number that no month has.
    pub fn month_name(&self) -> &'static str {
        MONTHS.get(usize::from(self.month).wrapping_sub(1)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_their_names() {
        let named = |seconds| {
            let time = WallTime::from_unix(Duration::from_secs(seconds));
            (time.weekday_name(), time.day, time.month_name(), time.year)
        };
        assert_eq!(named(0), ("Thursday", 1, "January", 1970));
        assert_eq!(named(951_782_400), ("Tuesday", 29, "February", 2000));
        assert_eq!(named(1_798_761_599), ("Thursday", 31, "December", 2026));
        assert_eq!(named(u64::MAX), ("Friday", 31, "December", 9999));
    }

    #[test]
    fn numbers_that_nothing_has_are_nameless() {
        let time = WallTime { weekday: 7, month: 0, ..WallTime::from_unix(Duration::ZERO) };
        assert_eq!((time.weekday_name(), time.month_name()), ("", ""));
        assert_eq!(WallTime { month: 13, ..time }.month_name(), "");
    }
}
