//! The machine, as an appliance sees it.

use core::future::Future;
use core::time::Duration;

use embedded_graphics::prelude::Size;
use vitrine_frontend::{Pacing, face};
use vitrine_kernel::{Counters, MemoryFigures, ShutdownReason, Xen};

use crate::{Arguments, Clock, Display, Error};

/// How long the back end may take to let go before the domain ends without.
const FAREWELL: Duration = Duration::from_millis(800);

/// Tells which vdispl devices exist; see [`face::Hotplug::changed`].
pub type Hotplug = face::Hotplug<Xen>;

/// What the appliance runs on.
#[derive(Clone, Copy)]
pub struct System {
    _made_by_run: (),
}

impl System {
    /// Runs an appliance to its end and ends the domain; [`crate::main!`] calls it.
    #[doc(hidden)]
    pub async fn run<F: Future<Output = Result<(), Error>>>(appliance: impl FnOnce(Self) -> F) {
        let reason = match appliance(Self { _made_by_run: () }).await {
            Ok(()) => ShutdownReason::Poweroff,
            Err(error) => {
                log::error!("the appliance has ended: {error}");
                ShutdownReason::Crash
            }
        };
        vitrine_kernel::shutdown(reason).await;
    }

    /// Opens connector 0 of the first vdispl device, and waits until pictures can be shown on it.
    ///
    /// A domain that has no vdispl device gets [`NoDevice`](vitrine_frontend::Error::NoDevice); one that may have to wait
    /// for the first `xl vdispl-attach` calls [`Self::wait_for_device`] before.
    pub async fn display(&self) -> Result<Display, Error> {
        let face = face::Display::open(Xen, &Xen, 0, Pacing::Refresh(vitrine_frontend::swapchain::REFRESH)).await?;
        let driver = face.drive(Xen);
        self.spawn(async move {
            if let Err(error) = driver.await {
                log::error!("the display's connection has ended: {error}");
            }
        });
        let closer = face.closer();
        vitrine_kernel::before_shutdown(FAREWELL, async move { closer.close().await });
        let resolution = face.ready().await?;
        vitrine_kernel::milestone("display-connected");
        Ok(Display::new(face, Size::new(resolution.width, resolution.height)))
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

    /// The clocks.
    pub fn clock(&self) -> Clock {
        Clock
    }

    /// How much memory there is, and where it went.
    pub fn memory(&self) -> MemoryFigures {
        vitrine_kernel::memory()
    }

    /// Hypercalls, allocations and wake-ups since boot.
    pub fn counters(&self) -> Counters {
        vitrine_kernel::counters()
    }

    /// The CPU time that this domain has had, by Xen's account; `None` when Xen won't say.
    pub fn cpu_time(&self) -> Option<Duration> {
        vitrine_kernel::cpu_time()
    }

    /// The domain's command line, from `cmdline=` in its configuration.
    pub fn command_line(&self) -> Arguments {
        Arguments::new(vitrine_kernel::command_line())
    }

    /// Runs a future beside the appliance. There is one CPU and no preemption: it has to await what it waits for.
    pub fn spawn(&self, future: impl Future<Output = ()> + 'static) {
        vitrine_kernel::spawn(future);
    }
}
