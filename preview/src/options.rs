//! The command line of a preview.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use vitrine_xen::io::displif::nodes::Resolution;

use crate::script::Script;

/// Shows an appliance on this desktop, or takes its picture.
///
/// Both of the display's ends run here as they do under Xen, with a Xen in between that is made up. In a window time is
/// real; with --shot it is virtual, so that a picture after an hour takes a moment, and the same picture comes each time.
#[derive(Parser)]
pub struct Options {
    /// Write a picture of the screens into this file and end, without a window
    #[arg(long, value_name = "FILE.png")]
    pub shot: Option<PathBuf>,
    /// With --shot: take it so many seconds after the first picture, or after the last of --input
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds, requires = "shot")]
    pub after: Duration,
    /// With --shot: what is done to the screen soon after the first picture, such as "click 100,200; wait 0.5; text hi; key Enter".
    /// Also: "down X,Y", "move X,Y" and "up X,Y". Keys: Enter, Escape, Up, PageDown, F1, or a character
    #[arg(long, value_name = "SCRIPT", default_value = "", requires = "shot")]
    pub input: Script,
    /// With --shot: the date and time at the start; a number counts seconds since 1970
    #[arg(long, value_name = "RFC3339", default_value = "2026-06-01T10:08:00Z", value_parser = date, requires = "shot")]
    pub clock: Duration,
    /// The screens' modes; the last one is that of all further --screens
    #[arg(long, value_name = "WIDTHxHEIGHT,...", default_value = "1024x768", value_parser = resolution, value_delimiter = ',')]
    pub mode: Vec<Resolution>,
    /// How many screens there are, side by side; without it, as many as there are modes
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=16))]
    pub screens: Option<u16>,
    /// How many screens are in a row; without it all are
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=16))]
    pub columns: Option<u16>,
    /// What arrives on the domain's console: a file, or /dev/stdin
    #[arg(long, value_name = "FILE")]
    pub console: Option<PathBuf>,
    /// The domain's memory in MiB
    #[arg(long, value_name = "MIB", default_value_t = 32, value_parser = clap::value_parser!(u32).range(4..=4096))]
    pub memory: u32,
    /// The appliance's command line
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub cmdline: String,
}

impl Options {
    /// The resolution of each screen.
    pub fn screens(&self) -> impl Iterator<Item = Resolution> {
        let count = self.screens.map_or(self.mode.len(), usize::from);
        (0..count).map(|index| self.mode[index.min(self.mode.len() - 1)])
    }

    /// How many screens are in a row.
    pub fn columns(&self) -> usize {
        self.columns.map_or(usize::MAX, usize::from)
    }
}

fn resolution(text: &str) -> Result<Resolution, String> {
    let number = |digits: &str| digits.parse().ok().filter(|number| (1..=8192).contains(number));
    let read = || {
        let (width, height) = text.split_once('x')?;
        Some(Resolution { width: number(width)?, height: number(height)? })
    };
    read().ok_or_else(|| "a resolution is WIDTHxHEIGHT, such as 1024x768, with each at most 8192".to_owned())
}

/// A day is enough for whatever is looked at.
pub fn seconds(text: &str) -> Result<Duration, String> {
    let number = text.parse().ok().filter(|number| (0.0..=86_400.0).contains(number));
    number.map(Duration::from_secs_f64).ok_or_else(|| "it has to be a number from 0 to 86400".to_owned())
}

/// Time since 1970.
fn date(text: &str) -> Result<Duration, String> {
    if let Ok(seconds) = text.parse::<u32>() {
        return Ok(Duration::from_secs(seconds.into()));
    }
    let date = OffsetDateTime::parse(text, &Rfc3339).ok();
    let since_1970 = date.and_then(|date| Duration::try_from(date - OffsetDateTime::UNIX_EPOCH).ok());
    since_1970.ok_or_else(|| "a date since 1970 such as 2026-06-01T10:08:00Z is wanted".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn screens(arguments: &[&str]) -> Vec<(u32, u32)> {
        let options = Options::parse_from(["hello"].iter().chain(arguments));
        options.screens().map(|screen| (screen.width, screen.height)).collect()
    }

    #[test]
    fn the_options_are_consistent() {
        Options::command().debug_assert();
    }

    #[test]
    fn screens_have_modes() {
        assert_eq!(screens(&[]), [(1024, 768)]);
        assert_eq!(screens(&["--screens", "2"]), [(1024, 768); 2]);
        assert_eq!(screens(&["--mode", "800x600,640x480"]), [(800, 600), (640, 480)]);
        assert_eq!(screens(&["--mode", "800x600,640x480", "--screens", "3"]), [(800, 600), (640, 480), (640, 480)]);
        assert_eq!(screens(&["--mode", "800x600,640x480", "--screens", "1"]), [(800, 600)]);
    }

    #[test]
    fn what_is_no_mode_no_date_and_no_time_is_refused() {
        for wrong in ["1024", "0x7", "9000x1", "1x-1", "x"] {
            assert!(resolution(wrong).is_err(), "{wrong}");
        }
        for wrong in ["", "-1", "NaN", "inf", "1e9"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
        assert_eq!(date("86400"), Ok(Duration::from_secs(86_400)));
        for wrong in ["", "2026-06-01", "-1", "1969-12-31T23:59:59Z"] {
            assert!(date(wrong).is_err(), "{wrong}");
        }
        assert_eq!(date("1970-01-02T01:00:00+01:00"), Ok(Duration::from_secs(86_400)));
    }
}
