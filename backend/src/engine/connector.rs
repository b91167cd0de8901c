//! One connector: its rings, its head of the output, and the requests that concern it.

use std::rc::Rc;

use log::Level;
use vitrine_xen::io::displif::nodes::Resolution;
use vitrine_xen::io::displif::{Event, Operation, Request, Response, Scanout, Status};
use vitrine_xen::platform::{BackPlatform, SharedPages};
use vitrine_xen::ring::{BackRing, EventProducer, RingError, Slot};
use vitrine_xen::{DomainId, Port};

use super::buffers::Buffers;
use super::config::{ConnectorConfig, Transport};
use super::guest_log::GuestLog;
use super::{Limits, Refusal};
use crate::output::{HeadId, Output};

/// Byte offset of `rsp_prod` in the control ring (`io/ring.h`).
const RESPONSE_PRODUCER: usize = 8;

/// Why a connector can't be bound.
#[derive(Debug)]
pub enum BindError {
    /// An event channel can't be bound.
    Port(Port),
    /// A ring's page can't be mapped.
    Page(vitrine_xen::platform::MapError),
    /// The control ring holds responses already: it was used with another back end.
    UsedRing,
    /// The output does not take the connector.
    Output(crate::output::OutputError),
}

impl core::fmt::Display for BindError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Port(port) => write!(f, "the front end's event channel {} can't be bound", port.0),
            Self::Page(error) => write!(f, "ring page: {error}"),
            Self::UsedRing => f.write_str("the control ring was used before"),
            Self::Output(error) => error.fmt(f),
        }
    }
}

/// Counts of one connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Flips that were done.
    pub flips: u64,
    /// Requests that were refused.
    pub refused: u64,
    /// Frame-done events that found the event page full.
    pub lost_events: u64,
}

/// A connected connector.
pub struct Connector<P: BackPlatform> {
    platform: P,
    index: usize,
    /// Whose it is, in the log.
    label: String,
    log: Rc<GuestLog>,
    resolution: Resolution,
    ring: BackRing<P::Mapping>,
    events: EventProducer<P::Mapping>,
    request_port: Port,
    event_port: Port,
    head: HeadId,
    scanout: Option<Scanout>,
    /// The framebuffer whose flip is not done.
    flipping: Option<u64>,
    next_event: u16,
    counts: Counts,
    /// Whether there may be requests on the ring.
    awake: bool,
}

/// How a ring's turn ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Nothing is left; the front end will send an event.
    Empty,
    /// There may be more.
    More,
}

/// What every request may need.
pub struct Context<'a, P: BackPlatform, O> {
    /// The front end's domain.
    pub guest: DomainId,
    /// The device's buffers.
    pub buffers: &'a mut Buffers<P::Mapping>,
    /// The output.
    pub output: &'a mut O,
    /// What a guest may ask for.
    pub limits: &'a Limits,
}

impl<P: BackPlatform> Connector<P> {
    /// Binds what the front end has published. What was bound before a failure is undone.
    pub fn bind<O: Output>(
        platform: &P,
        guest: DomainId,
        (index, config): (usize, &ConnectorConfig),
        transport: &Transport,
        output: &mut O,
        (label, log): (String, Rc<GuestLog>),
    ) -> Result<Self, BindError> {
        let ring = platform.map(guest, &[transport.request_ring]).map_err(BindError::Page)?;
        if ring.memory().read_u32(RESPONSE_PRODUCER) != 0 {
            return Err(BindError::UsedRing);
        }
        let events = platform.map(guest, &[transport.event_ring]).map_err(BindError::Page)?;
        let request_port = Bound::new(platform, guest, transport.request_channel)?;
        let event_port = Bound::new(platform, guest, transport.event_channel)?;
        let head = output.open(&config.name, config.resolution, &label).map_err(BindError::Output)?;
        Ok(Self {
            platform: platform.clone(),
            index,
            label,
            log,
            resolution: config.resolution,
            ring: BackRing::new(ring),
            events: EventProducer::new(events),
            request_port: request_port.keep(),
            event_port: event_port.keep(),
            head,
            scanout: None,
            flipping: None,
            next_event: 0,
            counts: Counts::default(),
            awake: true,
        })
    }

    /// Gives everything back.
    pub fn release<O: Output>(self, output: &mut O) {
        let Counts { flips, refused, lost_events } = self.counts;
        let line = format_args!("ends after {flips} flips, {refused} requests refused, {lost_events} events lost");
        self.log(Level::Info, line);
        output.close(self.head);
        self.platform.close_port(self.request_port);
        self.platform.close_port(self.event_port);
    }

    /// The port by which the front end says that there are requests.
    pub fn request_port(&self) -> Port {
        self.request_port
    }

    /// The output's head.
    pub fn head(&self) -> HeadId {
        self.head
    }

    /// Counts since the connector was bound.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// There may be requests on the ring.
    pub fn wake(&mut self) {
        self.awake = true;
    }

    /// Whether there may be requests on the ring.
    pub fn is_awake(&self) -> bool {
        self.awake
    }

    /// Serves some requests and answers them. An error: the front end's ring makes no sense.
    pub fn serve<O: Output>(&mut self, context: &mut Context<'_, P, O>) -> Result<Turn, RingError> {
        let (mut notify, mut turn) = (false, Turn::More);
        for _ in 0..context.limits.requests_per_turn {
            let Some(slot) = self.ring.pop()? else {
                turn = Turn::Empty;
                break;
            };
            let (response, copied) = self.answer(&slot, context);
            notify |= self.ring.push(&response.encode());
            if copied {
                break;
            }
        }
        if notify {
            self.platform.notify(self.request_port);
        }
        self.awake = turn == Turn::More;
        Ok(turn)
    }

    /// The flip is on the screen: tells the front end.
    pub fn flip_done(&mut self) {
        let Some(fb_cookie) = self.flipping.take() else { return };
        self.counts.flips += 1;
        let event = Event::PageFlip { id: self.next_event, fb_cookie };
        if self.events.push(&event.encode()).is_err() {
            self.counts.lost_events += 1;
            let lost = self.counts.lost_events;
            self.log(Level::Warn, format_args!("the event page is full, {lost} frame-done events lost so far"));
            return;
        }
        // An event that was not delivered has no number: Linux's driver never gets over a gap.
        self.next_event = self.next_event.wrapping_add(1);
        self.platform.notify(self.event_port);
    }

    /// Does what a request says. The second answer: whether a picture was copied.
    fn answer<O: Output>(&mut self, slot: &Slot, context: &mut Context<'_, P, O>) -> (Response, bool) {
        let (id, code, outcome, copied) = match Request::decode(slot) {
            Ok(request) => {
                let copied = matches!(request.operation, Operation::SetConfig(_) | Operation::PageFlip(_));
                (request.id, request.operation.code(), self.execute(&request.operation, context), copied)
            }
            Err(bad) => (bad.id, bad.code, Err(Refusal::UnknownOperation(bad.code)), false),
        };
        let status = match outcome {
            Ok(()) => Status::OK,
            Err(refusal) => {
                self.log_refusal(code, &refusal);
                refusal.status()
            }
        };
        (Response { id, code, status, edid_size: 0 }, copied && status.is_ok())
    }

    fn execute<O: Output>(&mut self, operation: &Operation, context: &mut Context<'_, P, O>) -> Result<(), Refusal> {
        let buffers = &mut *context.buffers;
        match operation {
            Operation::SetConfig(scanout) => self.set_config(scanout, context),
            Operation::PageFlip(cookie) => self.flip(*cookie, context),
            Operation::GetEdid { .. } => Err(Refusal::Edid),
            _ if self.index != 0 => Err(Refusal::WrongRing),
            Operation::BufferCreate(request) => buffers.create(&self.platform, context.guest, request, context.limits),
            Operation::BufferDestroy(cookie) => buffers.destroy(*cookie),
            Operation::FramebufferAttach(request) => buffers.attach(request, context.limits),
            Operation::FramebufferDetach(cookie) => buffers.detach(*cookie),
        }
    }

    fn set_config<O: Output>(&mut self, scanout: &Scanout, context: &mut Context<'_, P, O>) -> Result<(), Refusal> {
        if *scanout == Scanout::default() {
            self.scanout = None;
            return context.output.blank(self.head).map_err(Refusal::Output);
        }
        let Resolution { width, height } = self.resolution;
        if scanout.width > width || scanout.height > height {
            return Err(Refusal::OutsideConnector(self.resolution));
        }
        let format = context.buffers.depth(scanout.fb_cookie)?;
        if scanout.bits_per_pixel != format {
            return Err(Refusal::Depth { given: scanout.bits_per_pixel, format });
        }
        let picture = context.buffers.picture(scanout.fb_cookie, scanout)?;
        context.output.show(self.head, &picture).map_err(Refusal::Output)?;
        if self.scanout.is_none() {
            self.log(Level::Info, format_args!("shows {}x{}", scanout.width, scanout.height));
        }
        self.scanout = Some(*scanout);
        Ok(())
    }

    fn flip<O: Output>(&mut self, cookie: u64, context: &mut Context<'_, P, O>) -> Result<(), Refusal> {
        let scanout = self.scanout.as_ref().ok_or(Refusal::NotConfigured)?;
        if self.flipping.is_some() {
            return Err(Refusal::FlipPending);
        }
        let picture = context.buffers.picture(cookie, scanout)?;
        context.output.flip(self.head, &picture).map_err(Refusal::Output)?;
        self.flipping = Some(cookie);
        Ok(())
    }

    fn log_refusal(&mut self, code: u8, refusal: &Refusal) {
        self.counts.refused += 1;
        let status = refusal.status();
        self.log(Level::Warn, format_args!("operation {code:#04x} refused, {status}: {refusal}"));
    }

    fn log(&self, level: Level, line: core::fmt::Arguments<'_>) {
        self.log.write(self.platform.now(), level, format_args!("{}: {line}", self.label));
    }
}

/// A bound port that is closed again unless it is kept.
struct Bound<'a, P: BackPlatform> {
    platform: &'a P,
    port: Option<Port>,
}

impl<'a, P: BackPlatform> Bound<'a, P> {
    fn new(platform: &'a P, guest: DomainId, remote: Port) -> Result<Self, BindError> {
        let port = platform.bind_port(guest, remote).map_err(|_| BindError::Port(remote))?;
        Ok(Self { platform, port: Some(port) })
    }

    fn keep(mut self) -> Port {
        self.port.take().expect("kept once, by value")
    }
}

impl<P: BackPlatform> Drop for Bound<'_, P> {
    fn drop(&mut self) {
        if let Some(port) = self.port {
            self.platform.close_port(port);
        }
    }
}
