//! The machine that QEMU makes: a PC with Xen as its kernel, one screen, three serial ports and a drive with the payload.

use super::{Clock, Display, Screens, Vectors};
use crate::lab::{Lab, Qemu};
use anyhow::Result;
use std::path::Path;
use std::process::Command;

/// Memory of the machine in MiB: Xen, dom0 and room for several guests.
const MEMORY_MIB: u32 = 1024;

/// Memory of dom0 in MiB.
const DOM0_MIB: u32 = 448;

/// Files of a run, in its folder: where QEMU and we meet.
pub mod files {
    /// Socket of the monitor.
    pub const MONITOR: &str = "monitor";
    /// Socket of dom0's command port.
    pub const COMMANDS: &str = "commands";
    /// Socket of dom0's port of tagged lines.
    pub const TAGGED: &str = "tagged";
    /// The payload's drive.
    pub const PAYLOAD: &str = "payload";
}

/// The command line, but for the state to start from and the display.
///
/// Paths of a run are relative to its folder, so two runs of the same machine have the same line: it is part of the key
/// of a saved state.
pub fn machine(lab: &Lab, qemu: &Qemu, clock: Clock, screens: Screens, vectors: Vectors) -> Command {
    let mut command = if screens == Screens::One { qemu.command() } else { qemu.command_with_screens() };
    command.args(["-nodefaults", "-no-user-config", "-no-reboot", "-machine", "q35,usb=off", "-accel", "tcg"]);
    command.args(["-smp", "1", "-m", &MEMORY_MIB.to_string(), "-cpu", cpu(vectors)]);
    if clock == Clock::Instructions {
        command.args(["-icount", "shift=0,sleep=off"]);
    }
    let xen = format!(
        "console=com1 com1=115200,8n1 loglvl=info guest_loglvl=all dom0_mem={DOM0_MIB}M dom0_max_vcpus=1 sched=credit \
         noreboot gnttab_max_frames=256"
    );
    command.arg("-kernel").arg(lab.xen()).args(["-append", &xen]);
    // QEMU parts the modules at commas; the words behind a path are its command line.
    let more = dom0_options(vectors);
    let modules = format!("{} console=hvc0 quiet{more},{}", lab.kernel().display(), lab.dom0_image().display());
    command.args(["-initrd", &modules]);
    gpu(&mut command, screens);
    ports(&mut command);
    let drive = format!("if=none,id=payload,format=raw,read-only=on,file={}", files::PAYLOAD);
    command.args(["-drive", &drive]);
    command.args(["-device", "virtio-blk-pci,drive=payload,iommu_platform=on,disable-legacy=on"]);
    command
}

/// Screens whose content the guest hands over. QEMU's VGA would have to find out what was drawn, and for that waits for
/// the processor to leave its loop; under emulated SVM the wake-up can get lost (QEMU 10.0), and all stands still.
fn gpu(command: &mut Command, screens: Screens) {
    // A PV dom0's memory isn't where it thinks it is: virtio devices must use the DMA interface.
    let mut device = "virtio-gpu-pci,id=screen,iommu_platform=on,disable-legacy=on".to_owned();
    if screens != Screens::One {
        device += &format!(",max_outputs={}", screens.count());
    }
    command.args(["-vga", "none", "-device", &device]);
}

/// Monitor and serial ports. QEMU connects to sockets that we already listen on.
fn ports(command: &mut Command) {
    for (name, file) in [("monitor", files::MONITOR), ("commands", files::COMMANDS), ("tagged", files::TAGGED)] {
        command.args(["-chardev", &format!("socket,id={name},path={file}")]);
    }
    command.args(["-mon", "chardev=monitor,mode=control", "-chardev", "stdio,id=console,signal=off"]);
    command.args(["-serial", "chardev:console", "-serial", "chardev:commands"]);
    // The interrupts of the third and fourth PC port are those of the first two, and Xen holds the first.
    command.args(["-device", "pci-serial,chardev=tagged"]);
}

/// All that QEMU can emulate, with the flags that make Xen offer hardware-assisted guests, less what it emulates wrongly:
/// QEMU 7.2 breaks a PV dom0 under SMAP, and under 7.2 and 10.0 programs in dom0 lose vector registers that are saved by
/// XSAVE (of 90 calls of `xl list` beside a guest that flips, 10 crashed; without XSAVE none of 540).
///
/// AVX needs XSAVE; there dom0 alone does without, see [`dom0_options`]. And where time counts instructions, QEMU 10.0 ends
/// with "Bad icount read" when Xen sets its timer by a model-specific register, as it does on an x2APIC. (7.2 doesn't,
/// but lets no hypervisor see what a guest writes to XCR0. Xen puts its own value there, and AVX is off again.)
fn cpu(vectors: Vectors) -> &'static str {
    match vectors {
        Vectors::Sse => "max,+svm,-smap,-xsave",
        Vectors::Avx => "max,+svm,-smap,-x2apic",
    }
}

/// More for the command line of dom0's kernel. One that leaves XSAVE alone loses no registers: none of 180 calls of `xl list`
/// beside a guest that flips crashed.
fn dom0_options(vectors: Vectors) -> &'static str {
    match vectors {
        Vectors::Sse => "",
        Vectors::Avx => " noxsave",
    }
}

/// Where the screen is shown.
pub fn display(command: &mut Command, display: Display) {
    command.args(match display {
        Display::None => ["-display", "none"],
        Display::Window => ["-display", "sdl"],
        Display::Vnc => ["-display", "vnc=127.0.0.1:0,to=99"],
    });
}

/// Writes the tar archive that QEMU shows to dom0 as a drive, with room for later growth of the payload: the size
/// belongs to the machine, so it is always the same. Unwritten parts take no space.
pub fn write_drive(path: &Path, archive: &[u8]) -> Result<()> {
    const BYTES: u64 = 256 << 20;
    anyhow::ensure!(archive.len() as u64 <= BYTES, "the payload has {} bytes, at most {BYTES} fit", archive.len());
    std::fs::write(path, archive)?;
    std::fs::File::options().write(true).open(path)?.set_len(BYTES)?;
    Ok(())
}
