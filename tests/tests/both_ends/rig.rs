//! The front end's engine without its face: the test feeds it, step by step, and asks it what it wants to know.

use std::time::Duration;

use vitrine_frontend::device::{Command, Lent};
use vitrine_frontend::head::Pacing;
use vitrine_frontend::{Device, Error, Ticket, config};
use vitrine_xen::fake::{Domain, Vdispl, vdispl};
use vitrine_xen::platform::SharedPages;
use vitrine_xen::xenbus::XenbusState;

use crate::scripted::ScriptedBackEnd;
use crate::setup::{Both, DOM0, GUEST, LONG, pixel};

/// The engine, its back end, and the world between them.
pub struct Rig {
    pub both: Both,
    pub device: Device<Domain>,
    /// When the engine wants to be polled again.
    deadline: Option<Duration>,
}

impl Rig {
    /// An engine that is connected to the real back end; no connector is open.
    pub fn new(configuration: &Vdispl) -> Self {
        let mut rig = Self::alone(Both::with(configuration));
        rig.settle();
        assert!(rig.device.is_connected());
        rig
    }

    /// So many connectors, of different sizes.
    pub fn with_connectors(count: u32) -> Self {
        let mut configuration = Vdispl { connectors: Vec::new(), ..Vdispl::one("", "") };
        for index in 0..count {
            let (width, height) = size(index);
            configuration = configuration.and(&screen(index), &format!("{width}x{height}"));
        }
        Self::new(&configuration)
    }

    /// An engine whose back end the test plays, connected. `versions` is what the back end says that it speaks; `prepare`
    /// is done to the engine before.
    pub fn scripted(versions: Option<&str>, prepare: impl FnOnce(&mut Device<Domain>)) -> (Self, ScriptedBackEnd) {
        Self::scripted_with(versions, |rig| prepare(&mut rig.device))
    }

    /// The same, where more than the engine is prepared.
    pub fn scripted_with(versions: Option<&str>, prepare: impl FnOnce(&mut Self)) -> (Self, ScriptedBackEnd) {
        let both = Both::without_device();
        both.world.add_vdispl(GUEST, DOM0, 0, &Vdispl::one("Virtual-1", crate::setup::MODE));
        if let Some(versions) = versions {
            both.world.store_write(&format!("{}/versions", vdispl::backend_path(GUEST, DOM0, 0)), versions);
        }
        ScriptedBackEnd::enter(&both, XenbusState::InitWait);
        let mut rig = Self::alone(both);
        prepare(&mut rig);
        rig.settle();
        let back_end = ScriptedBackEnd::bind(&rig.both);
        ScriptedBackEnd::enter(&rig.both, XenbusState::Connected);
        rig.settle();
        assert!(rig.device.is_connected());
        (rig, back_end)
    }

    fn alone(mut both: Both) -> Self {
        let store = both.guest.store();
        let location = both.run(async move { config::locate(&store, 0).await }).unwrap();
        let device = Device::new(both.guest.clone(), location);
        Self { both, device, deadline: None }
    }

    /// Runs both ends until neither moves.
    pub fn settle(&mut self) {
        loop {
            let before = self.footprint();
            self.both.settle();
            self.turn();
            if self.footprint() == before {
                // An engine at rest that wants to be polled at once would keep its domain busy.
                let now = self.both.world.now();
                assert!(self.deadline.is_none_or(|deadline| deadline > now), "{:?} at {now:?}", self.deadline);
                return;
            }
        }
    }

    /// Runs both ends for some time.
    pub fn run_for(&mut self, time: Duration) {
        let end = self.both.world.now() + time;
        self.settle();
        while self.both.world.now() < end {
            let now = self.both.world.now();
            let next = self.deadline.map_or(end, |deadline| deadline.min(end));
            self.both.run_for(next - now);
            self.settle();
        }
    }

    /// What a ticket's result is. Panics when there is none within [`LONG`].
    pub fn result(&mut self, ticket: Ticket) -> Result<(), Error> {
        let end = self.both.world.now() + LONG;
        self.settle();
        loop {
            if let Some(result) = self.device.result(ticket) {
                return result;
            }
            assert!(self.both.world.now() < end, "the ticket has no result");
            self.run_for(Duration::from_millis(10));
        }
    }

    /// Draws picture `number` on an open connector's back buffer and shows it; `None` when there is none.
    pub fn show(&mut self, connector: usize, number: u32) -> Option<u64> {
        let lent = self.device.lend(connector)?;
        fill(&lent, number);
        let now = self.both.world.now();
        self.device.present(connector, lent.generation, lent.buffer, now)
    }

    /// Opens a connector, as fast as the back end is.
    pub fn open(&mut self, connector: usize) {
        self.device.open(connector, Pacing::Free);
        self.settle();
    }

    pub fn now(&self) -> Duration {
        self.both.world.now()
    }

    /// The engine looks at everything, and its xenstore commands are run.
    fn turn(&mut self) {
        let now = self.both.world.now();
        let state = |path: &str| {
            let value = self.both.world.store_read(&format!("{path}/state"));
            value.map_or(XenbusState::Unknown, |value| XenbusState::parse(&value))
        };
        let (front, back) = (vdispl::frontend_path(GUEST, 0), vdispl::backend_path(GUEST, DOM0, 0));
        self.device.own_changed(state(&front), now);
        self.device.backend_changed(state(&back), true);
        self.deadline = self.device.poll(now);
        while let Some(command) = self.device.take_command() {
            self.run(command);
            self.deadline = self.device.poll(now);
        }
    }

    fn run(&mut self, command: Command) {
        let now = self.both.world.now();
        let home = format!("/local/domain/{}", GUEST.0);
        let write = |path: &str, value: &str| self.both.world.store_write(&format!("{home}/{path}"), value);
        let path = self.device.location().path.clone();
        match command {
            Command::ReadConfiguration => {
                let (store, backend) = (self.both.guest.store(), self.device.location().backend_path.clone());
                let answer = self.both.run(async move {
                    let configuration = config::read_configuration(&store, &path).await?;
                    Ok((configuration, config::read_version(&store, &backend).await?))
                });
                return self.device.configured(answer, now);
            }
            Command::Publish(nodes) => nodes.iter().for_each(|(path, value)| write(path, value)),
            Command::WriteState(state) => write(&format!("{path}/state"), state.digit()),
            Command::ReportError(message) => write(&format!("error/{path}/error"), &message),
        }
        self.device.command_done(Ok(()), now);
    }

    /// What changes when something happens.
    fn footprint(&self) -> impl PartialEq + use<> {
        let states = self.both.states();
        (self.both.guest.counters(), self.both.dom0.counters(), self.deadline, states, self.both.screens.flips())
    }
}

/// The name of a connector's screen.
pub fn screen(index: u32) -> String {
    format!("Virtual-{}", index + 1)
}

/// Its size: no two are alike.
pub fn size(index: u32) -> (u32, u32) {
    (40 + 3 * index, 30 + index)
}

/// Draws picture `number` all over a buffer.
pub fn fill(lent: &Lent, number: u32) {
    let words: Vec<u32> =
        (0..lent.resolution.width * lent.resolution.height).map(|index| pixel(number, index)).collect();
    lent.memory.memory().write_words(0, &words);
}
