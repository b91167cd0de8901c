//! Writer of cpio archives in the "newc" format, as the Linux kernel wants its initramfs.
//!
//! The format is described in Linux's `Documentation/driver-api/early-userspace/buffer-format.rst`.

use anyhow::{Context, Result};
use std::collections::HashSet;
use std::fs;
use std::path::Path;

/// File types of stat(2), as the archive's mode field holds them.
const FOLDER: u32 = 0o040_755;
const PROGRAM: u32 = 0o100_755;
const LINK: u32 = 0o120_777;

/// An archive in the making. Parent folders are added on the way; the first entry of a name wins.
#[derive(Debug, Default)]
pub struct Cpio {
    bytes: Vec<u8>,
    names: HashSet<String>,
}

impl Cpio {
    /// Adds an executable file with this content.
    pub fn data(&mut self, name: &str, content: &[u8]) {
        self.entry(name, PROGRAM, content);
    }

    /// Adds a copy of the host's file `path`.
    ///
    /// # Errors
    ///
    /// The file can't be read.
    pub fn file(&mut self, name: &str, path: &Path) -> Result<()> {
        let content = fs::read(path).with_context(|| format!("can't read {}", path.display()))?;
        self.entry(name, PROGRAM, &content);
        Ok(())
    }

    /// Adds a folder.
    pub fn folder(&mut self, name: &str) {
        self.entry(name, FOLDER, &[]);
    }

    /// Adds a symbolic link to `target`.
    pub fn link(&mut self, name: &str, target: &str) {
        self.entry(name, LINK, target.as_bytes());
    }

    /// Closes the archive and returns its bytes.
    pub fn finish(mut self) -> Vec<u8> {
        self.record("TRAILER!!!", 0, &[]);
        self.bytes
    }

    fn entry(&mut self, name: &str, mode: u32, content: &[u8]) {
        let name = name.trim_matches('/');
        if self.names.contains(name) {
            return;
        }
        if let Some((parent, _)) = name.rsplit_once('/') {
            self.folder(parent);
        }
        self.names.insert(name.to_owned());
        self.record(name, mode, content);
    }

    /// A header of 13 hexadecimal fields, the name and the content, each padded to four bytes.
    fn record(&mut self, name: &str, mode: u32, content: &[u8]) {
        let inode = self.names.len();
        self.bytes.extend_from_slice(b"070701");
        let fields = [inode, mode as usize, 0, 0, 1, 0, content.len(), 0, 0, 0, 0, name.len() + 1, 0];
        for field in fields {
            self.bytes.extend_from_slice(format!("{field:08X}").as_bytes());
        }
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.push(0);
        self.pad();
        self.bytes.extend_from_slice(content);
        self.pad();
    }

    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_brings_its_parent_folders_once() {
        let mut cpio = Cpio::default();
        cpio.data("/etc/xen/a", b"x");
        cpio.data("etc/xen/b", b"y");
        let text = String::from_utf8(cpio.finish()).unwrap();
        for name in ["etc\0", "etc/xen\0", "etc/xen/a\0", "etc/xen/b\0", "TRAILER!!!\0"] {
            assert_eq!(text.matches(name).count(), 1, "{name:?}");
        }
    }

    #[test]
    fn records_are_padded_to_four_bytes() {
        let mut cpio = Cpio::default();
        cpio.data("a", b"12345");
        let bytes = cpio.finish();
        assert_eq!(&bytes[..6], b"070701");
        assert_eq!(&bytes[110..112], b"a\0");
        assert_eq!(&bytes[112..117], b"12345");
        assert_eq!(&bytes[120..126], b"070701");
    }

    #[test]
    fn the_first_entry_of_a_name_wins() {
        let mut cpio = Cpio::default();
        cpio.data("a", b"first");
        cpio.data("a", b"second");
        let text = String::from_utf8(cpio.finish()).unwrap();
        assert!(text.contains("first") && !text.contains("second"));
    }
}
