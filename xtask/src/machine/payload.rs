//! Files for dom0: they come on a drive of their own, so that a saved state knows nothing of them.

use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

/// Files that dom0 finds below `/payload`.
#[derive(Debug, Default, Clone)]
pub struct Payload {
    files: Vec<(String, Vec<u8>)>,
}

impl Payload {
    /// Adds a file with this content. A later one of the same name replaces it.
    pub fn data(&mut self, name: &str, content: impl Into<Vec<u8>>) {
        self.files.retain(|(known, _)| known != name);
        self.files.push((name.to_owned(), content.into()));
    }

    /// Adds a copy of a host file.
    ///
    /// # Errors
    ///
    /// It can't be read.
    pub fn file(&mut self, name: &str, path: &Path) -> Result<()> {
        self.data(name, fs::read(path).with_context(|| format!("can't read {}", path.display()))?);
        Ok(())
    }

    /// The tar archive.
    pub(super) fn archive(&self) -> Result<Vec<u8>> {
        let mut archive = tar::Builder::new(vec![]);
        for (name, content) in &self.files {
            let mut header = tar::Header::new_ustar();
            header.set_size(content.len() as u64);
            header.set_mode(0o755);
            archive.append_data(&mut header, name, content.as_slice())?;
        }
        Ok(archive.into_inner()?)
    }
}
