//! Linux's own front end (`drm_xen_front`, as Debian ships it) on our back end.
//!
//! The guest's init is `tests/linux-guest`: it does what it is told on its console, and says what came of it.

use std::cell::Cell;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use vitrine_linux_guest::pixels::{FORMATS, Format};
use vitrine_xen::xenbus::XenbusState;
use xtask::machine::{Guest, ShutdownReason};
use xtask::picture::Picture;

use crate::Case;
use crate::stage::{LIMIT, Scene, Stage, testcard, wait_lines};

pub const CASES: &[Case] = &[
    ("linux_flips_300_frames_and_shows_every_format", flips),
    ("linux_draws_into_buffers_of_a_back_end_that_is_killed", killed_back_end),
];

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
    /// Boots one that allocates its buffers itself, or lets the back end do it.
    fn boot(scene: &Scene<'s>, be_alloc: bool) -> Result<Self> {
        let guest = scene.guest("linux", |config| {
            if be_alloc {
                let connectors = std::mem::take(&mut config.connectors);
                config.more.push(format!("vdispl=['backend=0,be-alloc=1,connectors={connectors}']"));
            }
            config.kernel = "/payload/linux.gz".into();
            config.memory_mib = 160;
            config.command_line = COMMAND_LINE.into();
            config.more.push("ramdisk=\"/payload/linux.cpio\"".into());
        })?;
        guest.wait_line("linux: ready", BOOT_LIMIT)?;
        Ok(Self { guest, orders: Cell::new(0) })
    }

    /// Gives an order that has to be carried out, and returns the answer.
    fn order(&self, order: &str) -> Result<String> {
        self.begin(order)?;
        let answer = self.answer()?;
        ensure!(!answer.starts_with("error"), "{order:?} went wrong: {answer}\n{}", self.guest.console());
        Ok(answer)
    }

    /// Gives an order.
    fn begin(&self, order: &str) -> Result<()> {
        self.orders.set(self.orders.get() + 1);
        self.guest.type_line(order)
    }

    /// Waits for the answer to the last order.
    fn answer(&self) -> Result<String> {
        let prefix = format!("linux {}: ", self.orders.get());
        let line = self.guest.wait_line(&prefix, BOOT_LIMIT)?;
        Ok(line.split_once(&prefix).map(|(_, answer)| answer.to_owned()).unwrap_or_default())
    }

    /// Fails unless the front end is in this state.
    fn front_end_is(&self, stage: &Stage, expected: XenbusState) -> Result<()> {
        let path = format!("/local/domain/{}/device/vdispl/0/state", self.guest.domid());
        let state = stage.machine.run_ok(&format!("xenstore-read {path}"))?;
        ensure!(state.trim() == expected.digit(), "Linux's front end is in state {state}, not {expected:?}");
        Ok(())
    }
}

fn flips(stage: &Stage) -> Result<()> {
    let scene = stage.scene()?;
    let linux = Linux::boot(&scene, false)?;
    let opened = linux.order("open")?;
    ensure!(opened == "Virtual-1 1024x768", "Linux has {opened}");
    let flipped = linux.order("flip XR24 300")?;
    ensure!(flipped == "300 flips, 300 events", "{flipped}");
    stage.screen()?.expect_equal(&shown(FORMATS[0], WHOLE, 1))?;
    formats(stage, &linux)?;
    import(stage, &linux)?;
    parts(stage, &linux)?;
    ends_in_order(stage, &scene, &linux)?;
    // The connector is free again.
    let guest = scene.guest("testcard", |config| config.command_line = "frames=3".into())?;
    guest.wait_line("testcard: frame 3 of 3", LIMIT)?;
    stage.screen()?.expect_equal(&testcard(1024, 768, 3))
}

/// Linux flips to a framebuffer of another format, without a word before.
fn formats(stage: &Stage, linux: &Linux<'_>) -> Result<()> {
    for (frame, format) in (3..).zip(FORMATS) {
        linux.order(&format!("show {} {frame}", format.name()))?;
        stage.screen()?.expect_equal(&shown(format, WHOLE, frame)).context(format.name())?;
    }
    Ok(())
}

/// Linux shares memory of another driver, and says nothing of its shape.
fn import(stage: &Stage, linux: &Linux<'_>) -> Result<()> {
    for (frame, format) in [(12, FORMATS[0]), (13, FORMATS[2])] {
        linux.order(&format!("import {} {frame}", format.name()))?;
        stage.screen()?.expect_equal(&shown(format, WHOLE, frame)).context(format.name())?;
    }
    Ok(())
}

/// Linux configures the whole framebuffer, wherever in it the picture begins. At these widths its rows are shorter than
/// displ_be takes them to be.
fn parts(stage: &Stage, linux: &Linux<'_>) -> Result<()> {
    for (name, part) in [
        ("RG16", Part { x: 1, y: 2, width: 1025, height: 770 }),
        ("RG24", Part { x: 3, y: 0, width: 1030, height: 768 }),
        ("XR24", Part { x: 7, y: 5, width: 1101, height: 901 }),
    ] {
        linux.order("blank")?;
        let Part { x, y, width, height } = part;
        linux.order(&format!("part {name} {x} {y} {width} {height} 1"))?;
        let format = Format::named(name).context("one of the nine")?;
        stage.screen()?.expect_equal(&shown(format, part, 1)).context(name)?;
    }
    Ok(())
}

/// Linux takes the device from its driver, which closes it, and gives it back; then it powers off, which leaves the device in
/// Closing. Until then the back end has refused nothing.
fn ends_in_order(stage: &Stage, scene: &Scene<'_>, linux: &Linux<'_>) -> Result<()> {
    linux.order("unbind")?;
    linux.front_end_is(stage, XenbusState::Closed)?;
    linux.order("bind")?;
    linux.order("open")?;
    linux.order("flip XR24 2")?;
    linux.front_end_is(stage, XenbusState::Connected)?;
    linux.guest.type_line("end")?;
    ensure!(linux.guest.wait_shutdown(LIMIT)? == ShutdownReason::PowerOff);
    linux.front_end_is(stage, XenbusState::Closing)?;
    for ended in ["ends after 311 flips, 0 requests refused, 0 events lost", "ends after 2 flips, 0 requests refused"] {
        scene.back_end.wait_line(ended, LIMIT)?;
    }
    Ok(())
}

/// The back end is killed while Linux flips and Vitrine rests beside it, and another one is started. Linux makes a new card,
/// but not before the old one is closed, for the buffers were the back end's.
fn killed_back_end(stage: &Stage) -> Result<()> {
    let mut scene = stage.scene()?;
    let vitrine = scene.guest("testcard", |config| config.connectors = "Virtual-2:1024x768".into())?;
    let linux = Linux::boot(&scene, true)?;
    linux.order("open")?;
    linux.order("show XR24 1")?;
    wait_lines(&vitrine, "testcard: frame 3 of 3", 1)?;
    stage.screen_of(1)?.expect_equal(&shown(FORMATS[0], WHOLE, 1))?;
    stage.screen_of(2)?.expect_equal(&testcard(1024, 768, 3))?;

    linux.begin("flip XR24 100000")?;
    linux.guest.wait_line("linux: flips", LIMIT)?;
    scene.restart_back_end("KILL")?;
    let stopped = linux.answer()?;
    ensure!(stopped.starts_with("error: flip"), "the old card went on: {stopped}");
    linux.order("open")?;
    let flipped = linux.order("flip XR24 31")?;
    ensure!(flipped == "31 flips, 31 events", "{flipped}");
    wait_lines(&vitrine, "testcard: frame 3 of 3", 2)?;
    stage.screen_of(1)?.expect_equal(&shown(FORMATS[0], WHOLE, 2))?;
    stage.screen_of(2)?.expect_equal(&testcard(1024, 768, 3))?;
    ensure!(vitrine.ended().is_none(), "Vitrine ended:\n{}", vitrine.console());
    ensure!(!scene.back_end.log().contains("refused,"), "{}", scene.back_end.log());
    Ok(())
}

/// A part of a framebuffer, as large as the mode.
#[derive(Clone, Copy)]
struct Part {
    x: u32,
    y: u32,
    /// Size of the framebuffer.
    width: u32,
    height: u32,
}

/// A framebuffer as large as the mode.
const WHOLE: Part = Part { x: 0, y: 0, width: 1024, height: 768 };

/// What the screen shows of a frame of the test card that went through a format.
fn shown(format: Format, part: Part, frame: u32) -> Picture {
    let Picture { rgb, .. } = testcard(part.width, part.height, frame);
    let row = |y: u32| rgb.chunks_exact(3).skip((y * part.width + part.x) as usize).take(WHOLE.width as usize);
    let pixels = (part.y..part.y + WHOLE.height).flat_map(row);
    let shown = pixels.flat_map(|pixel| {
        let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
        let [_, rgb @ ..] = format.shown(red << 16 | green << 8 | blue).to_be_bytes();
        rgb
    });
    Picture { width: WHOLE.width, height: WHOLE.height, rgb: shown.collect() }
}
