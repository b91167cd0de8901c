//! The requests of one control ring that have no answer yet.

use alloc::vec::Vec;
use core::time::Duration;

use vitrine_xen::io::displif::{Operation, Request, Response, Status};

/// How long an answer may take (`XEN_DRM_FRONT_WAIT_BACK_MS` in Linux).
pub const ANSWER_TIME: Duration = Duration::from_millis(3000);

/// What the answer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A display buffer of this connector's swapchain is created.
    CreateBuffer(usize),
    /// A framebuffer of this connector's swapchain is attached.
    AttachFramebuffer(usize),
    /// The connector shows its first picture.
    SetConfig(usize),
    /// The connector flips.
    PageFlip(usize),
    /// The connector goes dark, or gives something back; nobody waits.
    Farewell,
}

struct InFlight {
    id: u16,
    code: u8,
    purpose: Purpose,
    deadline: Duration,
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

/// What is in flight; at most a ring full.
#[derive(Default)]
pub struct Requests {
    waiting: Vec<InFlight>,
    next_id: u16,
}

impl Requests {
    /// Makes the request, to be pushed now, and remembers it. Identifiers in use are passed over.
    pub fn issue(&mut self, operation: Operation, purpose: Purpose, now: Duration) -> Request {
        while self.waiting.iter().any(|waiting| waiting.id == self.next_id) {
            self.next_id = self.next_id.wrapping_add(1);
        }
        let id = self.next_id;
        self.next_id = id.wrapping_add(1);
        self.waiting.push(InFlight { id, code: operation.code(), purpose, deadline: now + ANSWER_TIME });
        Request { id, operation }
    }

    /// Finds what a response answers.
    pub fn answer(&mut self, response: &Response) -> Result<(Purpose, Status), BadResponse> {
        let place = self.waiting.iter().position(|waiting| waiting.id == response.id);
        let place = place.ok_or(BadResponse::Unasked(response.id))?;
        if self.waiting[place].code != response.code {
            return Err(BadResponse::WrongOperation(response.id));
        }
        Ok((self.waiting.swap_remove(place).purpose, response.status))
    }

    /// The code of a request whose time is over.
    pub fn overdue(&self, now: Duration) -> Option<u8> {
        self.waiting.iter().find(|waiting| waiting.deadline <= now).map(|waiting| waiting.code)
    }

    /// When the first time-out is.
    pub fn deadline(&self) -> Option<Duration> {
        self.waiting.iter().map(|waiting| waiting.deadline).min()
    }

    /// Whether every request has its answer.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer_to(request: &Request) -> Response {
        Response { id: request.id, code: request.operation.code(), status: Status::OK, edid_size: 0 }
    }

    #[test]
    fn answers_find_their_requests_in_any_order() {
        let mut requests = Requests::default();
        let first = requests.issue(Operation::PageFlip(1), Purpose::PageFlip(0), Duration::ZERO);
        let second = requests.issue(Operation::PageFlip(2), Purpose::PageFlip(1), Duration::ZERO);
        assert_eq!(requests.answer(&answer_to(&second)), Ok((Purpose::PageFlip(1), Status::OK)));
        assert_eq!(requests.answer(&answer_to(&second)), Err(BadResponse::Unasked(second.id)));
        assert_eq!(requests.answer(&answer_to(&first)), Ok((Purpose::PageFlip(0), Status::OK)));
        assert!(requests.is_empty());
    }

    #[test]
    fn an_answer_for_another_operation_is_not_believed() {
        let mut requests = Requests::default();
        let request = requests.issue(Operation::PageFlip(1), Purpose::PageFlip(0), Duration::ZERO);
        let wrong = Response { code: 0x10, ..answer_to(&request) };
        assert_eq!(requests.answer(&wrong), Err(BadResponse::WrongOperation(request.id)));
    }

    #[test]
    fn identifiers_in_use_are_not_given_twice() {
        let mut requests = Requests::default();
        let old = requests.issue(Operation::PageFlip(1), Purpose::Farewell, Duration::ZERO);
        for _ in 0..=u16::MAX {
            let request = requests.issue(Operation::PageFlip(1), Purpose::Farewell, Duration::ZERO);
            assert_ne!(request.id, old.id);
            requests.answer(&answer_to(&request)).unwrap();
        }
    }

    #[test]
    fn time_runs_out_after_three_seconds() {
        let mut requests = Requests::default();
        requests.issue(Operation::PageFlip(1), Purpose::PageFlip(0), Duration::from_secs(1));
        assert_eq!(requests.deadline(), Some(Duration::from_secs(4)));
        assert_eq!(requests.overdue(Duration::from_millis(3999)), None);
        assert_eq!(requests.overdue(Duration::from_secs(4)), Some(0x15));
    }
}
