//! What a boot test works with: one machine, its screen, and a scene of back end and guests that is cleared afterwards.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use embedded_graphics::prelude::Size;
use vitrine_gfx::{Surface, testcard};
use xtask::images;
use xtask::lab::{Lab, LinuxGuest, Need};
use xtask::machine::{Guest, GuestConfig, Machine, Options, Payload, Program, Screens};
use xtask::picture::Picture;

/// How long a guest may take for anything; far more than it needs on a machine that is busy with other things.
pub const LIMIT: Duration = Duration::from_secs(60);

/// A machine that tests share.
pub struct Stage {
    pub machine: Machine,
    folder: PathBuf,
    /// How many guests of each name there were: a name is used once, so that its console is its own.
    guests: RefCell<HashMap<String, u32>>,
}

impl Stage {
    /// Builds all images and the back end, and boots Xen.
    pub fn new() -> Result<Self> {
        let lab = Lab::open()?;
        lab.prepare(Need::Daily, false)?;
        let names = images::appliances()?;
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        Self::start(&lab, Options { payload: payload(&names)?, screens: Screens::Four, ..Options::default() })
    }

    /// The same in a machine in which Linux can be a guest, with few images and from cold.
    pub fn for_linux_guests() -> Result<Self> {
        let lab = Lab::open()?;
        lab.prepare(Need::LinuxGuest, false)?;
        let mut payload = payload(&["testcard"])?;
        let LinuxGuest { kernel, ramdisk } = lab.linux_guest(&images::linux_guest()?.file)?;
        payload.data("linux.gz", kernel);
        payload.data("linux.cpio", ramdisk);
        Self::start(&lab, Options { payload, screens: Screens::Four, linux_guests: true, ..Options::default() })
    }

    fn start(lab: &Lab, options: Options) -> Result<Self> {
        let machine = Machine::start(lab, options)?;
        let folder = images::target_folder().join("boot-tests");
        std::fs::create_dir_all(&folder).with_context(|| format!("can't make {}", folder.display()))?;
        Ok(Self { machine, folder, guests: RefCell::default() })
    }

    /// Starts the back end on dom0's screen. What a scene holds is gone when it is dropped.
    pub fn scene(&self) -> Result<Scene<'_>> {
        self.scene_of("--output kms:/dev/dri/card0")
    }

    /// Starts the back end with these options.
    pub fn scene_of(&self, options: &'static str) -> Result<Scene<'_>> {
        let scene = Scene { stage: self, options, back_end: self.start_back_end(options)? };
        scene.back_end.wait_line("serving vdispl", LIMIT)?;
        Ok(scene)
    }

    fn start_back_end(&self, options: &str) -> Result<Program<'_>> {
        self.machine.start_program("vitrine-backend", &format!("/payload/vitrine-backend --log-time {options}"))
    }

    /// What is on the first screen now.
    pub fn screen(&self) -> Result<Screen> {
        self.screen_of(1)
    }

    /// What is on the screen of connector `Virtual-NUMBER` now.
    pub fn screen_of(&self, number: u32) -> Result<Screen> {
        let file = self.folder.join(format!("screen-{number}.png"));
        self.machine.screendump_of(number, &file)?;
        Ok(Screen { picture: Picture::read(&file)?, file })
    }

    /// A place for a file of a test's own.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes down all that the machine has said, for looking into a failure.
    pub fn write_journal(&self) {
        let lines = self.machine.journal().lines(0, |_| true);
        let text: String = lines
            .iter()
            .map(|entry| format!("{:9.3} {}| {}\n", entry.at.as_secs_f64(), entry.source, entry.text))
            .collect();
        let file = self.folder.join("machine.log");
        match std::fs::write(&file, text) {
            Ok(()) => println!("all that the machine said is in {}", file.display()),
            Err(error) => eprintln!("{} can't be written: {error}", file.display()),
        }
    }

    /// A name that no guest had yet.
    fn fresh_name(&self, image: &str) -> String {
        let mut guests = self.guests.borrow_mut();
        let count = guests.entry(image.to_owned()).or_default();
        *count += 1;
        format!("{image}-{count}")
    }
}

/// The images of these appliances, and the back end.
fn payload(appliances: &[&str]) -> Result<Payload> {
    let mut payload = Payload::default();
    for (name, image) in appliances.iter().zip(images::appliances_named(appliances)?) {
        payload.file(&format!("{name}.elf"), &image.file)?;
    }
    payload.file("vitrine-backend", &images::backend()?.file)?;
    Ok(payload)
}

/// A back end and the guests of one test.
pub struct Scene<'s> {
    stage: &'s Stage,
    options: &'static str,
    pub back_end: Program<'s>,
}

impl<'s> Scene<'s> {
    /// Ends the back end by a signal, and starts another one.
    pub fn restart_back_end(&mut self, signal: &str) -> Result<()> {
        self.back_end.signal(signal)?;
        self.back_end.wait_line("exit", LIMIT)?;
        self.back_end = self.stage.start_back_end(self.options)?;
        self.back_end.wait_line("serving vdispl", LIMIT).map(drop)
    }

    /// Boots an image with a configuration that differs from the usual one by `change`.
    pub fn guest(&self, image: &str, change: impl FnOnce(&mut GuestConfig)) -> Result<Guest<'s>> {
        let name = self.stage.fresh_name(image);
        let mut config = GuestConfig::new(&name, &format!("/payload/{image}.elf"));
        change(&mut config);
        self.stage.machine.create(&config)
    }

    /// The same, but the guest does not run before `xl unpause`.
    pub fn paused_guest(&self, image: &str, change: impl FnOnce(&mut GuestConfig)) -> Result<Guest<'s>> {
        let name = self.stage.fresh_name(image);
        let mut config = GuestConfig::new(&name, &format!("/payload/{image}.elf"));
        change(&mut config);
        self.stage.machine.create_paused(&config)
    }

    /// Boots a guest from the text of a configuration file.
    pub fn guest_from(&self, text: &str) -> Result<Guest<'s>> {
        let line = text.lines().find(|line| line.starts_with("name")).context("the configuration has no name")?;
        let name = line.split('"').nth(1).context("the name is not in quotes")?;
        let path = format!("/tmp/{name}.cfg");
        self.stage.machine.write_file(&path, text)?;
        self.stage.machine.create_from(name, &path)
    }
}

impl Drop for Scene<'_> {
    /// Removes every guest and ends the back end, whatever became of the test; the next one finds an empty stage.
    fn drop(&mut self) {
        let machine = &self.stage.machine;
        let cleared = machine
            .run_ok("for id in $(xl list | sed -n '3,$s/^[^ ]* *\\([0-9]*\\).*/\\1/p'); do xl destroy $id; done")
            .and_then(|_| machine.run("kill $(cat /run/vitrine-backend.pid)"))
            // Its last line has come too: the next back end has the same name.
            .and_then(|_| self.back_end.wait_line("exit ", LIMIT));
        if let Err(error) = cleared {
            eprintln!("the stage could not be cleared: {error:#}");
        }
    }
}

/// Waits until a guest has said something so many times.
pub fn wait_lines(guest: &Guest<'_>, text: &str, times: usize) -> Result<()> {
    let start = Instant::now();
    while guest.console().matches(text).count() < times {
        ensure!(start.elapsed() < LIMIT, "{} did not say {text:?} {times} times:\n{}", guest.name(), guest.console());
        sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// A screenshot.
pub struct Screen {
    picture: Picture,
    file: PathBuf,
}

impl Screen {
    /// Fails unless every pixel is equal; the screenshot is kept where the message says.
    pub fn expect_equal(&self, expected: &Picture) -> Result<()> {
        let difference = self.picture.first_difference(expected);
        ensure!(
            difference.is_none(),
            "the screen (see {}) is not what was drawn: {}",
            self.file.display(),
            difference.unwrap_or_default()
        );
        Ok(())
    }
}

/// The test card as gfx draws it here.
pub fn testcard(width: u32, height: u32, frame: u32) -> Picture {
    let pixels = vec![0u32; (width * height) as usize];
    let size = Size::new(width, height);
    let mut surface = Surface::new(pixels, size).expect("the buffer has the picture's size");
    testcard::draw(&mut surface, frame);
    let pixels = surface.into_memory();
    let rgb = pixels.iter().flat_map(|pixel| [(pixel >> 16) as u8, (pixel >> 8) as u8, *pixel as u8]).collect();
    Picture { width, height, rgb }
}

/// A part of a picture that has it whole.
pub fn part(picture: &Picture, x: u32, y: u32, width: u32, height: u32) -> Picture {
    let rows = picture.rgb.chunks_exact(3 * picture.width as usize).skip(y as usize).take(height as usize);
    let rgb = rows.flat_map(|row| row[3 * x as usize..3 * (x + width) as usize].iter().copied()).collect();
    Picture { width, height, rgb }
}
