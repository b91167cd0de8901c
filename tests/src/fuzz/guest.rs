//! The real front end, with an appliance that presents frames for ever; domain 0 is the fuzzer's.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use vitrine_frontend::{Card, Cards, Display, Pacing};
use vitrine_xen::edid::{self, Edid, Mode};
use vitrine_xen::fake::vdispl::{backend_path, frontend_path};
use vitrine_xen::fake::{Domain, Frame, Handle, Mapping, Pages, Tasks, Usage, Vdispl, World};
use vitrine_xen::io::displif::directory::{GRANTS_PER_PAGE, buffer_pages};
use vitrine_xen::io::displif::nodes::{EVENT_CHANNEL, EVENT_RING, REQUEST_CHANNEL, REQUEST_RING, parse_number};
use vitrine_xen::io::displif::{Event, FLAG_REQUEST_ALLOCATION, Operation, Request, Response, Status};
use vitrine_xen::platform::{BackPlatform, FrontPlatform, OwnPages, SharedPages};
use vitrine_xen::ring::{BackRing, EventProducer, SLOT_SIZE, Slot};
use vitrine_xen::xenbus::XenbusState;
use vitrine_xen::{Access, DomainId, GrantRef, PAGE_SIZE, Port};

use super::{Input, Read, act, node_value};

const DOM0: DomainId = DomainId(0);
const GUEST: DomainId = DomainId(5);

/// Two connectors, with pictures of two pages.
const MODES: [&str; 2] = ["40x30", "24x50"];
/// Pages that domain 0 offers: more than all buffers of the guest have.
const OFFERED: usize = 16;
/// Longer than any time-out of the front end.
const LONG: Duration = Duration::from_secs(20);
/// How long an appliance waits after an error before it tries again.
const PATIENCE: Duration = Duration::from_millis(100);
/// More rounds of all tasks than whatever one action leads to may take: a new connection takes the most, a good hundred.
const MOST_ROUNDS: usize = 1_000;
/// More timers than fit into [`LONG`] at the shortest of the front end's periods and the appliance's patience.
const MOST_TIMERS: usize = 4_000;

/// Responses: who is answered, with what, how often.
pub fn responses(bytes: &[u8]) {
    let mut scene = Scene::new(&Vdispl::one("Virtual-1", MODES[0]).and("Virtual-2", MODES[1]));
    scene.connect();
    let actions = [Scene::pass, Scene::serve, Scene::answer, Scene::respond, Scene::ring_word, Scene::ring_bytes];
    scene.play(bytes, &actions);
}

/// The event page.
pub fn events(bytes: &[u8]) {
    let mut scene = Scene::new(&Vdispl::one("Virtual-1", MODES[0]).and("Virtual-2", MODES[1]));
    scene.connect();
    scene.serve_all();
    let actions = [
        Scene::pass,
        Scene::serve,
        Scene::answer,
        Scene::frame_done,
        Scene::storm,
        Scene::event_word,
        Scene::event_bytes,
    ];
    scene.play(bytes, &actions);
}

/// Pages that the back end fills: the directories of buffers that it allocates, and EDIDs.
pub fn filled(bytes: &[u8]) {
    let device = Vdispl::one("Virtual-1", MODES[0]).and("Virtual-2", MODES[1]);
    let mut scene = Scene::new(&Vdispl { be_alloc: "1".into(), ..device });
    scene.world.store_write(&format!("{}/versions", backend_path(GUEST, DOM0, 0)), "1,2");
    scene.connect();
    let actions = [Scene::pass, Scene::serve, Scene::list, Scene::list, Scene::fill_edid, Scene::answer, Scene::bind];
    scene.play(bytes, &actions);
}

/// The nodes: configuration, states, what comes and goes.
pub fn xenstore(bytes: &[u8]) {
    let scene = Scene::new(&Vdispl::one("Virtual-1", MODES[0]));
    let actions = [
        Scene::pass,
        Scene::state,
        Scene::node,
        Scene::node,
        Scene::remove,
        Scene::bind,
        Scene::serve,
        Scene::toolstack,
        Scene::let_go,
    ];
    scene.play(bytes, &actions);
}

/// What domain 0 has of one connector.
struct Rings {
    ring: BackRing<Mapping>,
    events: EventProducer<Mapping>,
    ports: [Port; 2],
    /// The two pages, for writing what does not belong there.
    raw: [Frame; 2],
    /// Requests that were taken and not answered.
    waiting: Vec<Request>,
    /// The framebuffer of the last flip.
    flipped: u64,
    next_event: u16,
}

struct Scene {
    world: World,
    dom0: Domain,
    guest: Domain,
    tasks: Tasks,
    opened: Rc<Cell<Option<Card<Domain>>>>,
    display: Handle<()>,
    rings: Vec<Rings>,
    /// Pages of domain 0 that the guest may map, and their grants.
    offered: Pages,
    offers: Vec<GrantRef>,
    /// How many of them were listed; they are listed in turn.
    listed: usize,
}

impl Scene {
    /// A device, and a front end that begins when the tasks first run.
    fn new(device: &Vdispl) -> Self {
        let world = World::new();
        let (dom0, guest) = (world.domain(DOM0), world.domain(GUEST));
        guest.scatter_frames(true);
        world.add_vdispl(GUEST, DOM0, 0, device);
        let (mut tasks, opened) = (Tasks::default(), Rc::<Cell<_>>::default());
        let display = tasks.spawn(run(guest.clone(), opened.clone()));
        let offered = dom0.allocate(OFFERED).expect("domain 0 has memory");
        let offer = |page| dom0.grant(GUEST, offered.gfn(page), Access::ReadWrite).expect("domain 0 has grants");
        let offers = (0..OFFERED).map(offer).collect();
        Self { world, dom0, guest, tasks, opened, display, rings: Vec::new(), offered, offers, listed: 0 }
    }

    /// Does what the bytes say, then lets the back end go away and the front end close, and looks at what is left.
    fn play(mut self, bytes: &[u8], actions: &[fn(&mut Self, &mut Input<'_>) -> Read<()>]) {
        let mut input = Input::new(bytes);
        act(&mut self, &mut input, actions);
        self.settle();
        self.release();
        self.world.store_write(&format!("{}/state", backend_path(GUEST, DOM0, 0)), "6");
        self.run_for(LONG);
        if let Some(card) = self.opened.take() {
            let closed = self.tasks.spawn(async move { card.close().await });
            self.run_for(LONG);
            assert!(closed.is_finished() || self.display.is_finished(), "the front end does not close");
        }
        self.tasks = Tasks::default();
        for offer in self.offers {
            assert_eq!(self.dom0.end_grant(offer), Ok(()), "a page of domain 0 is still mapped");
        }
        drop(self.offered);
        assert_eq!(self.world.violations(), [""; 0]);
        assert_eq!(self.guest.usage(), Usage::default());
    }

    /// Runs the guest until it waits for something.
    fn settle(&mut self) {
        for _ in 0..MOST_ROUNDS {
            if !self.tasks.run_woken() {
                return;
            }
        }
        panic!("the guest never comes to rest");
    }

    fn run_for(&mut self, time: Duration) {
        let end = self.world.now() + time;
        for _ in 0..MOST_TIMERS {
            self.settle();
            match self.world.next_timer().filter(|timer| *timer <= end) {
                Some(timer) => self.world.advance_to(timer),
                None => return self.world.advance_to(end),
            }
        }
        panic!("the guest sets timers without end");
    }

    /// As a back end does it that follows the protocol.
    fn connect(&mut self) {
        self.write_state(XenbusState::InitWait);
        self.settle();
        self.bind_all();
        self.write_state(XenbusState::Connected);
        self.settle();
    }

    fn write_state(&self, state: XenbusState) {
        self.world.store_write(&format!("{}/state", backend_path(GUEST, DOM0, 0)), state.digit());
    }

    /// Maps and binds what is published and can be bound, beginning with connector 0.
    fn bind_all(&mut self) {
        self.release();
        for index in 0..MODES.len() {
            let Some(rings) = self.rings_of(index) else { return };
            self.rings.push(rings);
        }
    }

    fn rings_of(&self, index: usize) -> Option<Rings> {
        let node = |name: &str| {
            let path = format!("{}/{index}/{name}", frontend_path(GUEST, 0));
            parse_number(&self.world.store_read(&path)?)
        };
        let references = [GrantRef(node(REQUEST_RING)?), GrantRef(node(EVENT_RING)?)];
        let remote = [Port(node(REQUEST_CHANNEL)?), Port(node(EVENT_CHANNEL)?)];
        let ring = self.dom0.map(GUEST, &references[..1]).ok()?;
        let events = self.dom0.map(GUEST, &references[1..]).ok()?;
        let raw = [self.guest.granted(references[0])?, self.guest.granted(references[1])?];
        let request_port = self.dom0.bind_port(GUEST, remote[0]).ok()?;
        let Ok(event_port) = self.dom0.bind_port(GUEST, remote[1]) else {
            self.dom0.close_port(request_port);
            return None;
        };
        let (ring, events, ports) = (BackRing::new(ring), EventProducer::new(events), [request_port, event_port]);
        Some(Rings { ring, events, ports, raw, waiting: Vec::new(), flipped: 0, next_event: 0 })
    }

    fn release(&mut self) {
        for rings in self.rings.drain(..) {
            rings.ports.into_iter().for_each(|port| self.dom0.close_port(port));
        }
    }

    /// Answers everything with success, as long as there is something, and says that flips are done.
    fn serve_all(&mut self) {
        for _ in 0..8 {
            self.settle();
            for index in 0..self.rings.len() {
                self.rings[index].take();
                for request in core::mem::take(&mut self.rings[index].waiting) {
                    let edid_size = self.fill(&request);
                    let rings = &mut self.rings[index];
                    rings.answer(&request, Status::OK, edid_size);
                    if matches!(request.operation, Operation::PageFlip(_)) {
                        rings.done(rings.flipped);
                    }
                }
            }
            self.notify();
        }
        self.settle();
    }

    /// Fills the pages that a request asks to be filled, as a back end does it that follows the protocol. Returns the EDID's
    /// size.
    fn fill(&mut self, request: &Request) -> u32 {
        match request.operation {
            Operation::BufferCreate(buffer) if buffer.flags == FLAG_REQUEST_ALLOCATION => {
                let Some(directory) = self.guest.granted(buffer.directory) else { return 0 };
                // No buffer here has more pages than one directory page lists.
                for page in 0..buffer_pages(0, buffer.buffer_size).min(GRANTS_PER_PAGE) {
                    self.listed += 1;
                    directory.memory().write_u32(4 + 4 * page, self.offers[self.listed % OFFERED].0);
                }
                0
            }
            Operation::GetEdid { directory, .. } => {
                let mode = Mode::new(40, 30, 60_000).map(|mode| Mode { preferred: true, ..mode });
                let edid = edid::build(&Edid { modes: mode.into_iter().collect(), ..Edid::default() });
                let Some(page) = self.edid_page(directory) else { return 0 };
                page.memory().write(0, &edid);
                edid.len() as u32
            }
            _ => 0,
        }
    }

    /// The first page of an EDID's buffer.
    fn edid_page(&self, directory: GrantRef) -> Option<Frame> {
        let directory = self.guest.granted(directory)?;
        self.guest.granted(GrantRef(directory.memory().read_u32(4)))
    }

    fn notify(&self) {
        for port in self.rings.iter().flat_map(|rings| rings.ports) {
            self.dom0.notify(port);
        }
    }

    fn any_rings(&mut self, input: &mut Input<'_>) -> Read<Option<&mut Rings>> {
        let index = usize::from(input.arbitrary::<u8>()?);
        let count = self.rings.len();
        Ok(if count == 0 { None } else { Some(&mut self.rings[index % count]) })
    }

    /// Tells the guest that something has happened, and lets it work; sometimes much later, or not at all.
    fn tell(&mut self, input: &mut Input<'_>) -> Read<()> {
        match input.arbitrary::<u8>()? {
            0..=15 => {}
            16..=31 => self.settle(),
            _ => {
                self.notify();
                self.settle();
            }
        }
        Ok(())
    }
}

/// The actions.
impl Scene {
    /// Lets up to four seconds pass.
    fn pass(&mut self, input: &mut Input<'_>) -> Read<()> {
        let milliseconds = input.int_in_range(0..=4000u16)?;
        self.run_for(Duration::from_millis(milliseconds.into()));
        Ok(())
    }

    fn serve(&mut self, _: &mut Input<'_>) -> Read<()> {
        self.serve_all();
        Ok(())
    }

    /// Answers any request that waits with any status.
    fn answer(&mut self, input: &mut Input<'_>) -> Read<()> {
        const STATUSES: [i32; 8] = [0, 0, 0, -16, -2, -22, 5, i32::MIN];
        let (status, which) = (Status(*input.choose(&STATUSES)?), usize::from(input.arbitrary::<u8>()?));
        if let Some(rings) = self.any_rings(input)? {
            rings.take();
            if !rings.waiting.is_empty() {
                let request = rings.waiting.swap_remove(which % rings.waiting.len());
                rings.answer(&request, status, 0);
            }
        }
        self.tell(input)
    }

    /// Takes the next request that waits and is one of these.
    fn next_of(&mut self, which: fn(&Operation) -> bool) -> Option<(usize, Request)> {
        for (index, rings) in self.rings.iter_mut().enumerate() {
            rings.take();
            if let Some(place) = rings.waiting.iter().position(|request| which(&request.operation)) {
                return Some((index, rings.waiting.remove(place)));
            }
        }
        None
    }

    /// Answers a buffer that the back end is to allocate, with a directory that is right but for some words.
    fn list(&mut self, input: &mut Input<'_>) -> Read<()> {
        let changes: [(u8, u32); 2] = input.arbitrary()?;
        if let Some((index, request)) = self.next_of(|operation| matches!(operation, Operation::BufferCreate(_))) {
            self.fill(&request);
            if let Operation::BufferCreate(buffer) = request.operation
                && let Some(directory) = self.guest.granted(buffer.directory)
            {
                for (kind, any) in changes {
                    let value = match kind % 6 {
                        0 => 0,
                        1 => any,
                        2 => buffer.directory.0,
                        3 => directory.memory().read_u32(4),
                        _ => self.offers[any as usize % OFFERED].0,
                    };
                    directory.memory().write_u32(4 * usize::from(kind / 6 % 4), value);
                }
            }
            self.rings[index].answer(&request, Status::OK, 0);
        }
        self.tell(input)
    }

    /// Answers GET_EDID, with an EDID that is right but for a few bytes, and says any size of it.
    fn fill_edid(&mut self, input: &mut Input<'_>) -> Read<()> {
        const SIZES: [u32; 8] = [128, 128, 256, 0, 64, 32768, 32896, u32::MAX];
        let (size, offset, bytes) = (*input.choose(&SIZES)?, input.arbitrary::<u8>()?, input.arbitrary::<[u8; 4]>()?);
        if let Some((index, request)) = self.next_of(|operation| matches!(operation, Operation::GetEdid { .. })) {
            self.fill(&request);
            if let Operation::GetEdid { directory, .. } = request.operation
                && let Some(page) = self.edid_page(directory)
            {
                page.memory().write(offset.into(), &bytes);
            }
            self.rings[index].answer(&request, Status::OK, size);
        }
        self.tell(input)
    }

    /// Sends a response that is nearly right, or any.
    fn respond(&mut self, input: &mut Input<'_>) -> Read<()> {
        let (change, anything): (u8, Slot) = (input.arbitrary()?, input.arbitrary()?);
        if let Some(rings) = self.any_rings(input)? {
            rings.take();
            let request = if rings.waiting.is_empty() { None } else { Some(rings.waiting.remove(0)) };
            let (id, code) = request.map_or((0, 0x15), |request| (request.id, request.operation.code()));
            let (status, edid_size) = (Status::OK, u32::from(change));
            let slot = match change % 4 {
                0 => Response { id: id.wrapping_add(change.into()), code, status, edid_size }.encode(),
                1 => Response { id, code: code ^ (change >> 4), status, edid_size }.encode(),
                2 => Response { id, code, status: Status(-i32::from(change)), edid_size }.encode(),
                _ => anything,
            };
            match request {
                Some(_) => drop(rings.ring.push(&slot)),
                None => rings.push_unasked(&slot),
            }
        }
        self.tell(input)
    }

    /// Writes one of the four words at the beginning of the control ring.
    fn ring_word(&mut self, input: &mut Input<'_>) -> Read<()> {
        self.word(input, 0)
    }

    fn event_word(&mut self, input: &mut Input<'_>) -> Read<()> {
        self.word(input, 1)
    }

    fn ring_bytes(&mut self, input: &mut Input<'_>) -> Read<()> {
        self.bytes(input, 0)
    }

    fn event_bytes(&mut self, input: &mut Input<'_>) -> Read<()> {
        self.bytes(input, 1)
    }

    fn word(&mut self, input: &mut Input<'_>, page: usize) -> Read<()> {
        let (offset, near): (usize, bool) = (4 * input.int_in_range(0..=3usize)?, input.arbitrary()?);
        let value = if near { u32::from(input.arbitrary::<u8>()?) } else { input.arbitrary()? };
        if let Some(rings) = self.any_rings(input)? {
            let memory = rings.raw[page].memory();
            let old = memory.read_u32(offset);
            memory.write_u32(offset, if near { old.wrapping_add(value).wrapping_sub(70) } else { value });
        }
        self.tell(input)
    }

    fn bytes(&mut self, input: &mut Input<'_>, page: usize) -> Read<()> {
        let (offset, bytes) = (input.int_in_range(0..=PAGE_SIZE - SLOT_SIZE)?, input.arbitrary::<[u8; SLOT_SIZE]>()?);
        if let Some(rings) = self.any_rings(input)? {
            rings.raw[page].memory().write(offset, &bytes);
        }
        self.tell(input)
    }

    /// A frame-done event: for the framebuffer that was flipped, for one near it, for any, or one of another type.
    fn frame_done(&mut self, input: &mut Input<'_>) -> Read<()> {
        let (kind, any): (u8, u64) = (input.arbitrary()?, input.arbitrary()?);
        if let Some(rings) = self.any_rings(input)? {
            rings.next_event = rings.next_event.wrapping_add(u16::from(kind >> 4));
            match kind % 4 {
                0 => rings.done(rings.flipped),
                1 => rings.done(rings.flipped.wrapping_add(u64::from(kind >> 2)).wrapping_sub(8)),
                2 => rings.done(any),
                _ => drop(rings.events.push(&Event::Unknown(kind).encode())),
            }
        }
        self.tell(input)
    }

    /// As many events as fit.
    fn storm(&mut self, input: &mut Input<'_>) -> Read<()> {
        if let Some(rings) = self.any_rings(input)? {
            let flipped = rings.flipped;
            (0..100).for_each(|_| rings.done(flipped));
        }
        self.tell(input)
    }

    fn state(&mut self, input: &mut Input<'_>) -> Read<()> {
        self.write_state(*input.choose(&XenbusState::ALL)?);
        self.tell(input)
    }

    /// Writes any of the nodes that the front end may look at.
    fn node(&mut self, input: &mut Input<'_>) -> Read<()> {
        const OURS: [&str; 3] = ["state", "online", "versions"];
        const THEIRS: [&str; 10] = [
            "state",
            "backend",
            "backend-id",
            "be-alloc",
            "version",
            "0/resolution",
            "0/unique-id",
            "1/resolution",
            "1/unique-id",
            "0/req-ring-ref",
        ];
        let path = if input.arbitrary()? {
            format!("{}/{}", backend_path(GUEST, DOM0, 0), input.choose(&OURS)?)
        } else {
            format!("{}/{}", frontend_path(GUEST, 0), input.choose(&THEIRS)?)
        };
        self.world.store_write(&path, node_value(input)?);
        self.tell(input)
    }

    fn remove(&mut self, input: &mut Input<'_>) -> Read<()> {
        const NODES: [&str; 6] = ["", "/state", "/online", "/backend", "/0", "/0/resolution"];
        let folder = if input.arbitrary()? { backend_path(GUEST, DOM0, 0) } else { frontend_path(GUEST, 0) };
        self.world.store_remove(&format!("{folder}{}", input.choose(&NODES)?));
        self.tell(input)
    }

    /// Goes to InitWait, binds, goes to Connected; each with or without the front end having had its turn.
    fn bind(&mut self, input: &mut Input<'_>) -> Read<()> {
        self.write_state(XenbusState::InitWait);
        if input.ratio(7, 8)? {
            self.settle();
        }
        self.bind_all();
        self.write_state(XenbusState::Connected);
        self.tell(input)
    }

    /// Detach, attach, and both together.
    fn toolstack(&mut self, input: &mut Input<'_>) -> Read<()> {
        match input.int_in_range(0..=2u8)? {
            0 => self.world.detach_vdispl(GUEST, DOM0, 0),
            1 => self.world.remove_vdispl(GUEST, DOM0, 0),
            _ => {
                self.world.remove_vdispl(GUEST, DOM0, 0);
                self.world.add_vdispl(GUEST, DOM0, 0, &Vdispl::one("Virtual-1", MODES[1]));
            }
        }
        self.tell(input)
    }

    /// Unmaps everything and closes its ports.
    fn let_go(&mut self, input: &mut Input<'_>) -> Read<()> {
        self.release();
        self.tell(input)
    }
}

impl Rings {
    /// Takes the requests that are there, unless the ring or what is on it was broken.
    fn take(&mut self) {
        while let Ok(Some(slot)) = self.ring.pop() {
            let Ok(request) = Request::decode(&slot) else { continue };
            if let Operation::PageFlip(cookie) = request.operation {
                self.flipped = cookie;
            }
            self.waiting.push(request);
        }
    }

    fn answer(&mut self, request: &Request, status: Status, edid_size: u32) {
        let response = Response { id: request.id, code: request.operation.code(), status, edid_size };
        self.ring.push(&response.encode());
    }

    /// Sends a response although there was no request.
    fn push_unasked(&self, slot: &Slot) {
        let memory = self.raw[0].memory();
        let producer = memory.read_u32(8);
        memory.write(64 + SLOT_SIZE * (producer % 32) as usize, slot);
        memory.write_u32(8, producer.wrapping_add(1));
    }

    fn done(&mut self, fb_cookie: u64) {
        let event = Event::PageFlip { id: self.next_event, fb_cookie };
        // A full page loses the event, as it does with a real back end.
        if self.events.push(&event.encode()).is_ok() {
            self.next_event = self.next_event.wrapping_add(1);
        }
    }
}

/// The appliance, and the loop that keeps its display: they end together, and after an error begin anew.
async fn run(guest: Domain, opened: Rc<Cell<Option<Card<Domain>>>>) {
    let cards = Cards::new(guest.clone(), |_| ());
    let Ok(card) = cards.first(&guest.store()).await else { return };
    let driver = card.drive(guest.store());
    let appliance = present_for_ever(guest, card.display(0, Pacing::Free));
    opened.set(Some(card));
    // Whichever ends first: only the driver does.
    let _ = embassy_futures::select::select(driver, appliance).await;
}

async fn present_for_ever(guest: Domain, mut display: Display<Domain>) {
    for number in 0.. {
        let shown = match display.acquire().await {
            Ok(frame) => {
                frame.memory().memory().write_u32(0, number);
                frame.present().await
            }
            Err(error) => Err(error),
        };
        if shown.is_err() {
            guest.sleep_until(guest.now() + PATIENCE).await;
        }
    }
}
