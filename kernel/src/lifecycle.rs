//! How the domain ends: on its own account, or because its administrator wants it.

use alloc::boxed::Box;
use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::task::Poll;
use core::time::Duration;

use vitrine_xen::abi::sched::ShutdownReason;
use vitrine_xen::hypercall;
use vitrine_xen::platform::{StoreError, Watch};

use crate::milestone::milestone;
use crate::one_cpu::OneCpu;
use crate::store::{self, Transaction};
use crate::{console, executor, time};

/// The node by which the administrator's tools ask a domain to end (`xl shutdown`, `xl reboot`).
const CONTROL: &str = "control/shutdown";

/// What is to be done before the end, and how long it may take.
struct Work {
    future: Pin<Box<dyn Future<Output = ()>>>,
    limit: Duration,
}

struct Lifecycle {
    work: Option<Work>,
    ending: bool,
}

static LIFECYCLE: OneCpu<Lifecycle> = OneCpu::new(Lifecycle { work: None, ending: false });

/// Sets what is to be done before the domain ends in order, such as closing its display, and how long that may take at
/// most. One piece of work is kept, the latest.
pub fn before_shutdown(limit: Duration, work: impl Future<Output = ()> + 'static) {
    LIFECYCLE.borrow().work = Some(Work { future: Box::pin(work), limit });
}

/// Ends the domain in order: first the work of [`before_shutdown`], then [`shutdown_now`]. Until that is done all other
/// tasks go on. When the domain is ending already, this waits for it to.
pub async fn shutdown(reason: ShutdownReason) -> ! {
    request_shutdown(reason);
    core::future::pending().await
}

/// Like [`shutdown`], but returns at once.
pub fn request_shutdown(reason: ShutdownReason) {
    let mut lifecycle = LIFECYCLE.borrow();
    if core::mem::replace(&mut lifecycle.ending, true) {
        return;
    }
    let work = lifecycle.work.take();
    let ordered = time::now();
    executor::spawn(async move {
        if let Some(work) = work {
            work.finish().await;
        }
        let taken = time::now().saturating_sub(ordered).as_millis() as u64;
        log::info!("the domain ends ({reason:?}), {taken} ms after the order");
        shutdown_now(reason);
    });
}

/// Ends the domain now, after a moment for the console's last lines.
pub fn shutdown_now(reason: ShutdownReason) -> ! {
    console::drain();
    stop(reason)
}

/// Ends the domain without a word.
pub(crate) fn stop(reason: ShutdownReason) -> ! {
    // Xen does not return from this, unless it refuses.
    let _ = hypercall::shutdown(reason);
    loop {
        // With interrupts off this is the end too: Xen takes it for a power-off.
        x86_64::instructions::hlt();
    }
}

impl Work {
    /// Does it, for as long as it may take.
    async fn finish(mut self) {
        let mut limit = pin!(time::sleep(self.limit));
        poll_fn(|context| {
            if self.future.as_mut().poll(context).is_ready() {
                return Poll::Ready(());
            }
            let late = limit.as_mut().poll(context);
            if late.is_ready() {
                log::warn!(
                    "the work before the shutdown takes longer than {} ms; it is cut off",
                    self.limit.as_millis() as u64
                );
            }
            late
        })
        .await;
    }
}

/// Obeys the administrator, for ever.
pub(crate) async fn watch_shutdown() {
    if let Err(error) = obey().await {
        log::error!("{CONTROL} can't be watched: {error}; xl shutdown and xl reboot won't work");
    }
}

async fn obey() -> Result<(), StoreError> {
    let mut watch = store::watch(CONTROL).await?;
    // The first answer of xenstored.
    milestone("xenstore");
    for feature in ["control/feature-poweroff", "control/feature-reboot"] {
        // Only information for the tools, and not every toolstack lets a guest write it.
        if let Err(error) = store::write(feature, b"1").await {
            log::debug!("{feature}: {error}");
        }
    }
    loop {
        watch.changed().await;
        let command = acknowledge().await?;
        match command.as_slice() {
            b"" => {}
            b"poweroff" | b"halt" => request_shutdown(ShutdownReason::Poweroff),
            b"reboot" => request_shutdown(ShutdownReason::Reboot),
            other => log::warn!(
                "{CONTROL} says \"{}\", which an appliance can't do; poweroff, reboot and halt are what it knows",
                other.escape_ascii()
            ),
        }
    }
}

/// Takes the command and leaves the node empty, which tells the tools that it was seen. Both in one transaction, so that
/// no command is lost that comes in between.
async fn acknowledge() -> Result<alloc::vec::Vec<u8>, StoreError> {
    loop {
        let transaction = Transaction::start().await?;
        let command = match transaction.read(CONTROL).await {
            Ok(command) if !command.is_empty() => command,
            Ok(_) | Err(StoreError::NotFound) => return Ok(alloc::vec::Vec::new()),
            Err(StoreError::Again) => continue,
            Err(error) => return Err(error),
        };
        let written = transaction.write(CONTROL, b"").await;
        let committed = match written {
            Ok(()) => transaction.commit().await,
            error => error,
        };
        match committed {
            Ok(()) => return Ok(command),
            Err(StoreError::Again) => {}
            Err(error) => {
                log::warn!("{CONTROL} can't be acknowledged: {error}");
                return Ok(command);
            }
        }
    }
}
