//! How the domain ends: as under the kernel, but that the process goes on to say so.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use vitrine_xen::abi::sched::ShutdownReason;
use vitrine_xen::platform::FrontPlatform;

use crate::machine::{now, spawn};
use crate::xen::Xen;

/// What is to be done before the end, and how long it may take.
struct Work {
    future: Pin<Box<dyn Future<Output = ()>>>,
    limit: Duration,
}

thread_local! {
    static WORK: RefCell<Option<Work>> = const { RefCell::new(None) };
    static ENDING: Cell<bool> = const { Cell::new(false) };
    static ENDED: Cell<Option<ShutdownReason>> = const { Cell::new(None) };
}

/// How the domain has ended, if it has.
pub fn ended() -> Option<ShutdownReason> {
    ENDED.get()
}

/// Sets what is to be done before the domain ends in order, and how long that may take at most. One piece of work is kept,
/// the latest.
pub fn before_shutdown(limit: Duration, work: impl Future<Output = ()> + 'static) {
    WORK.replace(Some(Work { future: Box::pin(work), limit }));
}

/// Ends the domain in order: first the work of [`before_shutdown`]. Until that is done all other tasks go on. When the domain
/// is ending already, this waits for it to.
pub async fn shutdown(reason: ShutdownReason) -> ! {
    request_shutdown(reason);
    std::future::pending().await
}

/// Like [`shutdown`], but returns at once.
pub fn request_shutdown(reason: ShutdownReason) {
    if ENDING.replace(true) {
        return;
    }
    let (work, ordered) = (WORK.take(), now());
    spawn(async move {
        if let Some(work) = work {
            work.finish().await;
        }
        log::info!("the domain ends ({reason:?}), {} ms after the order", (now() - ordered).as_millis());
        ENDED.set(Some(reason));
    });
}

impl Work {
    /// Does it, for as long as it may take.
    async fn finish(mut self) {
        let mut limit = pin!(Xen.sleep_until(now() + self.limit));
        poll_fn(|context| {
            if self.future.as_mut().poll(context).is_ready() {
                return Poll::Ready(());
            }
            let late = limit.as_mut().poll(context);
            if late.is_ready() {
                log::warn!("the work before the end takes longer than {} ms; it is cut off", self.limit.as_millis());
            }
            late
        })
        .await;
    }
}
