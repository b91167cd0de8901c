//! The program `vitrine-backend`: command line, log, exit status. Everything else is in the library.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use vitrine_backend::options::Options;
use vitrine_backend::{daemon, logger};

fn main() -> ExitCode {
    let options = Options::parse();
    logger::start(options.log, options.log_time);
    match daemon::run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            log::error!("{failure}");
            ExitCode::from(failure.exit_status())
        }
    }
}
