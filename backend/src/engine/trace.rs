//! Every message in a readable form, for people who look for what two ends say to each other.
//!
//! A line is: seconds since the back end's start, the device (`d5/0`: domain 5, device 0), the connector (`0:Virtual-1`, or
//! `-` for the whole device), what it is, and the rest by the names of `io/displif.h`. `README.md` has the list.

use core::fmt;
use core::time::Duration;
use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;

use vitrine_xen::io::displif::{BadRequest, Event, Operation, Request, Response, Scanout, opcode};
use vitrine_xen::platform::BackPlatform;
use vitrine_xen::ring::Slot;
use vitrine_xen::xenbus::XenbusState;

use super::config::{Transport, Version};
use super::{DeviceId, Refusal};

/// Where messages are written; nowhere by default. A handle: all copies write to the same place.
#[derive(Clone, Default)]
pub struct Trace(Option<Rc<RefCell<Sink>>>);

/// What takes lines, until it fails.
type Sink = Option<Box<dyn Write>>;

/// One of a device's connectors, or the whole device.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The device.
    pub device: DeviceId,
    /// The connector's number and name.
    pub connector: Option<(usize, &'a str)>,
}

impl Trace {
    /// Writes every line to `sink`, with one call. After the first error, which is logged, nothing more is written.
    pub fn to(sink: impl Write + 'static) -> Self {
        Self(Some(Rc::new(RefCell::new(Some(Box::new(sink))))))
    }

    /// A request, as it came.
    pub fn request<P: BackPlatform>(
        &self,
        platform: &P,
        place: Place<'_>,
        slot: &Slot,
        request: Result<Request, BadRequest>,
    ) {
        match request {
            Ok(request) => {
                let Request { id, operation } = request;
                let bytes = Bytes(request.stray_bytes(slot).then_some(slot));
                self.write(platform, place, format_args!("request id={id} {}{bytes}", Fields(&operation)));
            }
            Err(BadRequest { id, .. }) => {
                self.write(platform, place, format_args!("request id={id} unknown{}", Bytes(Some(slot))));
            }
        }
    }

    /// A response, and why the request was refused, if it was.
    pub fn response<P: BackPlatform>(
        &self,
        platform: &P,
        place: Place<'_>,
        response: &Response,
        refusal: Option<&Refusal>,
    ) {
        let Response { id, code, status, edid_size } = *response;
        let why = Why(refusal);
        let line = format_args!("response id={id} {} status={status}{}{why}", Name(code), EdidSize(edid_size));
        self.write(platform, place, line);
    }

    /// An event, and whether there was room for it.
    pub fn event<P: BackPlatform>(&self, platform: &P, place: Place<'_>, event: &Event, sent: bool) {
        let lost = if sent { "" } else { " lost: the event page is full" };
        match *event {
            Event::PageFlip { id, fb_cookie } => {
                self.write(platform, place, format_args!("event id={id} PG_FLIP fb_cookie={fb_cookie:#x}{lost}"));
            }
            Event::Unknown(kind) => self.write(platform, place, format_args!("event type={kind:#04x}{lost}")),
        }
    }

    /// The front end's state, as it was read, or the back end's, as it was written.
    pub fn state<P: BackPlatform>(&self, platform: &P, device: DeviceId, end: &str, state: XenbusState) {
        self.write(platform, Place { device, connector: None }, format_args!("{end} {state:?}"));
    }

    /// The version that the front end has chosen.
    pub fn version<P: BackPlatform>(&self, platform: &P, device: DeviceId, version: Version) {
        let number = match version {
            Version::One => 1,
            Version::Two => 2,
        };
        self.write(platform, Place { device, connector: None }, format_args!("published version={number}"));
    }

    /// What the front end has published of a connector.
    pub fn transport<P: BackPlatform>(&self, platform: &P, place: Place<'_>, transport: &Transport) {
        let Transport { request_ring, request_channel, event_ring, event_channel } = transport;
        let line = format_args!(
            "published req-ring-ref={} req-event-channel={} evt-ring-ref={} evt-event-channel={}",
            request_ring.0, request_channel.0, event_ring.0, event_channel.0
        );
        self.write(platform, place, line);
    }

    fn write<P: BackPlatform>(&self, platform: &P, place: Place<'_>, message: fmt::Arguments<'_>) {
        let Some(sink) = &self.0 else { return };
        let mut sink = sink.borrow_mut();
        let Some(open) = sink.as_mut() else { return };
        let line = format!("{} {place} {message}\n", Seconds(platform.now()));
        if let Err(error) = open.write_all(line.as_bytes()) {
            log::error!("the trace ends here, it can't be written: {error}");
            *sink = None;
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.connector {
            Some((index, name)) => write!(f, "{} {index}:{name}", self.device),
            None => write!(f, "{} -", self.device),
        }
    }
}

struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}", self.0.as_secs(), self.0.subsec_micros())
    }
}

/// An operation's name, by its code.
struct Name(u8);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            opcode::DBUF_CREATE => "DBUF_CREATE",
            opcode::DBUF_DESTROY => "DBUF_DESTROY",
            opcode::FB_ATTACH => "FB_ATTACH",
            opcode::FB_DETACH => "FB_DETACH",
            opcode::SET_CONFIG => "SET_CONFIG",
            opcode::PG_FLIP => "PG_FLIP",
            opcode::GET_EDID => "GET_EDID",
            code => return write!(f, "operation={code:#04x}"),
        })
    }
}

/// An operation's name and fields.
struct Fields<'a>(&'a Operation);

impl fmt::Display for Fields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Name(self.0.code()))?;
        match self.0 {
            Operation::BufferCreate(buffer) => write!(
                f,
                " dbuf_cookie={:#x} width={} height={} bpp={} buffer_sz={} flags={:#x} gref_directory={} data_ofs={}",
                buffer.dbuf_cookie,
                buffer.width,
                buffer.height,
                buffer.bits_per_pixel,
                buffer.buffer_size,
                buffer.flags,
                buffer.directory.0,
                buffer.data_offset
            ),
            Operation::BufferDestroy(cookie) => write!(f, " dbuf_cookie={cookie:#x}"),
            Operation::FramebufferAttach(framebuffer) => write!(
                f,
                " dbuf_cookie={:#x} fb_cookie={:#x} width={} height={} pixel_format={}",
                framebuffer.dbuf_cookie,
                framebuffer.fb_cookie,
                framebuffer.width,
                framebuffer.height,
                FourCc(framebuffer.pixel_format)
            ),
            Operation::FramebufferDetach(cookie) | Operation::PageFlip(cookie) => write!(f, " fb_cookie={cookie:#x}"),
            Operation::SetConfig(Scanout { fb_cookie, x, y, width, height, bits_per_pixel }) => {
                write!(f, " fb_cookie={fb_cookie:#x} x={x} y={y} width={width} height={height} bpp={bits_per_pixel}")
            }
            Operation::GetEdid { buffer_size, directory } => {
                write!(f, " buffer_sz={buffer_size} gref_directory={}", directory.0)
            }
        }
    }
}

/// A pixel format's code: four letters, or a number where they are none.
struct FourCc(u32);

impl fmt::Display for FourCc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letters = self.0.to_le_bytes();
        match core::str::from_utf8(&letters) {
            Ok(text) if letters.iter().all(u8::is_ascii_alphanumeric) => f.write_str(text),
            _ => write!(f, "{:#010x}", self.0),
        }
    }
}

/// All bytes of a packet whose fields don't say everything.
struct Bytes<'a>(Option<&'a Slot>);

impl fmt::Display for Bytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(slot) = self.0 else { return Ok(()) };
        f.write_str(" bytes=")?;
        slot.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

struct EdidSize(u32);

impl fmt::Display for EdidSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 { Ok(()) } else { write!(f, " edid_sz={}", self.0) }
    }
}

struct Why<'a>(Option<&'a Refusal>);

impl fmt::Display for Why<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |refusal| write!(f, ": {refusal}"))
    }
}
