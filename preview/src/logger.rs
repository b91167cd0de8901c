//! The `log` crate on standard error, in the lines of an appliance's console. The back end has a name in front of its own.

use log::{Level, LevelFilter, Log, Metadata, Record};
use vitrine_xen::command_line::CommandLine;

use crate::machine;

struct Console;

impl Log for Console {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        // What libraries of the window say is for their authors.
        metadata.level() <= Level::Warn || !is_of_a_library(metadata.target())
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let level = match record.level() {
            Level::Error => "error",
            Level::Warn => "warning",
            Level::Info => "info",
            Level::Debug => "debug",
            Level::Trace => "trace",
        };
        let whose = if record.target().starts_with("vitrine_backend") { "back end: " } else { "" };
        let now = machine::time_of_message();
        eprintln!("[{:5}.{:06}] {level}: {whose}{}", now.as_secs(), now.subsec_micros(), record.args());
    }

    fn flush(&self) {}
}

fn is_of_a_library(target: &str) -> bool {
    ["winit", "softbuffer", "sctk", "calloop", "wayland"].iter().any(|library| target.starts_with(library))
}

/// Starts logging, at the level that `loglevel=` on the appliance's command line says, else at `info`.
pub fn start(command_line: &CommandLine) {
    // It fails only when a logger is set already, and nobody else sets one.
    let _ = log::set_logger(&Console);
    log::set_max_level(LevelFilter::Info);
    let Some(value) = command_line.value("loglevel") else { return };
    match value.parse() {
        Ok(level) => log::set_max_level(level),
        Err(_) => log::warn!("loglevel={value} is none of off, error, warn, info, debug, trace; it stays at info"),
    }
}
