//! Saved states of booted machines: Xen and dom0 up, no payload read, no guest made.

use crate::lab::{Lab, Qemu, hex};
use anyhow::Result;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How many states are kept: one for each number of screens, and as many of machines before a change.
const KEPT: usize = 4;

/// The file of the state that belongs to exactly this machine; it may not be there yet.
///
/// # Errors
///
/// A file of the machine can't be read.
pub fn state_file(lab: &Lab, qemu: &Qemu, command: &Command) -> Result<PathBuf> {
    let mut key = Sha256::new();
    key.update(&qemu.version);
    for word in command.get_args() {
        key.update(word.as_encoded_bytes());
        key.update([0]);
    }
    for file in [lab.xen(), lab.kernel(), lab.dom0_image()] {
        // Size and time stand for the content: reading all of it would take longer than the start.
        let data = fs::metadata(&file)?;
        key.update(format!("{} {:?}", data.len(), data.modified()?));
    }
    Ok(lab.warm_folder().join(&hex(&key.finalize())[..16]))
}

/// Makes a freshly saved state the one that is found, and removes the oldest ones.
///
/// # Errors
///
/// The folder can't be written.
pub fn keep(part: &Path, state: &Path) -> Result<()> {
    fs::rename(part, state)?;
    let folder = state.parent().expect("a state lies in a folder");
    let mut states: Vec<_> =
        fs::read_dir(folder)?.flatten().filter_map(|e| Some((e.metadata().ok()?.modified().ok()?, e.path()))).collect();
    states.sort();
    for (_, old) in states.iter().rev().skip(KEPT) {
        let _ = fs::remove_file(old);
    }
    Ok(())
}
