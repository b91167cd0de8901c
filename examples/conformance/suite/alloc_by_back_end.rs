//! DBUF_CREATE with REQ_ALLOC: the back end's own pages, which it grants.

use alloc::string::String;
use alloc::vec::Vec;

use vitrine_xen::GrantRef;
use vitrine_xen::io::displif::{DisplayBuffer, FLAG_REQUEST_ALLOCATION, Operation, Status};
use vitrine_xen::platform::{FrontPlatform, Store};

use super::Expected::{Answered, Done};
use super::{Actual, Buffer, Expected, Row, Stop, Suite, whole};

impl<P: FrontPlatform, S: Store, R: FnMut(&Row)> Suite<P, S, R> {
    pub(super) async fn alloc_by_back_end(&mut self) -> Result<(), Stop> {
        let size = self.resolution(0);
        let buffer = self.buffer(4 * size.width * size.height)?;
        for page in 0..buffer.pages().len() {
            buffer.directory_memory().write_u32(4 + 4 * page, 0);
        }
        let offer = DisplayBuffer { flags: FLAG_REQUEST_ALLOCATION, ..buffer.offer(size.width, size.height) };
        let actual = self.ask(0, Operation::BufferCreate(offer)).await?;
        let done = actual == Actual::Answer(Status::OK);
        self.row("create", "DBUF_CREATE, REQ_ALLOC", Answered, actual, "0; without zero copy it dies");
        if done {
            let memory = buffer.directory_memory();
            let listed: Vec<u32> = (0..buffer.pages().len()).map(|page| memory.read_u32(4 + 4 * page)).collect();
            let mut different = listed.clone();
            different.sort_unstable();
            different.dedup();
            let right = different.len() == listed.len() && different[0] != 0;
            let actual = Actual::Fact(right, alloc::format!("{} of {}", different.len(), listed.len()));
            self.row("directory", "the directory then lists", Expected::Fact("a grant a page"), actual, "");
            self.use_pages(&buffer, &listed).await?;
        }
        self.quarantine.end(buffer.granted);
        Ok(())
    }

    /// Maps what the directory lists, shows it, and lets it go before the buffer is destroyed.
    async fn use_pages(&mut self, buffer: &Buffer<P>, listed: &[u32]) -> Result<(), Stop> {
        let references: Vec<GrantRef> = listed.iter().copied().map(GrantRef).collect();
        let mapped = self.probe.platform().map(self.probe.location().backend, &references);
        let actual = match &mapped {
            Ok(_) => Actual::Fact(true, String::from("mapped")),
            Err(error) => Actual::Fact(false, alloc::format!("{error}")),
        };
        self.row("map", "the grants that are listed", Expected::Fact("can be mapped"), actual, "");
        let size = self.resolution(0);
        let fb_cookie = self.cookie();
        let attach = buffer.attach(fb_cookie, size.width, size.height);
        self.case(("attach", "FB_ATTACH"), 0, Operation::FramebufferAttach(attach), (Done, "")).await?;
        self.case(("config", "SET_CONFIG"), 0, Operation::SetConfig(whole(fb_cookie, size)), (Done, "")).await?;
        self.case(("reset", "SET_CONFIG reset"), 0, Operation::SetConfig(Default::default()), (Done, "")).await?;
        self.case(("detach", "FB_DETACH"), 0, Operation::FramebufferDetach(fb_cookie), (Done, "")).await?;
        drop(mapped);
        self.case(("destroy", "DBUF_DESTROY, unmapped"), 0, Operation::BufferDestroy(buffer.cookie), (Done, ""))
            .await?;
        Ok(())
    }
}
