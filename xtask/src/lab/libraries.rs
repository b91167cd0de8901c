//! Shared libraries that a set of programs needs, found in unpacked packages.

use crate::host;
use anyhow::{Result, bail};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// All libraries that `programs` need, directly or not: name and file, the latter found in one of `folders`.
///
/// # Errors
///
/// A library is in none of the folders.
pub fn closure(programs: &[PathBuf], folders: &[PathBuf]) -> Result<BTreeMap<String, PathBuf>> {
    let mut found = BTreeMap::new();
    let mut todo = programs.to_vec();
    while !todo.is_empty() {
        let mut next = vec![];
        for name in needed(&todo)? {
            if found.contains_key(&name) {
                continue;
            }
            let Some(file) = folders.iter().map(|f| f.join(&name)).find(|f| f.exists()) else {
                bail!("the unpacked packages lack {name}, which one of {} files needs", todo.len());
            };
            next.push(file.clone());
            found.insert(name, file);
        }
        todo = next;
    }
    Ok(found)
}

/// The NEEDED entries of some ELF files. Files of another kind need nothing.
fn needed(files: &[PathBuf]) -> Result<Vec<String>> {
    // readelf ends with an error when one file is no ELF file (a script), and still tells about the others.
    let done = host::finish(Command::new("readelf").arg("-dW").args(files).env("LC_ALL", "C"))?;
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    let name = |line: &str| Some(line.split_once("(NEEDED)")?.1.split_once('[')?.1.split_once(']')?.0.to_owned());
    Ok(text.lines().filter_map(name).collect())
}

/// The folders of a tree in which Debian packages keep libraries, those of Xen included.
pub fn folders_of(tree: &Path) -> Vec<PathBuf> {
    let mut folders = vec![];
    for base in ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu", "usr/lib64", "lib64"] {
        folders.push(tree.join(base));
    }
    if let Ok(entries) = std::fs::read_dir(tree.join("usr/lib")) {
        let of_xen = entries.flatten().filter(|e| e.file_name().to_string_lossy().starts_with("xen-"));
        folders.extend(of_xen.map(|e| e.path().join("lib/x86_64-linux-gnu")));
    }
    // QEMU's packages keep some libraries in folders below the common one.
    for inner in ["pulseaudio", "blas", "lapack"] {
        folders.push(tree.join("usr/lib/x86_64-linux-gnu").join(inner));
    }
    folders.retain(|f| f.is_dir());
    folders
}
