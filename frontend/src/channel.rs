//! A connector's two pages and two event channels.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use vitrine_xen::io::displif::nodes;
use vitrine_xen::platform::FrontPlatform;
use vitrine_xen::ring::{EventConsumer, FrontRing};
use vitrine_xen::{DomainId, Port};

use crate::Error;
use crate::shared::{Granted, Quarantine};

/// The control ring and the event page of one connector, shared with the back end.
pub struct Channel<P: FrontPlatform> {
    pub ring: FrontRing<Granted<P>>,
    pub events: EventConsumer<Granted<P>>,
    pub request_port: Port,
    pub event_port: Port,
}

impl<P: FrontPlatform> Channel<P> {
    /// How many pages are granted for it: the ring and the event page.
    pub const GRANTS: usize = 2;

    /// Makes the pages and ports. What was made before a failure is undone.
    pub fn new(platform: &P, peer: DomainId) -> Result<Self, Error> {
        let ring = Granted::new(platform, peer, 1, Error::RingMemory)?;
        let page = Granted::new(platform, peer, 1, Error::RingMemory)?;
        let request_port = platform.allocate_port(peer).map_err(|_| Error::Ports)?;
        let Ok(event_port) = platform.allocate_port(peer) else {
            platform.close_port(request_port);
            return Err(Error::Ports);
        };
        Ok(Self { ring: FrontRing::new(ring), events: EventConsumer::new(page), request_port, event_port })
    }

    /// The four nodes by which the back end finds the channel, below the connector's `path`.
    pub fn nodes(&self, path: &str) -> Vec<(String, String)> {
        let values = [
            (nodes::REQUEST_RING, self.ring.page().references()[0].0),
            (nodes::REQUEST_CHANNEL, self.request_port.0),
            (nodes::EVENT_RING, self.events.page().references()[0].0),
            (nodes::EVENT_CHANNEL, self.event_port.0),
        ];
        values.map(|(name, value)| (format!("{path}/{name}"), value.to_string())).into()
    }

    /// Closes the ports, then takes the pages back.
    pub fn release(self, platform: &P, quarantine: &mut Quarantine<P>) {
        platform.close_port(self.request_port);
        platform.close_port(self.event_port);
        quarantine.end(self.ring.into_page());
        quarantine.end(self.events.into_page());
    }
}
