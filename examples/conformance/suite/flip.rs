//! PG_FLIP and its event.

use core::time::Duration;

use vitrine_xen::io::displif::nodes::Resolution;
use vitrine_xen::io::displif::{Operation, Request, Scanout, Status};
use vitrine_xen::platform::{FrontPlatform, Store};
use vitrine_xen::ring::EVENT_SLOTS;

use super::Expected::{Answered, Done, Refused};
use super::{ANSWER_TIME, Actual, Expected, FRAME_TIME, Row, Stop, Suite, whole};

/// Flips that nobody reads the events of: more than the event page holds.
const UNREAD: usize = 70;
/// How long after a frame-done event another one would be one too many.
const SILENCE: Duration = Duration::from_millis(100);
/// How long to wait before a flip that was refused as busy is asked for again, and how often.
const BUSY: Duration = Duration::from_millis(5);
const BUSY_TRIES: usize = 200;

impl<P: FrontPlatform, S: Store, R: FnMut(&Row)> Suite<P, S, R> {
    pub(super) async fn flip(&mut self) -> Result<(), Stop> {
        let size = self.resolution(0);
        let (first, second) = (self.framebuffer(size).await?, self.framebuffer(size).await?);
        let (one, two) = (Operation::PageFlip(first.1), Operation::PageFlip(second.1));
        self.case(("dark", "PG_FLIP before SET_CONFIG"), 0, one, (Refused, "-1, -22 on KMS")).await?;
        self.need("the connector is set", 0, Operation::SetConfig(whole(first.1, size))).await?;
        let silent = self.events(0, SILENCE).await?;
        let actual = Actual::Fact(silent.is_empty(), alloc::format!("{} events", silent.len()));
        self.row("config-event", "SET_CONFIG is followed by", Expected::Fact("no event"), actual, "no event");
        let unknown = Operation::PageFlip(0xdead);
        self.case(("unknown", "PG_FLIP, unknown fb_cookie"), 0, unknown, (Refused, "-2")).await?;
        for (name, request, flip, cookie) in [
            ("other", "PG_FLIP, the other framebuffer", two, second.1),
            ("same", "PG_FLIP, the framebuffer that is shown", two, second.1),
        ] {
            self.case((name, request), 0, flip, (Done, "0")).await?;
            self.one_event(name, cookie).await?;
        }
        if self.connectors() > 1 {
            let names = ("other-connector", "PG_FLIP on connector 1, which shows nothing");
            self.case(names, 1, one, (Refused, "")).await?;
        }
        self.two_at_once([first.1, second.1]).await?;
        self.unread([first.1, second.1]).await?;
        self.smaller(size).await?;
        self.detach_shown([first.1, second.1]).await?;
        self.need("the connector is reset", 0, Operation::SetConfig(Scanout::default())).await?;
        self.case(("after-reset", "PG_FLIP after a reset"), 0, one, (Refused, "")).await?;
        self.need(
            "a framebuffer is attached again",
            0,
            Operation::FramebufferAttach(second.0.attach(second.1, size.width, size.height)),
        )
        .await?;
        self.give_back(first.0, first.1).await?;
        self.give_back(second.0, second.1).await
    }

    /// A flip is done once, and says for which framebuffer.
    async fn one_event(&mut self, name: &str, cookie: u64) -> Result<(), Stop> {
        let mut events = self.events_until(1).await?;
        events.extend(self.events(0, SILENCE).await?);
        let actual = Actual::Fact(events == [cookie], alloc::format!("{} events, {events:x?}", events.len()));
        let (name, request) = (alloc::format!("{name}-event"), alloc::format!("PG_FLIP of {cookie:#x} is followed by"));
        self.row(&name, &request, Expected::Fact("one event for it"), actual, "an event for it");
        Ok(())
    }

    /// At least so many events, if they come in time.
    async fn events_until(&mut self, count: usize) -> Result<alloc::vec::Vec<u64>, Stop> {
        let mut events = alloc::vec::Vec::new();
        while events.len() < count {
            match self.probe.event(0, FRAME_TIME).await {
                Ok(Some(event)) => events.push(u64::from_le_bytes(core::array::from_fn(|byte| event[8 + byte]))),
                Ok(None) => break,
                Err(_) => return Err(Stop::Connection),
            }
        }
        Ok(events)
    }

    /// A flip while one is pending may be queued or refused as busy; what was accepted has its event.
    async fn two_at_once(&mut self, cookies: [u64; 2]) -> Result<(), Stop> {
        let requests = cookies.map(|cookie| Request { id: self.id(), operation: Operation::PageFlip(cookie) }.encode());
        for slot in &requests {
            if self.probe.send(0, slot).is_err() {
                return Err(Stop::Connection);
            }
        }
        let mut accepted = alloc::vec::Vec::new();
        for (number, slot) in requests.iter().enumerate() {
            let actual = self.answer_to(0, slot, ANSWER_TIME).await?;
            if actual == Actual::Answer(Status::OK) {
                accepted.push(cookies[number]);
            }
            let expected = if number == 0 { Done } else { Answered };
            let name = ["pending-first", "pending-second"][number];
            self.row(name, "PG_FLIP, two at once", expected, actual, ["0", "0, -16 on KMS"][number]);
        }
        let mut events = self.events_until(accepted.len()).await?;
        events.extend(self.events(0, SILENCE).await?);
        let actual = Actual::Fact(events == accepted, alloc::format!("{events:x?} for {accepted:x?}"));
        let expected = Expected::Fact("one event each");
        self.row("pending-events", "PG_FLIP, what was accepted is followed by", expected, actual, "the last only");
        Ok(())
    }

    /// Flips whose events are not read: the page holds 63, later ones are lost, and afterwards all is as before.
    async fn unread(&mut self, cookies: [u64; 2]) -> Result<(), Stop> {
        let mut done = 0;
        for number in 0..UNREAD {
            let flip = Operation::PageFlip(cookies[number % 2]);
            for _ in 0..BUSY_TRIES {
                match self.ask(0, flip).await? {
                    Actual::Answer(Status::OK) => {
                        done += 1;
                        break;
                    }
                    Actual::Answer(Status::BUSY) => self.pause(BUSY).await,
                    _ => break,
                }
            }
        }
        let actual = Actual::Fact(done == UNREAD, alloc::format!("{done} done"));
        self.row("unread", "PG_FLIP 70 times, no event is read", Expected::Fact("70 done"), actual, "70 done");
        self.pause(SILENCE).await;
        let events = self.events(0, SILENCE).await?;
        let right = events.iter().enumerate().all(|(number, cookie)| *cookie == cookies[number % 2]);
        let actual = Actual::Fact(right && events.len() == EVENT_SLOTS as usize, alloc::format!("{}", events.len()));
        self.row("unread-events", "then the event page holds", Expected::Fact("the first 63"), actual, "the first 63");
        self.case(("read", "PG_FLIP after that"), 0, Operation::PageFlip(cookies[0]), (Done, "0")).await?;
        self.one_event("read", cookies[0]).await
    }

    /// A framebuffer that is smaller than what the connector shows.
    async fn smaller(&mut self, size: Resolution) -> Result<(), Stop> {
        let (buffer, fb_cookie) = self.framebuffer(Resolution { width: size.width, height: 1 }).await?;
        let names = ("smaller", "PG_FLIP, a framebuffer of one row");
        self.case(names, 0, Operation::PageFlip(fb_cookie), (Answered, "")).await?;
        self.events(0, SILENCE).await?;
        self.give_back(buffer, fb_cookie).await
    }

    /// The framebuffer goes while it is shown: the connector goes on.
    async fn detach_shown(&mut self, cookies: [u64; 2]) -> Result<(), Stop> {
        self.case(("flip-back", "PG_FLIP"), 0, Operation::PageFlip(cookies[1]), (Done, "0")).await?;
        self.one_event("flip-back", cookies[1]).await?;
        let detach = Operation::FramebufferDetach(cookies[1]);
        self.case(("detach-shown", "FB_DETACH of what is shown"), 0, detach, (Done, "0")).await?;
        let detached = Operation::PageFlip(cookies[1]);
        self.case(("detached", "PG_FLIP of what was detached"), 0, detached, (Refused, "-2")).await?;
        let other = Operation::PageFlip(cookies[0]);
        self.case(("after-detach", "PG_FLIP of another one after that"), 0, other, (Answered, "")).await?;
        self.events(0, SILENCE).await?;
        Ok(())
    }
}
