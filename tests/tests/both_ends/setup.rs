//! A guest with the real front end and domain 0 with the real back end, in one fake Xen.

use std::future::Future;
use std::time::Duration;

use vitrine_backend::engine::{Engine, Limits};
use vitrine_frontend::{Cards, Display, Error, Frame, Pacing, Presented};
use vitrine_xen::fake::{Domain, Handle, SyncStore, Tasks, Turn, Usage, Vdispl, World, vdispl};
use vitrine_xen::platform::SharedPages;
use vitrine_xen::xenbus::XenbusState;
use vitrine_xen::{DomainId, PAGE_SIZE};

use crate::screen::{Image, Screens};

pub const DOM0: DomainId = DomainId(0);
pub const GUEST: DomainId = DomainId(5);

/// A mode whose rows are no multiple of a page, and whose buffers take several: 123 x 77 x 4 = 37,884 bytes, 10 pages.
pub const MODE: &str = "123x77";

/// Longer than any time-out of either end.
pub const LONG: Duration = Duration::from_secs(20);

/// How the loop of a display ended.
pub type Loop = Handle<Result<(), Error>>;

/// Both ends, and the world between them.
pub struct Both {
    pub world: World,
    pub dom0: Domain,
    pub guest: Domain,
    /// The guest's tasks.
    pub tasks: Tasks,
    pub screens: Screens,
    pub back_end: Option<BackEnd>,
    /// Called before each turn of the back end: what happens to shared memory on the way.
    pub on_the_way: Box<dyn FnMut()>,
}

/// The real back end in its main loop.
pub struct BackEnd {
    pub engine: Engine<Domain, SyncStore, Screens>,
    domain: Domain,
    store: SyncStore,
    screens: Screens,
}

impl BackEnd {
    /// A back end in this domain.
    pub fn start(domain: &Domain, screens: Screens) -> Self {
        let (domain, store) = (domain.clone(), domain.sync_store());
        // In many tests time stands still, while a guest makes the requests of minutes.
        let limits = Limits { requests_per_second: 1_000_000, ..Limits::default() };
        let engine = Engine::new(domain.clone(), store.clone(), screens.clone(), domain.id(), limits);
        Self { engine: engine.unwrap(), domain, store, screens }
    }

    /// One round of the main loop.
    pub fn turn(&mut self) -> Turn {
        let (ports, watches) = (self.domain.take_events(), self.store.take_events());
        let moved = !ports.is_empty() || !watches.is_empty() || self.screens.has_done();
        ports.into_iter().for_each(|port| self.engine.port_event(port));
        watches.iter().for_each(|(path, token)| self.engine.watch_event(path, token));
        let more = self.engine.poll().expect("the fake's xenstore is always there");
        Turn { moved: moved || more, again_at: self.engine.wake_at() }
    }
}

impl Both {
    /// One connector of [`MODE`], and a back end that runs already, as `xl create` wants it.
    pub fn new() -> Self {
        Self::with(&Vdispl::one("Virtual-1", MODE))
    }

    /// The same with another configuration.
    pub fn with(configuration: &Vdispl) -> Self {
        let mut both = Self::without_device();
        both.start_back_end();
        both.world.add_vdispl(GUEST, DOM0, 0, configuration);
        both.settle();
        both
    }

    /// Two domains, no device, no back end.
    pub fn without_device() -> Self {
        let world = World::new();
        let (dom0, guest) = (world.domain(DOM0), world.domain(GUEST));
        // Frames and references that are in order hide mistakes.
        guest.scatter_frames(true);
        let (tasks, screens) = (Tasks::default(), Screens::default());
        Self { world, dom0, guest, tasks, screens, back_end: None, on_the_way: Box::new(|| ()) }
    }

    pub fn start_back_end(&mut self) {
        self.back_end = Some(BackEnd::start(&self.dom0, self.screens.clone()));
    }

    /// The back end's process is killed: what it held is closed and unmapped by its kernel, and xenstore is not told.
    pub fn kill_back_end(&mut self) {
        self.back_end = None;
        self.dom0.end_process();
        self.screens = Screens::default();
    }

    /// Runs both ends until neither moves.
    pub fn settle(&mut self) {
        self.with_turns(|world, tasks, turn| world.settle(tasks, turn));
    }

    /// Runs both ends for some time.
    pub fn run_for(&mut self, time: Duration) {
        self.with_turns(|world, tasks, turn| world.run_for(time, tasks, turn));
    }

    /// Runs both ends until the task has ended; `None` when it does not within [`LONG`].
    pub fn wait<T>(&mut self, handle: &Handle<T>) -> Option<T> {
        self.with_turns(|world, tasks, turn| world.run_until(LONG, tasks, turn, || handle.is_finished()));
        handle.take()
    }

    fn with_turns<R>(&mut self, run: impl FnOnce(&World, &mut Tasks, &mut dyn FnMut() -> Turn) -> R) -> R {
        let Self { world, tasks, back_end, on_the_way, .. } = self;
        run(world, tasks, &mut || {
            on_the_way();
            back_end.as_mut().map(BackEnd::turn).unwrap_or_default()
        })
    }

    /// Runs both ends until a future has ended. Panics when it does not within [`LONG`].
    pub fn run<T: 'static>(&mut self, future: impl Future<Output = T> + 'static) -> T {
        let handle = self.tasks.spawn(future);
        self.wait(&handle).expect("the future ends in time")
    }

    /// Opens the display; its loop runs among the guest's tasks.
    pub fn open(&mut self, pacing: Pacing) -> Result<(Display<Domain>, Loop), Error> {
        let (cards, store) = (Cards::new(self.guest.clone(), |_| ()), self.guest.store());
        let card = self.run(async move { cards.first(&store).await })?;
        let driver = self.tasks.spawn(card.drive(self.guest.store()));
        Ok((card.display(0, pacing), driver))
    }

    /// Opens the display, free-running, and waits until it can be used. Panics when it can't.
    pub fn open_ready(&mut self) -> Display<Domain> {
        let (display, _) = self.open(Pacing::Free).expect("there is a device");
        let (ready, display) = self.run(async move { (display.ready().await, display) });
        ready.expect("the display can be used");
        display
    }

    /// Both ends' states, as xenstore has them: the front end's, then the back end's.
    pub fn states(&self) -> (XenbusState, XenbusState) {
        let state = |folder| self.world.store_read(&format!("{folder}/state")).unwrap_or_default();
        let (front, back) = (state(vdispl::frontend_path(GUEST, 0)), state(vdispl::backend_path(GUEST, DOM0, 0)));
        (XenbusState::parse(&front), XenbusState::parse(&back))
    }

    /// What the front end has left in the error node.
    pub fn guests_error(&self) -> String {
        let path = format!("/local/domain/{}/error/device/vdispl/0/error", GUEST.0);
        String::from_utf8(self.world.store_read(&path).unwrap_or_default()).unwrap()
    }

    /// What is on the first connector's screen.
    pub fn image(&self) -> Option<Image> {
        self.screens.image("Virtual-1")
    }

    /// That nothing went against the rules, and that neither end holds anything. The guest's tasks are to have ended.
    #[track_caller]
    pub fn assert_nothing_left(&self) {
        assert_eq!(self.world.violations(), [""; 0]);
        assert_eq!(self.guest.usage(), Usage::default());
        let usage = Usage { watches: 0, ..self.dom0.usage() };
        assert_eq!((usage, self.screens.open_heads()), (Usage::default(), 0));
    }
}

/// The pixel of picture `number`, different for each pixel and picture.
pub fn pixel(number: u32, index: u32) -> u32 {
    (index.wrapping_mul(0x9e37_79b1) ^ number.wrapping_mul(0x85eb_ca6b)).rotate_left(number % 7) & 0x00ff_ffff
}

/// Picture `number`, as the screen has to show it.
pub fn picture(number: u32, width: u32, height: u32) -> Image {
    Image { width, pixels: (0..width * height).map(|index| pixel(number, index)).collect() }
}

/// Draws picture `number` all over the frame.
pub fn draw(frame: &Frame<'_, Domain>, number: u32) {
    let size = frame.resolution();
    let words: Vec<u32> = (0..size.width * size.height).map(|index| pixel(number, index)).collect();
    frame.memory().memory().write_words(0, &words);
}

/// Draws and presents one picture.
pub async fn show(display: &mut Display<Domain>, number: u32) -> Result<Presented, Error> {
    let frame = display.acquire().await?;
    draw(&frame, number);
    frame.present().await
}

/// The pages of a buffer of this many pixels.
pub fn pages(width: usize, height: usize) -> usize {
    (width * height * 4).div_ceil(PAGE_SIZE)
}
