//! The command line.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Parser;
use log::LevelFilter;

use crate::engine::Limits;
use crate::output::png::Selection;

/// What the back end is asked to do.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "vitrine-backend",
    version,
    about = "Shows Xen guests (vdispl) on a screen, or writes their frames as PNG",
    after_help = "\
Guests are found by themselves, those included that are there already. In xl.cfg:
  vdispl = ['backend=0,be-alloc=0,connectors=Virtual-1:1024x768']
The connector's name is that of the card's connector, see /sys/class/drm. The back end has to run before `xl create`.

Exit status:
  0  ended by SIGTERM or SIGINT, after closing every connection and restoring the screen
  1  the xenstore, an event channel or the screen was lost
  2  the command line is wrong
  3  Xen's device nodes can't be used: this is no Xen domain, or not root
  4  the output, or the trace's file, can't be opened"
)]
pub struct Options {
    /// Where pictures go: kms:DEVICE (a screen), png:FOLDER (files), none (nowhere, for measuring)
    #[arg(short, long, value_name = "OUTPUT", default_value = "kms:/dev/dri/card0")]
    pub output: OutputChoice,

    /// With png: write every Nth flip of a connector
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    pub every: u64,

    /// With png: keep the last N files of a connector
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..))]
    pub keep: u64,

    /// Write every message of every guest into a file, one line each
    #[arg(long, value_name = "FILE")]
    pub trace: Option<PathBuf>,

    /// With trace: how large the file may grow, in MiB, before it becomes FILE.1 and a new one begins
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..))]
    pub trace_limit: u32,

    /// How much is logged: off, error, warn, info, debug
    #[arg(short, long, value_name = "LEVEL", env = "VITRINE_BACKEND_LOG", default_value = "info")]
    pub log: LevelFilter,

    /// Begin each line of the log with the time, in seconds since 1970
    #[arg(long)]
    pub log_time: bool,

    /// Devices of all guests together
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub device_limit: u32,

    /// Connectors of a device
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub connector_limit: u32,

    /// Display buffers of a device
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=65536))]
    pub buffer_limit: u32,

    /// Framebuffers of a device
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=65536))]
    pub framebuffer_limit: u32,

    /// 4 KiB pages of all display buffers of a device together
    #[arg(long, value_name = "N", default_value_t = 32768, value_parser = clap::value_parser!(u32).range(1..=1048576))]
    pub page_limit: u32,

    /// Requests of a connector that are served before another connector has its turn
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=32))]
    pub requests_per_turn: u32,

    /// Requests of a guest in a second; more wait in its rings. One that maps memory or sets a mode counts as 100
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub requests_per_second: u32,
}

impl Options {
    /// The limits that guests have to keep.
    pub fn limits(&self) -> Limits {
        Limits {
            devices: self.device_limit as usize,
            connectors: self.connector_limit as usize,
            buffers: self.buffer_limit as usize,
            framebuffers: self.framebuffer_limit as usize,
            pages: self.page_limit as usize,
            requests_per_turn: self.requests_per_turn,
            requests_per_second: self.requests_per_second,
        }
    }

    /// Which pictures become files.
    pub fn selection(&self) -> Selection {
        Selection { every: self.every, keep: usize::try_from(self.keep).unwrap_or(usize::MAX) }
    }
}

/// Where pictures go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutputChoice {
    /// A DRM device.
    Kms(PathBuf),
    /// A folder for files.
    Png(PathBuf),
    /// Nowhere.
    Nowhere,
}

impl FromStr for OutputChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("kms", path)) if !path.is_empty() => Ok(Self::Kms(path.into())),
            Some(("png", path)) if !path.is_empty() => Ok(Self::Png(path.into())),
            None if text == "none" => Ok(Self::Nowhere),
            _ => Err("an output is kms:DEVICE, png:FOLDER or none, for example kms:/dev/dri/card0".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(arguments: &[&str]) -> Result<Options, clap::Error> {
        Options::try_parse_from([&["vitrine-backend"], arguments].concat())
    }

    #[test]
    fn the_command_line_is_consistent() {
        Options::command().debug_assert();
    }

    #[test]
    fn limits_default_to_those_of_the_engine() {
        assert_eq!(parse(&[]).unwrap().limits(), Limits::default());
    }

    #[test]
    fn outputs() {
        let output = |text| parse(&["--output", text]).map(|options| options.output);
        assert_eq!(output("kms:/dev/dri/card1").unwrap(), OutputChoice::Kms("/dev/dri/card1".into()));
        assert_eq!(output("png:a:b").unwrap(), OutputChoice::Png("a:b".into()));
        assert_eq!(output("none").unwrap(), OutputChoice::Nowhere);
        for wrong in ["", "kms", "kms:", "none:", "vnc:1", "/dev/dri/card0"] {
            assert!(output(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn numbers_have_bounds() {
        for wrong in [
            "--every=0",
            "--keep=0",
            "--buffer-limit=0",
            "--requests-per-turn=33",
            "--requests-per-second=0",
            "--page-limit=-1",
        ] {
            assert!(parse(&[wrong]).is_err(), "{wrong}");
        }
    }
}
