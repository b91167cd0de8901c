//! Linux as a guest: Debian's kernel in a form that xl loads quickly, and an initial RAM disk with one program.

use super::cpio::Cpio;
use super::modules::Modules;
use crate::host;
use anyhow::{Context, Result, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

/// The modules that the guest's init loads: displif's front end, and a card that is nothing but memory.
const MODULES: [&str; 2] = ["drm_xen_front", "vgem"];

/// The files of a guest.
#[derive(Debug, Clone)]
pub struct LinuxGuest {
    /// The kernel, an ELF packed by gzip: xl unpacks that quickly, and it is 66 MB.
    pub kernel: Vec<u8>,
    /// The initial RAM disk: empty `/dev` and `/sys`, `/init`, `/modules/NAME.ko`, and their names in the order to load them in `/modules/order`.
    pub ramdisk: Vec<u8>,
}

/// Makes the files from a bzImage, the tree with its modules, and the static binary that becomes `/init`.
///
/// # Errors
///
/// A file can't be read, or the kernel is packed in a way that is not known here.
pub fn build(bzimage: &Path, modules: &Path, init: &Path) -> Result<LinuxGuest> {
    let packed = fs::read(bzimage).with_context(|| format!("can't read {}", bzimage.display()))?;
    let elf = unpack(&packed).with_context(|| format!("{} can't be unpacked", bzimage.display()))?;
    let mut kernel = GzEncoder::new(vec![], Compression::fast());
    kernel.write_all(&elf)?;
    let mut ramdisk = Cpio::default();
    ramdisk.folder("dev");
    ramdisk.folder("sys");
    ramdisk.file("init", init)?;
    let modules = Modules::of_tree(modules)?.in_order(&MODULES)?;
    for (name, content) in &modules {
        ramdisk.data(&format!("modules/{name}.ko"), content);
    }
    let order: String = modules.iter().map(|(name, _)| format!("{name}\n")).collect();
    ramdisk.data("modules/order", order.as_bytes());
    Ok(LinuxGuest { kernel: kernel.finish()?, ramdisk: ramdisk.finish() })
}

/// The ELF inside a bzImage, by the header that Linux's `Documentation/arch/x86/boot.rst` describes (2.08 and later).
/// xl can unpack that too, but xz takes its time in dom0.
fn unpack(bzimage: &[u8]) -> Result<Vec<u8>> {
    const SETUP_SECTORS: usize = 0x1f1;
    const PAYLOAD_OFFSET: usize = 0x248;
    const PAYLOAD_LENGTH: usize = 0x24c;
    ensure!(bzimage.get(0x202..0x206) == Some(b"HdrS"), "it is no bzImage");
    let word = |at: usize| {
        let bytes = bzimage.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        bytes.map(u32::from_le_bytes).context("its header is cut off")
    };
    let start = (usize::from(bzimage[SETUP_SECTORS]) + 1) * 512 + word(PAYLOAD_OFFSET)? as usize;
    // Its last four bytes are the unpacked size.
    let payload =
        bzimage.get(start..).and_then(|rest| rest.get(..(word(PAYLOAD_LENGTH).ok()? as usize).checked_sub(4)?));
    let payload = payload.context("its header does not fit its size")?;
    ensure!(payload.starts_with(b"\xfd7zXZ\0"), "its payload is not packed by xz");
    unxz(payload)
}

fn unxz(packed: &[u8]) -> Result<Vec<u8>> {
    host::require(&[("xz", "xz-utils")])?;
    let mut xz = Command::new("xz").arg("-dc").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut input = xz.stdin.take().expect("standard input is piped");
    let output = thread::scope(|scope| {
        // Both pipes would fill up, were they not served at the same time.
        scope.spawn(move || input.write_all(packed));
        xz.wait_with_output()
    })?;
    ensure!(output.status.success(), "xz failed");
    Ok(output.stdout)
}
