//! Which connector something is about, for people: in the log, in file names and in the trace.

use core::fmt;
use std::rc::Rc;

use super::DeviceId;
use super::guest_log::GuestLog;
use super::trace::{Place, Trace};

/// Which connector it is, and where it is told what happens on it.
pub struct Identity {
    /// The device.
    pub device: DeviceId,
    /// The connector's number in the device.
    pub index: usize,
    /// Its name, of the output's connectors.
    pub name: String,
    /// The device's log.
    pub log: Rc<GuestLog>,
    /// Where messages are traced.
    pub trace: Trace,
}

impl Identity {
    /// Whose it is, in the trace.
    pub fn place(&self) -> Place<'_> {
        Place { device: self.device, connector: Some((self.index, &self.name)) }
    }
}

impl fmt::Display for Identity {
    /// Whose it is, in file names and in the log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "d{}-{}-{}", self.device.guest.0, self.device.number, self.name)
    }
}
