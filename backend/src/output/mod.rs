//! Where guests' pictures go: a screen ([`kms`]), files ([`png`]), or nowhere ([`none`]).
//!
//! The engine knows only the trait [`Output`]. A guest's connector is a *head* of the output; it is found by the name
//! that the guest's configuration gives it (`unique-id`).

pub mod kms;
pub mod none;
mod picture;
pub mod png;

use core::fmt;
use std::io;
use std::os::fd::BorrowedFd;

use vitrine_xen::edid::{Edid, Mode};
use vitrine_xen::io::displif::nodes::Resolution;

pub use picture::{Picture, row_bytes};

/// One open head of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HeadId(pub u32);

/// The screen of an output that has none: the sizes that are usual, at 60 Hz.
fn no_screen() -> Edid {
    let sizes = [(1920, 1080), (1280, 1024), (1280, 720), (1024, 768), (800, 600), (640, 480)];
    let modes = sizes.into_iter().filter_map(|(width, height)| Mode::new(width, height, 60_000));
    Edid { name: None, size: None, modes: modes.collect() }
}

/// A place for pictures. Whatever is drawn is copied before a method returns: the guest may then reuse its buffer.
pub trait Output {
    /// Whether there is a connector of this name that can show this many pixels. Nothing changes on it; what takes time may
    /// be prepared, so that [`Self::open`] is quick.
    fn check(&mut self, connector: &str, resolution: Resolution) -> Result<(), OutputError>;

    /// Takes the connector for a guest; nothing is shown yet. `label` says in file names and messages whose it is.
    fn open(&mut self, connector: &str, resolution: Resolution, label: &str) -> Result<HeadId, OutputError>;

    /// Gives the connector back; what it showed before [`Self::open`] comes back.
    fn close(&mut self, head: HeadId);

    /// What the screen at an open head says of itself, and the modes that [`Self::show`] can set, each size once.
    fn screen(&self, head: HeadId) -> Edid;

    /// Shows a picture in the mode for `resolution`, and switches the connector on where it is off. The resolution is that
    /// of [`Self::open`] or one of the screen's modes, and the picture is no larger. After an error the screen shows what it
    /// showed before.
    fn show(&mut self, head: HeadId, resolution: Resolution, picture: &Picture<'_>) -> Result<(), OutputError>;

    /// Shows a picture in place of the last one, without tearing. When it is on the screen, [`Self::next_done`] names the
    /// head, once. Not to be called before that has happened for the flip before.
    fn flip(&mut self, head: HeadId, picture: &Picture<'_>) -> Result<(), OutputError>;

    /// Switches the connector off.
    fn blank(&mut self, head: HeadId) -> Result<(), OutputError>;

    /// A head whose flip is done, until there is none.
    fn next_done(&mut self) -> Option<HeadId>;

    /// What becomes readable when [`Self::collect`] has something to do; `None` when flips are done at once.
    fn fd(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    /// Takes note of what has happened on the screen. Called when [`Self::fd`] is readable, which it never is where there is none;
    /// never blocks.
    fn collect(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Why a picture can't be shown.
#[derive(Debug)]
pub enum OutputError {
    /// The output has no connector of this name; the names that it has.
    UnknownConnector(String, Vec<String>),
    /// Another guest has the connector.
    Taken(String),
    /// No screen is attached to the connector.
    Disconnected(String),
    /// The connector has no mode as large as this.
    NoMode(String, Resolution),
    /// Every CRTC that could serve the connector serves another one.
    NoCrtc(String),
    /// The device refused; what was tried.
    Device(&'static str, io::Error),
}

impl fmt::Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownConnector(name, known) if known.is_empty() => {
                write!(f, "no connector {name:?}, nor any other")
            }
            Self::UnknownConnector(name, known) => write!(f, "no connector {name:?}; there is {}", known.join(", ")),
            Self::Taken(name) => write!(f, "connector {name} shows another guest already"),
            Self::Disconnected(name) => write!(f, "no screen is attached to connector {name}"),
            Self::NoMode(name, size) => write!(f, "connector {name} has no mode of {size} or more"),
            Self::NoCrtc(name) => {
                write!(f, "the card shows all the connectors that it can at once, {name} not among them")
            }
            Self::Device(attempt, error) => write!(f, "{attempt}: {error}"),
        }
    }
}
