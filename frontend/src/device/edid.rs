//! Asking what the connectors are.
//!
//! Every connector's EDID is asked for as soon as the ends are connected, behind the requests that make the first buffers
//! known, so that it takes no time of its own. Most back ends don't say which version of the protocol they speak, and some of
//! those answer all the same. One that says version 2 is waited for before a connector counts as ready; from one that
//! says nothing the answer may come later, and then changes the mode.

use core::time::Duration;

use vitrine_xen::io::displif::Response;
use vitrine_xen::io::displif::nodes::Resolution;
use vitrine_xen::platform::FrontPlatform;

use super::{Connector, Device};
use crate::edid::EdidBuffer;
use crate::requests::Purpose;
use crate::shared::Quarantine;
use crate::swapchain::Swapchain;

/// The version from which on the protocol has EDIDs.
const WITH_EDID: u32 = 2;

/// How far a connector's EDID is.
pub(super) enum EdidRequest<P: FrontPlatform> {
    /// Nothing is asked, or everything answered.
    None,
    /// The answer is to come.
    Asked(EdidBuffer<P>),
    /// The answer did not come in time. The buffer stays until it does, since the back end may write into it.
    Overdue(EdidBuffer<P>),
}

impl<P: FrontPlatform> EdidRequest<P> {
    /// How many pages are granted for it.
    pub fn grants(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Asked(_) | Self::Overdue(_) => EdidBuffer::<P>::GRANTS,
        }
    }

    /// Takes the buffer back.
    pub fn release(self, quarantine: &mut Quarantine<P>) {
        match self {
            Self::None => {}
            Self::Asked(buffer) | Self::Overdue(buffer) => buffer.release(quarantine),
        }
    }
}

impl<P: FrontPlatform> Device<P> {
    /// Asks for the EDIDs of all connectors, unless the back end has said that it knows nothing of that.
    pub(super) fn ask_edids(&mut self, now: Duration) {
        if self.version.is_some_and(|version| version < WITH_EDID) {
            return;
        }
        for index in 0..self.connectors.len() {
            match EdidBuffer::new(&self.platform, self.location.backend) {
                Ok(buffer) => {
                    let operation = buffer.operation();
                    self.connectors[index].edid = EdidRequest::Asked(buffer);
                    self.ask(index, (operation, Purpose::Edid), now);
                }
                Err(error) => log::warn!("connector {index}: {error}; its resolution node has to do"),
            }
        }
    }

    /// Whether a connector's mode may still turn out to be another one before anything is shown.
    pub(super) fn awaits_edid(&self, connector: &Connector<P>) -> bool {
        let asked = matches!(connector.edid, EdidRequest::Asked(_)) && self.version.is_some();
        asked || (connector.coming.is_some() && !connector.head.is_lit())
    }

    /// The answer has come; late, when nobody waits for it any more.
    pub(super) fn edid_answered(&mut self, index: usize, response: &Response, now: Duration) {
        let request = core::mem::replace(&mut self.connectors[index].edid, EdidRequest::None);
        if let EdidRequest::Asked(buffer) = &request {
            match buffer.read(response) {
                Ok(edid) => {
                    self.infos[index].edid = Some(edid);
                    self.follow_edid(index, now);
                }
                Err(problem) => log::debug!("connector {index} has no EDID: {problem}"),
            }
        }
        request.release(&mut self.objects.quarantine);
    }

    /// The answer did not come in time.
    pub(super) fn edid_overdue(&mut self, index: usize) {
        let connector = &mut self.connectors[index];
        connector.edid = match core::mem::replace(&mut connector.edid, EdidRequest::None) {
            EdidRequest::Asked(buffer) => EdidRequest::Overdue(buffer),
            other => other,
        };
    }

    /// The mode in which a connector is opened: the one that its display likes best, or what the toolstack says.
    pub(super) fn first_mode(&self, index: usize) -> Resolution {
        self.infos[index].first_mode()
    }

    /// Changes the mode of an open connector to the one that its EDID prefers, unless the appliance has chosen another.
    /// Where that can't be, the mode stays.
    fn follow_edid(&mut self, index: usize, now: Duration) {
        let (mode, connector) = (self.first_mode(index), &self.connectors[index]);
        let written = self.infos[index].configuration.resolution;
        let followed = |chain: &Swapchain| chain.resolution() == written && chain.resolution() != mode;
        if !connector.swapchain.as_ref().is_some_and(followed) || connector.coming.is_some() {
            return;
        }
        log::info!("connector {index} prefers {}x{}", mode.width, mode.height);
        match Swapchain::new(&mut self.objects, index, mode, now) {
            Ok(chain) => self.connectors[index].coming = Some((chain, None)),
            Err(error) => log::warn!("connector {index} keeps its mode: {error}"),
        }
    }
}
