//! Why an asset can't be made.

use std::{error, fmt, io, path::PathBuf};

/// What was wrong with a source, and what to do.
///
/// Its `Debug` is its `Display`, because that is what a build script which ends with an error prints.
pub enum Error {
    /// The file can't be read.
    Read {
        /// Which one, from the folder of the package on.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The file isn't what it should be.
    Format {
        /// Which one.
        path: PathBuf,
        /// Why, in the decoder's words.
        reason: String,
    },
    /// The font lacks a character that it was asked for.
    Missing {
        /// Which font.
        path: PathBuf,
        /// The character.
        character: char,
    },
    /// The font was asked for in a size that it can't be made in, or in none.
    Size {
        /// Which font.
        path: PathBuf,
        /// In pixels per em.
        size: f32,
    },
    /// A drawing was asked for in a size that it can't be made in, or in none.
    Side {
        /// Which drawing, or folder of icons.
        path: PathBuf,
        /// The side of the picture, in pixels; 0 when no size was named.
        side: u32,
    },
    /// The file that the appliance includes can't be written.
    Write {
        /// Which one.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// There is no `OUT_DIR`.
    NoOutput,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { path, error } => write!(f, "{}: {error}; paths start at the package's folder", path.display()),
            Self::Format { path, reason } => write!(f, "{}: {reason}", path.display()),
            Self::Missing { path, character } => write!(
                f,
                "{} has no {character:?} (U+{:04X}): ask for fewer characters, or use a font that has it",
                path.display(),
                u32::from(*character)
            ),
            Self::Size { path, size } => {
                let path = path.display();
                write!(f, "{path} in {size} pixels per em: name sizes from 4 to 400, with glyphs of at most 500 pixels")
            }
            Self::Side { path, side } => {
                write!(f, "{} in {side} pixels: name sizes, of icons from 1 to 256 pixels", path.display())
            }
            Self::Write { path, error } => write!(f, "{}: {error}", path.display()),
            Self::NoOutput => write!(f, "OUT_DIR is not set: call this from a build script"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl error::Error for Error {}
