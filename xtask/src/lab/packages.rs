//! Which Debian packages the lab is made of, and the trees that they are unpacked into.

use super::apt::{Apt, Package};
use crate::host;
use crate::progress;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder of unpacked packages that are used together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tree {
    /// Xen, its tools and all their libraries, for dom0.
    Dom0,
    /// dom0's kernel and modules.
    Linux,
    /// The QEMU of every day, on the host's own C library.
    Qemu,
    /// What this QEMU needs to open a window.
    QemuWindow,
    /// QEMU 7.2, whose time can count instructions.
    QemuIcount,
}

impl Tree {
    /// The folder's name in the lab.
    pub fn folder(self) -> &'static str {
        match self {
            Tree::Dom0 => "dom0",
            Tree::Linux => "linux",
            Tree::Qemu => "qemu",
            Tree::QemuWindow => "qemu-window",
            Tree::QemuIcount => "qemu-icount",
        }
    }

    /// What the tree is, for a progress bar.
    fn title(self) -> &'static str {
        match self {
            Tree::Dom0 => "Xen and its tools",
            Tree::Linux => "dom0's kernel",
            Tree::Qemu => "QEMU",
            Tree::QemuWindow => "QEMU's window",
            Tree::QemuIcount => "QEMU 7.2",
        }
    }

    /// What is asked of apt: packages, and the suite to prefer.
    fn wanted(self, apt: &Apt) -> Result<(Vec<String>, Option<String>)> {
        let names = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect();
        Ok(match self {
            Tree::Dom0 => (names(&["xen-system-amd64", "xenstore-utils", "busybox-static", "libgcc-s1"]), None),
            Tree::Linux => (names(&["linux-image-amd64"]), None),
            Tree::Qemu => (names(&["qemu-system-x86", "seabios"]), newest_qemu_suite(apt)?),
            Tree::QemuWindow => (names(&["qemu-system-gui"]), newest_qemu_suite(apt)?),
            Tree::QemuIcount => (vec![icount_qemu(apt)?, "seabios".to_owned()], None),
        })
    }

    /// Whether the tree needs a package of apt's plan: a bare machine would also get Python, dpkg and more.
    fn keeps(self, name: &str) -> bool {
        const NEVER: [&str; 8] =
            ["libpython", "libpam", "libsemanage", "libperl", "libllvm", "libkrb5", "libaudit-common", "libc-bin"];
        let library = (name.starts_with("lib") || name == "zlib1g") && !NEVER.iter().any(|n| name.starts_with(n));
        match self {
            Tree::Linux => name.starts_with("linux-image-"),
            Tree::Dom0 => library || name.starts_with("xen") || name == "busybox-static",
            // The host's own C library runs QEMU.
            Tree::Qemu | Tree::QemuIcount => {
                library && name != "libc6" || name.starts_with("qemu-system-") || name == "seabios"
            }
            Tree::QemuWindow => library && name != "libc6" || name == "qemu-system-gui",
        }
    }
}

/// The suite with a QEMU that can be saved and started again (10 or later); none if the release's own is one, or
/// if there is none at all.
fn newest_qemu_suite(apt: &Apt) -> Result<Option<String>> {
    let versions = apt.versions("qemu-system-x86")?;
    let native = versions.last().context("Debian's package lists have no qemu-system-x86")?;
    let can_restore = major(native).is_some_and(|major| major >= super::WARM_START_SINCE_QEMU);
    Ok((!can_restore && apt.has_backports).then(|| apt.backports_suite()))
}

/// The QEMU for instruction counting, pinned.
fn icount_qemu(apt: &Apt) -> Result<String> {
    let versions = apt.versions("qemu-system-x86")?;
    match versions.iter().find(|v| major(v) == Some(7)) {
        Some(version) => Ok(format!("qemu-system-x86={version}")),
        None => bail!(
            "--icount needs QEMU 7.2, as Debian 12 has it; this machine's package lists have {}",
            versions.join(" and ")
        ),
    }
}

/// The major number of a Debian version such as `1:10.0.2+ds-2`.
fn major(version: &str) -> Option<u32> {
    let upstream = version.split_once(':').map_or(version, |(_, rest)| rest);
    upstream.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Fetches and unpacks a tree below `lab`, unless exactly these packages are there; returns its folder.
///
/// # Errors
///
/// A package can't be resolved, downloaded or unpacked.
pub fn provide(apt: &Apt, lab: &Path, tree: Tree) -> Result<PathBuf> {
    let folder = lab.join(tree.folder());
    let (wanted, suite) = tree.wanted(apt)?;
    let wanted: Vec<_> = wanted.iter().map(String::as_str).collect();
    let mut packages = apt.resolve(&wanted, suite.as_deref())?;
    packages.retain(|p| tree.keeps(&p.name));
    let list = packages.iter().map(Package::pinned).collect::<Vec<_>>().join("\n");
    let listed = lab.join(format!("{}.packages", tree.folder()));
    if fs::read_to_string(&listed).is_ok_and(|old| old == list) {
        return Ok(folder);
    }
    let files = apt.download(&packages, &lab.join("debs"), tree.title())?;
    unpack(&files, &folder, tree.title())?;
    fs::write(listed, list)?;
    Ok(folder)
}

/// Unpacks Debian packages into a new `folder`.
fn unpack(files: &[PathBuf], folder: &Path, what: &str) -> Result<()> {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder)?;
    let bar = progress::steps(&format!("unpacking {what}"), files.len() as u64);
    for file in files {
        host::output(Command::new("dpkg-deb").arg("-x").arg(file).arg(folder))?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_found_behind_an_epoch() {
        assert_eq!(major("1:10.0.2+ds-2+deb13u1~bpo12+1"), Some(10));
        assert_eq!(major("7.2"), Some(7));
        assert_eq!(major("none"), None);
    }

    #[test]
    fn only_dom0_gets_a_c_library_of_its_own() {
        assert!(Tree::Dom0.keeps("libc6"));
        assert!(!Tree::Qemu.keeps("libc6"));
        assert!(!Tree::Dom0.keeps("python3"));
        assert!(Tree::Linux.keeps("linux-image-6.1.0-40-amd64"));
    }
}
