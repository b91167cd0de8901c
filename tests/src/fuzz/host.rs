//! The real back end; the guest is the fuzzer's.

use std::cell::RefCell;
use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use vitrine_backend::engine::{Engine, Limits};
use vitrine_backend::output::{HeadId, Output, OutputError, Picture};
use vitrine_xen::edid::{Edid, Mode};
use vitrine_xen::fake::vdispl::{backend_path, frontend_path};
use vitrine_xen::fake::{Domain, Pages, SyncStore, Vdispl, World};
use vitrine_xen::io::displif::directory;
use vitrine_xen::io::displif::nodes::{EVENT_CHANNEL, EVENT_RING, REQUEST_CHANNEL, REQUEST_RING, Resolution};
use vitrine_xen::io::displif::{
    DisplayBuffer, FLAG_REQUEST_ALLOCATION, Framebuffer, Operation, PixelFormat, Request, Scanout,
};
use vitrine_xen::platform::{BackStore, FrontPlatform, OwnPages, SharedPages};
use vitrine_xen::ring::{SLOT_SIZE, Slot};
use vitrine_xen::xenbus::XenbusState;
use vitrine_xen::{Access, DomainId, GrantRef, PAGE_SIZE, Port};

use super::{Input, Read, act, node_value};

const DOM0: DomainId = DomainId(0);
const GUEST: DomainId = DomainId(5);
const MODES: [(u32, u32); 2] = [(40, 30), (24, 50)];

/// Pages that buffers are made of, and pages of directories.
const BUFFER_PAGES: usize = 6;
const DIRECTORY_PAGES: usize = 3;
/// More turns of the engine than whatever one action leads to may take: two full rings with one request a turn.
const MOST_TURNS: usize = 200;

/// Requests: what they say, on which ring, in which order, and the rings that they are on.
pub fn requests(bytes: &[u8]) {
    let mut scene = Scene::new();
    scene.connect();
    let actions = [
        Scene::ask,
        Scene::ask,
        Scene::ask,
        Scene::slot,
        Scene::ring_word,
        Scene::ring_bytes,
        Scene::blank,
        Scene::node,
        Scene::reconnect,
        Scene::entry,
        Scene::pass,
    ];
    scene.play(bytes, &actions);
}

/// Page directories: every word of them, in front of the requests that read them.
pub fn directories(bytes: &[u8]) {
    let mut scene = Scene::new();
    scene.connect();
    let actions = [Scene::entry, Scene::map, Scene::create, Scene::create, Scene::destroy, Scene::ask];
    scene.play(bytes, &actions);
}

/// One connector's pages and ports, as the guest has them.
struct Rings {
    /// The control ring and the event page.
    pages: [Pages; 2],
    references: [GrantRef; 2],
    ports: [Port; 2],
    produced: u32,
}

struct Scene {
    world: World,
    dom0: Domain,
    guest: Domain,
    store: SyncStore,
    engine: Engine<Domain, SyncStore, Screens>,
    screens: Screens,
    rings: Vec<Rings>,
    buffer: Granted,
    directory: Granted,
    /// Pages that the back end has allocated, or whatever else it lets be mapped.
    mapped: Vec<<Domain as FrontPlatform>::Mapped>,
    next_id: u16,
}

/// Pages with their grants.
struct Granted {
    pages: Pages,
    references: Vec<GrantRef>,
}

impl Granted {
    fn new(guest: &Domain, count: usize) -> Self {
        let pages = guest.allocate(count).expect("the guest has memory");
        let grant = |page| guest.grant(DOM0, pages.gfn(page), Access::ReadWrite).expect("the guest has grants");
        let references = (0..count).map(grant).collect();
        Self { pages, references }
    }
}

impl Scene {
    fn new() -> Self {
        let world = World::new();
        let (dom0, guest) = (world.domain(DOM0), world.domain(GUEST));
        let (store, screens) = (dom0.sync_store(), Screens::default());
        // Time stands still here, and so nobody may have to wait.
        let requests_per_second = 1_000_000;
        let limits = Limits { buffers: 4, framebuffers: 6, pages: 16, requests_per_second, ..Limits::default() };
        let engine =
            Engine::new(dom0.clone(), store.clone(), screens.clone(), DOM0, limits).expect("xenstore is there");
        let [first, second] = MODES.map(|(width, height)| format!("{width}x{height}"));
        world.add_vdispl(GUEST, DOM0, 0, &Vdispl::one("Virtual-1", &first).and("Virtual-2", &second));
        let (buffer, directory) = (Granted::new(&guest, BUFFER_PAGES), Granted::new(&guest, DIRECTORY_PAGES));
        for (index, page) in directory.references.iter().enumerate() {
            let memory = directory.pages.memory().part(index * PAGE_SIZE, PAGE_SIZE);
            directory::write(memory, &[*page], &buffer.references);
        }
        Self {
            world,
            dom0,
            guest,
            store,
            engine,
            screens,
            rings: Vec::new(),
            buffer,
            directory,
            mapped: Vec::new(),
            next_id: 0,
        }
    }

    /// Does what the bytes say, then lets the toolstack remove the device, and looks at what is left.
    fn play(mut self, bytes: &[u8], actions: &[fn(&mut Self, &mut Input<'_>) -> Read<()>]) {
        let mut input = Input::new(bytes);
        act(&mut self, &mut input, actions);
        self.world.remove_vdispl(GUEST, DOM0, 0);
        self.serve();
        self.mapped.clear();
        let usage = self.dom0.usage();
        let held = (usage.mapping, usage.ports, usage.pages, usage.grants);
        assert_eq!((held, self.screens.open()), ((0, 0, 0, 0), 0), "{usage:?}");
        assert_eq!(self.guest.usage().mapped, 0);
        assert_eq!(self.world.violations(), [""; 0]);
    }

    /// Makes new rings, publishes them, and lets the back end take them.
    fn connect(&mut self) {
        self.write("state", XenbusState::Initialising.digit().as_bytes());
        self.serve();
        self.give_rings_back();
        self.rings = MODES.iter().map(|_| Rings::new(&self.guest)).collect();
        for index in 0..self.rings.len() {
            for (name, value) in self.rings[index].nodes() {
                self.write(&format!("{index}/{name}"), value.to_string().as_bytes());
            }
        }
        self.write("state", XenbusState::Initialised.digit().as_bytes());
        self.serve();
    }

    /// Ends the grants and the ports of the rings. Pages that the back end still maps stay for ever.
    fn give_rings_back(&mut self) {
        for rings in self.rings.drain(..) {
            rings.ports.into_iter().for_each(|port| FrontPlatform::close_port(&self.guest, port));
            for (page, reference) in rings.pages.into_iter().zip(rings.references) {
                if self.guest.end_grant(reference).is_err() {
                    core::mem::forget(page);
                }
            }
        }
    }

    /// Writes a node of the front end's folder as the guest, if it may.
    fn write(&self, name: &str, value: &[u8]) {
        // A guest can't write what the toolstack has kept for itself, and that is well.
        let _refused = self.guest.sync_store().write(&format!("{}/{name}", frontend_path(GUEST, 0)), value);
    }

    /// Lets the back end work until it has nothing to do.
    fn serve(&mut self) {
        for _ in 0..MOST_TURNS {
            for (path, token) in self.store.take_events() {
                self.engine.watch_event(&path, &token);
            }
            for port in self.dom0.take_events() {
                self.engine.port_event(port);
            }
            let more = self.engine.poll().expect("xenstore is there");
            if !more && !self.store.has_events() && !self.dom0.has_events() && !self.screens.has_done() {
                return;
            }
        }
        panic!("the back end never comes to rest");
    }

    /// Puts 64 bytes on a connector's ring and notifies, whatever the back end has said.
    fn send(&mut self, index: usize, slot: &Slot) {
        if let Some(rings) = self.rings.get_mut(index) {
            let memory = rings.pages[0].memory();
            memory.write(64 + SLOT_SIZE * (rings.produced % 32) as usize, slot);
            rings.produced = rings.produced.wrapping_add(1);
            memory.write_u32(0, rings.produced);
            FrontPlatform::notify(&self.guest, rings.ports[0]);
        }
    }

    /// Sends a request and lets the back end work, mostly.
    fn request(&mut self, input: &mut Input<'_>, index: usize, operation: Operation) -> Read<()> {
        self.next_id = self.next_id.wrapping_add(1);
        self.send(index, &Request { id: self.next_id, operation }.encode());
        if input.ratio(15, 16)? {
            self.serve();
        }
        Ok(())
    }

    /// A reference that begins a directory: mostly one of ours.
    fn directory_reference(&self, input: &mut Input<'_>) -> Read<GrantRef> {
        Ok(match input.arbitrary::<u8>()? {
            0 => GrantRef(input.arbitrary()?),
            1 => GrantRef(0),
            2 => self.buffer.references[0],
            index => self.directory.references[usize::from(index) % DIRECTORY_PAGES],
        })
    }

    fn display_buffer(&self, input: &mut Input<'_>) -> Read<DisplayBuffer> {
        let (width, height) = *input.choose(&[MODES[0], MODES[0], MODES[1], (0, 0), (1, 1), (1023, 1023)])?;
        const ALLOCATED: u32 = FLAG_REQUEST_ALLOCATION;
        let kinds = [(0, 0), (0, 0), (0, 0), (0, 64), (0, 4095), (0, 4096), (ALLOCATED, 0), (ALLOCATED, 0)];
        let mut buffer = DisplayBuffer {
            dbuf_cookie: cookie(input)?,
            width,
            height,
            bits_per_pixel: *input.choose(&[32, 32, 32, 16, 24, 0, 8])?,
            buffer_size: *input.choose(&[4800, 4096 * 4, 4096, 1, 0, 4096 * BUFFER_PAGES as u32])?,
            flags: 0,
            directory: self.directory_reference(input)?,
            data_offset: 0,
        };
        (buffer.flags, buffer.data_offset) = *input.choose(&kinds)?;
        if (width, height) == (0, 0) {
            buffer.bits_per_pixel = 0;
        }
        if input.ratio(1, 8)? {
            let fields = [
                &mut buffer.width,
                &mut buffer.height,
                &mut buffer.bits_per_pixel,
                &mut buffer.buffer_size,
                &mut buffer.flags,
                &mut buffer.data_offset,
            ];
            let index = input.choose_index(fields.len())?;
            *fields[index] = input.arbitrary()?;
        }
        Ok(buffer)
    }
}

/// The actions.
impl Scene {
    /// Any request, most of its fields such that it may succeed.
    fn ask(&mut self, input: &mut Input<'_>) -> Read<()> {
        let index = usize::from(input.ratio(1, 4)?);
        let operation = match input.int_in_range(0..=6u8)? {
            0 => Operation::BufferCreate(self.display_buffer(input)?),
            1 => Operation::BufferDestroy(cookie(input)?),
            2 => Operation::FramebufferAttach(framebuffer(input)?),
            3 => Operation::FramebufferDetach(cookie(input)?),
            4 => Operation::SetConfig(scanout(input)?),
            5 => Operation::PageFlip(cookie(input)?),
            _ => Operation::GetEdid {
                buffer_size: *input.choose(&[32768, 128, 0, 4096, u32::MAX])?,
                directory: self.directory_reference(input)?,
            },
        };
        self.request(input, index, operation)
    }

    fn create(&mut self, input: &mut Input<'_>) -> Read<()> {
        let buffer = self.display_buffer(input)?;
        self.request(input, 0, Operation::BufferCreate(buffer))
    }

    fn destroy(&mut self, input: &mut Input<'_>) -> Read<()> {
        let cookie = cookie(input)?;
        self.request(input, 0, Operation::BufferDestroy(cookie))
    }

    /// Any 64 bytes.
    fn slot(&mut self, input: &mut Input<'_>) -> Read<()> {
        let (index, mut slot): (bool, Slot) = (input.arbitrary()?, input.arbitrary()?);
        if input.ratio(3, 4)? {
            slot[2] = 0x10 + slot[2] % 8;
        }
        self.send(usize::from(index), &slot);
        self.serve();
        Ok(())
    }

    /// Writes one of the words at the beginning of the control ring or of the event page.
    fn ring_word(&mut self, input: &mut Input<'_>) -> Read<()> {
        let (index, page, offset) = (
            usize::from(input.arbitrary::<bool>()?),
            usize::from(input.arbitrary::<bool>()?),
            input.int_in_range(0..=3)?,
        );
        let value = if input.arbitrary()? { u32::from(input.arbitrary::<u8>()?) } else { input.arbitrary()? };
        if let Some(rings) = self.rings.get(index) {
            rings.pages[page].memory().write_u32(4 * offset, value);
            rings.ports.iter().for_each(|port| FrontPlatform::notify(&self.guest, *port));
        }
        self.serve();
        Ok(())
    }

    fn ring_bytes(&mut self, input: &mut Input<'_>) -> Read<()> {
        let (offset, bytes) = (input.int_in_range(0..=PAGE_SIZE - SLOT_SIZE)?, input.arbitrary::<[u8; SLOT_SIZE]>()?);
        if let Some(rings) = self.rings.first() {
            rings.pages[0].memory().write(offset, &bytes);
            FrontPlatform::notify(&self.guest, rings.ports[0]);
        }
        self.serve();
        Ok(())
    }

    /// Every flip so far is on the screen.
    fn blank(&mut self, _: &mut Input<'_>) -> Read<()> {
        self.screens.vertical_blank();
        self.serve();
        Ok(())
    }

    /// Writes any node of the guest's folder, as the guest or as the toolstack.
    fn node(&mut self, input: &mut Input<'_>) -> Read<()> {
        const NODES: [&str; 9] = [
            "state",
            "version",
            "0/req-ring-ref",
            "0/req-event-channel",
            "0/evt-ring-ref",
            "1/evt-event-channel",
            "0/resolution",
            "0/unique-id",
            "2/resolution",
        ];
        let (node, value) = (*input.choose(&NODES)?, node_value(input)?);
        match input.int_in_range(0..=7u8)? {
            0 => self.world.store_write(&format!("{}/{node}", frontend_path(GUEST, 0)), value),
            1 => self.world.store_write(&format!("{}/state", backend_path(GUEST, DOM0, 0)), value),
            2 => self.world.store_write(&format!("{}/online", backend_path(GUEST, DOM0, 0)), value),
            _ => self.write(node, &value),
        }
        self.serve();
        Ok(())
    }

    /// A new connection, in good order or out of the blue.
    fn reconnect(&mut self, input: &mut Input<'_>) -> Read<()> {
        if input.arbitrary()? {
            self.write("state", XenbusState::Closed.digit().as_bytes());
            self.serve();
        }
        self.connect();
        Ok(())
    }

    /// Writes one word of a directory page.
    fn entry(&mut self, input: &mut Input<'_>) -> Read<()> {
        let page = input.int_in_range(0..=DIRECTORY_PAGES - 1)?;
        let word =
            if input.ratio(7, 8)? { input.int_in_range(0..=BUFFER_PAGES)? } else { input.int_in_range(0..=1023)? };
        let value = match input.arbitrary::<u8>()? {
            0 => input.arbitrary()?,
            1 => 0,
            2 => self.rings.first().map_or(0, |rings| rings.references[0].0),
            index @ 3..=63 => self.directory.references[usize::from(index) % DIRECTORY_PAGES].0,
            index => self.buffer.references[usize::from(index) % BUFFER_PAGES].0,
        };
        self.directory.pages.memory().write_u32(page * PAGE_SIZE + 4 * word, value);
        Ok(())
    }

    /// Maps what a directory page lists first, or unmaps what was mapped longest.
    fn map(&mut self, input: &mut Input<'_>) -> Read<()> {
        let page = input.int_in_range(0..=2 * DIRECTORY_PAGES - 1)?;
        if page >= DIRECTORY_PAGES {
            self.mapped.drain(..self.mapped.len().min(1));
            return Ok(());
        }
        let reference = GrantRef(self.directory.pages.memory().read_u32(page * PAGE_SIZE + 4));
        // What was not granted can't be mapped.
        self.mapped.extend(FrontPlatform::map(&self.guest, DOM0, &[reference]));
        Ok(())
    }

    fn pass(&mut self, input: &mut Input<'_>) -> Read<()> {
        self.world.advance(Duration::from_millis(input.int_in_range(0..=4000u64)?));
        self.serve();
        Ok(())
    }
}

/// One of a few cookies, so that they meet; 0 among them.
fn cookie(input: &mut Input<'_>) -> Read<u64> {
    input.int_in_range(0..=7)
}

fn framebuffer(input: &mut Input<'_>) -> Read<Framebuffer> {
    let (width, height) = *input.choose(&[MODES[0], MODES[0], MODES[1], (64, 64), (7, 3), (u32::MAX, 1), (0, 5)])?;
    let known = PixelFormat::ALL[input.choose_index(PixelFormat::ALL.len())?].code();
    let pixel_format = if input.ratio(15, 16)? { known } else { input.arbitrary()? };
    Ok(Framebuffer { dbuf_cookie: cookie(input)?, fb_cookie: cookie(input)?, width, height, pixel_format })
}

fn scanout(input: &mut Input<'_>) -> Read<Scanout> {
    if input.ratio(1, 8)? {
        return Ok(Scanout::default());
    }
    let (width, height) = *input.choose(&[MODES[0], MODES[0], MODES[1], (5, 5), (0, 1), (u32::MAX, 2)])?;
    let place = [0, 0, 0, 1, 2, 20, u32::MAX];
    let (x, y) = (*input.choose(&place)?, *input.choose(&place)?);
    let bits_per_pixel = *input.choose(&[32, 32, 16, 24, 0])?;
    Ok(Scanout { fb_cookie: cookie(input)?, x, y, width, height, bits_per_pixel })
}

impl Rings {
    fn new(guest: &Domain) -> Self {
        let pages = [(); 2].map(|()| guest.allocate(1).expect("the guest has memory"));
        let grant = |page: &Pages| guest.grant(DOM0, page.gfn(0), Access::ReadWrite).expect("the guest has grants");
        let references = [grant(&pages[0]), grant(&pages[1])];
        let ports = [(); 2].map(|()| guest.allocate_port(DOM0).expect("the guest has ports"));
        pages[0].memory().write_u32(4, 1);
        pages[0].memory().write_u32(12, 1);
        Self { pages, references, ports, produced: 0 }
    }

    fn nodes(&self) -> [(&'static str, u32); 4] {
        let Self { references, ports, .. } = self;
        [
            (REQUEST_RING, references[0].0),
            (EVENT_RING, references[1].0),
            (REQUEST_CHANNEL, ports[0].0),
            (EVENT_CHANNEL, ports[1].0),
        ]
    }
}

/// An output that reads every pixel of a picture, and whose flips are done when the fuzzer says so.
#[derive(Clone, Default)]
struct Screens(Rc<RefCell<Heads>>);

#[derive(Default)]
struct Heads {
    open: BTreeSet<HeadId>,
    opened: u32,
    pending: VecDeque<HeadId>,
    done: VecDeque<HeadId>,
}

impl Screens {
    fn open(&self) -> usize {
        self.0.borrow().open.len()
    }

    fn has_done(&self) -> bool {
        !self.0.borrow().done.is_empty()
    }

    fn vertical_blank(&self) {
        let heads = &mut *self.0.borrow_mut();
        heads.done.append(&mut heads.pending);
    }

    fn look(&self, head: HeadId, picture: &Picture<'_>) {
        assert!(self.0.borrow().open.contains(&head), "a picture for {head:?}, which is not open");
        let mut row = vec![0; 4 * picture.width() as usize];
        (0..picture.height()).for_each(|y| picture.copy_row(y, &mut row));
    }
}

impl Output for Screens {
    fn check(&mut self, connector: &str, _: Resolution) -> Result<(), OutputError> {
        if connector.starts_with("Virtual-") {
            return Ok(());
        }
        Err(OutputError::UnknownConnector(connector.into(), vec!["Virtual-1".into(), "Virtual-2".into()]))
    }

    fn open(&mut self, connector: &str, resolution: Resolution, _: &str) -> Result<HeadId, OutputError> {
        self.check(connector, resolution)?;
        let mut heads = self.0.borrow_mut();
        heads.opened += 1;
        let head = HeadId(heads.opened);
        heads.open.insert(head);
        Ok(head)
    }

    fn close(&mut self, head: HeadId) {
        let mut heads = self.0.borrow_mut();
        assert!(heads.open.remove(&head), "{head:?} is closed and was not open");
        heads.pending.retain(|pending| *pending != head);
        heads.done.retain(|done| *done != head);
    }

    fn screen(&self, head: HeadId) -> Edid {
        let modes = [(16, 16), (1024, 768)].into_iter().filter_map(|(width, height)| Mode::new(width, height, 60_000));
        Edid { name: Some(format!("screen {}", head.0)), size: None, modes: modes.collect() }
    }

    fn show(&mut self, head: HeadId, resolution: Resolution, picture: &Picture<'_>) -> Result<(), OutputError> {
        assert!(
            picture.width() <= resolution.width && picture.height() <= resolution.height,
            "a picture beyond the mode"
        );
        self.look(head, picture);
        Ok(())
    }

    fn flip(&mut self, head: HeadId, picture: &Picture<'_>) -> Result<(), OutputError> {
        self.look(head, picture);
        let mut heads = self.0.borrow_mut();
        let pending = heads.pending.contains(&head) || heads.done.contains(&head);
        assert!(!pending, "{head:?} flips again before the last flip is done");
        heads.pending.push_back(head);
        Ok(())
    }

    fn blank(&mut self, head: HeadId) -> Result<(), OutputError> {
        assert!(self.0.borrow().open.contains(&head), "{head:?} is blanked and not open");
        Ok(())
    }

    fn next_done(&mut self) -> Option<HeadId> {
        self.0.borrow_mut().done.pop_front()
    }
}
