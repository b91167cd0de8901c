//! Operations as such: their codes, the bytes that they do not use, the rings that they are on.

use vitrine_frontend::probe::Probe;
use vitrine_xen::io::displif::{Operation, Request};
use vitrine_xen::platform::{FrontPlatform, Store};
use vitrine_xen::ring::{CONTROL_SLOTS, Slot};

use super::{ANSWER_TIME, Actual, Expected, Row, Stop, Suite};

impl<P: FrontPlatform, S: Store, R: FnMut(&Row)> Suite<P, S, R> {
    pub(super) async fn operations(&mut self) -> Result<(), Stop> {
        let codes = [
            ("unknown", 0x20, "-22"),
            ("reserved-first", 0x00, "-22"),
            ("reserved-last", 0x0f, ""),
            ("after-the-last", 0x17, ""),
            ("largest", 0xff, ""),
        ];
        for (name, code, displ_be) in codes {
            let actual = self.code(0, code).await?;
            let request = alloc::format!("operation {code:#04x}");
            self.row(name, &request, Expected::Refused, actual, displ_be);
        }
        if self.connectors() > 1 {
            let actual = self.code(1, 0x20).await?;
            self.row("unknown-ring-1", "operation 0x20 on connector 1", Expected::Refused, actual, "");
        }
        self.stray_bytes().await?;
        self.wrong_ring().await?;
        self.full_ring().await
    }

    async fn code(&mut self, on: usize, code: u8) -> Result<Actual, Stop> {
        let mut slot = [0; 64];
        slot[..2].copy_from_slice(&self.id().to_le_bytes());
        slot[2] = code;
        self.send(on, &slot).await
    }

    /// Linux leaves the bytes of the slot's last response where the protocol wants 0, so they have to be borne.
    async fn stray_bytes(&mut self) -> Result<(), Stop> {
        let reset = Request { id: self.id(), operation: Operation::SetConfig(Default::default()) };
        let mut slot = reset.encode();
        slot[3..8].fill(0xff);
        slot[36..].fill(0xff);
        let actual = self.send(0, &slot).await?;
        self.row("reserved-bytes", "SET_CONFIG reset, reserved bytes 0xff", Expected::Answered, actual, "0");
        Ok(())
    }

    /// Buffers and framebuffers are made and given back on connector 0's ring only.
    async fn wrong_ring(&mut self) -> Result<(), Stop> {
        if self.connectors() < 2 {
            return Ok(());
        }
        let buffer = self.buffer(4096)?;
        let create = Operation::BufferCreate(buffer.offer(32, 32));
        self.case(("ring-1-create", "DBUF_CREATE on connector 1"), 1, create, (Expected::Refused, "")).await?;
        self.need("a buffer is created", 0, create).await?;
        let fb_cookie = self.cookie();
        let attach = Operation::FramebufferAttach(buffer.attach(fb_cookie, 32, 32));
        self.case(("ring-1-attach", "FB_ATTACH on connector 1"), 1, attach, (Expected::Refused, "")).await?;
        self.need("a framebuffer is attached", 0, attach).await?;
        let detach = Operation::FramebufferDetach(fb_cookie);
        self.case(("ring-1-detach", "FB_DETACH on connector 1"), 1, detach, (Expected::Refused, "")).await?;
        let destroy = Operation::BufferDestroy(buffer.cookie);
        self.case(("ring-1-destroy", "DBUF_DESTROY on connector 1"), 1, destroy, (Expected::Refused, "")).await?;
        self.give_back(buffer, fb_cookie).await
    }

    /// As many requests at once as the ring has slots; each has its answer, with its identifier.
    async fn full_ring(&mut self) -> Result<(), Stop> {
        let first = self.next_id.wrapping_add(1);
        let slots: alloc::vec::Vec<Slot> = (0..CONTROL_SLOTS)
            .map(|_| Request { id: self.id(), operation: Operation::PageFlip(u64::MAX) }.encode())
            .collect();
        for slot in &slots {
            if self.probe.send(0, slot).is_err() {
                return Err(Stop::Connection);
            }
        }
        let answered = answers(&mut self.probe, CONTROL_SLOTS).await?;
        let right = (0..CONTROL_SLOTS as u16).all(|number| answered.contains(&first.wrapping_add(number)));
        let actual = Actual::Fact(right, alloc::format!("{} answers", answered.len()));
        let expected = Expected::Fact("an answer to each");
        self.row("full-ring", "32 requests at once", expected, actual, "");
        Ok(())
    }
}

/// The identifiers of the next answers.
async fn answers<P: FrontPlatform, S: Store>(
    probe: &mut Probe<P, S>,
    count: u32,
) -> Result<alloc::vec::Vec<u16>, Stop> {
    let mut answered = alloc::vec::Vec::new();
    for _ in 0..count {
        match probe.answer(0, ANSWER_TIME).await {
            Ok(Some(answer)) => answered.push(u16::from_le_bytes([answer[0], answer[1]])),
            Ok(None) => break,
            Err(_) => return Err(Stop::Connection),
        }
    }
    Ok(answered)
}
