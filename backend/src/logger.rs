//! The log: one line per event on standard error, where a service manager or a terminal picks it up.

use std::io::Write;

use log::{Level, LevelFilter, Log, Metadata, Record};

struct StandardError;

impl Log for StandardError {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= log::max_level()
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            // Nobody is left to be told when standard error is closed.
            let _ = writeln!(std::io::stderr(), "{}{}", prefix(record.level()), record.args());
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

/// Sends the log of this process to standard error, up to `level`. To be called once.
pub fn start(level: LevelFilter) {
    log::set_max_level(level);
    if log::set_logger(&StandardError).is_err() {
        log::debug!("the log has been started before");
    }
}
