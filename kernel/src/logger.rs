//! The `log` crate on the console: `[SECONDS] LEVEL: MESSAGE`, in time since the first instruction.

use log::{Level, LevelFilter, Log, Metadata, Record};
use vitrine_xen::command_line::CommandLine;

use crate::{console, time};

struct ConsoleLog;

static LOGGER: ConsoleLog = ConsoleLog;

impl Log for ConsoleLog {
    fn enabled(&self, _metadata: &Metadata<'_>) -> bool {
        // `log` has asked the maximal level before.
        true
    }

    fn log(&self, record: &Record<'_>) {
        let level = match record.level() {
            Level::Error => "error",
            Level::Warn => "warning",
            Level::Info => "info",
            Level::Debug => "debug",
            Level::Trace => "trace",
        };
        let now = time::now();
        let (seconds, microseconds) = (now.as_secs(), now.subsec_micros());
        console::write(format_args!("[{seconds:5}.{microseconds:06}] {level}: {}\n", record.args()));
    }

    fn flush(&self) {
        console::flush();
    }
}

/// Starts logging at level `info`.
pub(crate) fn initialise() {
    // It fails only when a logger is set already, and nobody else sets one.
    let _ = log::set_logger(&LOGGER);
    log::set_max_level(LevelFilter::Info);
}

/// Obeys `loglevel=`: one of off, error, warn, info, debug and trace.
pub(crate) fn configure(command_line: &CommandLine) {
    let Some(value) = command_line.value("loglevel") else { return };
    match value.parse() {
        Ok(level) => log::set_max_level(level),
        Err(_) => log::warn!("loglevel={value} is none of off, error, warn, info, debug, trace; it stays at info"),
    }
}
