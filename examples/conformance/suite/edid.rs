//! GET_EDID, which version 2 of the protocol has.

use vitrine_frontend::edid::EdidBuffer;
use vitrine_xen::GrantRef;
use vitrine_xen::io::displif::{EDID_BUFFER_SIZE, Operation, Request, Response, Status};
use vitrine_xen::platform::{FrontPlatform, Store};
use vitrine_xen::ring::Slot;

use super::Expected::{Anything, Refused};
use super::{Actual, Expected, Row, Stop, Suite};

impl<P: FrontPlatform, S: Store, R: FnMut(&Row)> Suite<P, S, R> {
    pub(super) async fn edid(&mut self) -> Result<(), Stop> {
        for on in 0..self.connectors() {
            self.edid_of(on).await?;
        }
        let (platform, peer) = (self.probe.platform(), self.probe.location().backend);
        let buffer = EdidBuffer::new(platform, peer)?;
        let Operation::GetEdid { directory, .. } = buffer.operation() else { return Ok(()) };
        let nowhere = GrantRef(0x7fff_fff0);
        let cases = [
            ("size-0", "GET_EDID, buffer_sz 0", 0, directory, "-22"),
            ("size-64", "GET_EDID, buffer_sz 64", 64, directory, "0, 128 bytes"),
            ("size-32767", "GET_EDID, buffer_sz 32767", EDID_BUFFER_SIZE - 1, directory, "0, 128 bytes"),
            ("directory-0", "GET_EDID, gref_directory 0", EDID_BUFFER_SIZE, GrantRef(0), ""),
            ("directory-none", "GET_EDID, gref_directory not granted", EDID_BUFFER_SIZE, nowhere, ""),
        ];
        // To a back end of version 1 this is no request that it knows: an error, or silence.
        let expected = if self.version_2 { Refused } else { Anything };
        for (name, request, buffer_size, directory, displ_be) in cases {
            let operation = Operation::GetEdid { buffer_size, directory };
            self.case((name, request), 0, operation, (expected, displ_be)).await?;
        }
        buffer.release(&mut self.quarantine);
        Ok(())
    }

    /// The EDID of one connector: there, whole, and with a mode.
    async fn edid_of(&mut self, on: usize) -> Result<(), Stop> {
        let (platform, peer) = (self.probe.platform(), self.probe.location().backend);
        let buffer = EdidBuffer::new(platform, peer)?;
        let slot: Slot = Request { id: self.id(), operation: buffer.operation() }.encode();
        let actual = self.send(on, &slot).await?;
        let (name, request) =
            (alloc::format!("valid-{on}"), alloc::format!("GET_EDID on connector {on}, buffer_sz 32768"));
        let Actual::Edid(edid_size) = actual else {
            let expected = if self.version_2 { Expected::Fact("an EDID") } else { Anything };
            self.row(&name, &request, expected, actual, "0, 128 bytes");
            buffer.release(&mut self.quarantine);
            return Ok(());
        };
        let response = Response { id: 0, code: slot[2], status: Status::OK, edid_size };
        let judged = match buffer.read(&response) {
            Ok(edid) => {
                Actual::Fact(!edid.modes.is_empty(), alloc::format!("{edid_size} bytes, {} modes", edid.modes.len()))
            }
            Err(error) => Actual::Fact(false, alloc::format!("{error}")),
        };
        self.row(&name, &request, Expected::Fact("an EDID"), judged, "0, 128 bytes");
        buffer.release(&mut self.quarantine);
        Ok(())
    }
}
