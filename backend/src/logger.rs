//! The log: one line per event on standard error, where a service manager or a terminal picks it up.

use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use log::{Level, LevelFilter, Log, Metadata, Record};

struct StandardError {
    /// Whether each line begins with the time.
    timed: bool,
}

static PLAIN: StandardError = StandardError { timed: false };
static TIMED: StandardError = StandardError { timed: true };

impl Log for StandardError {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= log::max_level()
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let line = format!("{}{}", prefix(record.level()), record.args());
            // Nobody is left to be told when standard error is closed.
            let _ = match self.timed {
                true => writeln!(std::io::stderr(), "[{}] {line}", seconds(SystemTime::now())),
                false => writeln!(std::io::stderr(), "{line}"),
            };
        }
    }

    fn flush(&self) {}
}

fn prefix(level: Level) -> &'static str {
    match level {
        Level::Error => "error: ",
        Level::Warn => "warning: ",
        Level::Info => "",
        Level::Debug => "debug: ",
        Level::Trace => "trace: ",
    }
}

/// A time as seconds since 1970 with six digits behind the point.
fn seconds(time: SystemTime) -> String {
    let since_1970 = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{}.{:06}", since_1970.as_secs(), since_1970.subsec_micros())
}

/// Sends the log of this process to standard error, up to `level`, and if `timed` with the time before each line. To be
/// called once.
pub fn start(level: LevelFilter, timed: bool) {
    log::set_max_level(level);
    if log::set_logger(if timed { &TIMED } else { &PLAIN }).is_err() {
        log::debug!("the log has been started before");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_time_has_its_zeros() {
        assert_eq!(seconds(UNIX_EPOCH + Duration::new(1_700_000_000, 42_000)), "1700000000.000042");
    }
}
