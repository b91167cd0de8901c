//! The lab: real Xen, a Linux dom0 and QEMU, unpacked from Debian packages into a cache folder.
//!
//! Nothing is installed and nothing of the host changes; [`Lab::clean`] is a plain removal of the folder.
//! Begin reading at [`Lab::prepare`].

mod apt;
mod cpio;
mod dom0;
mod libraries;
mod linux_guest;
mod modules;
mod packages;
mod qemu;
mod sources;

pub use linux_guest::LinuxGuest;
pub use packages::Tree;
pub use qemu::Qemu;

use crate::host;
use anyhow::{Context, Result, bail};
use apt::Apt;
use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

/// The first major version of QEMU that starts a saved Xen again: 7.2 restores it, and then it hangs.
const WARM_START_SINCE_QEMU: u32 = 10;

/// Host programs that [`Lab::prepare`] calls, and the Debian packages that have them.
const HOST_PROGRAMS: [(&str, &str); 5] = [
    ("apt-get", "apt"),
    ("apt-cache", "apt"),
    ("dpkg-deb", "dpkg"),
    ("readelf", "binutils"),
    ("setpriv", "util-linux"),
];

/// Which parts of the lab are needed besides Xen and dom0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The QEMU of every day.
    Daily,
    /// QEMU 7.2, for time that counts instructions.
    Icount,
    /// QEMU 7.2, for Linux as a guest: 10.0 tells a guest on Xen a wrong CR2, and Linux dies of its first page fault.
    LinuxGuest,
}

impl Need {
    fn trees(self) -> &'static [Tree] {
        match self {
            Need::Daily => &[Tree::Dom0, Tree::Linux, Tree::Qemu],
            Need::Icount | Need::LinuxGuest => &[Tree::Dom0, Tree::Linux, Tree::QemuIcount],
        }
    }
}

/// The lab's folder.
#[derive(Debug, Clone)]
pub struct Lab {
    folder: PathBuf,
}

impl Lab {
    /// The lab in `$VITRINE_LAB`, or in the user's cache folder. Nothing is read or written yet.
    ///
    /// # Errors
    ///
    /// Neither `VITRINE_LAB` nor `XDG_CACHE_HOME` nor `HOME` is set, or the path has a comma (QEMU takes it for the
    /// end of a path).
    pub fn open() -> Result<Lab> {
        let set = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        let cache = || set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")));
        let folder = set("VITRINE_LAB")
            .or_else(|| Some(cache()?.join("vitrine/lab")))
            .context("no place for the lab: set VITRINE_LAB to a folder, or HOME")?;
        if folder.to_string_lossy().contains(',') {
            bail!("the lab's folder {} has a comma in its path, which QEMU can't take", folder.display());
        }
        Ok(Lab { folder: std::path::absolute(folder)? })
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether [`Lab::prepare`] has nothing to do for `need`.
    pub fn is_ready(&self, need: Need) -> bool {
        let is_new = fs::read_to_string(self.recipe_file()).is_ok_and(|r| r == recipe());
        is_new && need.trees().iter().all(|tree| self.has(*tree))
    }

    fn has(&self, tree: Tree) -> bool {
        self.folder.join(format!("{}.packages", tree.folder())).exists()
    }

    /// Fetches and builds what is missing for `need`; `refresh` also asks Debian for newer packages.
    ///
    /// # Errors
    ///
    /// A host program is missing, a package can't be had, or the disk is full; the message says what to do.
    pub fn prepare(&self, need: Need, refresh: bool) -> Result<()> {
        if self.is_ready(need) && !refresh {
            return Ok(());
        }
        host::require(&HOST_PROGRAMS)?;
        if std::env::consts::ARCH != "x86_64" {
            bail!("the lab runs amd64 packages of Debian; this machine is {}", std::env::consts::ARCH);
        }
        fs::create_dir_all(&self.folder).with_context(|| format!("can't make {}", self.folder.display()))?;
        let _lock = self.lock()?;
        let apt = Apt::open(&self.folder.join("apt"), refresh)?;
        // What another need has fetched is brought up to date with the rest.
        for tree in Tree::ALL.into_iter().filter(|tree| need.trees().contains(tree) || self.has(*tree)) {
            packages::provide(&apt, &self.folder, tree)?;
        }
        self.build_dom0()?;
        let _ = fs::remove_dir_all(self.folder.join("debs"));
        Ok(())
    }

    /// Removes the lab.
    ///
    /// # Errors
    ///
    /// A file can't be removed.
    pub fn clean(&self) -> Result<()> {
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder).with_context(|| format!("can't remove {}", self.folder.display()))?;
        }
        Ok(())
    }

    /// Xen itself, uncompressed: QEMU's multiboot loader takes no other form.
    pub fn xen(&self) -> PathBuf {
        self.folder.join("built/xen")
    }

    /// dom0's kernel.
    pub fn kernel(&self) -> PathBuf {
        self.folder.join("built/vmlinuz")
    }

    /// dom0's initial RAM disk.
    pub fn dom0_image(&self) -> PathBuf {
        self.folder.join("built/dom0.cpio")
    }

    /// The files of a Linux guest whose init is the static binary `init`. Its kernel is dom0's.
    ///
    /// # Errors
    ///
    /// A file can't be read, or the kernel is packed in a way that is not known here.
    pub fn linux_guest(&self, init: &Path) -> Result<LinuxGuest> {
        linux_guest::build(&self.kernel(), &self.folder.join(Tree::Linux.folder()), init)
    }

    /// Where saved states of booted machines are kept.
    pub fn warm_folder(&self) -> PathBuf {
        self.folder.join("warm")
    }

    /// The QEMU of a need.
    ///
    /// # Errors
    ///
    /// It doesn't run on this machine.
    pub fn qemu(&self, need: Need) -> Result<Qemu> {
        match need {
            Need::Daily => Qemu::find(&self.folder.join(Tree::Qemu.folder())),
            Need::Icount | Need::LinuxGuest => Qemu::find(&self.folder.join(Tree::QemuIcount.folder())),
        }
    }

    /// A lock that only one process can hold; it is given back when the file is closed.
    pub fn lock(&self) -> Result<File> {
        let file = File::create(self.folder.join("lock"))?;
        if file.try_lock().is_err() {
            crate::note!("another process prepares the lab, waiting for it");
            file.lock()?;
        }
        Ok(file)
    }

    fn recipe_file(&self) -> PathBuf {
        self.folder.join("built/recipe")
    }

    fn build_dom0(&self) -> Result<()> {
        let (packages, linux) = (self.folder.join(Tree::Dom0.folder()), self.folder.join(Tree::Linux.folder()));
        fs::create_dir_all(self.folder.join("built"))?;
        let _ = fs::remove_file(self.recipe_file());
        let compressed = only_file(&packages.join("boot"), |name| name.starts_with("xen-") && name.ends_with(".gz"))?;
        let mut xen = vec![];
        GzDecoder::new(File::open(&compressed)?).read_to_end(&mut xen)?;
        write_if_new(&self.xen(), &xen)?;
        write_if_new(&self.kernel(), &fs::read(only_file(&linux.join("boot"), |n| n.starts_with("vmlinuz-"))?)?)?;
        write_if_new(&self.dom0_image(), &dom0::build(&packages, &linux)?)?;
        fs::write(self.recipe_file(), recipe())?;
        Ok(())
    }
}

/// Writes a file, unless it has this content: its time is part of what a saved state belongs to.
fn write_if_new(path: &Path, content: &[u8]) -> Result<()> {
    if !fs::read(path).is_ok_and(|old| old == content) {
        fs::write(path, content).with_context(|| format!("can't write {}", path.display()))?;
    }
    Ok(())
}

/// What the lab depends on, besides the packages' versions.
fn recipe() -> String {
    hex(&Sha256::digest(packages::recipe() + &dom0::recipe()))
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The file of a folder whose name is accepted by `is_wanted`.
fn only_file(folder: &Path, is_wanted: impl Fn(&str) -> bool) -> Result<PathBuf> {
    let entries = fs::read_dir(folder).with_context(|| format!("can't read {}", folder.display()))?;
    let mut found = entries.flatten().map(|e| e.path());
    found
        .find(|p| p.file_name().and_then(|n| n.to_str()).is_some_and(&is_wanted))
        .with_context(|| format!("{} lacks the file that the lab needs from it", folder.display()))
}
