//! The requests of one control ring: what is in flight, and what is overdue.
//!
//! A request has 3,000 ms, one for an EDID 1,000. After that it has failed, and whoever asked is told; but its identifier stays taken, as its
//! slot on the ring does, until the answer comes, which is then thrown away.

use alloc::vec::Vec;
use core::time::Duration;

use vitrine_xen::io::displif::{Operation, Request, Response};

use crate::objects::{BufferId, FramebufferId};

/// How long an answer may take (`XEN_DRM_FRONT_WAIT_BACK_MS` in Linux).
pub const ANSWER_TIME: Duration = Duration::from_millis(3000);

/// How long a connector does without an EDID: a back end of version 1 may leave the request unanswered.
pub const EDID_TIME: Duration = Duration::from_millis(1000);

/// What an answer is for. SET_CONFIG, PG_FLIP and GET_EDID concern the ring's own connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A dumb buffer becomes known.
    Create(BufferId),
    /// A dumb buffer is forgotten.
    Destroy(BufferId),
    /// A framebuffer becomes known.
    Attach(FramebufferId),
    /// A framebuffer is forgotten.
    Detach(FramebufferId),
    /// The connector's configuration with this number.
    Configure(u64),
    /// The connector's page flip with this number.
    Flip(u64),
    /// The connector's EDID.
    Edid,
}

struct InFlight {
    id: u16,
    code: u8,
    deadline: Duration,
    /// `None` once its time is over.
    purpose: Option<Purpose>,
}

/// Why a response can't be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadResponse {
    /// No request with this identifier is waiting.
    Unasked(u16),
    /// The request with this identifier was for another operation.
    WrongOperation(u16),
}

impl core::fmt::Display for BadResponse {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Unasked(id) => write!(f, "an answer to request {id}, which was never sent or is answered"),
            Self::WrongOperation(id) => write!(f, "an answer to request {id} that names another operation"),
        }
    }
}

/// What has no answer yet; at most a ring full.
#[derive(Default)]
pub struct Requests {
    unanswered: Vec<InFlight>,
    next_id: u16,
}

impl Requests {
    /// Makes the request, to be pushed now, and remembers it. Identifiers in use are passed over.
    pub fn issue(&mut self, operation: Operation, purpose: Purpose, now: Duration) -> Request {
        while self.unanswered.iter().any(|request| request.id == self.next_id) {
            self.next_id = self.next_id.wrapping_add(1);
        }
        let id = self.next_id;
        self.next_id = id.wrapping_add(1);
        let deadline = now + if purpose == Purpose::Edid { EDID_TIME } else { ANSWER_TIME };
        self.unanswered.push(InFlight { id, code: operation.code(), deadline, purpose: Some(purpose) });
        Request { id, operation }
    }

    /// Finds what a response answers; nothing, when it comes too late.
    pub fn answer(&mut self, response: &Response) -> Result<Option<Purpose>, BadResponse> {
        let place = self.unanswered.iter().position(|request| request.id == response.id);
        let place = place.ok_or(BadResponse::Unasked(response.id))?;
        if self.unanswered[place].code != response.code {
            return Err(BadResponse::WrongOperation(response.id));
        }
        Ok(self.unanswered.swap_remove(place).purpose)
    }

    /// Takes a request whose time is over: its code, and what it was for.
    pub fn take_overdue(&mut self, now: Duration) -> Option<(u8, Purpose)> {
        let overdue = |request: &&mut InFlight| request.deadline <= now && request.purpose.is_some();
        let request = self.unanswered.iter_mut().find(overdue)?;
        Some((request.code, request.purpose.take()?))
    }

    /// When the first time-out is.
    pub fn deadline(&self) -> Option<Duration> {
        self.waiting().map(|request| request.deadline).min()
    }

    /// Whether somebody waits for an answer.
    pub fn is_waiting(&self) -> bool {
        self.waiting().next().is_some()
    }

    /// How many requests the back end still owes an answer, overdue ones included.
    pub fn unanswered(&self) -> usize {
        self.unanswered.len()
    }

    fn waiting(&self) -> impl Iterator<Item = &InFlight> {
        self.unanswered.iter().filter(|request| request.purpose.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vitrine_xen::io::displif::Status;

    fn answer_to(request: &Request) -> Response {
        Response { id: request.id, code: request.operation.code(), status: Status::OK, edid_size: 0 }
    }

    #[test]
    fn answers_find_their_requests_in_any_order() {
        let mut requests = Requests::default();
        let first = requests.issue(Operation::PageFlip(1), Purpose::Flip(1), Duration::ZERO);
        let second = requests.issue(Operation::PageFlip(2), Purpose::Flip(2), Duration::ZERO);
        assert_eq!(requests.answer(&answer_to(&second)), Ok(Some(Purpose::Flip(2))));
        assert_eq!(requests.answer(&answer_to(&second)), Err(BadResponse::Unasked(second.id)));
        assert_eq!(requests.answer(&answer_to(&first)), Ok(Some(Purpose::Flip(1))));
        assert_eq!(requests.unanswered(), 0);
    }

    #[test]
    fn an_answer_for_another_operation_is_not_believed() {
        let mut requests = Requests::default();
        let request = requests.issue(Operation::PageFlip(1), Purpose::Flip(1), Duration::ZERO);
        let wrong = Response { code: 0x10, ..answer_to(&request) };
        assert_eq!(requests.answer(&wrong), Err(BadResponse::WrongOperation(request.id)));
    }

    #[test]
    fn identifiers_in_use_are_not_given_twice() {
        let mut requests = Requests::default();
        let old = requests.issue(Operation::PageFlip(1), Purpose::Flip(1), Duration::ZERO);
        for _ in 0..=u16::MAX {
            let request = requests.issue(Operation::PageFlip(1), Purpose::Flip(2), Duration::ZERO);
            assert_ne!(request.id, old.id);
            requests.answer(&answer_to(&request)).unwrap();
        }
    }

    #[test]
    fn time_runs_out_after_three_seconds_and_the_late_answer_finds_nobody_once() {
        let mut requests = Requests::default();
        let request = requests.issue(Operation::PageFlip(1), Purpose::Flip(7), Duration::from_secs(1));
        assert_eq!(requests.deadline(), Some(Duration::from_secs(4)));
        assert_eq!(requests.take_overdue(Duration::from_millis(3999)), None);
        assert_eq!(requests.take_overdue(Duration::from_secs(4)), Some((0x15, Purpose::Flip(7))));
        assert_eq!((requests.take_overdue(Duration::MAX), requests.deadline()), (None, None));
        assert_eq!((requests.is_waiting(), requests.unanswered()), (false, 1));
        let next = requests.issue(Operation::PageFlip(2), Purpose::Flip(8), Duration::from_secs(5));
        assert_ne!(next.id, request.id, "its identifier is taken until it is answered");
        assert_eq!(requests.answer(&answer_to(&request)), Ok(None));
        assert_eq!(requests.answer(&answer_to(&request)), Err(BadResponse::Unasked(request.id)));
    }
}
