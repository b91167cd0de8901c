//! The cases, and what they have in common: requests are sent one by one on raw rings, and each answer becomes a row.
//!
//! The cases are in groups, a file each. A group makes what it needs and gives it back, so each can run alone. Nothing in
//! here knows the machine: the same cases run on the host against the real back end over the fake Xen.
//!
//! Where to begin reading: [`table`] (what is expected, and what counts as a deviation), then any group.

mod alloc_by_back_end;
mod attach;
mod config;
mod create;
mod edid;
mod flip;
mod operations;
mod table;

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use vitrine_frontend::Error;
use vitrine_frontend::probe::{Probe, Unmet};
use vitrine_frontend::shared::{Granted, Quarantine};
use vitrine_xen::io::displif::directory::{self, buffer_pages, directory_pages};
use vitrine_xen::io::displif::nodes::Resolution;
use vitrine_xen::io::displif::{
    DisplayBuffer, Framebuffer, Operation, PixelFormat, Request, Response, Scanout, Status,
};
use vitrine_xen::memory::SharedMemory;
use vitrine_xen::platform::{FrontPlatform, SharedPages, Store};
use vitrine_xen::ring::Slot;
use vitrine_xen::{GrantRef, PAGE_SIZE};

pub use table::{Actual, Expected, Row, Tally};

/// How long an answer may take: what Linux's front end waits (`XEN_DRM_FRONT_WAIT_BACK_MS`).
const ANSWER_TIME: Duration = Duration::from_millis(3000);
/// How long the ends may take to meet, and to part.
const MEETING_TIME: Duration = Duration::from_secs(10);
/// How long the back end may still map pages once it has left the connection, and how often to look.
const PARTING_TIME: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_millis(20);
/// How long a frame may take to be on the screen.
const FRAME_TIME: Duration = Duration::from_millis(3100);

/// The groups' names, in the order in which they run.
pub const GROUPS: [&str; 7] = ["operations", "create", "attach", "config", "flip", "edid", "alloc"];

/// Why a group ends early.
pub enum Stop {
    /// The back end has left the connection.
    Connection,
    /// What the group needs was refused: what, and how.
    Setup(&'static str, Actual),
    /// This end has no memory, no grants, or no xenstore.
    Own(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Own(error)
    }
}

/// A connection, and the table so far.
pub struct Suite<P: FrontPlatform, S: Store, R: FnMut(&Row)> {
    probe: Probe<P, S>,
    report: R,
    tally: Tally,
    quarantine: Quarantine<P>,
    group: &'static str,
    /// Whether both ends speak version 2 of the protocol.
    version_2: bool,
    next_id: u16,
    next_cookie: u64,
}

/// A display buffer: its directory's pages, then its own.
pub struct Buffer<P: FrontPlatform> {
    granted: Granted<P>,
    directory_pages: usize,
    /// The cookie by which the back end is to know it.
    cookie: u64,
    bytes: u32,
}

impl<P: FrontPlatform> Buffer<P> {
    /// The grant of the directory's first page.
    fn directory(&self) -> GrantRef {
        self.granted.references()[0]
    }

    /// The directory's pages.
    fn directory_memory(&self) -> SharedMemory<'_> {
        self.granted.memory().part(0, self.directory_pages * PAGE_SIZE)
    }

    /// The grants of the buffer's own pages.
    fn pages(&self) -> &[GrantRef] {
        &self.granted.references()[self.directory_pages..]
    }

    /// How it is offered, as a picture of 32 bits per pixel.
    fn offer(&self, width: u32, height: u32) -> DisplayBuffer {
        DisplayBuffer {
            dbuf_cookie: self.cookie,
            width,
            height,
            bits_per_pixel: 32,
            buffer_size: self.bytes,
            flags: 0,
            directory: self.directory(),
            data_offset: 0,
        }
    }

    /// How a framebuffer over the whole of it is attached.
    fn attach(&self, fb_cookie: u64, width: u32, height: u32) -> Framebuffer {
        let pixel_format = PixelFormat::Xrgb8888.code();
        Framebuffer { dbuf_cookie: self.cookie, fb_cookie, width, height, pixel_format }
    }
}

impl<P: FrontPlatform, S: Store, R: FnMut(&Row)> Suite<P, S, R> {
    /// Runs the groups for which `chosen` says so, one after the other. Every row goes to `report`.
    pub async fn run(platform: P, store: S, chosen: impl Fn(&str) -> bool, report: R) -> Result<Tally, Unmet> {
        let mut probe = Probe::find(platform, store).await?;
        probe.connect(MEETING_TIME).await?;
        let version_2 = probe.version() == Some(2);
        let (tally, quarantine) = (Tally::default(), Quarantine::default());
        let group = GROUPS[0];
        let mut suite = Self { probe, report, tally, quarantine, group, version_2, next_id: 0, next_cookie: 1 };
        for group in GROUPS.into_iter().filter(|group| chosen(group)) {
            suite.group = group;
            if let Err(stop) = suite.run_group().await {
                suite.stopped(stop).await?;
            }
        }
        suite.part().await?;
        Ok(suite.tally)
    }

    async fn run_group(&mut self) -> Result<(), Stop> {
        match self.group {
            "operations" => self.operations().await,
            "create" => self.create().await,
            "attach" => self.attach().await,
            "config" => self.config().await,
            "flip" => self.flip().await,
            "edid" => self.edid().await,
            _ => self.alloc_by_back_end().await,
        }
    }

    /// The rest of the group is left out, which is a deviation; the next group finds a new connection.
    async fn stopped(&mut self, stop: Stop) -> Result<(), Unmet> {
        let why = match stop {
            Stop::Connection => String::from("the back end has left the connection"),
            Stop::Setup(what, actual) => alloc::format!("{what}: {actual}"),
            Stop::Own(error) => return Err(error.into()),
        };
        self.row("rest", "what comes after this in the group", Expected::Done, Actual::Fact(false, why), "");
        self.probe.close(MEETING_TIME).await?;
        self.probe.connect(MEETING_TIME).await
    }

    /// The end: both ends part, and nothing stays mapped.
    async fn part(&mut self) -> Result<(), Unmet> {
        self.group = "end";
        self.probe.close(MEETING_TIME).await?;
        let end = self.probe.platform().now() + PARTING_TIME;
        let grants = loop {
            self.quarantine.retry();
            let grants = self.quarantine.grants() + self.probe.grants_in_quarantine();
            if grants == 0 || self.probe.platform().now() >= end {
                break grants;
            }
            self.pause(PATIENCE).await;
        };
        let actual = Actual::Fact(grants == 0, alloc::format!("{grants} grants still mapped"));
        self.row("unmapped", "both ends Closed: pages that are still mapped", Expected::Fact("none"), actual, "0");
        Ok(())
    }

    fn row(&mut self, name: &str, request: &str, expected: Expected, actual: Actual, displ_be: &'static str) -> bool {
        let name = alloc::format!("{}.{name}", self.group);
        let row = Row { name, request: request.into(), expected, actual, displ_be };
        self.tally.count(&row);
        (self.report)(&row);
        row.is_expected()
    }

    /// The connector's visible area.
    fn resolution(&self, connector: usize) -> Resolution {
        self.probe.configuration().connectors[connector].resolution
    }

    fn connectors(&self) -> usize {
        self.probe.configuration().connectors.len()
    }

    fn cookie(&mut self) -> u64 {
        self.next_cookie += 1;
        self.next_cookie
    }

    /// A buffer that nobody has heard of yet, zeroed.
    fn buffer(&mut self, bytes: u32) -> Result<Buffer<P>, Stop> {
        let pages = buffer_pages(0, bytes).max(1);
        let directory_pages = directory_pages(pages);
        let (platform, peer) = (self.probe.platform(), self.probe.location().backend);
        let granted = Granted::new(platform, peer, directory_pages + pages, Error::RingMemory)?;
        let (own, buffer) = granted.references().split_at(directory_pages);
        directory::write(granted.memory().part(0, directory_pages * PAGE_SIZE), own, buffer);
        Ok(Buffer { granted, directory_pages, cookie: self.cookie(), bytes })
    }

    /// A buffer of a picture, and the framebuffer over it, both known to the back end.
    async fn framebuffer(&mut self, Resolution { width, height }: Resolution) -> Result<(Buffer<P>, u64), Stop> {
        let buffer = self.buffer(4 * width * height)?;
        let fb_cookie = self.cookie();
        self.need("a buffer is created", 0, Operation::BufferCreate(buffer.offer(width, height))).await?;
        let framebuffer = buffer.attach(fb_cookie, width, height);
        self.need("a framebuffer is attached", 0, Operation::FramebufferAttach(framebuffer)).await?;
        Ok((buffer, fb_cookie))
    }

    /// Gives back what [`Self::framebuffer`] has made.
    async fn give_back(&mut self, buffer: Buffer<P>, fb_cookie: u64) -> Result<(), Stop> {
        self.need("a framebuffer is detached", 0, Operation::FramebufferDetach(fb_cookie)).await?;
        self.need("a buffer is destroyed", 0, Operation::BufferDestroy(buffer.cookie)).await?;
        self.quarantine.end(buffer.granted);
        Ok(())
    }

    /// Sends a request and makes a row of the answer; whether it was as expected.
    async fn case(
        &mut self,
        (name, request): (&str, &str),
        on: usize,
        operation: Operation,
        (expected, displ_be): (Expected, &'static str),
    ) -> Result<bool, Stop> {
        let actual = self.ask(on, operation).await?;
        Ok(self.row(name, request, expected, actual, displ_be))
    }

    /// Sends a request that has to succeed for the cases that follow.
    async fn need(&mut self, what: &'static str, on: usize, operation: Operation) -> Result<(), Stop> {
        match self.ask(on, operation).await? {
            Actual::Answer(Status::OK) => Ok(()),
            actual => Err(Stop::Setup(what, actual)),
        }
    }

    async fn ask(&mut self, on: usize, operation: Operation) -> Result<Actual, Stop> {
        let request = Request { id: self.id(), operation };
        self.send(on, &request.encode()).await
    }

    fn id(&mut self) -> u16 {
        self.next_id = self.next_id.wrapping_add(1);
        self.next_id
    }

    /// Sends any 64 bytes and waits for the answer to them.
    async fn send(&mut self, on: usize, slot: &Slot) -> Result<Actual, Stop> {
        if self.probe.send(on, slot).is_err() {
            return Err(Stop::Connection);
        }
        self.answer_to(on, slot, ANSWER_TIME).await
    }

    /// Waits for the answer to a request that was sent.
    async fn answer_to(&mut self, on: usize, slot: &Slot, time: Duration) -> Result<Actual, Stop> {
        let id = u16::from_le_bytes([slot[0], slot[1]]);
        loop {
            let answer = match self.probe.answer(on, time).await {
                Ok(Some(answer)) => answer,
                Ok(None) if self.probe.backend_node("state").await.as_deref() != Some(b"4") => {
                    return Err(Stop::Connection);
                }
                Ok(None) => return Ok(Actual::NoAnswer),
                Err(error) => return Ok(Actual::Fact(false, alloc::format!("{error}"))),
            };
            let response = Response::decode(&answer);
            // A late answer to a request that was given up is none of this one's.
            if response.id == id {
                return Ok(checked(slot, &answer, response));
            }
        }
    }

    async fn pause(&self, time: Duration) {
        let platform = self.probe.platform();
        platform.sleep_until(platform.now() + time).await;
    }

    /// Everything that has come on the event page, within `time` after the last of it: the framebuffers' cookies.
    async fn events(&mut self, on: usize, time: Duration) -> Result<Vec<u64>, Stop> {
        let mut cookies = Vec::new();
        loop {
            match self.probe.event(on, time).await {
                Ok(Some(event)) => cookies.push(u64::from_le_bytes(core::array::from_fn(|byte| event[8 + byte]))),
                Ok(None) => return Ok(cookies),
                Err(_) => return Err(Stop::Connection),
            }
        }
    }
}

/// The answer's status, if the rest of it is right: it names the request's operation, and what it does not use is 0.
fn checked(slot: &Slot, answer: &Slot, response: Response) -> Actual {
    if response.code != slot[2] {
        return Actual::Fact(false, alloc::format!("{}, for operation {:#04x}", response.status, response.code));
    }
    if response.encode() != *answer {
        return Actual::Fact(false, alloc::format!("{}, reserved bytes set", response.status));
    }
    if response.status.is_ok() && response.edid_size != 0 {
        return Actual::Edid(response.edid_size);
    }
    Actual::Answer(response.status)
}

/// All of a framebuffer.
fn whole(fb_cookie: u64, Resolution { width, height }: Resolution) -> Scanout {
    Scanout { fb_cookie, x: 0, y: 0, width, height, bits_per_pixel: 32 }
}
