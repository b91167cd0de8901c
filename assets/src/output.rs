//! Files for the compiler: sources are read, and what is made of them is written to `OUT_DIR`.

use crate::Error;
use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// Reads a source, and has cargo run the build script again when it changes.
pub fn read(path: &Path) -> Result<Vec<u8>, Error> {
    println!("cargo::rerun-if-changed={}", path.display());
    fs::read(path).map_err(|error| Error::Read { path: path.to_owned(), error })
}

/// Writes a file for the compiler to include.
pub fn write(name: &str, content: impl AsRef<[u8]>) -> Result<(), Error> {
    let path = PathBuf::from(env::var_os("OUT_DIR").ok_or(Error::NoOutput)?).join(name);
    fs::write(&path, content).map_err(|error| Error::Write { path, error })
}

/// A file for the compiler.
#[cfg(feature = "svg")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Its name in `OUT_DIR`.
    pub name: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

#[cfg(feature = "svg")]
impl Made {
    pub(crate) fn new(name: String, content: impl Into<Vec<u8>>) -> Self {
        Self { name, content: content.into() }
    }
}

/// Writes files for the compiler to include.
#[cfg(feature = "svg")]
pub fn write_all(files: Vec<Made>) -> Result<(), Error> {
    files.into_iter().try_for_each(|Made { name, content }| write(&name, content))
}
