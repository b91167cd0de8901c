//! dom0's initial RAM disk: a busybox shell, Xen's tools and the kernel modules, with no disk behind them.

use super::cpio::Cpio;
use super::libraries;
use super::modules::Modules;
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// dom0's first process.
const INIT: &str = include_str!("../../dom0/init");

/// Xen's programs that dom0 needs, from the versioned folder of xen-utils.
const XEN_PROGRAMS: [&str; 5] = ["xl", "xenstored", "xenconsoled", "xen-init-dom0", "libxl-save-helper"];

/// The programs of xenstore-utils, in `usr/bin`.
const XENSTORE_PROGRAMS: [&str; 4] = ["xenstore-read", "xenstore-write", "xenstore-ls", "xenstore-rm"];

/// Libraries that programs open without naming them: pthread_cancel needs libgcc_s, and xl aborts without it.
const OPENED_LIBRARIES: [&str; 1] = ["libgcc_s.so.1"];

/// Modules that are loaded at boot, in this order.
const BOOT_MODULES: [&str; 9] = [
    "xen-privcmd",
    "xenfs",
    "xen-evtchn",
    "xen-gntdev",
    "xen-gntalloc",
    "virtio_pci",
    "virtio-gpu",
    "evdev",
    "psmouse",
];

/// Modules for the drive with the payload; loaded when it is read, so that a saved state knows nothing of its content.
const PAYLOAD_MODULES: [&str; 1] = ["virtio_blk"];

/// All that decides what [`build`] makes of given packages.
pub fn recipe() -> String {
    format!(
        "{INIT}{XEN_PROGRAMS:?}{XENSTORE_PROGRAMS:?}{OPENED_LIBRARIES:?}{BOOT_MODULES:?}{PAYLOAD_MODULES:?}{EMPTY_FOLDERS:?}"
    )
}

/// Folders that programs expect.
const EMPTY_FOLDERS: [&str; 12] = [
    "proc",
    "sys",
    "dev",
    "tmp",
    "run",
    "payload",
    "var/lib/xen",
    "var/lib/xenstored",
    "var/log/xen/console",
    "var/lock",
    "etc/xen/auto",
    "root",
];

/// Makes the image from the unpacked packages of dom0 and its kernel.
///
/// # Errors
///
/// The packages lack something that dom0 needs.
pub fn build(packages: &Path, linux: &Path) -> Result<Vec<u8>> {
    let mut image = Cpio::default();
    for folder in EMPTY_FOLDERS {
        image.folder(folder);
    }
    image.link("var/run", "/run");
    image.data("init", INIT.as_bytes());
    image.file("bin/busybox", &first_of(packages, &["bin/busybox", "usr/bin/busybox"])?)?;
    image.data("etc/xen/xl.conf", b"");
    add_xen(&mut image, packages)?;
    add_modules(&mut image, linux)?;
    Ok(image.finish())
}

/// Xen's programs, scripts and all libraries behind them.
fn add_xen(image: &mut Cpio, packages: &Path) -> Result<()> {
    let versioned = versioned_folder(packages)?;
    let mut programs: Vec<PathBuf> = XEN_PROGRAMS.iter().map(|name| versioned.join("bin").join(name)).collect();
    programs.extend(XENSTORE_PROGRAMS.iter().map(|name| packages.join("usr/bin").join(name)));
    for program in &programs {
        image.file(&format!("bin/{}", name_of(program)), program)?;
    }
    // xl looks for its helpers where Debian has them.
    image.link(&format!("usr/lib/{}/bin", name_of(&versioned)), "/bin");
    let folders = libraries::folders_of(packages);
    let mut users = programs;
    for name in OPENED_LIBRARIES {
        users.push(first_in(&folders, name)?);
    }
    for (name, file) in libraries::closure(&users, &folders)? {
        image.file(&library_path(&name), &file)?;
    }
    for name in OPENED_LIBRARIES {
        image.file(&library_path(name), &first_in(&folders, name)?)?;
    }
    for script in fs::read_dir(packages.join("etc/xen/scripts"))?.flatten() {
        image.file(&format!("etc/xen/scripts/{}", script.file_name().to_string_lossy()), &script.path())?;
    }
    Ok(())
}

/// Kernel modules, and the lists from which dom0's shell loads them.
fn add_modules(image: &mut Cpio, linux: &Path) -> Result<()> {
    let modules = Modules::of_tree(linux)?;
    let wanted: Vec<_> = BOOT_MODULES.into_iter().chain(PAYLOAD_MODULES).collect();
    let all = modules.in_order(&wanted)?;
    for (name, content) in &all {
        image.data(&format!("modules/{name}.ko"), content);
    }
    let at_boot = modules.in_order(&BOOT_MODULES)?.len();
    for (list, part) in [("order", &all[..at_boot]), ("payload", &all[at_boot..])] {
        let names: String = part.iter().map(|(name, _)| format!("{name}\n")).collect();
        image.data(&format!("modules/{list}"), names.as_bytes());
    }
    Ok(())
}

/// Where dom0's loader looks: the loader itself has a fixed path in every program.
fn library_path(name: &str) -> String {
    if name.starts_with("ld-linux") { format!("lib64/{name}") } else { format!("lib/x86_64-linux-gnu/{name}") }
}

/// `usr/lib/xen-VERSION`.
fn versioned_folder(packages: &Path) -> Result<PathBuf> {
    let folders = fs::read_dir(packages.join("usr/lib")).context("xen-utils is not unpacked")?.flatten();
    let is_versioned = |p: &PathBuf| name_of(p).starts_with("xen-") && p.join("bin/xl").exists();
    folders.map(|e| e.path()).find(is_versioned).context("xen-utils has no usr/lib/xen-VERSION/bin/xl")
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn first_of(tree: &Path, paths: &[&str]) -> Result<PathBuf> {
    let found = paths.iter().map(|p| tree.join(p)).find(|p| p.exists());
    found.with_context(|| format!("the unpacked packages have no {}", paths.join(" or ")))
}

fn first_in(folders: &[PathBuf], name: &str) -> Result<PathBuf> {
    let found = folders.iter().map(|f| f.join(name)).find(|p| p.exists());
    found.with_context(|| format!("the unpacked packages have no {name}"))
}
