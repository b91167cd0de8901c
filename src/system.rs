//! The machine, as an appliance sees it.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::future::Future;
use core::time::Duration;

use embedded_graphics::prelude::Size;
use vitrine_frontend::head::REFRESH;
use vitrine_frontend::{Cards, Pacing, face};
use vitrine_seat::machine::{ConsoleInput, Counters, MemoryFigures, Pages, ShutdownReason, Xen};
use vitrine_xen::platform::{FrontPlatform, GrantSpace};

use crate::{Arguments, Card, Clock, Display, Error, Input};

/// Tells which vdispl devices exist; see [`face::Hotplug::changed`].
pub type Hotplug = face::Hotplug<Xen>;

/// What the appliance runs on.
#[derive(Clone, Copy)]
pub struct System {
    cards: &'static Cards<Xen>,
}

impl System {
    /// Runs an appliance to its end and ends the domain; [`crate::main!`] calls it.
    #[doc(hidden)]
    pub async fn run<F: Future<Output = Result<(), Error>>>(appliance: impl FnOnce(Self) -> F) {
        vitrine_gfx::simd::use_level(vitrine_seat::machine::simd_level());
        let cards = Box::leak(Box::new(vitrine_seat::cards()));
        let reason = match appliance(Self { cards }).await {
            Ok(()) => ShutdownReason::Poweroff,
            Err(error) => {
                log::error!("the appliance has ended: {error}");
                ShutdownReason::Crash
            }
        };
        vitrine_seat::machine::shutdown(reason).await;
    }

    /// Opens connector 0 of the first vdispl device, and waits until pictures can be shown on it.
    ///
    /// A domain that has no vdispl device gets [`NoDevice`](vitrine_frontend::Error::NoDevice); one that may have to wait
    /// for the first `xl vdispl-attach` calls [`Self::wait_for_device`] before.
    pub async fn display(&self) -> Result<Display, Error> {
        let display = vitrine_seat::first(self.cards).await?.display(0, Pacing::Refresh(REFRESH));
        let resolution = display.ready().await?;
        vitrine_seat::machine::milestone("display-connected");
        Ok(Display::new(display, Size::new(resolution.width, resolution.height)))
    }

    /// Opens every connector of every vdispl device, and waits until pictures can be shown on each of them, or never will
    /// be: such a display has its error in store for whoever acquires a frame. They are in the order of the devices'
    /// numbers, and then of the connectors'.
    ///
    /// Each display has a pace of its own. Called again, for example after [`Hotplug::changed`] has told of a new
    /// device, this gives a handle on every display anew, also on those that are open already.
    pub async fn displays(&self) -> Result<Vec<Display>, Error> {
        let mut opened = Vec::new();
        for card in vitrine_seat::all(self.cards).await? {
            let connectors = card.connectors().await?.len();
            opened.extend((0..connectors).map(|connector| card.display(connector, Pacing::Refresh(REFRESH))));
        }
        let mut displays = Vec::with_capacity(opened.len());
        for display in opened {
            let size = display.ready().await.map_or(Size::zero(), |mode| Size::new(mode.width, mode.height));
            displays.push(Display::new(display, size));
        }
        Ok(displays)
    }

    /// The vdispl device with this number in DRM's words, for appliances that want to decide themselves what is shown where.
    pub async fn card(&self, number: u32) -> Result<Card, Error> {
        Ok(vitrine_seat::card(self.cards, number).await?)
    }

    /// Allocates `count` zeroed pages, at least 1, at one run of addresses: memory that [`Card::import`] can share.
    pub fn pages(&self, count: usize) -> Result<Rc<Pages>, Error> {
        Xen.allocate(count).map(Rc::new).map_err(Error::Memory)
    }

    /// Tells which vdispl devices there are, now and whenever that changes.
    pub async fn hotplug(&self) -> Result<Hotplug, Error> {
        Ok(Hotplug::new(Xen).await?)
    }

    /// Waits until there is a vdispl device; at once if there is one.
    pub async fn wait_for_device(&self) -> Result<(), Error> {
        let mut hotplug = self.hotplug().await?;
        while hotplug.changed().await?.is_empty() {}
        Ok(())
    }

    /// Tells what people do to the screens from now on, with pointers and keys.
    pub fn input(&self) -> Input {
        Input::new()
    }

    /// The clocks.
    pub fn clock(&self) -> Clock {
        Clock
    }

    /// How much memory there is, and where it went.
    pub fn memory(&self) -> MemoryFigures {
        vitrine_seat::machine::memory()
    }

    /// How many grants are free, of how many. What is in use belongs to displays, and to what the kernel shares.
    pub fn grant_space(&self) -> GrantSpace {
        Xen.grant_space()
    }

    /// Hypercalls, allocations and wake-ups since boot.
    pub fn counters(&self) -> Counters {
        vitrine_seat::machine::counters()
    }

    /// The CPU time that this domain has had, by Xen's account; `None` when Xen won't say.
    pub fn cpu_time(&self) -> Option<Duration> {
        vitrine_seat::machine::cpu_time()
    }

    /// The domain's command line, from `cmdline=` in its configuration.
    pub fn command_line(&self) -> Arguments {
        Arguments::new(vitrine_seat::machine::command_line())
    }

    /// What arrives on the domain's console, byte by byte. Only one may read it.
    pub fn console_input(&self) -> ConsoleInput {
        vitrine_seat::machine::console_input()
    }

    /// Runs a future beside the appliance. There is one CPU and no preemption: it has to await what it waits for.
    pub fn spawn(&self, future: impl Future<Output = ()> + 'static) {
        vitrine_seat::machine::spawn(future);
    }
}
