//! One connector: its rings, its head of the output, and the requests that concern it.

use core::fmt;

use log::Level;
use vitrine_xen::io::displif::nodes::Resolution;
use vitrine_xen::io::displif::{BadRequest, Event, Operation, Request, Response, Scanout, Status};
use vitrine_xen::platform::BackPlatform;
use vitrine_xen::ring::{RingError, Slot};
use vitrine_xen::{DomainId, GrantRef, Port};

use super::bucket::TokenBucket;
use super::buffers::Buffers;
use super::channel::Channel;
use super::config::Version;
use super::identity::Identity;
use super::turn::{Next, Weight};
use super::{Limits, Refusal};
use super::{edid, view};
use crate::output::{HeadId, Output, OutputError};

/// Counts of one connection.
#[derive(Default)]
struct Counts {
    /// Flips that were done.
    flips: u64,
    /// Requests that were refused.
    refused: u64,
    /// Frame-done events that found the event page full.
    lost_events: u64,
}

/// A connected connector.
pub struct Connector<P: BackPlatform> {
    platform: P,
    identity: Identity,
    /// What the toolstack has configured.
    resolution: Resolution,
    version: Version,
    channel: Channel<P>,
    head: HeadId,
    /// The visible part of the framebuffer, and the mode that it is shown in.
    scanout: Option<Scanout>,
    mode: Option<Resolution>,
    /// The framebuffer whose flip is not done.
    flipping: Option<u64>,
    next_event: u16,
    counts: Counts,
    /// Whether there may be requests on the ring.
    awake: bool,
    /// Whether the log says that requests had to wait.
    was_postponed: bool,
}

/// What every request may need.
pub struct Context<'a, P: BackPlatform, O> {
    /// The front end's domain.
    pub guest: DomainId,
    /// The device's buffers.
    pub buffers: &'a mut Buffers<P>,
    /// The output.
    pub output: &'a mut O,
    /// What a guest may ask for.
    pub limits: &'a Limits,
    /// How much of it at this time.
    pub requests: &'a TokenBucket,
}

impl<P: BackPlatform> Connector<P> {
    /// Takes a channel that was just bound, and opens the output's head.
    pub fn new<O: Output>(
        platform: &P,
        channel: Channel<P>,
        identity: Identity,
        (resolution, version): (Resolution, Version),
        output: &mut O,
    ) -> Result<Self, OutputError> {
        let head = output.open(&identity.name, resolution, &identity.to_string())?;
        Ok(Self {
            platform: platform.clone(),
            identity,
            resolution,
            version,
            channel,
            head,
            scanout: None,
            mode: None,
            flipping: None,
            next_event: 0,
            counts: Counts::default(),
            awake: true,
            was_postponed: false,
        })
    }

    /// Gives everything back.
    pub fn release<O: Output>(self, output: &mut O) {
        let Counts { flips, refused, lost_events } = self.counts;
        let line = format_args!("ends after {flips} flips, {refused} requests refused, {lost_events} events lost");
        self.log(Level::Info, line);
        output.close(self.head);
    }

    /// The port by which the front end says that there are requests.
    pub fn request_port(&self) -> Port {
        self.channel.request_port()
    }

    /// The output's head.
    pub fn head(&self) -> HeadId {
        self.head
    }

    /// There may be requests on the ring.
    pub fn wake(&mut self) {
        self.awake = true;
    }

    /// Whether there may be requests on the ring.
    pub fn is_awake(&self) -> bool {
        self.awake
    }

    /// Serves some requests and answers them; no more after one that takes long, and no more than the guest may make. An
    /// error: the front end's ring makes no sense.
    pub fn serve<O: Output>(&mut self, context: &mut Context<'_, P, O>) -> Result<Next, RingError> {
        let (mut notify, mut next) = (false, Next::Now);
        for _ in 0..context.limits.requests_per_turn {
            if !context.requests.has(|| self.platform.now()) {
                next = self.postpone(context);
                break;
            }
            let Some(slot) = self.channel.ring.pop()? else {
                next = Next::Event;
                break;
            };
            let request = Request::decode(&slot);
            let weight = request.map_or(Weight::Light, |request| Weight::of(&request.operation));
            context.requests.take(self.platform.now(), Limits::tokens(weight));
            let response = self.answer(request, &slot, context);
            notify |= self.channel.ring.push(&response.encode());
            if weight != Weight::Light {
                break;
            }
        }
        if notify {
            self.channel.notify_responses();
        }
        self.awake = next != Next::Event;
        Ok(next)
    }

    /// The guest has asked for more than it may: what waits on the ring stays there, and nothing is lost.
    fn postpone<O>(&mut self, context: &Context<'_, P, O>) -> Next {
        if !core::mem::replace(&mut self.was_postponed, true) {
            let limit = context.limits.requests_per_second;
            self.log(
                Level::Warn,
                format_args!("more than {limit} requests a second, some wait (--requests-per-second)"),
            );
        }
        Next::At(context.requests.time_of(context.limits.requests_together()))
    }

    /// The flip is on the screen: tells the front end.
    pub fn flip_done(&mut self) {
        let Some(fb_cookie) = self.flipping.take() else { return };
        self.counts.flips += 1;
        let event = Event::PageFlip { id: self.next_event, fb_cookie };
        let sent = self.channel.events.push(&event.encode()).is_ok();
        self.identity.trace.event(&self.platform, self.identity.place(), &event, sent);
        if !sent {
            self.counts.lost_events += 1;
            let lost = self.counts.lost_events;
            self.log(Level::Warn, format_args!("the event page is full, {lost} frame-done events lost so far"));
            return;
        }
        // An event that was not delivered has no number: Linux's driver never gets over a gap.
        self.next_event = self.next_event.wrapping_add(1);
        self.channel.notify_events();
    }

    /// Does what a request says.
    fn answer<O: Output>(
        &mut self,
        request: Result<Request, BadRequest>,
        slot: &Slot,
        context: &mut Context<'_, P, O>,
    ) -> Response {
        self.identity.trace.request(&self.platform, self.identity.place(), slot, request);
        let (id, code, outcome) = match request {
            Ok(request) if has_reserved_bytes(&request, slot) => {
                (request.id, request.operation.code(), Err(Refusal::ReservedBytes))
            }
            Ok(Request { id, operation }) => (id, operation.code(), self.execute(&operation, context)),
            Err(BadRequest { id, code }) => (id, code, Err(Refusal::UnknownOperation(code))),
        };
        let (status, edid_size) = match &outcome {
            Ok(edid_size) => (Status::OK, *edid_size),
            Err(refusal) => (self.refuse(code, refusal), 0),
        };
        let response = Response { id, code, status, edid_size };
        self.identity.trace.response(&self.platform, self.identity.place(), &response, outcome.err().as_ref());
        response
    }

    /// Returns the length of the EDID in bytes, and 0 for every other operation.
    fn execute<O: Output>(&mut self, operation: &Operation, context: &mut Context<'_, P, O>) -> Result<u32, Refusal> {
        let buffers = &mut *context.buffers;
        match operation {
            Operation::GetEdid { buffer_size, directory } => {
                return self.write_edid((*buffer_size, *directory), context);
            }
            Operation::SetConfig(scanout) => self.set_config(scanout, context),
            Operation::PageFlip(cookie) => self.flip(*cookie, context),
            _ if self.identity.index != 0 => Err(Refusal::WrongRing),
            Operation::BufferCreate(request) => buffers.create(&self.platform, context.guest, request, context.limits),
            Operation::BufferDestroy(cookie) => buffers.destroy(*cookie),
            Operation::FramebufferAttach(request) => buffers.attach(request, context.limits),
            Operation::FramebufferDetach(cookie) => buffers.detach(*cookie),
        }?;
        Ok(0)
    }

    fn write_edid<O: Output>(&self, buffer: (u32, GrantRef), context: &mut Context<'_, P, O>) -> Result<u32, Refusal> {
        let bytes = edid::describe(context.output.screen(self.head), &self.identity.name, self.resolution)?;
        edid::write(&self.platform, context.guest, buffer, &bytes)
    }

    fn set_config<O: Output>(&mut self, scanout: &Scanout, context: &mut Context<'_, P, O>) -> Result<(), Refusal> {
        if *scanout == Scanout::default() {
            (self.scanout, self.mode) = (None, None);
            return context.output.blank(self.head).map_err(Refusal::Output);
        }
        let format = context.buffers.depth(scanout.fb_cookie)?;
        if scanout.bits_per_pixel != format {
            return Err(Refusal::Depth { given: scanout.bits_per_pixel, format });
        }
        let mode = view::choose_mode(scanout, self.resolution, self.version, &context.output.screen(self.head));
        let visible = view::visible_part(scanout, context.buffers.size(scanout.fb_cookie)?, mode)?;
        let picture = context.buffers.picture(scanout.fb_cookie, &visible)?;
        context.output.show(self.head, mode, &picture).map_err(Refusal::Output)?;
        if self.mode != Some(mode) {
            self.log(Level::Info, format_args!("shows {}x{} in mode {mode}", visible.width, visible.height));
        }
        (self.scanout, self.mode) = (Some(visible), Some(mode));
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

    fn refuse(&mut self, code: u8, refusal: &Refusal) -> Status {
        self.counts.refused += 1;
        let status = refusal.status();
        self.log(Level::Warn, format_args!("operation {code:#04x} refused, {status}: {refusal}"));
        status
    }

    fn log(&self, level: Level, line: fmt::Arguments<'_>) {
        self.identity.log.write(self.platform.now(), level, format_args!("{}: {line}", self.identity));
    }
}

/// Whether bytes are set that have to be 0.
///
/// Linux writes its requests over the answers that it has read and clears nothing (`xen_drm_front.c`), so the status of the
/// slot's last answer, bytes 4 to 7, is still there. All that our answers have beside it, Linux's requests overwrite
/// or is 0. So these four bytes may be anything, and no others.
fn has_reserved_bytes(request: &Request, slot: &Slot) -> bool {
    let mut rest = *slot;
    rest[4..8].fill(0);
    request.stray_bytes(&rest)
}
