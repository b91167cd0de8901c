//! A world with dom0's back end and one guest whose every word the test chooses.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::rc::Rc;

use vitrine_backend::engine::{Engine, Limits};
use vitrine_backend::output::{HeadId, Output, OutputError, Picture};
use vitrine_xen::edid::Edid;
use vitrine_xen::fake::vdispl::{backend_path, frontend_path};
use vitrine_xen::fake::{Domain, Pages, SyncStore, Vdispl, World};
use vitrine_xen::io::displif::directory::{self, directory_pages};
use vitrine_xen::io::displif::nodes::{self, Resolution};
use vitrine_xen::io::displif::{
    DisplayBuffer, Event, Framebuffer, Operation, PixelFormat, Request, Response, Scanout, Status,
};
use vitrine_xen::memory::SharedMemory;
use vitrine_xen::platform::{BackStore, FrontPlatform, OwnPages, SharedPages};
use vitrine_xen::ring::{EventConsumer, FrontRing, Slot};
use vitrine_xen::xenbus::XenbusState;
use vitrine_xen::{Access, DomainId, GrantRef, PAGE_SIZE, Port};

pub const DOM0: DomainId = DomainId(0);
pub const GUEST: DomainId = DomainId(5);

/// What a head of the canvas shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// The connector's name.
    pub connector: String,
    /// The mode that was set last.
    pub mode: Option<(u32, u32)>,
    /// Whose it is.
    pub label: String,
    /// The size of the picture, and its rows as XRGB8888; `None` while the head is blank.
    pub picture: Option<((u32, u32), Vec<u8>)>,
    /// Pictures that were copied.
    pub copies: usize,
}

/// An output in memory whose flips are done when the test says so.
#[derive(Clone, Default)]
pub struct Canvas(Rc<RefCell<CanvasState>>);

#[derive(Default)]
struct CanvasState {
    heads: BTreeMap<HeadId, Shown>,
    opened: u32,
    pending: VecDeque<HeadId>,
    done: VecDeque<HeadId>,
    missing: Option<String>,
    refused: Option<(u32, u32)>,
    screen: Edid,
}

impl Canvas {
    /// Every head that is open.
    pub fn heads(&self) -> Vec<Shown> {
        self.0.borrow().heads.values().cloned().collect()
    }

    /// Every flip so far is on the screen now.
    pub fn finish_flips(&self) {
        let mut state = self.0.borrow_mut();
        let pending = core::mem::take(&mut state.pending);
        state.done.extend(pending);
    }

    /// The flips of one connector so far are on the screen now.
    pub fn finish_flip(&self, connector: &str) {
        let mut state = self.0.borrow_mut();
        let CanvasState { heads, pending, done, .. } = &mut *state;
        let (finished, left) = pending.iter().partition(|head| heads[head].connector == connector);
        *pending = left;
        done.extend::<VecDeque<HeadId>>(finished);
    }

    /// From now on a mode of this size can't be set.
    pub fn refuses(&self, size: (u32, u32)) {
        self.0.borrow_mut().refused = Some(size);
    }

    /// What every connector's screen is from now on.
    pub fn set_screen(&self, screen: Edid) {
        self.0.borrow_mut().screen = screen;
    }

    /// From now on there is no connector of this name.
    pub fn lacks(&self, connector: &str) {
        self.0.borrow_mut().missing = Some(connector.into());
    }

    fn copy(&self, head: HeadId, picture: &Picture<'_>) {
        let mut rows = vec![0; 4 * (picture.width() * picture.height()) as usize];
        for (y, row) in rows.chunks_exact_mut(4 * picture.width() as usize).enumerate() {
            picture.copy_row(y as u32, row);
        }
        let mut state = self.0.borrow_mut();
        let shown = state.heads.get_mut(&head).expect("an open head");
        shown.picture = Some(((picture.width(), picture.height()), rows));
        shown.copies += 1;
    }
}

impl Output for Canvas {
    fn check(&mut self, connector: &str, _: Resolution) -> Result<(), OutputError> {
        if self.0.borrow().missing.as_deref() == Some(connector) {
            return Err(OutputError::UnknownConnector(connector.into(), vec!["Other-1".into()]));
        }
        Ok(())
    }

    fn open(&mut self, connector: &str, _: Resolution, label: &str) -> Result<HeadId, OutputError> {
        let mut state = self.0.borrow_mut();
        if state.heads.values().any(|shown| shown.connector == connector) {
            return Err(OutputError::Taken(connector.into()));
        }
        state.opened += 1;
        let head = HeadId(state.opened);
        let shown = Shown { connector: connector.into(), label: label.into(), ..Shown::default() };
        state.heads.insert(head, shown);
        Ok(head)
    }

    fn close(&mut self, head: HeadId) {
        let mut state = self.0.borrow_mut();
        state.heads.remove(&head).expect("an open head");
        state.pending.retain(|pending| *pending != head);
    }

    fn screen(&self, _: HeadId) -> Edid {
        self.0.borrow().screen.clone()
    }

    fn show(&mut self, head: HeadId, mode: Resolution, picture: &Picture<'_>) -> Result<(), OutputError> {
        if self.0.borrow().refused == Some((mode.width, mode.height)) {
            return Err(OutputError::Device("the mode can't be set", io::ErrorKind::InvalidInput.into()));
        }
        self.copy(head, picture);
        self.0.borrow_mut().heads.get_mut(&head).expect("an open head").mode = Some((mode.width, mode.height));
        Ok(())
    }

    fn flip(&mut self, head: HeadId, picture: &Picture<'_>) -> Result<(), OutputError> {
        self.copy(head, picture);
        self.0.borrow_mut().pending.push_back(head);
        Ok(())
    }

    fn blank(&mut self, head: HeadId) -> Result<(), OutputError> {
        self.0.borrow_mut().heads.get_mut(&head).expect("an open head").picture = None;
        Ok(())
    }

    fn next_done(&mut self) -> Option<HeadId> {
        self.0.borrow_mut().done.pop_front()
    }
}

/// A world with a back end in domain 0.
pub struct Scene {
    pub world: World,
    pub dom0: Domain,
    pub canvas: Canvas,
    pub engine: Engine<Domain, SyncStore, Canvas>,
    store: SyncStore,
}

impl Scene {
    pub fn new(limits: Limits) -> Self {
        Self::in_world(World::new(), limits)
    }

    /// A back end that starts in a world that exists already.
    pub fn in_world(world: World, limits: Limits) -> Self {
        let dom0 = world.domain(DOM0);
        let (store, canvas) = (dom0.sync_store(), Canvas::default());
        let engine = Engine::new(dom0.clone(), store.clone(), canvas.clone(), DOM0, limits).unwrap();
        Self { world, dom0, canvas, engine, store }
    }

    /// Ends the back end as `kill -9` does: the kernel undoes what it held, the states in xenstore stay.
    pub fn kill(self) -> World {
        drop(self.engine);
        self.dom0.end_process();
        self.world
    }

    /// Lets the back end work until it has nothing to do. Returns how often it was polled.
    pub fn run(&mut self) -> usize {
        for polls in 1..10_000 {
            let more = self.turn();
            if !more && !self.store.has_events() && !self.dom0.has_events() {
                return polls;
            }
        }
        panic!("the back end never comes to rest");
    }

    /// Lets the back end look at what has happened, and work for one turn.
    pub fn turn(&mut self) -> bool {
        for (path, token) in self.store.take_events() {
            self.engine.watch_event(&path, &token);
        }
        for port in self.dom0.take_events() {
            self.engine.port_event(port);
        }
        self.engine.poll().expect("the xenstore is there")
    }

    /// A guest with one connector of 64x48 pixels, connected.
    pub fn connected() -> (Self, RawFrontend) {
        let mut scene = Self::new(Limits::default());
        let frontend = scene.connect(GUEST, &Vdispl::one("Virtual-1", "64x48"));
        (scene, frontend)
    }

    /// Gives a guest a device, and connects it.
    pub fn connect(&mut self, guest: DomainId, vdispl: &Vdispl) -> RawFrontend {
        self.connect_as(guest, vdispl, None)
    }

    /// The same for a front end that says which version of the protocol it speaks, or doesn't.
    pub fn connect_as(&mut self, guest: DomainId, vdispl: &Vdispl, version: Option<&str>) -> RawFrontend {
        self.world.add_vdispl(guest, DOM0, 0, vdispl);
        self.run();
        assert_eq!(self.backend_state(guest), XenbusState::InitWait);
        let mut frontend = RawFrontend::new(&self.world, guest, vdispl.connectors.len());
        if let Some(version) = version {
            frontend.write("version", version);
        }
        frontend.publish();
        self.run();
        assert_eq!(self.backend_state(guest), XenbusState::Connected);
        frontend.set_state(XenbusState::Connected);
        self.run();
        frontend
    }

    pub fn backend_state(&self, guest: DomainId) -> XenbusState {
        let state = self.world.store_read(&format!("{}/state", backend_path(guest, DOM0, 0)));
        XenbusState::parse(&state.unwrap_or_default())
    }

    /// Asks on connector `index`, lets the back end work, and returns the answer's status. The front end is told of its
    /// answer, and gets just one.
    pub fn ask(&mut self, frontend: &mut RawFrontend, index: usize, operation: Operation) -> Status {
        let response = self.ask_for(frontend, index, operation);
        assert_eq!(response.edid_size, 0);
        response.status
    }

    /// The same, with the whole answer.
    pub fn ask_for(&mut self, frontend: &mut RawFrontend, index: usize, operation: Operation) -> Response {
        while frontend.response(index).is_some() {}
        let id = frontend.send(index, operation);
        self.run();
        assert!(frontend.was_told(frontend.channels[index].request_port));
        let response = frontend.response(index).expect("an answer");
        assert_eq!((response.id, response.code), (id, operation.code()));
        assert_eq!(frontend.response(index), None);
        response
    }
}

/// One connector's rings, as the front end has them.
pub struct Channel {
    pub ring: FrontRing<Pages>,
    pub events: EventConsumer<Pages>,
    pub request_port: Port,
    pub event_port: Port,
    nodes: [(&'static str, u32); 4],
}

/// Pages of a buffer and of its directory, granted.
pub struct Buffer {
    pub pages: Pages,
    pub directory: Pages,
    pub references: Vec<GrantRef>,
}

/// A front end that does what the test says, and nothing else.
pub struct RawFrontend {
    pub domain: Domain,
    path: String,
    pub channels: Vec<Channel>,
    last_id: u16,
}

impl RawFrontend {
    pub fn new(world: &World, guest: DomainId, connectors: usize) -> Self {
        let domain = world.domain(guest);
        let channels = (0..connectors).map(|_| Channel::new(&domain)).collect();
        Self { domain, path: frontend_path(guest, 0), channels, last_id: 0 }
    }

    /// Writes where the rings are, and goes to Initialised.
    pub fn publish(&mut self) {
        for (index, channel) in self.channels.iter().enumerate() {
            for (name, value) in channel.nodes {
                self.write(&format!("{index}/{name}"), &value.to_string());
            }
        }
        self.set_state(XenbusState::Initialised);
    }

    pub fn set_state(&self, state: XenbusState) {
        self.write("state", state.digit());
    }

    pub fn write(&self, node: &str, value: &str) {
        self.domain.sync_store().write(&format!("{}/{node}", self.path), value.as_bytes()).unwrap();
    }

    /// Puts a request on a ring, and wakes the back end if it wants that. Returns the request's number.
    pub fn send(&mut self, index: usize, operation: Operation) -> u16 {
        self.last_id = self.last_id.wrapping_add(1);
        let request = Request { id: self.last_id, operation };
        self.send_slot(index, &request.encode());
        request.id
    }

    /// The same; `false` when the ring is full.
    pub fn try_send(&mut self, index: usize, operation: Operation) -> bool {
        let free = self.channels[index].ring.free() > 0;
        if free {
            self.send(index, operation);
        }
        free
    }

    pub fn send_slot(&mut self, index: usize, slot: &Slot) {
        let channel = &mut self.channels[index];
        if channel.ring.push(slot).expect("a free slot") {
            self.domain.notify(channel.request_port);
        }
    }

    /// Whether an event has come through a port since this was last asked, of whatever port.
    pub fn was_told(&self, port: Port) -> bool {
        self.domain.take_events().contains(&port)
    }

    pub fn response(&mut self, index: usize) -> Option<Response> {
        let slot = self.channels[index].ring.pop().expect("a sound ring")?;
        Some(Response::decode(&slot))
    }

    pub fn event(&mut self, index: usize) -> Option<Event> {
        let slot = self.channels[index].events.pop().expect("a sound event page")?;
        Some(Event::decode(&slot))
    }

    /// A buffer of `bytes` bytes, and how it is offered by cookie `cookie` as a picture of no certain shape.
    pub fn buffer(&self, cookie: u64, bytes: u32) -> (Buffer, DisplayBuffer) {
        let pages = self.domain.allocate((bytes as usize).div_ceil(PAGE_SIZE)).unwrap();
        let directory = self.domain.allocate(directory_pages(pages.count())).unwrap();
        let (references, own) = (grant_all(&self.domain, &pages), grant_all(&self.domain, &directory));
        directory::write(directory.memory(), &own, &references);
        let request = DisplayBuffer {
            dbuf_cookie: cookie,
            width: 0,
            height: 0,
            bits_per_pixel: 0,
            buffer_size: bytes,
            flags: 0,
            directory: own[0],
            data_offset: 0,
        };
        (Buffer { pages, directory, references }, request)
    }
}

impl Channel {
    fn new(domain: &Domain) -> Self {
        let (ring, events) = (domain.allocate(1).unwrap(), domain.allocate(1).unwrap());
        let (ring_reference, event_reference) = (grant_all(domain, &ring)[0], grant_all(domain, &events)[0]);
        let [request_port, event_port] = [(); 2].map(|()| domain.allocate_port(DOM0).unwrap());
        let nodes = [
            (nodes::REQUEST_RING, ring_reference.0),
            (nodes::REQUEST_CHANNEL, request_port.0),
            (nodes::EVENT_RING, event_reference.0),
            (nodes::EVENT_CHANNEL, event_port.0),
        ];
        Self { ring: FrontRing::new(ring), events: EventConsumer::new(events), request_port, event_port, nodes }
    }
}

impl Buffer {
    pub fn memory(&self) -> SharedMemory<'_> {
        self.pages.memory()
    }
}

pub fn grant_all(domain: &Domain, pages: &Pages) -> Vec<GrantRef> {
    (0..pages.count()).map(|page| domain.grant(DOM0, pages.gfn(page), Access::ReadWrite).unwrap()).collect()
}

/// Framebuffer `fb_cookie` over display buffer `dbuf_cookie`.
pub fn framebuffer(dbuf_cookie: u64, fb_cookie: u64, (width, height): (u32, u32), format: PixelFormat) -> Operation {
    Operation::FramebufferAttach(Framebuffer { dbuf_cookie, fb_cookie, width, height, pixel_format: format.code() })
}

/// The whole of a framebuffer of 32 bits per pixel.
pub fn whole(fb_cookie: u64, (width, height): (u32, u32)) -> Scanout {
    Scanout { fb_cookie, x: 0, y: 0, width, height, bits_per_pixel: 32 }
}
