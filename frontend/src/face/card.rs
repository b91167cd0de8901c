//! A vdispl device: what all handles on it share.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::future::Future;

use vitrine_xen::platform::{FrontPlatform, Store};

use super::cards::Claims;
use super::shared::{Frames, Shared};
use super::{Display, drive};
use crate::Error;
use crate::config::Location;
use crate::device::{ConnectorInfo, Device};
use crate::head::Pacing;

/// A vdispl device; a handle, and any number of them are one.
///
/// It outlives the device: when that is detached, the next one that is attached takes its place, preferably one with the
/// same number, and never one that another card has.
pub struct Card<P: FrontPlatform> {
    pub(super) shared: Rc<Shared<P>>,
    /// The same once more, as displays see it.
    pub(super) frames: Rc<dyn Frames>,
}

impl<P: FrontPlatform> Clone for Card<P> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone(), frames: self.frames.clone() }
    }
}

impl<P: FrontPlatform> Card<P> {
    pub(super) fn new(platform: P, location: Location, claims: Claims) -> Self {
        let shared = Rc::new(Shared::new(platform, location, claims));
        Self { frames: shared.clone(), shared }
    }

    /// The loop that keeps the connection, to be run once. It ends after [`Self::close`], when the device is closed, or
    /// when xenstore won't watch what has to be watched.
    pub fn drive<S: Store>(&self, store: S) -> impl Future<Output = Result<(), Error>> + use<P, S> {
        let shared = self.shared.clone();
        async move { drive::drive(&shared, &store).await }
    }

    /// The number of the device in `device/vdispl`; that of the last one, while there is none.
    pub fn number(&self) -> u32 {
        self.shared.device.borrow().location().number
    }

    /// What the toolstack and the back end say about each connector, by number; waits until that was read for the first
    /// time.
    pub async fn connectors(&self) -> Result<Vec<ConnectorInfo>, Error> {
        let ask = |device: &mut Device<P>| match (device.error(), device.connectors()) {
            (Some(error), []) => Some(Err(error.clone())),
            (None, []) => None,
            (_, connectors) => Some(Ok(connectors.to_vec())),
        };
        self.shared.until(ask).await
    }

    /// Shows frames on a connector, which `pacing` tells when they count as done. Frames that are shown on the same
    /// connector by another handle come in between.
    pub fn display(&self, connector: usize, pacing: Pacing) -> Display<P> {
        self.frames.open(connector, pacing);
        Display::new(self.clone(), connector, pacing)
    }

    /// Whether both ends are connected now.
    pub fn is_connected(&self) -> bool {
        self.shared.device.borrow().is_connected()
    }

    /// Grants that a back end still maps although what they were for is gone.
    pub fn grants_in_quarantine(&self) -> usize {
        self.shared.device.borrow().grants_in_quarantine()
    }

    /// Takes leave of the back end, gives everything back and resolves when the device is closed. A back end that does
    /// not answer delays this by its time-outs; whoever is in a hurry limits the time.
    pub async fn close(&self) {
        self.begin_to_close();
        self.shared.until(|device| device.is_closed().then_some(())).await;
    }

    pub(super) fn begin_to_close(&self) {
        self.shared.device.borrow_mut().close();
        self.shared.kick();
    }
}
