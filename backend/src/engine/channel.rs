//! A connector's two pages and two event channels, bound.

use core::fmt;

use vitrine_xen::platform::{BackPlatform, MapError, SharedPages};
use vitrine_xen::ring::{BackRing, EventProducer};
use vitrine_xen::{DomainId, Port};

use super::config::Transport;

/// Byte offset of `rsp_prod` in the control ring (`io/ring.h`).
const RESPONSE_PRODUCER: usize = 8;

/// Why what a front end has published can't be bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindError {
    /// The front end's event channel is not one that it has offered.
    Port(Port),
    /// A ring's page can't be mapped.
    Page(MapError),
    /// The control ring holds responses already: it was used with another back end.
    UsedRing,
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Port(port) => write!(f, "the front end's event channel {} can't be bound", port.0),
            Self::Page(error) => write!(f, "ring page: {error}"),
            Self::UsedRing => f.write_str("the control ring was used before"),
        }
    }
}

/// The control ring and the event page of one connector. Dropping it unmaps the pages and closes the ports.
pub struct Channel<P: BackPlatform> {
    /// Requests and responses.
    pub ring: BackRing<P::Mapping>,
    /// Frame-done events.
    pub events: EventProducer<P::Mapping>,
    request_port: BoundPort<P>,
    event_port: BoundPort<P>,
}

impl<P: BackPlatform> Channel<P> {
    /// Binds what the front end in `guest` has published. What was bound before a failure is undone.
    pub fn bind(platform: &P, guest: DomainId, transport: &Transport) -> Result<Self, BindError> {
        let ring = platform.map(guest, &[transport.request_ring]).map_err(BindError::Page)?;
        if ring.memory().read_u32(RESPONSE_PRODUCER) != 0 {
            return Err(BindError::UsedRing);
        }
        let events = platform.map(guest, &[transport.event_ring]).map_err(BindError::Page)?;
        Ok(Self {
            ring: BackRing::new(ring),
            events: EventProducer::new(events),
            request_port: BoundPort::new(platform, guest, transport.request_channel)?,
            event_port: BoundPort::new(platform, guest, transport.event_channel)?,
        })
    }

    /// The port by which the front end says that there are requests.
    pub fn request_port(&self) -> Port {
        self.request_port.port
    }

    /// Tells the front end that there are responses.
    pub fn notify_responses(&self) {
        self.request_port.notify();
    }

    /// Tells the front end that there are events.
    pub fn notify_events(&self) {
        self.event_port.notify();
    }
}

/// A port that is closed when it is dropped.
struct BoundPort<P: BackPlatform> {
    platform: P,
    port: Port,
}

impl<P: BackPlatform> BoundPort<P> {
    fn new(platform: &P, guest: DomainId, remote: Port) -> Result<Self, BindError> {
        let port = platform.bind_port(guest, remote).map_err(|_| BindError::Port(remote))?;
        Ok(Self { platform: platform.clone(), port })
    }

    fn notify(&self) {
        self.platform.notify(self.port);
    }
}

impl<P: BackPlatform> Drop for BoundPort<P> {
    fn drop(&mut self) {
        self.platform.close_port(self.port);
    }
}
