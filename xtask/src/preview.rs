//! Previews of appliances (see `vitrine-preview`), as tests use them: programs that take a picture.

use crate::host;
use crate::picture::Picture;
use anyhow::Result;
use std::path::Path;
use std::process::Command;

/// The picture that a preview of [`crate::images::previews`] takes with these options; it is left in `file`.
///
/// # Errors
///
/// The preview takes none; the message has what it said.
pub fn shot(program: &Path, file: &Path, options: &[&str]) -> Result<Picture> {
    host::output(Command::new(program).arg("--shot").arg(file).args(options))?;
    Picture::read(file)
}
