//! The one screen: a card, its first connected connector, and the buffers that are shown there.

use std::fs::{self, File, OpenOptions};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use drm::buffer::{Buffer, DrmFourcc, DrmModifier, Handle, PlanarBuffer};
use drm::control::dumbbuffer::DumbBuffer;
use drm::control::{Device, Event, FbCmd2Flags, Mode, PageFlipFlags, connector, crtc, framebuffer};
use embedded_graphics::prelude::Size;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use vitrine_gfx::{Surface, testcard};
use vitrine_linux_guest::pixels::Format;

/// How long a card may take to appear: the back end may be about to start.
const OPEN_LIMIT: Duration = Duration::from_secs(60);

/// How long a flip's event may take. Linux itself gives up after 3.1 seconds, and then sends the event.
const EVENT_LIMIT: Timespec = Timespec { tv_sec: 20, tv_nsec: 0 };

/// A DRM device.
struct Card(File);

impl AsFd for Card {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl drm::Device for Card {}
impl Device for Card {}

/// A card with what is shown on it. All of that is gone when it is dropped.
pub struct Screen {
    card: Card,
    connector: connector::Info,
    crtc: crtc::Handle,
    mode: Mode,
    /// Made for the picture that is shown.
    frames: Vec<Frame>,
}

impl Card {
    /// All cards, with what went wrong where one can't be opened.
    fn all() -> Result<Vec<Result<Card>>> {
        let open = |path: PathBuf| {
            let file = OpenOptions::new().read(true).write(true).open(&path);
            file.map(Card).with_context(|| format!("{} can't be opened", path.display()))
        };
        let entries = fs::read_dir("/dev/dri").context("no card at all")?.flatten().map(|entry| entry.path());
        let is_card = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("card"));
        Ok(entries.filter(is_card).map(open).collect())
    }

    /// The card of a driver.
    fn named(driver: &str) -> Result<Card> {
        let is_driver = |card: &Card| drm::Device::get_driver(card).is_ok_and(|found| found.name() == driver);
        Card::all()?.into_iter().flatten().find(is_driver).with_context(|| format!("no card of {driver}'s"))
    }
}

/// A framebuffer and its memory.
struct Frame {
    buffer: Handle,
    framebuffer: framebuffer::Handle,
}

impl Screen {
    /// Waits for a card with a connected connector.
    pub fn open() -> Result<Screen> {
        let start = Instant::now();
        loop {
            match Screen::of_any_card() {
                Err(error) if start.elapsed() > OPEN_LIMIT => return Err(error.context("no screen within a minute")),
                Err(_) => sleep(Duration::from_millis(10)),
                found => return found,
            }
        }
    }

    fn of_any_card() -> Result<Screen> {
        let mut last = None;
        for card in Card::all()? {
            match card.and_then(Screen::of_card) {
                Err(error) => last = Some(error),
                found => return found,
            }
        }
        Err(last.context("no card")?)
    }

    fn of_card(card: Card) -> Result<Screen> {
        let resources = card.resource_handles()?;
        for handle in resources.connectors() {
            let connector = card.get_connector(*handle, true)?;
            if connector.state() == connector::State::Connected {
                let mode = *connector.modes().first().context("a connector without a mode")?;
                let encoder = card.get_encoder(*connector.encoders().first().context("no encoder")?)?;
                let crtcs = resources.filter_crtcs(encoder.possible_crtcs());
                let crtc = *crtcs.first().context("no CRTC")?;
                return Ok(Screen { card, connector, crtc, mode, frames: vec![] });
            }
        }
        bail!("no connector of it is connected")
    }

    /// The connector's name and its mode.
    pub fn describe(&self) -> String {
        let (width, height) = self.mode.size();
        format!("{} {width}x{height}", self.connector)
    }

    /// Shows a frame of the test card.
    pub fn show(&mut self, format: Format, number: u32) -> Result<()> {
        let frame = self.frame(format, self.size(), number)?;
        self.configure(&frame, (0, 0))?;
        self.replace(vec![frame])
    }

    /// Shows a part of a larger picture.
    pub fn part(&mut self, format: Format, from: (u32, u32), size: (u32, u32), number: u32) -> Result<()> {
        let frame = self.frame(format, size, number)?;
        self.configure(&frame, from)?;
        self.replace(vec![frame])
    }

    /// Shows a frame of the test card that lies in memory of another card (Linux calls that PRIME).
    pub fn import(&mut self, format: Format, number: u32) -> Result<()> {
        let frame = self.foreign_frame(format, number)?;
        self.configure(&frame, (0, 0))?;
        self.replace(vec![frame])
    }

    /// Flips `count` times between two frames, each when the one before is done; returns the number of events.
    ///
    /// On a screen that is on, Linux would flip to the first frame too, with no event for us, and would refuse the next flip
    /// (EBUSY) until that one is done. So it is switched off before.
    pub fn flip(&mut self, format: Format, count: usize) -> Result<usize> {
        self.blank()?;
        let frames = vec![self.frame(format, self.size(), 1)?, self.frame(format, self.size(), 2)?];
        self.configure(&frames[0], (0, 0))?;
        let mut events = 0;
        for index in 1..=count {
            let framebuffer = frames[index % 2].framebuffer;
            let flipped = self.card.page_flip(self.crtc, framebuffer, PageFlipFlags::EVENT, None);
            flipped.with_context(|| format!("flip {index} is refused"))?;
            events += self.wait_flip().with_context(|| format!("flip {index}"))?;
            if index == 1 {
                println!("linux: flips");
            }
        }
        self.replace(frames)?;
        Ok(events)
    }

    /// Switches the connector off.
    pub fn blank(&mut self) -> Result<()> {
        self.card.set_crtc(self.crtc, None, (0, 0), &[], None).context("the connector can't be switched off")?;
        self.replace(vec![])
    }

    fn size(&self) -> (u32, u32) {
        let (width, height) = self.mode.size();
        (width.into(), height.into())
    }

    fn configure(&self, frame: &Frame, from: (u32, u32)) -> Result<()> {
        let connectors = [self.connector.handle()];
        let set = self.card.set_crtc(self.crtc, Some(frame.framebuffer), from, &connectors, Some(self.mode));
        set.context("the mode can't be set")?;
        // Linux's front end does not tell a refusal by the back end in any other way.
        let connector = self.card.get_connector(self.connector.handle(), true)?;
        ensure!(connector.state() == connector::State::Connected, "the back end has refused the configuration");
        Ok(())
    }

    fn wait_flip(&self) -> Result<usize> {
        let mut polled = [PollFd::new(&self.card, PollFlags::IN)];
        ensure!(poll(&mut polled, Some(&EVENT_LIMIT))? == 1, "no event comes");
        Ok(self.card.receive_events()?.filter(|event| matches!(event, Event::PageFlip(_))).count())
    }

    /// Gives back what was shown before.
    fn replace(&mut self, frames: Vec<Frame>) -> Result<()> {
        for old in std::mem::replace(&mut self.frames, frames) {
            self.card.destroy_framebuffer(old.framebuffer)?;
            self.card.close_buffer(old.buffer)?;
        }
        Ok(())
    }

    /// A dumb buffer of the card with a frame of the test card in it.
    fn frame(&self, format: Format, size: (u32, u32), number: u32) -> Result<Frame> {
        let mut buffer =
            self.card.create_dumb_buffer(size, format.fourcc, format.bits).context("the buffer can't be made")?;
        let frame = self.with_framebuffer(OnePlane { handle: buffer.handle(), pitch: buffer.pitch(), size, format })?;
        draw(&self.card, &mut buffer, format, number)?;
        Ok(frame)
    }

    /// The same in memory of another card.
    fn foreign_frame(&self, format: Format, number: u32) -> Result<Frame> {
        let size = self.size();
        let source = Card::named("vgem")?;
        let mut buffer = source.create_dumb_buffer(size, format.fourcc, format.bits).context("no memory of vgem's")?;
        draw(&source, &mut buffer, format, number)?;
        let memory = source.buffer_to_prime_fd(buffer.handle(), drm::CLOEXEC).context("it can't be exported")?;
        let handle = self.card.prime_fd_to_buffer(memory.as_fd()).context("it can't be imported")?;
        self.with_framebuffer(OnePlane { handle, pitch: buffer.pitch(), size, format })
    }

    fn with_framebuffer(&self, plane: OnePlane) -> Result<Frame> {
        let framebuffer = self.card.add_planar_framebuffer(&plane, FbCmd2Flags::empty());
        Ok(Frame { buffer: plane.handle, framebuffer: framebuffer.context("the framebuffer can't be made")? })
    }
}

/// Draws a frame of the test card into a dumb buffer, in any format.
fn draw(card: &Card, buffer: &mut DumbBuffer, format: Format, number: u32) -> Result<()> {
    let ((width, height), pitch) = (buffer.size(), buffer.pitch() as usize);
    let pixels = vec![0u32; (width * height) as usize];
    let mut surface = Surface::new(pixels, Size::new(width, height)).expect("the pixels are as many as the size says");
    testcard::draw(&mut surface, number);
    let pixels = surface.into_memory();
    let pixel_bytes = format.bits as usize / 8;
    let mut mapping = card.map_dumb_buffer(buffer).context("the buffer can't be mapped")?;
    for (row, pixels) in mapping.chunks_mut(pitch).zip(pixels.chunks(width as usize)) {
        for (place, pixel) in row.chunks_exact_mut(pixel_bytes).zip(pixels) {
            place.copy_from_slice(&format.encode(*pixel).to_le_bytes()[..pixel_bytes]);
        }
    }
    Ok(())
}

/// A buffer as a framebuffer of one plane, whose format is given by its FourCC.
struct OnePlane {
    handle: Handle,
    pitch: u32,
    size: (u32, u32),
    format: Format,
}

impl PlanarBuffer for OnePlane {
    fn size(&self) -> (u32, u32) {
        self.size
    }

    fn format(&self) -> DrmFourcc {
        self.format.fourcc
    }

    fn modifier(&self) -> Option<DrmModifier> {
        None
    }

    fn pitches(&self) -> [u32; 4] {
        [self.pitch, 0, 0, 0]
    }

    fn handles(&self) -> [Option<Handle>; 4] {
        [Some(self.handle), None, None, None]
    }

    fn offsets(&self) -> [u32; 4] {
        [0; 4]
    }
}
