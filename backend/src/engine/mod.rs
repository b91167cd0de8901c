//! The engine: every vdispl device of every guest.
//!
//! It owns no thread, no clock and no file: it is told what has happened ([`Engine::watch_event`],
//! [`Engine::port_event`]) and polled; whatever it wants from the world goes through the traits of
//! [`vitrine_xen::platform`] and [`Output`]. So it runs unchanged on dom0's device nodes and on the fake Xen of the tests.
//!
//! Where to begin reading: [`link`] (who goes to which state when), [`device`] (one device), [`connector`] (its rings and
//! requests), [`buffers`] (what the front end has made known, and all checks of it); then `view` (what SET_CONFIG means),
//! `turn` (who is served when) and `trace`.

mod bucket;
pub mod buffers;
pub mod channel;
pub mod config;
pub mod connector;
pub mod device;
mod directory;
mod edid;
mod failure;
mod folder;
mod guest_log;
mod identity;
mod limits;
pub mod link;
pub mod nodes;
mod refusal;
mod shape;
mod trace;
mod turn;
mod view;

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use vitrine_xen::platform::{BackPlatform, BackStore, StoreError};
use vitrine_xen::xenbus::XenbusState;
use vitrine_xen::{DomainId, Port};

use crate::output::Output;
use device::{Device, Environment};
use turn::Next;

pub use device::DeviceId;
pub use limits::Limits;
pub use refusal::Refusal;
pub use trace::Trace;

/// The token of the watch on all devices.
const DEVICES_TOKEN: &str = "devices";
/// The beginning of the tokens of the watches on front ends.
const FRONTEND_TOKEN: &str = "frontend-";

/// The whole back end.
pub struct Engine<P: BackPlatform, S: BackStore, O: Output> {
    platform: P,
    store: S,
    output: O,
    limits: Limits,
    trace: Trace,
    root: String,
    devices: BTreeMap<DeviceId, Device<P>>,
    /// When a ring that has had more requests than its guest may make has its turn again.
    postponed: Option<Duration>,
    /// Devices whose nodes have to be looked at.
    changed: BTreeSet<DeviceId>,
    /// Whether devices may have come or gone.
    rescan: bool,
    leaving: bool,
}

impl<P: BackPlatform, S: BackStore, O: Output> Engine<P, S, O> {
    /// An engine for the back end in domain `own`. It asks for the watch that tells it of devices, those included that are
    /// there already.
    pub fn new(platform: P, store: S, output: O, own: DomainId, limits: Limits) -> Result<Self, StoreError> {
        let root = nodes::backend_root(own);
        store.watch(&root, DEVICES_TOKEN)?;
        Ok(Self {
            platform,
            store,
            output,
            limits,
            trace: Trace::default(),
            root,
            devices: BTreeMap::new(),
            postponed: None,
            changed: BTreeSet::new(),
            rescan: true,
            leaving: false,
        })
    }

    /// Traces every message from now on. To be called before the first [`Self::poll`]: connections keep what they began with.
    pub fn set_trace(&mut self, trace: Trace) {
        self.trace = trace;
    }

    /// The output, for its events.
    pub fn output_mut(&mut self) -> &mut O {
        &mut self.output
    }

    /// The output.
    pub fn output(&self) -> &O {
        &self.output
    }

    /// The devices that are known, with this end's state.
    pub fn devices(&self) -> impl Iterator<Item = (DeviceId, XenbusState)> + '_ {
        self.devices.iter().map(|(id, device)| (*id, device.state()))
    }

    /// A watch of the engine has fired.
    pub fn watch_event(&mut self, path: &str, token: &str) {
        if let Some(id) = token.strip_prefix(FRONTEND_TOKEN).and_then(|id| parse_id(id, '-')) {
            self.changed.insert(id);
            return;
        }
        let id = path.strip_prefix(&self.root).and_then(|rest| parse_id(rest.strip_prefix('/')?, '/'));
        match id {
            Some(id) if self.devices.contains_key(&id) => {
                self.changed.insert(id);
            }
            _ => self.rescan = true,
        }
    }

    /// An event channel of the engine has fired.
    pub fn port_event(&mut self, port: Port) {
        if let Some(connector) = self.devices.values_mut().find_map(|device| device.by_port(port)) {
            connector.wake();
        }
    }

    /// Any event channel may have fired.
    pub fn all_ports(&mut self) {
        self.devices.values_mut().flat_map(Device::connectors_mut).for_each(|connector| connector.wake());
    }

    /// Closes every device at the next poll, and offers none from then on.
    pub fn leave(&mut self) {
        self.leaving = true;
        self.changed.extend(self.devices.keys());
    }

    /// Does what there is to do; every ring gets one turn. Returns whether there is more: then it wants to be polled again
    /// after a look at what else has happened. An error: the xenstore is gone.
    pub fn poll(&mut self) -> Result<bool, StoreError> {
        let in_use = self.connectors_in_use();
        if core::mem::take(&mut self.rescan) {
            self.find_devices()?;
        }
        self.advance_devices()?;
        self.report_flips();
        let mut next = Next::Event;
        let Self { platform, store, output, limits, trace, devices, .. } = self;
        for device in devices.values_mut() {
            next = next.min(device.serve(&mut Environment { platform, store, output, limits, trace })?);
        }
        self.postponed = next.time();
        self.report_flips();
        if self.connectors_in_use() < in_use {
            self.try_again();
        }
        Ok(next == Next::Now || self.rescan || !self.changed.is_empty())
    }

    /// When [`Self::poll`] wants to be called although nothing has happened, in the platform's time. `None`: not at all.
    pub fn wake_at(&self) -> Option<Duration> {
        self.postponed
    }

    fn connectors_in_use(&self) -> usize {
        self.devices.values().map(Device::connectors_in_use).sum()
    }

    /// A connector was given back: it may be the one that another guest could not have.
    fn try_again(&mut self) {
        let refused = self.devices.iter_mut().filter_map(|(id, device)| device.try_again().then_some(*id));
        self.changed.extend(refused);
    }

    fn find_devices(&mut self) -> Result<(), StoreError> {
        let mut found = BTreeSet::new();
        for guest in nodes::list(&self.store, &self.root)? {
            for number in nodes::list(&self.store, &format!("{}/{guest}", self.root))? {
                found.extend(parse_id(&format!("{guest}/{number}"), '/'));
            }
        }
        let gone: Vec<DeviceId> = self.devices.keys().filter(|id| !found.contains(id)).copied().collect();
        gone.into_iter().try_for_each(|id| self.forget(id))?;
        found.into_iter().try_for_each(|id| self.meet(id))
    }

    fn meet(&mut self, id: DeviceId) -> Result<(), StoreError> {
        if self.leaving || self.devices.contains_key(&id) {
            return Ok(());
        }
        if self.devices.len() >= self.limits.devices {
            log::error!("{id} is not served: there are {} devices already (--device-limit)", self.devices.len());
            return Ok(());
        }
        let path = format!("{}/{}/{}", self.root, id.guest.0, id.number);
        let known = self.devices.values().find(|device| device.id().guest == id.guest);
        let requests = known.map_or_else(|| Rc::new(self.limits.requests()), Device::requests);
        let device = Device::discover(&self.store, id, path, requests)?;
        if let Some(device) = device
            && nodes::watch(&self.store, &device.watched(), &frontend_token(id))?
        {
            self.devices.insert(id, device);
            self.changed.insert(id);
        }
        Ok(())
    }

    fn forget(&mut self, id: DeviceId) -> Result<(), StoreError> {
        self.changed.remove(&id);
        let Some(mut device) = self.devices.remove(&id) else { return Ok(()) };
        device.forget(&self.store, &mut self.output)?;
        log::info!("{id}: removed");
        nodes::unwatch(&self.store, &device.watched(), &frontend_token(id))
    }

    fn advance_devices(&mut self) -> Result<(), StoreError> {
        let Self { platform, store, output, limits, trace, devices, leaving, .. } = self;
        for id in core::mem::take(&mut self.changed) {
            let Some(device) = devices.get_mut(&id) else { continue };
            device.advance(&mut Environment { platform, store, output, limits, trace }, *leaving)?;
            // A folder without a state is on its way out, or was never whole.
            self.rescan |= device.state() == XenbusState::Unknown;
        }
        if self.rescan {
            self.rescan = false;
            self.find_devices()?;
        }
        Ok(())
    }

    fn report_flips(&mut self) {
        while let Some(head) = self.output.next_done() {
            if let Some(connector) = self.devices.values_mut().find_map(|device| device.by_head(head)) {
                connector.flip_done();
            }
        }
    }
}

fn frontend_token(id: DeviceId) -> String {
    format!("{FRONTEND_TOKEN}{}-{}", id.guest.0, id.number)
}

/// Reads a device's name: two numbers with a separator between them; whatever follows another separator is ignored.
fn parse_id(text: &str, separator: char) -> Option<DeviceId> {
    let mut numbers = text.split(separator);
    let guest = DomainId(numbers.next()?.parse().ok()?);
    Some(DeviceId { guest, number: numbers.next()?.parse().ok()? })
}
