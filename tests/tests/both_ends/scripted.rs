//! One end played by the test: it follows the protocol as far as the test lets it.

use std::time::Duration;

use vitrine_frontend::{Display, Pacing};
use vitrine_xen::fake::{Domain, Frame, Mapping, Pages, Vdispl, vdispl};
use vitrine_xen::io::displif::nodes::{EVENT_CHANNEL, EVENT_RING, REQUEST_CHANNEL, REQUEST_RING, parse_number};
use vitrine_xen::io::displif::{Event, Operation, Request, Response, Status};
use vitrine_xen::platform::{BackPlatform, FrontPlatform, OwnPages};
use vitrine_xen::ring::{BackRing, EventConsumer, EventProducer, FrontRing};
use vitrine_xen::xenbus::XenbusState;
use vitrine_xen::{Access, GrantRef, Port};

use crate::rig::Rig;
use crate::setup::{Both, DOM0, GUEST, MODE};

/// The real front end's opposite: answers what it is told to answer, when it is told to.
pub struct ScriptedBackEnd {
    dom0: Domain,
    guest: Domain,
    ring: BackRing<Mapping>,
    events: EventProducer<Mapping>,
    ports: [Port; 2],
    references: [GrantRef; 2],
}

impl ScriptedBackEnd {
    /// Lets the real front end connect to a new one of these, up to the requests that make its buffers known.
    pub fn meet() -> (Both, Display<Domain>, Self) {
        Self::meet_with(&Vdispl::one("Virtual-1", MODE))
    }

    /// The same with another configuration.
    pub fn meet_with(configuration: &Vdispl) -> (Both, Display<Domain>, Self) {
        let mut both = Both::without_device();
        both.world.add_vdispl(GUEST, DOM0, 0, configuration);
        Self::enter(&both, XenbusState::InitWait);
        let (display, _) = both.open(Pacing::Free).unwrap();
        both.settle();
        let back_end = Self::bind(&both);
        Self::enter(&both, XenbusState::Connected);
        both.settle();
        (both, display, back_end)
    }

    /// Writes the back end's state.
    pub fn enter(both: &Both, state: XenbusState) {
        both.world.store_write(&format!("{}/state", vdispl::backend_path(GUEST, DOM0, 0)), state.digit());
    }

    /// Maps and binds what the front end has published.
    pub fn bind(both: &Both) -> Self {
        let node = |name: &str| {
            let path = format!("{}/0/{name}", vdispl::frontend_path(GUEST, 0));
            parse_number(&both.world.store_read(&path).expect("the front end has published")).unwrap()
        };
        let references = [REQUEST_RING, EVENT_RING].map(|name| GrantRef(node(name)));
        let [ring, events] = references.map(|reference| both.dom0.map(GUEST, &[reference]).unwrap());
        let ports = [REQUEST_CHANNEL, EVENT_CHANNEL].map(|name| both.dom0.bind_port(GUEST, Port(node(name))).unwrap());
        let (dom0, guest) = (both.dom0.clone(), both.guest.clone());
        Self { dom0, guest, ring: BackRing::new(ring), events: EventProducer::new(events), ports, references }
    }

    /// The next request.
    pub fn next(&mut self) -> Option<Request> {
        let slot = self.ring.pop().expect("the front end's ring is sound")?;
        Some(Request::decode(&slot).expect("the front end's requests are sound"))
    }

    /// Answers a request.
    pub fn answer(&mut self, request: &Request, status: Status) {
        self.respond(request.id, request.operation.code(), status);
    }

    /// Sends any response.
    pub fn respond(&mut self, id: u16, code: u8, status: Status) {
        self.send(&Response { id, code, status, edid_size: 0 });
    }

    /// The same, whole.
    pub fn send(&mut self, response: &Response) {
        self.ring.push(&response.encode());
        self.dom0.notify(self.ports[0]);
    }

    /// Sends a frame-done event.
    pub fn frame_done(&mut self, id: u16, fb_cookie: u64) {
        self.events.push(&Event::PageFlip { id, fb_cookie }.encode()).expect("the front end takes its events");
        self.dom0.notify(self.ports[1]);
    }

    /// Answers everything with success until a page flip has come, and returns that.
    pub fn answer_until_flip(&mut self, both: &mut Both) -> Request {
        for _ in 0..100 {
            both.settle();
            match self.next() {
                Some(flip @ Request { operation: Operation::PageFlip(_), .. }) => return flip,
                Some(request) => self.answer(&request, Status::OK),
                None => both.run_for(Duration::from_millis(1)),
            }
        }
        panic!("no page flip comes");
    }

    /// Answers a page flip and says that it is done.
    pub fn complete(&mut self, flip: &Request, event_id: u16) {
        self.answer(flip, Status::OK);
        self.frame_done(event_id, cookie(flip));
    }

    /// Answers everything with success and reports every flip, until nothing comes any more. Returns the flips' cookies.
    pub fn answer_all(&mut self, rig: &mut Rig) -> Vec<u64> {
        let mut flips = Vec::new();
        loop {
            rig.settle();
            let Some(request) = self.next() else { return flips };
            self.answer(&request, Status::OK);
            if let Operation::PageFlip(cookie) = request.operation {
                self.frame_done(flips.len() as u16, cookie);
                flips.push(cookie);
            }
        }
    }

    /// The page of the control ring, and that of the events.
    pub fn page(&self, index: usize) -> Frame {
        self.guest.granted(self.references[index]).expect("the page is still granted")
    }

    /// Sends the event of the control ring, or that of the event page, without having written anything.
    pub fn notify(&self, index: usize) {
        self.dom0.notify(self.ports[index]);
    }

    /// Closes its ports and unmaps its pages.
    pub fn leave(self) {
        self.ports.into_iter().for_each(|port| self.dom0.close_port(port));
    }
}

/// The framebuffer that a page flip is for.
pub fn cookie(flip: &Request) -> u64 {
    match flip.operation {
        Operation::PageFlip(cookie) => cookie,
        _ => panic!("{flip:?} is no page flip"),
    }
}

/// The real back end's opposite: publishes and sends what it is told to.
pub struct ScriptedFrontEnd {
    guest: Domain,
    /// The control ring and the event page, as rings and as raw pages. The raw ones are first in order.
    pub pages: [Frame; 2],
    pub ring: FrontRing<Pages>,
    pub events: EventConsumer<Pages>,
    pub ports: [Port; 2],
    /// The grants of these pages.
    pub references: [GrantRef; 2],
    next_id: u16,
}

impl ScriptedFrontEnd {
    /// A front end that is connected to the real back end.
    pub fn meet() -> (Both, Self) {
        let mut both = Both::new();
        let front_end = Self::new(&both);
        front_end.publish(&both);
        both.settle();
        assert_eq!(both.states().1, XenbusState::Connected);
        front_end.enter(&both, XenbusState::Connected);
        both.settle();
        (both, front_end)
    }

    /// Rings and ports that nobody knows of yet.
    pub fn new(both: &Both) -> Self {
        let guest = both.guest.clone();
        let pages = [(); 2].map(|()| guest.allocate(1).unwrap());
        let references = [0, 1].map(|index: usize| grant(&guest, &pages[index], 0));
        let ports = [(); 2].map(|()| guest.allocate_port(DOM0).unwrap());
        let raw = references.map(|reference| guest.granted(reference).unwrap());
        let [ring, events] = pages;
        let (ring, events) = (FrontRing::new(ring), EventConsumer::new(events));
        Self { guest, pages: raw, ring, events, ports, references, next_id: 0 }
    }

    /// Writes the transport nodes and goes to Initialised.
    pub fn publish(&self, both: &Both) {
        let values = [
            (REQUEST_RING, self.references[0].0),
            (REQUEST_CHANNEL, self.ports[0].0),
            (EVENT_RING, self.references[1].0),
            (EVENT_CHANNEL, self.ports[1].0),
        ];
        for (name, value) in values {
            let path = format!("{}/0/{name}", vdispl::frontend_path(GUEST, 0));
            both.world.store_write(&path, value.to_string());
        }
        self.enter(both, XenbusState::Initialised);
    }

    /// Writes the front end's state.
    pub fn enter(&self, both: &Both, state: XenbusState) {
        both.world.store_write(&format!("{}/state", vdispl::frontend_path(GUEST, 0)), state.digit());
    }

    /// Sends a request and returns the answer's status; `None` when none comes.
    pub fn request(&mut self, both: &mut Both, operation: Operation) -> Option<Status> {
        let id = self.next_id;
        self.next_id += 1;
        self.send(&Request { id, operation }.encode());
        both.settle();
        let response = Response::decode(&self.ring.pop().unwrap()?);
        assert_eq!((response.id, response.code), (id, operation.code()));
        Some(response.status)
    }

    /// Sends any 64 bytes.
    pub fn send(&mut self, slot: &[u8; 64]) {
        self.ring.push(slot).expect("the back end answers");
        self.guest.notify(self.ports[0]);
    }

    /// Says that there is something on the control ring.
    pub fn notify(&self) {
        self.guest.notify(self.ports[0]);
    }

    /// Sends the event of the event page, which has no meaning in this direction.
    pub fn notify_events(&self) {
        self.guest.notify(self.ports[1]);
    }
}

/// Grants one page of a run to domain 0, to be written too.
pub fn grant(guest: &Domain, pages: &Pages, index: usize) -> GrantRef {
    guest.grant(DOM0, pages.gfn(index), Access::ReadWrite).unwrap()
}
