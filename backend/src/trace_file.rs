//! The file of `--trace`: guests decide how much is said, so it has a largest size.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file that lines are added to. When it would grow beyond its limit it becomes `NAME.1`, in place of the one before, and
/// a new one begins. Lines of an earlier run stay. Each write is one line and goes to the kernel at once: a back end that
/// is killed has lost none.
pub struct TraceFile {
    path: PathBuf,
    limit: u64,
    file: File,
    length: u64,
}

impl TraceFile {
    /// Opens the file, and makes it if it is missing. `limit` is in bytes.
    pub fn open(path: &Path, limit: u64) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).create(true).open(path)?;
        let length = file.metadata()?.len();
        Ok(Self { path: path.to_path_buf(), limit, file, length })
    }

    fn begin_anew(&mut self) -> io::Result<()> {
        let mut earlier = OsString::from(&self.path);
        earlier.push(".1");
        fs::rename(&self.path, earlier)?;
        *self = Self::open(&self.path, self.limit)?;
        Ok(())
    }
}

impl Write for TraceFile {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.length > 0 && self.length + line.len() as u64 > self.limit {
            self.begin_anew()?;
        }
        let written = self.file.write(line)?;
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
