//! Why there is no preview.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use vitrine_xen::abi::sched::ShutdownReason;

/// Why a preview can't be shown, or has ended.
#[derive(Debug)]
pub enum Error {
    /// The appliance has ended as crashed; it has said why.
    Crashed,
    /// The appliance has ended before its picture was taken, in this way.
    Ended(ShutdownReason),
    /// The appliance shows nothing, and this much of its time has passed.
    NoPicture(Duration),
    /// The appliance computes without end: its time stands still here.
    Restless(Duration),
    /// No window can be opened; the variables that say where the desktop is.
    NoDesktop(Vec<(&'static str, String)>),
    /// The window can't be drawn; why.
    Window(String),
    /// Ctrl-C can't be caught.
    Signals(String),
    /// What is to arrive on the console can't be read.
    Console(PathBuf, io::Error),
    /// The picture can't be written.
    File(PathBuf, io::Error),
}

impl Error {
    /// No window can be opened. What the window's library says of it begins with a place in its source.
    pub fn no_desktop(error: impl fmt::Display) -> Self {
        log::debug!("{error}");
        let value = |name| std::env::var(name).ok().filter(|value| !value.is_empty()).map(|value| (name, value));
        Self::NoDesktop(["WAYLAND_DISPLAY", "DISPLAY"].into_iter().filter_map(value).collect())
    }

    /// What went wrong with the window.
    pub fn window(error: impl fmt::Display) -> Self {
        Self::Window(error.to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Crashed => f.write_str("the appliance has ended as crashed"),
            Self::Ended(ShutdownReason::Crash) => f.write_str("the appliance has crashed before its picture was taken"),
            Self::Ended(_) => {
                f.write_str("the appliance has ended before its picture was taken; a smaller --after takes it earlier")
            }
            Self::NoPicture(time) => {
                write!(f, "no picture within {} s; --cmdline loglevel=debug tells more", time.as_secs_f32())
            }
            Self::Restless(time) => write!(
                f,
                "the appliance never waits: without --shot its clock is the real one, here it stands at {} s",
                time.as_secs_f32()
            ),
            Self::NoDesktop(variables) => {
                f.write_str("there is no desktop to open a window on")?;
                match variables.as_slice() {
                    [] => f.write_str(": neither WAYLAND_DISPLAY nor DISPLAY is set")?,
                    variables => variables.iter().try_for_each(|(name, value)| write!(f, ", {name}={value}"))?,
                }
                f.write_str("; --shot FILE.png takes a picture without one")
            }
            Self::Window(error) => write!(f, "the window: {error}"),
            Self::Signals(error) => write!(f, "Ctrl-C can't be caught: {error}"),
            Self::Console(path, error) => write!(f, "--console: can't read {}: {error}", path.display()),
            Self::File(path, error) => write!(f, "can't write {}: {error}", path.display()),
        }
    }
}
