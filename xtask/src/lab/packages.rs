//! Which Debian packages the lab is made of, and the trees that they are unpacked into.

use super::apt::{Apt, Package};
use crate::host;
use crate::progress;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What runs in dom0.
const DOM0: &[&str] = &["xen-system-amd64", "xenstore-utils", "busybox-static", "libgcc-s1"];

/// dom0's kernel.
const LINUX: &[&str] = &["linux-image-amd64"];

/// The machine, without a window.
const QEMU: &[&str] = &["qemu-system-x86", "seabios"];

/// QEMU's modules for a window.
const WINDOW: &[&str] = &["qemu-system-gui", "qemu-system-modules-opengl"];

/// Libraries of these modules. Of the kinds of window that they can open, SDL's needs the least.
const WINDOW_LIBRARIES: &[&str] = &["libsdl2-2.0-0", "libepoxy0", "libgbm1"];

/// All that decides which packages a lab is made of, besides Debian.
pub fn recipe() -> String {
    format!("{DOM0:?}{LINUX:?}{QEMU:?}{WINDOW:?}{WINDOW_LIBRARIES:?}")
}

/// A folder of unpacked packages that are used together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tree {
    /// Xen, its tools and all their libraries, for dom0.
    Dom0,
    /// dom0's kernel and modules.
    Linux,
    /// The QEMU of every day, on the host's own C library.
    Qemu,
    /// QEMU 7.2, whose time can count instructions, and in which Linux runs as a guest.
    QemuIcount,
}

impl Tree {
    /// All of them.
    pub const ALL: [Tree; 4] = [Tree::Dom0, Tree::Linux, Tree::Qemu, Tree::QemuIcount];

    /// The folder's name in the lab.
    pub fn folder(self) -> &'static str {
        match self {
            Tree::Dom0 => "dom0",
            Tree::Linux => "linux",
            Tree::Qemu => "qemu",
            Tree::QemuIcount => "qemu-icount",
        }
    }

    /// What the tree is, for a progress bar.
    fn title(self) -> &'static str {
        match self {
            Tree::Dom0 => "Xen and its tools",
            Tree::Linux => "dom0's kernel",
            Tree::Qemu => "QEMU",
            Tree::QemuIcount => "QEMU 7.2",
        }
    }

    /// What is asked of apt.
    fn requests(self, apt: &Apt) -> Result<Vec<Request>> {
        let request = |wanted: &[&str], suite: Option<&str>, keeps| Request {
            wanted: wanted.iter().map(|name| (*name).to_owned()).collect(),
            suite: suite.map(str::to_owned),
            keeps,
        };
        Ok(match self {
            Tree::Dom0 => {
                let is_of_dom0 = |name: &str| is_library(name) || name.starts_with("xen") || name == "busybox-static";
                vec![request(DOM0, None, is_of_dom0)]
            }
            Tree::Linux => vec![request(LINUX, None, |name| name.starts_with("linux-image-"))],
            Tree::Qemu => {
                let suite = newest_qemu_suite(apt)?;
                // QEMU looks for its modules in one folder, so the window's are in the same tree.
                vec![
                    request(QEMU, suite.as_deref(), is_of_qemu),
                    request(WINDOW, suite.as_deref(), |name| name.starts_with("qemu-system-")),
                    request(WINDOW_LIBRARIES, None, is_host_library),
                ]
            }
            Tree::QemuIcount => vec![request(&[&icount_qemu(apt)?, "seabios"], None, is_of_qemu)],
        })
    }
}

/// Packages asked of apt, and what is taken of all that they depend on: a bare machine would also get Python, dpkg and
/// more.
struct Request {
    wanted: Vec<String>,
    /// The suite to prefer to the release's own.
    suite: Option<String>,
    /// Whether a package, by its name, is needed.
    keeps: fn(&str) -> bool,
}

/// Whether a package has shared libraries that a program may need here.
fn is_library(name: &str) -> bool {
    const NEVER: [&str; 7] = ["libpython", "libpam", "libsemanage", "libperl", "libllvm", "libkrb5", "libaudit-common"];
    (name.starts_with("lib") || name == "zlib1g") && !NEVER.iter().any(|n| name.starts_with(n))
}

/// The same for programs that run on the host's own C library.
fn is_host_library(name: &str) -> bool {
    is_library(name) && name != "libc6"
}

fn is_of_qemu(name: &str) -> bool {
    is_host_library(name) || name.starts_with("qemu-system-") || name == "seabios"
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
    let mut packages: Vec<Package> = vec![];
    for request in tree.requests(apt)? {
        let resolved = apt.resolve(&request.wanted, request.suite.as_deref())?;
        let is_new = |package: &Package| packages.iter().all(|known| known.name != package.name);
        let wanted: Vec<_> = resolved.into_iter().filter(|p| (request.keeps)(&p.name) && is_new(p)).collect();
        packages.extend(wanted);
    }
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
        assert!(is_library("libc6") && !is_host_library("libc6"));
        assert!(is_library("zlib1g") && is_library("libxenstore4"));
        assert!(!is_library("python3") && !is_library("libpython3.11-stdlib"));
        assert!(is_of_qemu("qemu-system-common") && !is_of_qemu("adduser"));
    }
}
