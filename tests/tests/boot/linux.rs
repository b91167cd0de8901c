//! Linux's own front end (`drm_xen_front`, as Debian ships it) on our back end.
//!
//! The guest's init is `tests/linux-guest`: it does what it is told on its console, and says what came of it.

use std::cell::Cell;
use std::time::Duration;

use anyhow::{Result, ensure};
use vitrine_linux_guest::pixels::{FORMATS, Format};
use xtask::machine::{Guest, ShutdownReason};
use xtask::picture::Picture;

use crate::Case;
use crate::stage::{LIMIT, Scene, Stage, testcard};

pub const CASES: &[Case] = &[("linux_flips_300_frames", flips)];

/// How long Linux may take to boot: 12 seconds were seen.
const BOOT_LIMIT: Duration = Duration::from_secs(180);

/// For a console, and for a boot without devices that the guest has not.
const COMMAND_LINE: &str = "console=hvc0 quiet pci=off 8250.nr_uarts=0 cryptomgr.notests";

/// A Linux guest that carries out orders.
struct Linux<'s> {
    guest: Guest<'s>,
    orders: Cell<u32>,
}

impl<'s> Linux<'s> {
    fn boot(scene: &Scene<'s>, connectors: &str) -> Result<Self> {
        let guest = scene.guest("linux", |config| {
            config.kernel = "/payload/linux.gz".into();
            config.memory_mib = 160;
            config.connectors = connectors.into();
            config.command_line = COMMAND_LINE.into();
            config.more.push("ramdisk=\"/payload/linux.cpio\"".into());
        })?;
        guest.wait_line("linux: ready", BOOT_LIMIT)?;
        Ok(Self { guest, orders: Cell::new(0) })
    }

    /// Gives an order and returns the answer.
    fn order(&self, order: &str) -> Result<String> {
        self.orders.set(self.orders.get() + 1);
        let prefix = format!("linux {}: ", self.orders.get());
        self.guest.type_line(order)?;
        let line = self.guest.wait_line(&prefix, BOOT_LIMIT)?;
        let answer = line.split_once(&prefix).map(|(_, answer)| answer.to_owned()).unwrap_or_default();
        ensure!(!answer.starts_with("error"), "{order:?} went wrong: {answer}\n{}", self.guest.console());
        Ok(answer)
    }
}

/// The picture, as large as the mode, that the screen shows of a frame of the test card in a format.
fn shown(format: Format, width: u32, height: u32, frame: u32) -> Picture {
    let mut picture = testcard(width, height, frame);
    for pixel in picture.rgb.chunks_exact_mut(3) {
        let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
        pixel.copy_from_slice(&format.shown(red << 16 | green << 8 | blue).to_be_bytes()[1..]);
    }
    picture
}

fn flips(stage: &Stage) -> Result<()> {
    let scene = stage.scene()?;
    let linux = Linux::boot(&scene, "Virtual-1:1024x768")?;
    let opened = linux.order("open")?;
    ensure!(opened == "Virtual-1 1024x768", "Linux has {opened}");
    let flipped = linux.order("flip XR24 300")?;
    ensure!(flipped == "300 flips, 300 events", "{flipped}");
    stage.screen()?.expect_equal(&shown(FORMATS[0], 1024, 768, 1))?;
    linux.guest.type_line("end")?;
    ensure!(linux.guest.wait_shutdown(LIMIT)? == ShutdownReason::PowerOff);
    scene.back_end.wait_line("ends after 300 flips, 0 requests refused, 0 events lost", LIMIT)?;
    Ok(())
}
