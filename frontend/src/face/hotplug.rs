//! Which devices there are, told whenever that changes.

use alloc::vec::Vec;

use vitrine_xen::platform::{Store, Watch};

use super::drive::is_attached;
use crate::Error;
use crate::config::{self, Configuration};

/// A vdispl device, as the toolstack describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    /// Its number, which is also the name of its folder in `device/vdispl`.
    pub number: u32,
    /// Its connectors, or why they can't be used.
    pub configuration: Result<Configuration, Error>,
}

/// Tells which devices there are: `xl vdispl-attach` and `xl vdispl-detach` change that while the domain runs.
pub struct Hotplug<S: Store> {
    store: S,
    watch: S::Watch,
    known: Option<Vec<Attached>>,
}

impl<S: Store> Hotplug<S> {
    /// Begins to watch. Fails when xenstore won't do that.
    pub async fn new(store: S) -> Result<Self, Error> {
        let folder = config::folder();
        let watch = store.watch(&folder).await.map_err(|error| Error::Node(folder, error))?;
        Ok(Self { store, watch, known: None })
    }

    /// The devices that exist, in the order of their numbers: at once when this is called for the first time, and then
    /// whenever they are others, or others in their configuration, than those told before. Devices that the toolstack is
    /// about to remove do not count.
    pub async fn changed(&mut self) -> Result<Vec<Attached>, Error> {
        loop {
            self.watch.changed().await;
            let now = attached(&self.store).await?;
            if self.known.as_ref() != Some(&now) {
                self.known = Some(now.clone());
                return Ok(now);
            }
        }
    }
}

async fn attached<S: Store>(store: &S) -> Result<Vec<Attached>, Error> {
    let mut attached = Vec::new();
    for number in config::devices(store).await? {
        // One that is half written or half removed is none; the watch fires again when it is whole, or gone.
        let Ok(location) = config::locate(store, number).await else { continue };
        if is_attached(store, &location).await {
            let configuration = config::read_configuration(store, &location.path).await;
            attached.push(Attached { number, configuration });
        }
    }
    Ok(attached)
}
