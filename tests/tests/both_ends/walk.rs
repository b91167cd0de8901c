//! A random walk of 100,000 steps over two devices with three connectors: each end's turns one by one, in any order, and
//! between them whatever can happen to the ends. After every stretch things are put in order: then, in time, every connector
//! shows what is drawn, without anybody starting anew who does not have to. After every walk nothing is left.
//!
//! Where [`crate::interleavings`] tries few mishaps with the ends at rest in between, here neither end ever has to be at rest.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use vitrine_frontend::face::Cards;
use vitrine_frontend::{Display, Pacing, Presented};
use vitrine_xen::fake::{Domain, Fault, Handle, Operation, Usage, Vdispl, vdispl};
use vitrine_xen::platform::{FrontPlatform, StoreError};
use vitrine_xen::xenbus::XenbusState;
use vitrine_xen::{DomainId, Port};

use crate::setup::{Both, DOM0, GUEST, LONG, picture, show};

/// The connectors: device, number there, name, mode. Buffers of one page, and one of two.
const CONNECTORS: [(u32, usize, &str, (u32, u32)); 3] =
    [(0, 0, "Virtual-1", (16, 12)), (0, 1, "Virtual-2", (40, 30)), (1, 0, "Virtual-3", (8, 8))];

const WALKS_A_TEST: u64 = 50;
const STRETCHES: usize = 5;
const STEPS: usize = 100;
/// All tests together: 4 x 50 x 5 x 100 = 100,000 steps.
const TESTS: u64 = 4;
const _: () = assert!(TESTS as usize * WALKS_A_TEST as usize * STRETCHES * STEPS == 100_000);

/// Between two frames of one connector.
const PERIOD: Duration = Duration::from_millis(30);

#[derive(Clone, Copy, Debug)]
enum Step {
    /// The guest's woken tasks have one turn.
    Guest,
    /// The back end has one turn.
    BackEnd,
    /// Time passes, nobody has a turn.
    Clock(u64),
    /// Both ends come to rest, time passes.
    Together(u64),
    /// Nobody serves the rings for so long, while the guest goes on.
    Stall(u64),
    Killed,
    Started,
    Leaves,
    StateWritten(u32, XenbusState),
    Detached(u32),
    Removed(u32),
    Attached(u32),
    EventsLost(u32),
    SpuriousEvents,
    TransactionsFail(u32),
    XenstoreSlow(u64),
    WatchesMerge(bool),
    ScreenHolds,
    VerticalBlank,
}

/// Which step comes next; the ends' own turns and the clock most of the time.
fn next(random: &mut TestRng) -> Step {
    let device = random.next_u32() % 2;
    let few = u64::from(random.next_u32() % 50);
    match random.next_u32() % 200 {
        0..60 => Step::Guest,
        60..120 => Step::BackEnd,
        120..150 => Step::Clock(few),
        150..165 => Step::Together(few * 2),
        165..167 => Step::Stall(few * 100),
        167..170 => Step::Killed,
        170..175 => Step::Started,
        175..176 => Step::Leaves,
        176..180 => Step::StateWritten(device, XenbusState::ALL[random.next_u32() as usize % 9]),
        180..182 => Step::Detached(device),
        182..184 => Step::Removed(device),
        184..188 => Step::Attached(device),
        188..189 => Step::EventsLost(1 + random.next_u32() % 3),
        189..190 => Step::SpuriousEvents,
        190..192 => Step::TransactionsFail(1 + random.next_u32() % 3),
        192..194 => Step::XenstoreSlow(few / 5),
        194..196 => Step::WatchesMerge(few % 2 == 0),
        196..197 => Step::ScreenHolds,
        _ => Step::VerticalBlank,
    }
}

/// What one connector's appliance has done.
#[derive(Default)]
struct Shows {
    begun: Cell<u32>,
    /// The frames that are on the screen by the front end's account, the last one.
    shown: Cell<u32>,
    ended: Cell<u32>,
}

struct Walk {
    both: Both,
    cards: Cards<Domain>,
    drivers: Vec<Handle<Result<(), vitrine_frontend::Error>>>,
    shows: Vec<Rc<Shows>>,
    appliances: Vec<Handle<()>>,
    stop: Rc<Cell<bool>>,
    /// How many events are still to be lost, and transactions to fail.
    lost: Rc<Cell<u32>>,
    failing: Rc<Cell<u32>>,
    /// Devices whose states somebody else has written since things were in order.
    disturbed: [bool; 2],
    history: Rc<RefCell<Vec<Step>>>,
}

/// Says where a walk was when something failed.
struct Place {
    seed: u64,
    history: Rc<RefCell<Vec<Step>>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let history = self.history.borrow();
            let last = &history[history.len().saturating_sub(40)..];
            eprintln!("walk {}, step {}, the last of which were {last:?}", self.seed, history.len());
        }
    }
}

impl fmt::Debug for Walk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let states: Vec<_> = [0, 1].map(|device| states(&self.both, device)).into();
        let shows: Vec<_> = self.shows.iter().map(|shows| (shows.begun.get(), shows.shown.get())).collect();
        write!(f, "states {states:?}, frames begun and shown {shows:?}, guest {:?}", self.both.guest.usage())
    }
}

fn states(both: &Both, device: u32) -> [String; 2] {
    [vdispl::frontend_path(GUEST, device), vdispl::backend_path(GUEST, DOM0, device)].map(|folder| {
        let state = both.world.store_read(&format!("{folder}/state"));
        state.map_or("none".into(), |state| String::from_utf8_lossy(&state).into_owned())
    })
}

fn attach(both: &Both, device: u32) {
    let mut vdispl = Vdispl { connectors: Vec::new(), ..Vdispl::one("", "") };
    for (_, _, name, (width, height)) in CONNECTORS.into_iter().filter(|connector| connector.0 == device) {
        vdispl = vdispl.and(name, &format!("{width}x{height}"));
    }
    both.world.add_vdispl(GUEST, DOM0, device, &vdispl);
}

fn is_attached(both: &Both, device: u32) -> bool {
    both.world.store_read(&format!("{}/state", vdispl::backend_path(GUEST, DOM0, device))).is_some()
}

/// Shows frames until it is told to stop.
async fn appliance(guest: Domain, mut display: Display<Domain>, shows: Rc<Shows>, stop: Rc<Cell<bool>>) {
    while !stop.get() {
        let number = shows.begun.get() + 1;
        shows.begun.set(number);
        if show(&mut display, number).await == Ok(Presented::Shown) {
            shows.shown.set(number);
        }
        shows.ended.set(number);
        guest.sleep_until(FrontPlatform::now(&guest) + PERIOD).await;
    }
}

impl Walk {
    fn new() -> Self {
        let mut both = Both::without_device();
        both.start_back_end();
        [0, 1].into_iter().for_each(|device| attach(&both, device));
        both.settle();
        let (stop, history) = (Rc::<Cell<bool>>::default(), Rc::default());
        let (lost, failing) = (Rc::<Cell<u32>>::default(), Rc::<Cell<u32>>::default());
        let cards = Cards::new(both.guest.clone(), |_| ());
        let (mut drivers, mut shows, mut appliances) = (Vec::new(), Vec::new(), Vec::new());
        let store = both.guest.store();
        let asked = cards.clone();
        let all = both.run(async move { asked.all(&store).await }).expect("there are devices");
        for card in &all {
            drivers.push(both.tasks.spawn(card.drive(both.guest.store())));
        }
        for (device, number, ..) in CONNECTORS {
            let (display, shown) = (all[device as usize].display(number, Pacing::Free), Rc::<Shows>::default());
            shows.push(shown.clone());
            appliances.push(both.tasks.spawn(appliance(both.guest.clone(), display, shown, stop.clone())));
        }
        let walk =
            Self { both, cards, drivers, shows, appliances, stop, lost, failing, disturbed: [false; 2], history };
        walk.install_faults();
        walk
    }

    fn install_faults(&self) {
        let (lost, failing) = (self.lost.clone(), self.failing.clone());
        let take = |count: &Cell<u32>| count.replace(count.get().saturating_sub(1)) > 0;
        // A lost event of the guest's would leave its ring asleep: the rings' hold-off rests on Xen losing none. The guest
        // looks at its rings when a time-out is due, so the other way it does no harm.
        self.both.world.set_faults(move |caller: DomainId, operation: &Operation<'_>| match operation {
            Operation::Notify(_) if caller == DOM0 && take(&lost) => Some(Fault::Lose),
            Operation::WriteTogether(_) if take(&failing) => Some(Fault::Store(StoreError::Again)),
            _ => None,
        });
    }

    fn take(&mut self, step: Step) {
        self.history.borrow_mut().push(step);
        let both = &mut self.both;
        let milliseconds = Duration::from_millis;
        match step {
            Step::Guest => drop(both.tasks.run_woken()),
            Step::BackEnd => {
                if let Some(back_end) = &mut both.back_end {
                    back_end.turn();
                }
            }
            Step::Clock(time) => both.world.advance(milliseconds(time)),
            Step::Together(time) => both.run_for(milliseconds(time)),
            Step::Stall(time) => {
                both.world.run_for(milliseconds(time), &mut both.tasks, &mut Default::default);
            }
            Step::Killed => both.kill_back_end(),
            Step::Started if both.back_end.is_none() => both.start_back_end(),
            Step::Leaves => {
                if let Some(back_end) = &mut both.back_end {
                    back_end.engine.leave();
                }
                both.settle();
                both.kill_back_end();
            }
            Step::StateWritten(device, state) if is_attached(both, device) => {
                let folder = vdispl::backend_path(GUEST, DOM0, device);
                both.world.store_write(&format!("{folder}/state"), state.digit());
                self.disturbed[device as usize] = true;
            }
            Step::Detached(device) if is_attached(both, device) => {
                both.world.detach_vdispl(GUEST, DOM0, device);
                self.disturbed[device as usize] = true;
            }
            Step::Removed(device) => both.world.remove_vdispl(GUEST, DOM0, device),
            Step::Attached(device) if !is_attached(both, device) => {
                attach(both, device);
                self.disturbed[device as usize] = false;
            }
            Step::EventsLost(count) => self.lost.set(count),
            Step::SpuriousEvents => {
                for domain in [&both.guest, &both.dom0] {
                    (1..20).for_each(|port| domain.raise(Port(port)));
                }
            }
            Step::TransactionsFail(count) => self.failing.set(count),
            Step::XenstoreSlow(time) => both.world.set_answer_time(milliseconds(time)),
            Step::WatchesMerge(merge) => both.world.set_watch_coalescing(merge),
            Step::ScreenHolds => both.screens.hold_flips(),
            Step::VerticalBlank => drop(both.screens.vertical_blank()),
            Step::Started | Step::StateWritten(..) | Step::Detached(_) | Step::Attached(_) => {}
        }
    }

    /// Puts in order what is out of order, and nothing else: neither end is told to begin anew.
    fn mend(&mut self) {
        self.lost.set(0);
        self.failing.set(0);
        self.both.world.set_answer_time(Duration::ZERO);
        self.both.screens.let_flips_go();
        if self.both.back_end.is_none() {
            self.both.start_back_end();
        }
        for device in [0, 1] {
            if !is_attached(&self.both, device) {
                self.both.world.remove_vdispl(GUEST, DOM0, device);
                attach(&self.both, device);
            } else if self.disturbed[device as usize] {
                let folder = vdispl::backend_path(GUEST, DOM0, device);
                self.both.world.store_write(&format!("{folder}/online"), "1");
                self.both.world.store_write(&format!("{folder}/state"), "1");
            }
            self.disturbed[device as usize] = false;
        }
    }

    /// Every connector shows a frame that was begun after now.
    fn all_show(&mut self) {
        let begun: Vec<u32> = self.shows.iter().map(|shows| shows.begun.get()).collect();
        let end = self.both.world.now() + LONG;
        let all = |walk: &Self| walk.shows.iter().zip(&begun).all(|(shows, begun)| shows.shown.get() > *begun);
        while !all(self) {
            assert!(self.both.world.now() < end, "a connector stays dark: {self:?}");
            self.both.run_for(PERIOD);
        }
        for ((_, _, name, (width, height)), shows) in CONNECTORS.into_iter().zip(&self.shows) {
            let image = self.both.screens.image(name);
            let recent = [shows.shown.get(), shows.begun.get()];
            let expected = recent.map(|number| Some(picture(number, width, height)));
            assert!(expected.contains(&image), "{name} does not show one of {recent:?}: {self:?}");
        }
        assert_eq!(self.both.world.violations(), [""; 0]);
    }

    /// The appliances stop, the cards are closed: nothing is left, and each frame has had its outcome.
    fn end(mut self) {
        self.stop.set(true);
        for appliance in &self.appliances {
            assert!(self.both.wait(appliance).is_some(), "a frame has no outcome");
        }
        assert!(self.shows.iter().all(|shows| shows.begun.get() == shows.ended.get()));
        let cards = self.cards;
        self.both.run(async move { cards.close().await });
        for driver in &self.drivers {
            assert_eq!(self.both.wait(driver), Some(Ok(())));
        }
        self.both.run_for(LONG);
        self.both.assert_nothing_left();
        assert_eq!(self.both.guest.usage(), Usage::default());
    }
}

fn walk(seed: u64) {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let mut random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut walk = Walk::new();
    let _place = Place { seed, history: walk.history.clone() };
    for _ in 0..STRETCHES {
        for _ in 0..STEPS {
            walk.take(next(&mut random));
        }
        walk.mend();
        walk.all_show();
    }
    walk.end();
}

fn walks(test: u64) {
    (test * WALKS_A_TEST..(test + 1) * WALKS_A_TEST).for_each(walk);
}

#[test]
fn the_first_25_000_steps() {
    walks(0);
}

#[test]
fn steps_up_to_50_000() {
    walks(1);
}

#[test]
fn steps_up_to_75_000() {
    walks(2);
}

#[test]
fn steps_up_to_100_000() {
    walks(3);
}
